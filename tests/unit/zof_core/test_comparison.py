from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zof_core import Result
from zof_core.comparison import compare

_statuses = st.sampled_from(["passed", "failed", "error", "skipped", "canceled", "something_new"])
_results = st.dictionaries(st.sampled_from("abcdefgh"), _statuses, max_size=8)


def _result(case: str, status: str, took: float | None = None) -> Result:
    return Result(id=f"res_{case}", test_case_id=case, status=status, duration_ms=took)


def _all(statuses: dict[str, str]) -> list[Result]:
    return [_result(case, status) for case, status in statuses.items()]


def test_each_case_is_in_its_place() -> None:
    before = _all({"a": "passed", "b": "failed", "c": "error", "d": "passed", "e": "skipped"})
    after = _all({"a": "failed", "b": "passed", "c": "failed", "e": "error", "f": "failed", "g": "passed"})
    found = compare(before, after)
    assert [change.case for change in found.new_failures] == ["a", "e", "f"]
    assert [change.case for change in found.fixed] == ["b"]
    assert [change.case for change in found.still_failing] == ["c"]
    assert [change.case for change in found.gone] == ["d"]
    assert found.unchanged == 1


@pytest.mark.parametrize(
    ("before", "after", "slower"),
    [(1000, 1600, True), (1000, 1400, False), (100, 300, False), (0, 500, True), (None, 9000, False)],
)
def test_slower_means_clearly_longer(before: float | None, after: float, slower: bool) -> None:
    found = compare([_result("a", "passed", before)], [_result("a", "passed", after)])
    assert bool(found.slower) is slower


def test_the_worst_comes_first() -> None:
    before = [_result(case, "passed", 100) for case in "abc"]
    after = [_result("a", "passed", 1000), _result("b", "passed", 9000), _result("c", "passed", 3000)]
    assert [change.case for change in compare(before, after).slower] == ["b", "c", "a"]


@given(_results, _results)
def test_every_case_is_told_of_once(before: dict[str, str], after: dict[str, str]) -> None:
    found = compare(_all(before), _all(after))
    told = [*found.new_failures, *found.fixed, *found.still_failing, *found.slower, *found.gone]
    assert len(told) + found.unchanged == len({*before, *after})
    assert len({change.case for change in told}) == len(told)
    assert all(change.after and change.after.status in {"failed", "error"} for change in found.new_failures)
    assert compare(_all(after), _all(after)).new_failures == ()
