"""What is old enough to be forgotten."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime

from zof_local.platform.assumptions import timestamp


def runs_to_forget(connection: sqlite3.Connection, before: datetime, limit: int) -> list[str]:
    """Runs that ended before a moment and whose results, log and artifacts are still here; the oldest first."""
    rows = connection.execute(
        "SELECT id FROM runs WHERE kept = 1 AND completed_at < ? ORDER BY completed_at LIMIT ?",
        (timestamp(before), limit),
    )
    return [row["id"] for row in rows]


def forget_runs(connection: sqlite3.Connection, run_ids: Sequence[str]) -> None:
    """Removes the results, log and artifacts of these runs."""
    ids = [(run_id,) for run_id in run_ids]
    for table in ("results", "run_logs", "artifacts"):
        connection.executemany(f"DELETE FROM {table} WHERE run_id = ?", ids)  # noqa: S608 - constant names
    connection.executemany("UPDATE runs SET kept = 0 WHERE id = ?", ids)


def forget_deliveries(connection: sqlite3.Connection, before: datetime) -> None:
    """Removes deliveries that were over before a moment."""
    connection.execute("DELETE FROM deliveries WHERE ended_at < ?", (timestamp(before),))
