"""What somebody could do instead of what they were denied, and what of a project is open to them at all. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

from slack_bot.config import ANY, AllowRule, Policy
from slack_bot.demands import PRODUCTION
from slack_bot.lookalikes import may_be_read_as
from slack_bot.membership import surely_among
from slack_bot.policy import STARTING, Ask, Target, decide

ELSEWHERE: Final = 10
"""So many other channels are looked for; an answer names fewer."""


@dataclass(frozen=True, slots=True)
class Openings:
    """What could be done instead of what was denied.

    Args:
        channels: where the same would be allowed to the same person.
        verbs_here: what the person may do in this channel at all.
        targets_here: what the same verb is allowed for in this channel, as the rules write it.
        risky: those of them that are no advice to somebody who wanted to start a run elsewhere.
    """

    channels: tuple[str, ...]
    verbs_here: tuple[str, ...]
    targets_here: tuple[Target, ...]
    risky: tuple[Target, ...] = ()


def openings(policy: Policy, ask: Ask, *, elsewhere: int = ELSEWHERE) -> Openings:
    """What to tell somebody who was denied. Names only what the rules allow that very person.

    Args:
        elsewhere: how many other channels to look for at the most; each costs a decision, before an ack.
    """
    mine = _rules_of(policy, ask.user)
    listed = dict.fromkeys(channel for rule in mine for channel in rule.channels if channel != ask.channel)
    others = (replace(ask, channel=one, present=False) for one in listed)
    channels = (other.channel for other in others if decide(policy, other).allowed)
    here = [rule for rule in mine if ask.channel in rule.channels]
    targets = _open_targets(policy, ask, here)
    return Openings(
        channels=tuple(islice(channels, elsewhere)),
        verbs_here=tuple(
            verb
            for verb in _unique(verb for rule in here for verb in rule.verbs)
            if decide(policy, replace(ask, verb=verb, target=None)).allowed
        ),
        targets_here=targets,
        risky=tuple(target for target in targets if _is_risky(policy, ask, target)),
    )


def _is_risky(policy: Policy, ask: Ask, target: Target) -> bool:
    """Whether a run there is another thing than the one asked for, and one that people are careful with."""
    if ask.verb not in STARTING or (ask.target is not None and ask.target.environment == target.environment):
        return False
    careful = (*policy.confirm.environments, *PRODUCTION)
    return target.environment == ANY or any(may_be_read_as(target.environment, name) for name in careful)


def opens_project(policy: Policy, ask: Ask, project: str) -> bool:
    """Whether somebody may do what they ask to anything of a project, as far as the rules name it.

    Args:
        ask: its target is left aside.
    """
    here = [rule for rule in _rules_of(policy, ask.user) if ask.channel in rule.channels]
    listed = _open_targets(policy, replace(ask, target=None), here)
    targets = (replace(one, project=project) for one in listed if one.project in (ANY, project))
    return any(decide(policy, replace(ask, target=target)).allowed for target in targets)


def _rules_of(policy: Policy, user: str) -> list[AllowRule]:
    return [rule for rule in policy.allow if surely_among(rule.people, policy, user)]


def _open_targets(policy: Policy, ask: Ask, rules: Iterable[AllowRule]) -> tuple[Target, ...]:
    """Of what rules list for a verb, that which no other rule forbids."""
    listed = _targets(ask, [rule for rule in rules if ask.verb in rule.verbs])
    return tuple(target for target in listed if decide(policy, replace(ask, target=target)).allowed)


def _targets(ask: Ask, rules: Iterable[AllowRule]) -> tuple[Target, ...]:
    """What rules list. For a rule of every suite that is the suite asked for: of another, a deny may say no."""
    asked = ask.target.suite if ask.target else ANY
    found = [
        Target(project, environment, suite)
        for rule in rules
        for project in rule.projects
        for environment in rule.environments
        for suite in (rule.suites if ANY not in rule.suites else (asked,))
    ]
    return tuple(dict.fromkeys(found))


def _unique(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))
