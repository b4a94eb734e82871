"""Who may do what, where: deny by default, deny wins, and every decision names its rule. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from slack_bot.config import ANY, AllowRule, Policy, Rule
from slack_bot.following import FollowedRun

NO_RULE: Final = "no rule"
OWN_RUN: Final = "own run"


@dataclass(frozen=True, slots=True)
class Target:
    """What is to be done something to.

    Args:
        project: project id.
        environment: environment label.
        suite: suite id; None for a run by cases, which only a rule for every suite allows.
    """

    project: str
    environment: str
    suite: str | None


def target_of(row: FollowedRun) -> Target:
    """What a followed run does something to, as the rules judge it."""
    return Target(row.request.project_id, row.request.environment, row.judged_suite)


@dataclass(frozen=True, slots=True)
class Ask:
    """A question to the policy.

    Args:
        user: Slack user id.
        channel: Slack channel id.
        verb: `run`, `cancel`, `status`.
        target: None while it is not known: then the answer is whether anything could be allowed.
        started_by: Slack user id of who started the run in question, where it is about a run.
        at: Unix time it is asked for; None for any time, so that every window holds.
    """

    user: str
    channel: str
    verb: str
    target: Target | None
    started_by: str | None = None
    at: float | None = None


@dataclass(frozen=True, slots=True)
class Needed:
    """What a rule demands before what it allows is done.

    Args:
        rule: its name.
        count: how many people other than the requester must approve.
        approvers: who may, as the rule lists them.
        seconds: how long they have.
    """

    rule: str
    count: int
    approvers: tuple[str, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer: allowed or not, the name of the rule that decided, a deny rule's reason, an allow rule's demand."""

    allowed: bool
    rule: str
    reason: str | None = None
    approval: Needed | None = None


def decide(policy: Policy, ask: Ask) -> Decision:
    """Decides.

    A run may always be cancelled by who started it: stopping is the safe direction, so no deny rule is in its
    way. While the target is unknown, a deny rule counts only if it would deny every target.
    """
    if ask.verb == "cancel" and ask.started_by == ask.user:
        return Decision(allowed=True, rule=OWN_RUN)
    for rule in policy.deny:
        if _holds(rule, policy, ask) and (ask.target is not None or _about_every_target(rule)):
            return Decision(allowed=False, rule=rule.name, reason=_why(rule))
    for rule in policy.allow:
        if _holds(rule, policy, ask):
            return Decision(allowed=True, rule=rule.name, approval=_demand(rule, ask.verb))
    return Decision(allowed=False, rule=NO_RULE)


def may_approve(policy: Policy, rule_name: str, user: str) -> bool:
    """Whether a rule, as it is now, lists somebody among its approvers."""
    return any(
        rule.name == rule_name and rule.approvals and _is_among(rule.approvers, policy, user)
        for rule in policy.allow
    )


def _demand(rule: AllowRule, verb: str) -> Needed | None:
    if not rule.approvals or verb not in ("run", "rerun"):
        return None
    return Needed(rule.name, rule.approvals, rule.approvers, rule.approval_minutes * 60.0)


@dataclass(frozen=True, slots=True)
class Openings:
    """What could be done instead of what was denied.

    Args:
        channels: where the same would be allowed to the same person.
        verbs_here: what the person may do in this channel at all.
        targets_here: what the same verb is allowed for in this channel, as the rules write it.
    """

    channels: tuple[str, ...]
    verbs_here: tuple[str, ...]
    targets_here: tuple[Target, ...]


def openings(policy: Policy, ask: Ask) -> Openings:
    """What to tell somebody who was denied. Names only what the rules allow that very person."""
    mine = [rule for rule in policy.allow if _names_person(rule, policy, ask.user)]
    channels = _unique(
        channel
        for rule in mine
        for channel in rule.channels
        if decide(policy, replace(ask, channel=channel)).allowed
    )
    here = [rule for rule in mine if ask.channel in rule.channels]
    return Openings(
        channels=tuple(channel for channel in channels if channel != ask.channel),
        verbs_here=_unique(verb for rule in here for verb in rule.verbs),
        targets_here=tuple(
            target
            for target in _targets(ask, [rule for rule in here if ask.verb in rule.verbs])
            if decide(policy, replace(ask, target=target)).allowed
        ),
    )


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


def _holds(rule: Rule, policy: Policy, ask: Ask) -> bool:
    return (
        _lists(rule, rule.channels, ask.channel)
        and _about_verb(rule, ask.verb)
        and _names_person(rule, policy, ask.user)
        and _is_in_force(rule, ask.at)
        and (ask.target is None or _names_target(rule, ask.target))
    )


def _is_in_force(rule: Rule, at: float | None) -> bool:
    return rule.when is None or at is None or rule.when.covers(at)


def _why(rule: Rule) -> str | None:
    if rule.when is None:
        return rule.reason
    return f"{rule.reason} ({rule.when.text})" if rule.reason else rule.when.text


def _about_verb(rule: Rule, verb: str) -> bool:
    if verb in rule.verbs:
        return True
    # To run again is to run: what may not be run is not run again either.
    return verb == "rerun" and "run" in rule.verbs and not isinstance(rule, AllowRule)


def _names_target(rule: Rule, target: Target) -> bool:
    return (
        _lists(rule, rule.projects, target.project)
        and _lists(rule, rule.environments, target.environment)
        and _names_suite(rule, target.suite)
    )


def _names_suite(rule: Rule, suite: str | None) -> bool:
    if suite is not None:
        return _lists(rule, rule.suites, suite)
    # Cases may be of any suite: a deny for one suite must not be passed by naming its cases.
    return ANY in rule.suites or not isinstance(rule, AllowRule)


def _names_person(rule: Rule, policy: Policy, user: str) -> bool:
    return _is_among(rule.people, policy, user)


def _is_among(listed: tuple[str, ...], policy: Policy, user: str) -> bool:
    person = policy.people.get(user)
    roles = {f"role:{role}" for role in person.roles} if person else set()
    return ANY in listed or user in listed or not roles.isdisjoint(listed)


def _lists(rule: Rule, values: tuple[str, ...], value: str) -> bool:
    if ANY in values or value in values:
        return True
    # Zof may read "Production" as production: what is to be denied is not passed by another spelling.
    return not isinstance(rule, AllowRule) and _folded(value) in map(_folded, values)


def _folded(value: str) -> str:
    return unicodedata.normalize("NFKC", value).casefold().strip()


def _about_every_target(rule: Rule) -> bool:
    return all(ANY in values for values in (rule.projects, rule.environments, rule.suites))
