"""Results: one case's outcome in one run; and the log of a run."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from zof_local.platform.assumptions import RESULT_PREFIX, timestamp
from zof_local.platform.errors import not_found
from zof_local.platform.execution.outcomes import CaseOutcome
from zof_local.platform.ids import case_id, new_id
from zof_local.platform.paging import PageRequest
from zof_local.platform.store.filters import Conditions


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A stored result; `output` is what the case printed."""

    seq: int
    id: str
    organization_id: str
    run_id: str
    test_case_id: str
    node_id: str
    status: str
    duration_ms: int
    failure_summary: str | None
    output: str | None
    created_at: str


@dataclass(frozen=True, slots=True)
class ResultFilter:
    """Which results a list shows; times are texts as the API writes them."""

    run_id: str | None = None
    status: str | None = None
    created_after: str | None = None
    created_before: str | None = None


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of a run's log; `seq` is 0 before it is stored."""

    timestamp: str
    level: str
    message: str
    seq: int = 0


_COLUMNS = ", ".join(Result.__slots__)


def _result(row: sqlite3.Row) -> Result:
    return Result(**dict(row))


def insert_results(
    connection: sqlite3.Connection,
    run_id: str,
    organization_id: str,
    outcomes: Iterable[CaseOutcome],
    now: datetime,
) -> None:
    """Stores outcomes of a run's cases, in the order in which they ended.

    Each is a microsecond younger than the one before: who sorts by time finds them in that order too.
    """
    connection.executemany(
        """INSERT INTO results (id, organization_id, run_id, test_case_id, node_id, status, duration_ms,
             failure_summary, output, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        [
            (
                new_id(RESULT_PREFIX),
                organization_id,
                run_id,
                case_id(outcome.node_id),
                outcome.node_id,
                outcome.status,
                round(outcome.duration_seconds * 1000),
                outcome.failure_summary,
                outcome.output,
                timestamp(now + timedelta(microseconds=place)),
            )
            for place, outcome in enumerate(outcomes)
        ],
    )


def visible_result(connection: sqlite3.Connection, result_id: str, organization_id: str) -> Result:
    """The organization's result with this id, else 404."""
    row = connection.execute(
        f"SELECT {_COLUMNS} FROM results WHERE id = ? AND organization_id = ?",  # noqa: S608 - constant names
        (result_id, organization_id),
    ).fetchone()
    if row is None:
        raise not_found(
            f"There is no result '{result_id[:80]}' in this organization. "
            "GET /v1/results?run_id=… lists those of a run."
        )
    return _result(row)


def list_results(
    connection: sqlite3.Connection, organization_id: str, chosen: ResultFilter, page: PageRequest
) -> list[Result]:
    """One entry more than the page's limit, if there are as many; newest first."""
    where = Conditions(organization_id=organization_id)
    where.equal("run_id", chosen.run_id)
    where.equal("status", chosen.status)
    where.created_between(chosen.created_after, chosen.created_before)
    where.below("seq", page.position)
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM results WHERE {where.text} ORDER BY seq DESC LIMIT ?",  # noqa: S608 - constant names
        (*where.values, page.limit + 1),
    )
    return [_result(row) for row in rows]


def results_of_run(connection: sqlite3.Connection, run_id: str) -> list[Result]:
    """All results of a run, in the order in which they came."""
    rows = connection.execute(f"SELECT {_COLUMNS} FROM results WHERE run_id = ? ORDER BY seq", (run_id,))  # noqa: S608
    return [_result(row) for row in rows]


def append_log(connection: sqlite3.Connection, run_id: str, lines: Sequence[LogLine]) -> None:
    """Adds lines to a run's log."""
    connection.executemany(
        "INSERT INTO run_logs (run_id, timestamp, level, message) VALUES (?, ?, ?, ?)",
        [(run_id, line.timestamp, line.level, line.message) for line in lines],
    )


def list_log(connection: sqlite3.Connection, run_id: str, limit: int, after: int = 0) -> list[LogLine]:
    """At most `limit` lines of a run's log that come after a sequence number, oldest first."""
    rows = connection.execute(
        """SELECT timestamp, level, message, seq FROM run_logs
           WHERE run_id = ? AND seq > ? ORDER BY seq LIMIT ?""",
        (run_id, after, limit),
    )
    return [LogLine(**dict(row)) for row in rows]
