"""Schedules, and the runs that they start: each slot starts at most one, whatever happens in between.

A schedule knows the slot that it waits for. Starting its run and moving on to the next slot is one
transaction, and an index lets no slot have two runs.
"""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from datetime import datetime

from zof_local.platform.assumptions import ACTIVE, PAUSED, SCHEDULE, SCHEDULE_PREFIX, timestamp
from zof_local.platform.cron import next_slot
from zof_local.platform.errors import not_found
from zof_local.platform.ids import new_id
from zof_local.platform.paging import PageRequest
from zof_local.platform.store.filters import Conditions, newest_first
from zof_local.platform.store.runs import NewRun, Run, find_run, insert_run


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """A stored schedule; `next_at` is the slot that it waits for, while it is active."""

    seq: int
    id: str
    organization_id: str
    cron: str
    project_id: str
    environment: str
    test_suite_id: str | None
    test_case_ids: tuple[str, ...] | None
    status: str
    next_at: str
    created_at: str

    @property
    def is_active(self) -> bool:
        """Whether it starts runs."""
        return self.status == ACTIVE


_COLUMNS = ", ".join(Schedule.__slots__)


def _schedule(row: sqlite3.Row) -> Schedule:
    values = dict(row)
    cases = values["test_case_ids"]
    return Schedule(**(values | {"test_case_ids": None if cases is None else tuple(json.loads(cases))}))


def insert_schedule(connection: sqlite3.Connection, cron: str, target: NewRun, now: datetime) -> Schedule:
    """Adds an active schedule, which waits for its first slot after now."""
    cases = None if target.test_case_ids is None else json.dumps(target.test_case_ids)
    row = connection.execute(
        f"""INSERT INTO schedules (id, organization_id, cron, project_id, environment, test_suite_id,
              test_case_ids, status, next_at, created_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING {_COLUMNS}""",  # noqa: S608 - constant column names
        (
            new_id(SCHEDULE_PREFIX),
            target.organization_id,
            cron,
            target.project_id,
            target.environment,
            target.test_suite_id,
            cases,
            ACTIVE,
            timestamp(next_slot(cron, now)),
            timestamp(now),
        ),
    ).fetchone()
    return _schedule(row)


def list_schedules(connection: sqlite3.Connection, organization_id: str, page: PageRequest) -> list[Schedule]:
    """One entry more than the page's limit, if there are as many; newest first."""
    where = Conditions(organization_id=organization_id)
    return [_schedule(row) for row in newest_first(connection, "schedules", _COLUMNS, where, page)]


def all_schedules(connection: sqlite3.Connection) -> list[Schedule]:
    """The schedules of all organizations, newest first, for the machine's owner."""
    rows = connection.execute(f"SELECT {_COLUMNS} FROM schedules ORDER BY seq DESC")  # noqa: S608 - constant
    return [_schedule(row) for row in rows]


def latest_runs(connection: sqlite3.Connection) -> dict[str, Run]:
    """The newest run of each schedule that has one."""
    rows = connection.execute(
        """SELECT id, (SELECT r.id FROM runs r WHERE r.schedule_id = s.id
                       ORDER BY r.scheduled_for DESC LIMIT 1) AS run_id FROM schedules s"""
    ).fetchall()
    found = {row["id"]: find_run(connection, row["run_id"]) for row in rows if row["run_id"] is not None}
    return {schedule_id: run for schedule_id, run in found.items() if run is not None}


def set_paused(connection: sqlite3.Connection, schedule_id: str, now: datetime, *, paused: bool) -> Schedule:
    """Pauses or resumes; resumed, it waits for its first slot after now. To do it twice changes nothing.

    Raises:
        ApiProblem: 404 when there is no such schedule.
    """
    row = connection.execute(f"SELECT {_COLUMNS} FROM schedules WHERE id = ?", (schedule_id,)).fetchone()  # noqa: S608
    if row is None:
        raise not_found(f"There is no schedule '{schedule_id[:80]}'.")
    schedule = _schedule(row)
    if schedule.is_active is not paused:
        return schedule
    status = PAUSED if paused else ACTIVE
    next_at = schedule.next_at if paused else timestamp(next_slot(schedule.cron, now))
    row = connection.execute(
        f"UPDATE schedules SET status = ?, next_at = ? WHERE id = ? RETURNING {_COLUMNS}",  # noqa: S608 - constant
        (status, next_at, schedule_id),
    ).fetchone()
    return _schedule(row)


def start_due(connection: sqlite3.Connection, now: datetime) -> list[Run]:
    """Starts a run for every active schedule whose slot has come, and has it wait for the next one after now.

    After a time in which nobody looked, several slots of a schedule may have gone by: one late run, for the
    first of them, stands for all.
    """
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM schedules WHERE status = ? AND next_at <= ? ORDER BY next_at, seq",  # noqa: S608
        (ACTIVE, timestamp(now)),
    ).fetchall()
    return [_start(connection, _schedule(row), now) for row in rows]


def _start(connection: sqlite3.Connection, schedule: Schedule, now: datetime) -> Run:
    run = insert_run(
        connection,
        NewRun(
            organization_id=schedule.organization_id,
            project_id=schedule.project_id,
            environment=schedule.environment,
            test_suite_id=schedule.test_suite_id,
            test_case_ids=schedule.test_case_ids,
            source=SCHEDULE,
            schedule_id=schedule.id,
            scheduled_for=schedule.next_at,
        ),
        now,
    )
    connection.execute(
        "UPDATE schedules SET next_at = ? WHERE id = ?",
        (timestamp(next_slot(schedule.cron, now)), schedule.id),
    )
    return run


def next_due(connection: sqlite3.Connection) -> datetime | None:
    """When the next active schedule is due; None if there is none."""
    row = connection.execute(
        "SELECT min(next_at) AS due FROM schedules WHERE status = ?", (ACTIVE,)
    ).fetchone()
    return None if row["due"] is None else datetime.fromisoformat(row["due"])
