"""What changed from one run to another, case by case. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from zof_core.evidence import FAILING
from zof_core.models import Result

SLOWER_FACTOR: Final = 1.5
SLOWER_MS: Final = 500
"""Ours: a case is slower if it took half as long again, and at least so many milliseconds more."""

PASSED: Final = "passed"


@dataclass(frozen=True, slots=True)
class Change:
    """A case in both runs; None where the other run has no result of it."""

    case: str
    before: Result | None
    after: Result | None

    @property
    def name(self) -> str:
        """What people call the case."""
        result = self.after or self.before
        return (result.name if result else None) or self.case


@dataclass(frozen=True, slots=True)
class Comparison:
    """What changed.

    Args:
        new_failures: failed or in error now, and passed or not run before.
        fixed: passed now, failed or in error before.
        still_failing: failed or in error in both.
        slower: passed in both, and took clearly longer now; the worst first.
        gone: had a result before and has none now, so nothing is known of them.
        unchanged: all others.
    """

    new_failures: tuple[Change, ...]
    fixed: tuple[Change, ...]
    still_failing: tuple[Change, ...]
    slower: tuple[Change, ...]
    gone: tuple[Change, ...]
    unchanged: int


def compare(before: Iterable[Result], after: Iterable[Result]) -> Comparison:
    """Compares the results of two runs by case; a result that names no case is left out.

    Args:
        before: results of the older run.
        after: results of the newer run.
    """
    old, new = _by_case(before), _by_case(after)
    found: dict[str, list[Change]] = {kind: [] for kind in _KINDS}
    for case in sorted({*old, *new}):
        change = Change(case, old.get(case), new.get(case))
        found[_kind(change)].append(change)
    found["slower"].sort(key=lambda one: (-_milliseconds_more(one), one.case))
    unchanged = len(found.pop("unchanged"))
    return Comparison(**{kind: tuple(changes) for kind, changes in found.items()}, unchanged=unchanged)


_KINDS = ("new_failures", "fixed", "still_failing", "slower", "gone", "unchanged")


def _by_case(results: Iterable[Result]) -> dict[str, Result]:
    return {one.test_case_id: one for one in results if one.test_case_id}


def _kind(change: Change) -> str:
    before = change.before.status if change.before else None
    if change.after is None:
        return "gone"
    now = change.after.status
    if now in FAILING:
        return "still_failing" if before in FAILING else "new_failures"
    if now == PASSED and before in FAILING:
        return "fixed"
    return "slower" if before == now == PASSED and _is_slower(change) else "unchanged"


def _is_slower(change: Change) -> bool:
    assert change.before is not None
    more = _milliseconds_more(change)
    return more >= SLOWER_MS and more >= (SLOWER_FACTOR - 1) * (change.before.duration_ms or 0)


def _milliseconds_more(change: Change) -> float:
    if change.before is None or change.after is None:
        return 0
    if change.before.duration_ms is None or change.after.duration_ms is None:
        return 0
    return change.after.duration_ms - change.before.duration_ms
