"""How long a suite usually takes, from its recent runs, with its definition in words. Pure.

Zof documents no usual duration: this one is ours, and says what it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from statistics import median

from pydantic import BaseModel, ConfigDict

from zof_core.evidence import ended_at
from zof_core.models import Run

RUNS_MAX = 10
RUNS_MIN = 3
"""Ours: fewer say nothing about what is usual."""
_ENDED_BY_ITSELF = frozenset({"passed", "failed"})


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


def _seconds(run: Run) -> float | None:
    begun = run.started_at or run.created_at
    if begun is None or run.completed_at is None or run.completed_at < begun:
        return None
    return (run.completed_at - begun).total_seconds()
