"""What the machine's owner may do to a platform from outside, whether it runs or not: by its database.

A platform that runs notices within a few seconds.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from zof_local.platform.assumptions import EVENT_TYPES
from zof_local.platform.errors import ApiProblem, PlatformError
from zof_local.platform.store.database import connect, transact
from zof_local.platform.store.schedules import Schedule, all_schedules, set_paused
from zof_local.platform.store.webhooks import emit_by_hand

DATABASE = "platform.sqlite3"

T = TypeVar("T")


def schedules(data_dir: Path) -> list[Schedule]:
    """All schedules, newest first.

    Raises:
        PlatformError: no platform was ever served from this directory.
    """
    return _within(data_dir, all_schedules)


def pause(data_dir: Path, schedule_id: str, *, paused: bool = True) -> Schedule:
    """Pauses a schedule, or has it go on with its next slot.

    Raises:
        PlatformError: no platform was served from this directory, or it has no such schedule.
    """
    now = datetime.now(UTC)
    return _within(data_dir, lambda connection: set_paused(connection, schedule_id, now, paused=paused))


def emit(data_dir: Path, event_type: str) -> int:
    """Sends an event about things that do not exist to every endpoint that wants it; returns how many do.

    Raises:
        PlatformError: no platform was served from this directory, or no such event is documented.
    """
    if event_type not in EVENT_TYPES:
        raise PlatformError(f"There is no event '{event_type}'. Choose one of: {', '.join(EVENT_TYPES)}.")
    now = datetime.now(UTC)
    return _within(data_dir, lambda connection: emit_by_hand(connection, event_type, now))


def _within(data_dir: Path, work: Callable[[sqlite3.Connection], T]) -> T:
    if not (data_dir / DATABASE).is_file():
        raise PlatformError(
            f"No platform was served from {data_dir} yet. Name its directory with --data-dir."
        )
    connection = connect(data_dir / DATABASE)
    try:
        return transact(connection, work)
    except ApiProblem as problem:
        raise PlatformError(problem.message) from None
    finally:
        connection.close()
