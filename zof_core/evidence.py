"""What runs and results prove: shared by gates and by the home. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from zof_core.catalogue import CatalogueCase
from zof_core.models import Result, Run

CRITICAL_PRIORITY = "P0"
"""Ours: of severities only "critical" is documented, of priorities only P0…; a P0 case that fails is critical."""

COUNTED = frozenset({"passed", "failed", "error"})
FAILING = frozenset({"failed", "error"})


def ended_at(run: Run) -> datetime | None:
    """When a run ended; of one that does not say, when it was made."""
    return (run.completed_at or run.created_at) if run.is_terminal else None


def recent(runs: Iterable[Run], now: datetime, within: timedelta) -> list[Run]:
    """Runs that ended within a time, newest first."""
    ended = [(at, run) for run in runs if (at := ended_at(run)) is not None and now - at <= within]
    return [run for _, run in sorted(ended, key=lambda pair: pair[0], reverse=True)]


def pass_rate(results: Iterable[Result]) -> float | None:
    """Passed of all that passed, failed or were in error; skipped and cancelled ones do not count. None of none."""
    counted = [result.status == "passed" for result in results if result.status in COUNTED]
    return sum(counted) / len(counted) if counted else None


def run_pass_rate(runs: Iterable[Run]) -> float | None:
    """Runs that passed of all that passed, failed or ended in error; cancelled ones do not count. None of none."""
    counted = [run.status == "passed" for run in runs if run.status in COUNTED]
    return sum(counted) / len(counted) if counted else None


def latest_by_case(runs: Sequence[Run], results: Iterable[Result]) -> dict[str, Result]:
    """Case → its outcome in the newest of these runs that has one.

    A result that names no case stands for one by its name, or by itself: what failed is never left out.

    Args:
        runs: newest first.
        results: of these runs and of others, which are left out.
    """
    order = {run.id: place for place, run in enumerate(runs)}
    latest: dict[str, Result] = {}
    for result in results:
        case, run_id = result.test_case_id or result.name or result.id, result.run_id
        if run_id not in order or result.status not in COUNTED:
            continue
        known = latest.get(case)
        if known is None or order[run_id] < order[known.run_id or ""]:
            latest[case] = result
    return latest


def coverage(cases: Iterable[CatalogueCase], latest: dict[str, Result]) -> dict[str, tuple[int, int]]:
    """Module → (requirements with recent evidence, all requirements). A case without requirement counts as its own.

    Coverage means requirement coverage: a requirement has a case with a recent outcome, whichever; not code coverage.
    """
    modules: dict[str, dict[str, bool]] = defaultdict(dict)
    for case in cases:
        requirements = modules[case.module or "no module"]
        name = case.requirement or case.id
        requirements[name] = requirements.get(name, False) or case.id in latest
    return {module: (sum(seen.values()), len(seen)) for module, seen in sorted(modules.items())}


def open_critical(
    cases: Iterable[CatalogueCase], latest: dict[str, Result]
) -> list[tuple[CatalogueCase, Result]]:
    """Critical cases whose latest outcome is failed or error."""
    critical = [case for case in cases if case.priority == CRITICAL_PRIORITY]
    return [
        (case, latest[case.id])
        for case in critical
        if case.id in latest and latest[case.id].status in FAILING
    ]


def threshold(rate: float) -> str:
    """A rate that somebody chose, as they chose it: 99.5 % is not 99 %."""
    return f"{rate * 100:.10g} %"


def percent(rate: float) -> str:
    """A rate for people, rounded down, so that 100 % means all."""
    return f"{int(rate * 100 + 1e-9)} %"
