"""Whether a run that a rule requires has passed: judged from the runs Zof shows. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from slack_bot.demands import Requirement
from slack_bot.results import Proven, Unproven
from zof_core import Run
from zof_core.evidence import COUNTED, recent
from zof_core.wording import status_style


def prove(requirement: Requirement, runs: Iterable[Run], now: datetime) -> Proven | Unproven:
    """The newest whole run of the suite there decides: an older one that passed does not outweigh it.

    Args:
        runs: of the project in question.
        now: with a time zone.
    """
    fitting = [
        run
        for run in runs
        if run.test_suite_id == requirement.suite
        and run.environment == requirement.environment
        and not run.test_case_ids
        and run.status in COUNTED
    ]
    within = timedelta(seconds=requirement.passed_within)
    newest = next(iter(recent(fitting, now, within)), None)
    wanted = (
        f"a run of {requirement.suite} on {requirement.environment} that passed within {span(requirement)}"
    )
    if newest is None:
        return Unproven(f"It needs {wanted}, and Zof shows none that ended in that time.")
    if newest.status != "passed":
        word = status_style(newest.status).word.lower()
        return Unproven(f"It needs {wanted}, and the newest one, {newest.id}, is {word}.")
    return Proven(newest.id)


def span(requirement: Requirement) -> str:
    """How long a run counts, in words."""
    minutes = round(requirement.passed_within / 60)
    if minutes % 1440 == 0:
        return f"{minutes // 1440} d"
    return f"{minutes // 60} h" if minutes % 60 == 0 else f"{minutes} min"
