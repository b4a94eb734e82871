from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from zof_core import Result, Run
from zof_core.flakiness import VERDICTS, changes_in, flaky_cases

BEGUN = datetime(2026, 5, 20, tzinfo=UTC)


def run(number: int, environment: str | None = "staging") -> Run:
    at = BEGUN + timedelta(hours=number)
    return Run(id=f"run_{number}", status="failed", environment=environment, created_at=at)


def results(case: str, *statuses: str, first: int = 0) -> list[Result]:
    return [
        Result(id=f"res_{case}_{number}", run_id=f"run_{number}", test_case_id=case, name=case, status=status)
        for number, status in enumerate(statuses, first)
    ]


def test_cases_that_change_most_come_first_with_their_sequence() -> None:
    runs = [run(number) for number in (3, 1, 0, 2)]
    told = [
        *results("tc_broke", "passed", "passed", "passed", "failed"),
        *results("tc_flips", "failed", "passed", "error", "failed"),
        *results("tc_steady", "passed", "passed", "passed", "passed"),
        *results("tc_new", "passed", "failed", first=2),
    ]
    flips, broke = flaky_cases(runs, reversed(told))
    assert (flips.case, flips.changes) == ("tc_flips", 2)
    assert [one.status for one in flips.results] == ["failed", "passed", "error", "failed"]
    assert (broke.case, broke.changes, broke.name, broke.module) == ("tc_broke", 1, "tc_broke", "")


def test_each_environment_is_judged_by_itself() -> None:
    runs = [run(0), run(1, "production"), run(2), run(3, "production"), run(4), run(5, "production")]
    told = results("tc_1", "passed", "failed", "passed", "failed", "passed", "failed")
    assert flaky_cases(runs, told) == ()


def test_results_of_other_runs_and_of_no_case_do_not_count() -> None:
    told = [*results("tc_1", "passed", "failed", "passed"), Result(id="r", run_id="run_0", status="failed")]
    assert flaky_cases([run(0), run(1)], told) == ()


@given(st.lists(st.sampled_from(["passed", "failed", "error", "skipped", "odd"]), max_size=12))
def test_a_case_is_flaky_if_its_verdicts_change(statuses: list[str]) -> None:
    found = flaky_cases(map(run, range(len(statuses))), results("tc_1", *statuses))
    verdicts = [status for status in statuses if status in VERDICTS]
    changes = sum(one != other for one, other in pairwise(verdicts))
    assert changes_in(verdicts) == changes
    assert [one.changes for one in found] == ([changes] if changes and len(verdicts) >= 3 else [])
