"""What somebody may see, by the rules: a run, a schedule, the home. Pure.

`status` covers all that only reads. In a channel its rules decide; where there is no channel, as in the home, a person
sees what a rule shows them in some channel.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Protocol

from slack_bot.config import Policy
from slack_bot.policy import Ask, Target, decide
from zof_core import Run


class Placed(Protocol):
    """Something of a project and an environment: a run, a schedule."""

    @property
    def project_id(self) -> str | None: ...
    @property
    def environment(self) -> str | None: ...
    @property
    def test_suite_id(self) -> str | None: ...


Sees = Callable[[Placed], bool]


def target_of_run(run: Placed, suite: str | None = None) -> Target:
    """A run as the rules judge it; `suite` is the one that its cases were taken from, where it has none of its own."""
    return Target(run.project_id or "", run.environment or "", run.test_suite_id or suite)


def sees_in(policy: Policy, user: str, channel: str, at: float) -> Sees:
    """Whether somebody may see a thing in a channel."""

    def sees(thing: Placed) -> bool:
        return decide(policy, Ask(user, channel, "status", target_of_run(thing), at=at)).allowed

    return sees


def sees_somewhere(policy: Policy, user: str, at: float) -> Sees:
    """Whether somebody may see a thing in any channel."""
    channels = channels_of(policy)

    def sees(thing: Placed) -> bool:
        return place_for(policy, Ask(user, "", "status", target_of_run(thing), at=at), channels) is not None

    return sees


def channels_of(policy: Policy) -> tuple[str, ...]:
    """The channels that allow rules list."""
    return tuple(dict.fromkeys(channel for rule in policy.allow for channel in rule.channels))


def place_for(policy: Policy, ask: Ask, channels: Iterable[str]) -> str | None:
    """The first channel in which somebody may do what is asked; None if there is none."""
    asks = (replace(ask, channel=channel) for channel in channels)
    return next((one.channel for one in asks if decide(policy, one).allowed), None)


def seen(runs: Iterable[Run], sees: Sees) -> list[Run]:
    """Those runs that may be seen, in their order."""
    return [run for run in runs if sees(run)]
