"""Schedules in the store: each slot starts one run at the most, and none is lost while somebody looks."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zof_local.platform.store.database import connect
from zof_local.platform.store.runs import NewRun, Run, find_run, insert_run
from zof_local.platform.store.schedules import (
    Schedule,
    all_schedules,
    insert_schedule,
    next_due,
    set_paused,
    start_due,
)
from zof_local.platform.store.schema import migrate

BEGIN = datetime(2026, 5, 20, 11, 58, 30, tzinfo=UTC)
TARGET = NewRun(
    organization_id="org_local",
    project_id="proj_a",
    environment="staging",
    test_suite_id=None,
    test_case_ids=("tc_a", "tc_b"),
)


def after(minutes: float) -> datetime:
    return BEGIN + timedelta(minutes=minutes)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    connection = connect(tmp_path / "platform.sqlite3")
    yield connection
    connection.close()


def every_five(store: sqlite3.Connection) -> Schedule:
    return insert_schedule(store, "*/5 * * * *", TARGET, BEGIN)


def slots(runs: list[Run]) -> list[str | None]:
    return [run.scheduled_for and run.scheduled_for[11:16] for run in runs]


def test_a_slot_starts_what_the_schedule_says_and_only_once(store: sqlite3.Connection) -> None:
    schedule = every_five(store)
    assert next_due(store) == datetime(2026, 5, 20, 12, 0, tzinfo=UTC)
    assert start_due(store, after(1.4)) == []
    (run,) = start_due(store, after(1.5))
    assert (run.source, run.schedule_id, run.status) == ("schedule", schedule.id, "queued")
    assert (run.project_id, run.environment, run.test_case_ids) == ("proj_a", "staging", ("tc_a", "tc_b"))
    assert start_due(store, after(1.5)) == []
    assert slots(start_due(store, after(6.6))) == ["12:05"]
    assert find_run(store, run.id) == run


def test_the_slots_of_a_time_in_which_nobody_looked_become_one_late_run(store: sqlite3.Connection) -> None:
    every_five(store)
    assert slots(start_due(store, after(60))) == ["12:00"]
    assert start_due(store, after(61)) == []
    assert slots(start_due(store, after(62))) == ["13:00"]


def test_a_clock_that_is_put_back_repeats_no_slot(store: sqlite3.Connection) -> None:
    every_five(store)
    assert slots(start_due(store, after(2))) == ["12:00"]
    assert start_due(store, after(-30)) == []
    assert start_due(store, after(2)) == []


def test_what_is_paused_starts_nothing_and_makes_nothing_up(store: sqlite3.Connection) -> None:
    schedule = every_five(store)
    assert set_paused(store, schedule.id, after(0), paused=True).status == "paused"
    assert next_due(store) is None
    assert start_due(store, after(30)) == []
    resumed = set_paused(store, schedule.id, after(31), paused=False)
    assert (resumed.status, resumed.next_at[11:16]) == ("active", "12:30")
    assert set_paused(store, schedule.id, after(45), paused=False) == resumed
    assert all_schedules(store) == [resumed]
    assert slots(start_due(store, after(32))) == ["12:30"]


def test_the_store_itself_refuses_a_second_run_for_a_slot(store: sqlite3.Connection) -> None:
    every_five(store)
    (run,) = start_due(store, after(2))
    again = NewRun(
        organization_id="org_local",
        project_id="proj_a",
        environment="staging",
        test_suite_id="suite_a",
        test_case_ids=None,
        source="schedule",
        schedule_id=run.schedule_id,
        scheduled_for=run.scheduled_for,
    )
    with pytest.raises(sqlite3.IntegrityError):
        insert_run(store, again, after(2))


@pytest.mark.hypothesis
@given(st.lists(st.integers(1, 20 * 60), min_size=1, max_size=30))
def test_however_often_one_looks_each_look_after_a_slot_starts_one_run(steps: list[int]) -> None:
    store = sqlite3.connect(":memory:", isolation_level=None)
    store.row_factory = sqlite3.Row
    migrate(store)
    every_five(store)
    moment, looks = BEGIN, 0
    seen: list[Run] = []
    for step in steps:
        before, moment = moment, moment + timedelta(seconds=step)
        passed = int(moment.timestamp() // 300) - int(before.timestamp() // 300)
        started = start_due(store, moment)
        assert len(started) == min(1, passed)
        looks += min(1, passed)
        seen += started
    assert len({run.scheduled_for for run in seen}) == looks
    store.close()
