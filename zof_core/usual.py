"""How long a suite usually takes, from its recent runs, with its definition in words; and when a run may end.

Zof documents neither: both are ours, and say what they are. Pure, but for `UsualTimes`, which asks once in a while.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from statistics import median
from typing import Final

from pydantic import BaseModel, ConfigDict

from zof_core.evidence import ended_at
from zof_core.models import Run

RUNS_MAX = 10
RUNS_MIN = 3
"""Ours: fewer say nothing about what is usual."""
_ENDED_BY_ITSELF = frozenset({"passed", "failed"})
CASES_MIN: Final = 3
"""Ours: fewer cases say nothing about how long the others take."""
_ASKED_AGAIN_AFTER: Final = 600.0
_KEPT: Final = 500


class Usual(BaseModel):
    """A usual duration.

    Args:
        seconds: from a run's start to its end.
        definition: how it was computed.
    """

    model_config = ConfigDict(frozen=True)

    seconds: float
    definition: str


def usual_duration(runs: Iterable[Run], like: Run) -> Usual | None:
    """The median of the newest runs of the same suite in the same environment; None if there are too few.

    Args:
        runs: of any suite, in any order.
        like: whose suite, project and environment count; it does not count itself.
    """
    if not like.test_suite_id:
        return None
    alike = [
        (ended, seconds)
        for run in runs
        if run.id != like.id
        and run.status in _ENDED_BY_ITSELF
        and (run.project_id, run.test_suite_id, run.environment)
        == (like.project_id, like.test_suite_id, like.environment)
        and (ended := ended_at(run)) is not None
        and (seconds := _seconds(run)) is not None
    ]
    newest = [seconds for _, seconds in sorted(alike, reverse=True)[:RUNS_MAX]]
    if len(newest) < RUNS_MIN:
        return None
    where = f" on {like.environment}" if like.environment else ""
    text = f"median of the last {len(newest)} runs of this suite{where} that passed or failed"
    return Usual(seconds=median(newest), definition=text)


def expected_end(run: Run, *, now: float, usual: Usual | None, counted_at: datetime | None) -> float | None:
    """When a run that is running may end, in seconds since the epoch; None where that cannot be told.

    It is the usual duration after its start; of a run that takes longer, or has none, as long as its cases have taken
    so far for each one that is left. It is not a function of `now` while it lies ahead, so what shows it stands still.

    Args:
        run: the run.
        now: seconds since the epoch.
        usual: how long such a run usually takes.
        counted_at: when the newest case that `run.summary` counts had ended.
    """
    if run.is_terminal or run.started_at is None:
        return None
    begun = run.started_at.timestamp()
    if usual is not None and begun + usual.seconds > now:
        return begun + usual.seconds
    summary = run.summary
    if summary is None or counted_at is None or counted_at < run.started_at:
        return None
    done = summary.passed + summary.failed + summary.error + summary.skipped
    if done < CASES_MIN or done >= summary.total:
        return None
    end = begun + (counted_at.timestamp() - begun) * summary.total / done
    return end if end > now else None


class UsualTimes:
    """Usual durations of suites, each asked of Zof once in ten minutes. For one event loop.

    Args:
        read: gives the newest runs of a project; None where they cannot be read, which is asked again as seldom.
        clock: seconds; any clock that does not go back.
    """

    def __init__(
        self, read: Callable[[str], Awaitable[Iterable[Run] | None]], clock: Callable[[], float]
    ) -> None:
        self._read = read
        self._clock = clock
        self._known: dict[tuple[str, str, str | None], tuple[float, Usual | None]] = {}

    async def of(self, like: Run) -> Usual | None:
        """How long a run's suite usually takes; None if that is not known."""
        if not like.test_suite_id or not like.project_id:
            return None
        kind, now = (like.project_id, like.test_suite_id, like.environment), self._clock()
        known = self._known.get(kind)
        if known is not None and now - known[0] < _ASKED_AGAIN_AFTER:
            return known[1]
        usual = usual_duration(await self._read(like.project_id) or (), like)
        if len(self._known) >= _KEPT:
            self._known.clear()
        self._known[kind] = (now, usual)
        return usual


def _seconds(run: Run) -> float | None:
    begun = run.started_at or run.created_at
    if begun is None or run.completed_at is None or run.completed_at < begun:
        return None
    return (run.completed_at - begun).total_seconds()
