"""Cases whose outcome changes from run to run. Pure.

Flaky is a property of a case over time, never a result's status. Zof's own Test Health is not in its API: this is a
hint, computed from results.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from zof_core.models import Result, Run, creation

FLAKY_RESULTS: Final = 3
"""Ours: outcomes needed before a case can be called flaky."""

VERDICTS: Final = frozenset({"passed", "failed"})
"""What counts as an outcome: an error is no verdict on the product, and a skipped case has none."""


@dataclass(frozen=True, slots=True)
class FlakyCase:
    """A case that both passed and failed in one environment.

    Args:
        case: its id.
        environment: where; None for runs that name none.
        results: all its results there, oldest first; those without a verdict stand between the others.
        changes: how often a verdict differed from the one before. Once may be a regression or a repair; more is flaky.
    """

    case: str
    environment: str | None
    results: tuple[Result, ...]
    changes: int

    @property
    def name(self) -> str:
        """What people call the case."""
        return next((one.name for one in reversed(self.results) if one.name), self.case)

    @property
    def module(self) -> str:
        """Its module, if a result names one."""
        return next((one.module for one in reversed(self.results) if one.module), "")


def flaky_cases(
    runs: Iterable[Run], results: Iterable[Result], *, least: int = FLAKY_RESULTS
) -> tuple[FlakyCase, ...]:
    """The cases whose verdict changed, those that changed most often first.

    Args:
        runs: in any order.
        results: of these runs; those of others are left out.
        least: verdicts of a case in an environment below which nothing is said of it.
    """
    place = {run.id: (number, run) for number, run in enumerate(sorted(runs, key=creation))}
    told: dict[tuple[str, str | None], list[Result]] = defaultdict(list)
    for result in results:
        if result.test_case_id and result.run_id in place:
            told[result.test_case_id, place[result.run_id][1].environment].append(result)
    found = []
    for (case, environment), listed in told.items():
        listed.sort(key=lambda one: (place[one.run_id or ""][0], *creation(one)))
        verdicts = [one.status for one in listed if one.status in VERDICTS]
        changes = changes_in(verdicts)
        if len(verdicts) >= least and changes:
            found.append(FlakyCase(case, environment, tuple(listed), changes))
    return tuple(sorted(found, key=lambda one: (-one.changes, one.case, one.environment or "")))


def changes_in(outcomes: Sequence[str]) -> int:
    """How often an outcome differs from the one before."""
    return sum(before != after for before, after in pairwise(outcomes))
