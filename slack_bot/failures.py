"""Failures of a project posted to the channels that want them: who wants what, and which are to be posted. Pure.

One row looks out for everybody: each turn it reads the runs that failed lately, and hands each failure to the machine
that follows runs, under a key that only this failure in this channel has. So each is posted once, whatever happens.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from enum import StrEnum
from typing import Final

from slack_bot.config import Policy
from slack_bot.followed import Asker, FollowedRun, State, Via
from slack_bot.policy import Ask, decide
from slack_bot.results import Findings, Value
from slack_bot.sight import target_of_run
from slack_bot.views.words import Names
from zof_core import Run, RunRequest
from zof_core.evidence import ended_at

KEY: Final = "failures"
"""The one row."""


class FailureWatchState(StrEnum):
    """Whether anybody wants to hear of failures."""

    LOOKING = "looking"
    IDLE = "idle"


class FailureWatch(Value):
    """The row that looks out. Times are Unix seconds.

    Args:
        tries: turns in a row in which Zof did not answer.
    """

    key: str = KEY
    state: FailureWatchState = FailureWatchState.LOOKING
    tries: int = 0


class Subscription(Value):
    """That a channel wants the failures of a project.

    Args:
        by: who asked for it first.
        also: who asked for it later. The rules must still allow it to one of them when a failure is posted.
        since: Unix time; runs that ended before are not told.
    """

    team: str
    channel: str
    project: str
    by: Asker
    since: float
    also: tuple[Asker, ...] = ()

    @property
    def people(self) -> tuple[Asker, ...]:
        """Who asked for it; what one of them may see is posted."""
        return (self.by, *self.also)


def failures_to_post(
    runs: Iterable[Run],
    subscriptions: Iterable[Subscription],
    policy: Policy,
    names: Names,
    *,
    shown: Collection[tuple[str, str]],
    now: float,
) -> list[FollowedRun]:
    """The rows of the failures that are to be posted.

    Args:
        runs: that failed or were in error.
        shown: (channel, run id) of the runs that have a message there already.
        now: Unix time.
    """
    wanted = list(subscriptions)
    return [
        watched_row(
            f"failure:{one.channel}:{run.id}",
            run,
            names,
            person,
            channel=one.channel,
            now=now,
            via=Via.SUBSCRIPTION,
        ).model_copy(update={"team": one.team})
        for run in runs
        for one in wanted
        if one.project == run.project_id
        and _ended_since(run, one.since)
        and (one.channel, run.id) not in shown
        and (person := _who_may_still(policy, one, run, now))
    ]


def _ended_since(run: Run, since: float) -> bool:
    ended: datetime | None = ended_at(run)
    return ended is not None and ended.timestamp() >= since


def _who_may_still(policy: Policy, one: Subscription, run: Run, now: float) -> Asker | None:
    target = target_of_run(run)

    def may(person: Asker) -> bool:
        asks = (Ask(person.id, one.channel, verb, target, at=now) for verb in ("subscribe", "status"))
        return all(decide(policy, ask).allowed for ask in asks)

    return next(filter(may, one.people), None)


def watched_row(
    key: str, run: Run, names: Names, asker: Asker, *, channel: str, now: float, via: Via
) -> FollowedRun:
    """The row of a run that this bot did not start, and shows all the same.

    Args:
        asker: who wants it shown; it is not theirs to cancel because of that.
        now: Unix time.
    """
    return FollowedRun(
        key=key,
        state=State.FOLLOWING,
        request=RunRequest(
            project_id=run.project_id or "",
            environment=run.environment or "",
            test_suite_id=run.test_suite_id,
            test_case_ids=run.test_case_ids,
        ),
        project_name=names.project(run.project_id),
        suite_name=names.suite(run.test_suite_id) if run.test_suite_id else None,
        asker=asker,
        channel=channel,
        accepted_at=now,
        via=via,
        findings=Findings(run=run),
        read_at=now,
        next_poll_at=now,
        # It is read once more by itself, for the names of its failed cases.
        look=True,
    )
