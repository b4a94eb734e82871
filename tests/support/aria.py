"""What a screen reader is told, as a file in the repository: what differs from run to run taken out.

`ZOF_ARIA=write` writes the files anew; look at what changed before you commit it.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from playwright.sync_api import Locator

FILES = Path(__file__).parents[1] / "browser" / "aria"

_PATIENCE = 10_000
_EVERY = 100

_CHANGING = (
    (re.compile(r" · [^·\n]* left"), ""),
    (re.compile(r"^ *- /url: .*\n?", re.MULTILINE), ""),
    (re.compile(r"run_[0-9a-z]{8,}"), "RUN"),
    (re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"), "TIME"),
    (re.compile(r"\b\d\d:\d\d:\d\d\b"), "TIME"),
    (re.compile(r"\b\d+(\.\d+)? (ms|s)\b"), "DURATION"),
    (re.compile(r"\b\d+(\.\d+)? [kM]?B\b"), "SIZE"),
)


def stable(snapshot: str) -> str:
    """The snapshot without ids, times, durations and addresses."""
    for pattern, word in _CHANGING:
        snapshot = pattern.sub(word, snapshot)
    return snapshot.strip() + "\n"


def assert_aria(locator: Locator, name: str) -> None:
    """The element is told as `tests/browser/aria/NAME.yml` says, now or within ten seconds."""
    place = FILES / f"{name}.yml"
    if os.environ.get("ZOF_ARIA") == "write":
        place.parent.mkdir(exist_ok=True)
        place.write_text(stable(locator.aria_snapshot()))
    wanted = place.read_text()
    for _ in range(_PATIENCE // _EVERY):
        if stable(locator.aria_snapshot()) == wanted:
            return
        locator.page.wait_for_timeout(_EVERY)
    assert stable(locator.aria_snapshot()) == wanted
