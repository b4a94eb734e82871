"""Slack's emoji for the icons of `zof_core.wording`: status is said by word and icon, never by colour."""

from __future__ import annotations

from typing import Final

from zof_core.wording import StatusStyle

_EMOJI: Final = {
    "clock": ":hourglass_flowing_sand:",
    "play": ":arrow_forward:",
    "check": ":white_check_mark:",
    "cross": ":x:",
    "alert": ":warning:",
    "stop": ":no_entry_sign:",
    "skip": ":fast_forward:",
    "question": ":grey_question:",
}


def emoji(style: StatusStyle) -> str:
    """The shortcode of a status."""
    return _EMOJI.get(style.icon, _EMOJI["question"])
