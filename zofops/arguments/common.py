"""What the commands' parsers share: numbers with their bounds, refused in a sentence, and the exit codes in words."""

from __future__ import annotations

import argparse

from zof_core.validation import quoted

EXIT_CODES = """\
exit codes:
    0  passed
    1  failed
    2  bad usage, an unknown name, or a denial: nothing was started
    3  the run ended in error, or Zof or the network failed
    4  cancelled
    5  waited too long
  130  stopped with Ctrl-C
"""


def seconds(text: str) -> float:
    """A duration above 0."""
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"{quoted(text)} is not a number of seconds above 0")
    return value


def days(text: str) -> float:
    """A duration above 0, of a hundred years at the most."""
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 < value <= 36_500:
        raise argparse.ArgumentTypeError(f"{quoted(text)} is not a number of days above 0")
    return value


def port(text: str) -> int:
    """A port to listen on."""
    if not (text.isascii() and text.isdigit() and int(text) <= 65535):
        raise argparse.ArgumentTypeError(f"{quoted(text)} is not a port from 0 to 65535 (0 takes a free one)")
    return int(text)
