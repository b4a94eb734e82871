"""Runs: created, claimed, counted, ended. Every change of a run's status is one of the functions here.

queued → running → passed | failed | error | canceled; queued → canceled.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from zof_local.platform.assumptions import MANUAL, QUEUED, RUNNING, timestamp
from zof_local.platform.errors import conflict, not_found
from zof_local.platform.ids import new_id
from zof_local.platform.paging import PageRequest
from zof_local.platform.store.filters import Conditions
from zof_local.platform.store.reports import insert_report
from zof_local.platform.store.webhooks import emit

_COUNTED = ("passed", "failed", "error", "skipped")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRun:
    """What a run is asked for with; exactly one of suite and cases is set.

    `scheduled_for` is the slot of the schedule that asks for it.
    """

    organization_id: str
    project_id: str
    environment: str
    test_suite_id: str | None
    test_case_ids: tuple[str, ...] | None
    source: str = MANUAL
    schedule_id: str | None = None
    scheduled_for: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A stored run. `total` is None until pytest has collected; times are texts as the API writes them.

    `kept` is 0 when its results, log and artifacts were removed because of their age.
    """

    seq: int
    id: str
    organization_id: str
    project_id: str
    environment: str
    test_suite_id: str | None
    test_case_ids: tuple[str, ...] | None
    status: str
    reason: str | None
    total: int | None
    passed: int
    failed: int
    error: int
    skipped: int
    created_at: str
    started_at: str | None
    completed_at: str | None
    source: str = MANUAL
    schedule_id: str | None = None
    scheduled_for: str | None = None
    kept: int = 1

    @property
    def is_terminal(self) -> bool:
        """Whether nothing will change any more."""
        return self.status not in {QUEUED, RUNNING}


@dataclass(frozen=True, slots=True)
class RunFilter:
    """Which runs a list shows; times are texts as the API writes them."""

    project_id: str | None = None
    status: str | None = None
    created_after: str | None = None
    created_before: str | None = None


_COLUMNS = ", ".join(Run.__slots__)


def _run(row: sqlite3.Row) -> Run:
    values = dict(row)
    cases = values["test_case_ids"]
    values["test_case_ids"] = None if cases is None else tuple(json.loads(cases))
    return Run(**values)


def insert_run(connection: sqlite3.Connection, new: NewRun, now: datetime) -> Run:
    """Puts a run at the end of the queue."""
    cases = None if new.test_case_ids is None else json.dumps(new.test_case_ids)
    row = connection.execute(
        f"""INSERT INTO runs
              (id, organization_id, project_id, environment, test_suite_id, test_case_ids, status, created_at,
               source, schedule_id, scheduled_for)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING {_COLUMNS}""",  # noqa: S608 - constant column names
        (
            new_id("run_"),
            new.organization_id,
            new.project_id,
            new.environment,
            new.test_suite_id,
            cases,
            QUEUED,
            timestamp(now),
            new.source,
            new.schedule_id,
            new.scheduled_for,
        ),
    ).fetchone()
    return _run(row)


def find_run(connection: sqlite3.Connection, run_id: str, organization_id: str | None = None) -> Run | None:
    """The run with this id, if it exists and belongs to the organization (any, without one)."""
    row = connection.execute(f"SELECT {_COLUMNS} FROM runs WHERE id = ?", (run_id,)).fetchone()  # noqa: S608 - constant
    if row is None or organization_id not in {None, row["organization_id"]}:
        return None
    return _run(row)


def visible_run(
    connection: sqlite3.Connection, run_id: str, organization_id: str | None, param: str | None = None
) -> Run:
    """The organization's run with this id, else 404 (`docs/api/errors`: also for another organization's)."""
    run = find_run(connection, run_id, organization_id)
    if run is None:
        raise not_found(
            f"There is no run '{run_id[:80]}' in this organization. GET /v1/runs lists those there are.",
            param,
        )
    return run


def list_runs(
    connection: sqlite3.Connection, organization_id: str, chosen: RunFilter, page: PageRequest
) -> list[Run]:
    """One entry more than the page's limit, if there are as many; newest first."""
    where = Conditions(organization_id=organization_id)
    where.equal("project_id", chosen.project_id)
    where.equal("status", chosen.status)
    where.created_between(chosen.created_after, chosen.created_before)
    where.below("seq", page.position)
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM runs WHERE {where.text} ORDER BY seq DESC LIMIT ?",  # noqa: S608 - constant names
        (*where.values, page.limit + 1),
    )
    return [_run(row) for row in rows]


def newest_runs(connection: sqlite3.Connection, limit: int) -> list[Run]:
    """The newest runs of all organizations, for the page of the machine's owner."""
    rows = connection.execute(f"SELECT {_COLUMNS} FROM runs ORDER BY seq DESC LIMIT ?", (limit,))  # noqa: S608 - constant
    return [_run(row) for row in rows]


def claim_next(connection: sqlite3.Connection, now: datetime) -> Run | None:
    """Takes the oldest queued run and makes it running."""
    row = connection.execute(
        f"""UPDATE runs SET status = ?, started_at = ?
            WHERE seq = (SELECT min(seq) FROM runs WHERE status = ?) RETURNING {_COLUMNS}""",  # noqa: S608 - constant
        (RUNNING, timestamp(now), QUEUED),
    ).fetchone()
    if row is None:
        return None
    run = _run(row)
    emit(connection, "run.started", run.organization_id, run.id, now)
    return run


def cancel_run(
    connection: sqlite3.Connection, run_id: str, organization_id: str | None, now: datetime
) -> Run:
    """Ends a queued or running run as canceled; its processes are ended by who executes it.

    Without an organization it may be of any.

    Raises:
        ApiProblem: 404, or 409 when the run is over already (`docs/api/errors`).
    """
    run = visible_run(connection, run_id, organization_id)
    if run.is_terminal:
        raise conflict(f"Run {run.id} has already ended as {run.status}, so it cannot be canceled.")
    return _end(connection, run.id, "canceled", None, now)


def finish_run(
    connection: sqlite3.Connection, run_id: str, status: str, reason: str | None, now: datetime
) -> Run | None:
    """Ends a running run; None if it had been ended by someone else, which then holds."""
    run = find_run(connection, run_id)
    if run is None or run.status != RUNNING:
        return None
    return _end(connection, run_id, status, reason, now)


def fail_orphans(connection: sqlite3.Connection, reason: str, now: datetime) -> list[str]:
    """Ends runs that nobody executes any more, at the start of a platform; returns their ids."""
    rows = connection.execute("SELECT id FROM runs WHERE status = ?", (RUNNING,)).fetchall()
    for row in rows:
        _end(connection, row["id"], "error", reason, now)
    return [row["id"] for row in rows]


def set_total(connection: sqlite3.Connection, run_id: str, total: int) -> None:
    """Notes how many cases pytest collected."""
    connection.execute("UPDATE runs SET total = ? WHERE id = ?", (total, run_id))


def count_results(connection: sqlite3.Connection, run_id: str, statuses: Iterable[str]) -> None:
    """Adds the statuses of new results to a run's counts."""
    seen = list(statuses)
    changes = {name: seen.count(name) for name in _COUNTED if name in seen}
    if changes:
        assignments = ", ".join(f"{name} = {name} + ?" for name in changes)
        connection.execute(f"UPDATE runs SET {assignments} WHERE id = ?", (*changes.values(), run_id))  # noqa: S608 - constant names


def _end(connection: sqlite3.Connection, run_id: str, status: str, reason: str | None, now: datetime) -> Run:
    row = connection.execute(
        f"UPDATE runs SET status = ?, reason = ?, completed_at = ? WHERE id = ? RETURNING {_COLUMNS}",  # noqa: S608
        (status, reason, timestamp(now), run_id),
    ).fetchone()
    run = _run(row)
    insert_report(connection, run.organization_id, run.id, run.project_id, now)
    emit(connection, "run.completed", run.organization_id, run.id, now)
    if status == "failed":
        emit(connection, "run.failed", run.organization_id, run.id, now)
    return run
