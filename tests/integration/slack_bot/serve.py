"""The bot as a process that dies where it is told: `python -m tests.integration.slack_bot.serve FD TIMING POINT`.

POINT is a file; while it is there, it names a call to the store at which the process kills itself, once.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import uvicorn

from slack_bot import BotSettings, Timing, create_app
from slack_bot.store import Store

MORTAL = ("commit_inbox", "change_run", "save", "begin", "note_event")
"""Calls that commit something."""


def make_mortal(name: str, point: Path) -> None:
    """Has the store's method look at the point before and after it commits."""
    inner = getattr(Store, name)

    def call(self: Store, *args: Any, **kwargs: Any) -> Any:
        at = json.loads(point.read_text("utf-8")) if point.exists() else {}
        dies = at.get("method") == name and at["about"] in repr((args, kwargs))
        if dies and not at["after"]:
            die(point)
        result = inner(self, *args, **kwargs)
        if dies:
            die(point)
        return result

    setattr(Store, name, call)


def die(point: Path) -> None:
    """As by kill -9."""
    point.unlink(missing_ok=True)
    os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    fd, timing, point = sys.argv[1:]
    for name in MORTAL:
        make_mortal(name, Path(point))
    app = create_app(BotSettings.from_env(os.environ, timing=Timing.model_validate_json(timing)))
    uvicorn.run(app, fd=int(fd), log_level="error", lifespan="on")


if __name__ == "__main__":
    main()
