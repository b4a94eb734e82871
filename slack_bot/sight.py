"""What somebody may see, by the rules: a run, a schedule, the home. Pure.

`status` covers all that only reads. In a channel its rules decide; where there is no channel, as in the home, a person
sees what a rule shows them in some channel.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Protocol

from slack_bot.config import BotConfig, Policy
from slack_bot.policy import Ask, Target, decide, targets_open
from zof_core import Run
from zof_core.catalogue import Catalogue, CatalogueProject


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
    """The first channel in which somebody may do what is asked; None if there is none.

    They ask from elsewhere, so a private channel counts only for its members.
    """
    asks = (replace(ask, channel=channel, present=False) for channel in channels)
    return next((one.channel for one in asks if decide(policy, one).allowed), None)


def catalogue_for(
    config: BotConfig,
    user: str,
    channel: str,
    at: float,
    *,
    verbs: Sequence[str] = ("run",),
    present: bool = True,
) -> Catalogue:
    """The names that somebody may choose from: of what they may do one of the verbs to, in a channel.

    A freeze hides no name: whoever asks for one while it lasts is told of it.

    Args:
        channel: empty for any, as in the home.
        present: they ask in the channel itself.
    """
    policy = config.policy
    judges = [
        targets_open(policy, Ask(user, place, verb, None, at=at, present=present and bool(channel)))
        for place in ([channel] if channel else channels_of(policy))
        for verb in verbs
    ]

    def is_open(project: str, environment: str, suite: str | None) -> bool:
        return any(judge(Target(project, environment, suite)) for judge in judges)

    named = dict.fromkeys(name for rule in policy.allow for name in rule.environments)
    cut = (_cut(project, is_open, list(named)) for project in config.catalogue.projects)
    return Catalogue(projects=[project for project in cut if project is not None])


def _cut(
    project: CatalogueProject, is_open: Callable[[str, str, str | None], bool], named: Sequence[str]
) -> CatalogueProject | None:
    """A project with those of its environments and suites that are open; None if nothing of it is.

    Args:
        named: what to try where the catalogue names no environments.
    """
    suites = [*(suite.id for suite in project.suites), None]
    pairs = [
        (environment, suite)
        for environment in (project.environments or named)
        for suite in suites
        if is_open(project.id, environment, suite)
    ]
    if not pairs:
        return None
    environments, open_suites = {pair[0] for pair in pairs}, {pair[1] for pair in pairs}
    return project.model_copy(
        update={
            "environments": [name for name in project.environments if name in environments],
            "suites": [suite for suite in project.suites if suite.id in open_suites],
        }
    )


def seen(runs: Iterable[Run], sees: Sees) -> list[Run]:
    """Those runs that may be seen, in their order."""
    return [run for run in runs if sees(run)]
