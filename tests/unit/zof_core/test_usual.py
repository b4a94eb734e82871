"""When a run may end, and how long its suite usually takes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zof_core import Run, RunSummary
from zof_core.usual import Usual, UsualTimes, expected_end, usual_duration
from zof_core.wording import left_text

START = datetime(2026, 5, 20, 12, tzinfo=UTC)
BEGUN = START.timestamp()


def going(*, total: int = 10, **counts: int) -> Run:
    return Run(id="run_1", status="running", started_at=START, summary=RunSummary(total=total, **counts))


def ended(number: int, seconds: float, status: str = "passed", suite: str = "suite_a") -> Run:
    begun = START - timedelta(hours=number)
    return Run(
        id=f"run_old_{number}",
        status=status,
        project_id="proj_a",
        environment="staging",
        test_suite_id=suite,
        started_at=begun,
        completed_at=begun + timedelta(seconds=seconds),
    )


LIKE = Run(id="run_1", status="running", project_id="proj_a", environment="staging", test_suite_id="suite_a")


def usual(seconds: float) -> Usual:
    return Usual(seconds=seconds, definition="of the test")


def test_a_run_is_expected_to_take_as_long_as_usual() -> None:
    for now in (BEGUN + 1, BEGUN + 119):  # while it lies ahead it does not move
        assert (
            expected_end(going(passed=1), now=now, usual=usual(120), counted_at=START + timedelta(seconds=50))
            == BEGUN + 120
        )


def test_a_run_without_a_usual_duration_is_told_by_its_cases() -> None:
    at = START + timedelta(seconds=30)
    assert expected_end(going(passed=4, skipped=1), now=BEGUN + 40, usual=None, counted_at=at) == BEGUN + 60
    assert (
        expected_end(going(passed=4, failed=1), now=BEGUN + 55, usual=usual(50), counted_at=at) == BEGUN + 60
    )


@pytest.mark.parametrize(
    ("run", "now"),
    [
        (going(passed=2), 40),  # too few cases
        (going(passed=10), 40),  # none is left
        (going(total=0), 40),
        (going(passed=5), 61),  # it should be over
        (Run(id="run_1", status="running", started_at=START), 40),
        (Run(id="run_1", status="queued", summary=RunSummary(total=10)), 40),
        (
            Run(id="run_1", status="passed", started_at=START, summary=RunSummary(total=10, passed=5)),
            40,
        ),
    ],
)
def test_nothing_is_said_where_nothing_is_known(run: Run, now: float) -> None:
    at = START + timedelta(seconds=30)
    assert expected_end(run, now=BEGUN + now, usual=None, counted_at=at) is None


def test_clocks_that_disagree_say_nothing() -> None:
    before = START - timedelta(seconds=5)
    assert expected_end(going(passed=5), now=BEGUN + 40, usual=None, counted_at=before) is None
    assert expected_end(going(passed=5), now=BEGUN + 40, usual=None, counted_at=None) is None


@given(
    total=st.integers(0, 50),
    passed=st.integers(0, 60),
    now=st.floats(-1e6, 1e6),
    takes=st.none() | st.floats(0, 1e6),
    counted=st.none() | st.floats(-1e5, 1e5),
)
def test_an_expected_end_lies_ahead(
    total: int, passed: int, now: float, takes: float | None, counted: float | None
) -> None:
    end = expected_end(
        going(total=total, passed=passed),
        now=BEGUN + now,
        usual=None if takes is None else usual(takes),
        counted_at=None if counted is None else START + timedelta(seconds=counted),
    )
    assert end is None or end > BEGUN + now


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-1, ""),
        (0, ""),
        (0.2, "a few seconds left"),
        (12, "about 20 s left"),
        (50, "about 50 s left"),
        (51, "about 1 min left"),
        (89, "about 1 min left"),
        (91, "about 2 min left"),
        (5300, "about 88 min left"),
        (5400, "about 2 h left"),
        (9000, "about 3 h left"),
        (float("nan"), ""),
        (1e9, ""),
    ],
)
def test_what_is_left_is_said_as_roughly_as_it_is_known(seconds: float, text: str) -> None:
    assert left_text(seconds) == text


def test_the_usual_duration_is_the_median_of_runs_alike() -> None:
    runs = [
        ended(1, 10),
        ended(2, 30, "failed"),
        ended(3, 20),
        ended(4, 900, "canceled"),
        ended(5, 900, suite="suite_b"),
    ]
    found = usual_duration(runs, LIKE)
    assert found is not None
    assert found.seconds == 20
    assert found.definition == "median of the last 3 runs of this suite on staging that passed or failed"
    assert usual_duration(runs[1:], LIKE) is None


async def test_usual_durations_are_asked_for_once_in_ten_minutes() -> None:
    asked, now = [], [0.0]
    answers: list[list[Run] | None] = [None, [ended(n, 10) for n in (1, 2, 3)]]

    async def read(project: str) -> list[Run] | None:
        asked.append(project)
        return answers.pop(0)

    times = UsualTimes(read, lambda: now[0])
    assert await times.of(LIKE) is None
    now[0] = 599
    assert await times.of(LIKE) is None
    assert asked == ["proj_a"]
    now[0] = 601
    found = await times.of(LIKE)
    assert found is not None
    assert found.seconds == 10
    assert asked == ["proj_a", "proj_a"]
    assert await times.of(Run(id="run_2", status="queued", test_case_ids=["tc_1"])) is None
    assert len(asked) == 2
