"""Who may do what, where: deny by default, deny wins, and every decision names its rule. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from slack_bot.config import ANY, AllowRule, Policy, Rule
from slack_bot.demands import Requirement
from slack_bot.followed import FollowedRun
from slack_bot.lookalikes import may_be_read_as
from slack_bot.membership import (
    email_problem,
    facts_of,
    may_be_in,
    possibly_among,
    surely_among,
    unknown_groups,
)

NO_RULE: Final = "no rule"
OWN_RUN: Final = "own run"
STARTING: Final = frozenset({"run", "rerun"})
"""The verbs that start a run."""


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
        present: it is asked in the channel itself, so whoever asks is in it; else, as from a modal or the home, a
            private channel's rules hold only for its members.
        at: Unix time it is asked for; None for any time, so that every window holds.
    """

    user: str
    channel: str
    verb: str
    target: Target | None
    started_by: str | None = None
    at: float | None = None
    present: bool = True


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
    """The answer.

    Args:
        rule: the name of the rule that decided; `line` of the file is where it begins.
        reason: of a denial: the deny rule's own, or what is not known or not right about the asker or the channel.
        approval: what others must say first.
        requires: what must have passed first.
        confirm: whether the asker must confirm it first.
        until: of a freeze, the Unix time at which it ends; None if something else forbids it longer than that.
        frozen: whether a freeze is among what forbids it.
    """

    allowed: bool
    rule: str
    reason: str | None = None
    approval: Needed | None = None
    requires: Requirement | None = None
    confirm: bool = False
    line: int | None = None
    until: float | None = None
    frozen: bool = False


class Lack(StrEnum):
    """Why a rule does not hold for what was asked."""

    CHANNEL = "channel"
    SHARED = "shared channel"
    ARCHIVED = "archived channel"
    UNSEEN = "channel that I cannot look at"
    OUTSIDE = "private channel of others"
    VERB = "verb"
    PEOPLE = "people"
    WINDOW = "time"
    PROJECT = "project"
    ENVIRONMENT = "environment"
    SUITE = "suite"


@dataclass(frozen=True, slots=True)
class Considered:
    """A rule, and what it lacked to decide; nothing if it decided or would have decided later."""

    rule: Rule
    lacks: tuple[Lack, ...]


def decide(policy: Policy, ask: Ask) -> Decision:
    """Decides.

    A run may always be cancelled by who started it: stopping is the safe direction, so no deny rule is in its
    way. While the target is unknown, a deny rule counts only if it would deny every target.
    """
    if ask.verb == "cancel" and ask.started_by == ask.user:
        return Decision(allowed=True, rule=OWN_RUN)
    for deny in policy.deny:
        if _denies(deny, policy, ask):
            until = _frozen_until(policy, ask) if deny.when else None
            frozen = any(rule.when and _denies(rule, policy, ask) for rule in policy.deny)
            return Decision(
                allowed=False, rule=deny.name, reason=_why(deny), line=deny.line, until=until, frozen=frozen
            )
    for rule in policy.allow:
        if _holds(rule, policy, ask):
            return Decision(
                allowed=True,
                rule=rule.name,
                approval=_demand(rule, ask.verb),
                requires=rule.requires if ask.verb in STARTING else None,
                confirm=_needs_confirming(policy, ask),
                line=rule.line,
            )
    return Decision(allowed=False, rule=NO_RULE, reason=_obstacle(policy, ask))


def targets_open(policy: Policy, ask: Ask) -> Callable[[Target], bool]:
    """What somebody may do something to, freezes aside: `decide` for many targets, of which each costs little.

    Args:
        ask: who asks, where and for which verb; its target is left aside.
    """
    anything = replace(ask, target=None)
    allows = [rule for rule in policy.allow if _holds(rule, policy, anything)]
    denies = [rule for rule in policy.deny if rule.when is None and _holds(rule, policy, anything)]

    def is_open(target: Target) -> bool:
        return any(_is_about(rule, target) for rule in allows) and not any(
            _is_about(rule, target) for rule in denies
        )

    return is_open


def explain(policy: Policy, ask: Ask) -> tuple[Considered, ...]:
    """Every rule in the order it is asked in, deny rules first, and what each lacked."""
    return tuple(Considered(rule, tuple(_lacks(rule, policy, ask))) for rule in (*policy.deny, *policy.allow))


def may_approve(policy: Policy, rule_name: str, user: str, *, afar: str | None = None) -> bool:
    """Whether a rule, as it is now, lists somebody among its approvers.

    Args:
        afar: the request's channel, if it is asked from elsewhere: then "*" means those who can be in it.
    """
    everybody = afar is None or may_be_in(policy, user, afar)
    return any(
        rule.name == rule_name
        and rule.approvals
        and surely_among(tuple(who for who in rule.approvers if everybody or who != ANY), policy, user)
        for rule in policy.allow
    )


def _needs_confirming(policy: Policy, ask: Ask) -> bool:
    return (
        ask.verb in STARTING
        and ask.target is not None
        and any(may_be_read_as(ask.target.environment, name) for name in policy.confirm.environments)
    )


def _demand(rule: AllowRule, verb: str) -> Needed | None:
    if not rule.approvals or verb not in STARTING:
        return None
    return Needed(rule.name, rule.approvals, rule.approvers, rule.approval_minutes * 60.0)


def _holds(rule: Rule, policy: Policy, ask: Ask) -> bool:
    return next(_lacks(rule, policy, ask), None) is None


def _denies(rule: Rule, policy: Policy, ask: Ask) -> bool:
    return _holds(rule, policy, ask) and (ask.target is not None or _about_every_target(rule))


def _is_about(rule: Rule, target: Target) -> bool:
    return next(_lacks_of_target(rule, target), None) is None


def _lacks(rule: Rule, policy: Policy, ask: Ask) -> Iterator[Lack]:
    if not _lists(rule, rule.channels, ask.channel):
        yield Lack.CHANNEL
    elif isinstance(rule, AllowRule) and (trouble := _trouble_with_channel(policy, ask, rule)):
        yield trouble
    if not _about_verb(rule, ask.verb):
        yield Lack.VERB
    if not _names_person(rule, policy, ask.user):
        yield Lack.PEOPLE
    if not _is_in_force(rule, ask.at):
        yield Lack.WINDOW
    if ask.target is not None:
        yield from _lacks_of_target(rule, ask.target)


def _lacks_of_target(rule: Rule, target: Target) -> Iterator[Lack]:
    if not _lists(rule, rule.projects, target.project):
        yield Lack.PROJECT
    if not _lists(rule, rule.environments, target.environment):
        yield Lack.ENVIRONMENT
    if not _names_suite(rule, target.suite):
        yield Lack.SUITE


def _trouble_with_channel(policy: Policy, ask: Ask, rule: AllowRule) -> Lack | None:
    if policy.known is None:
        return None
    facts = policy.known.channels.get(ask.channel)
    if facts is None:
        return Lack.UNSEEN
    if facts.archived:
        return Lack.ARCHIVED
    if not ask.present and not may_be_in(policy, ask.user, ask.channel):
        return Lack.OUTSIDE
    return Lack.SHARED if facts.shared and not rule.shared else None


_OBSTACLES: Final = {
    Lack.SHARED: "this channel is shared with another company, and no rule that lists it says `shared = true`",
    Lack.ARCHIVED: "this channel is archived",
    Lack.UNSEEN: "I could not ask Slack whether this channel is shared with another company; invite me to it, or try "
    "again in a minute",
    Lack.OUTSIDE: "this channel is private, and Slack does not list you among its members; ask in the channel itself",
}


def _obstacle(policy: Policy, ask: Ask) -> str | None:
    """What stands in the way although some rule has a place for it: not what the rule says, but what Slack does."""
    for rule in policy.allow:
        lacks = set(_lacks(rule, policy, ask))
        if len(lacks) == 1 and (lack := lacks.pop()) in _OBSTACLES:
            return _OBSTACLES[lack]
    return _trouble_with_person(policy, ask)


def _trouble_with_person(policy: Policy, ask: Ask) -> str | None:
    hindered = [rule for rule in policy.allow if [*_lacks(rule, policy, ask)] == [Lack.PEOPLE]]
    facts = facts_of(policy, ask.user)
    for rule in hindered:
        if problem := email_problem(policy, ask.user):
            return problem
        if ANY in rule.people and facts is None:
            return "I could not ask Slack whether you are a guest; try again in a minute"
        if ANY in rule.people and facts is not None and facts.guest:
            return "guests may do only what a rule lets them do by their id or role"
        if groups := unknown_groups(rule.people, policy):
            return f"I could not ask Slack who is in {', '.join(groups)}; try again in a minute"
    return None


def unknown_about(policy: Policy, ask: Ask) -> str | None:
    """What Slack has not said, without which nobody can tell what was asked; None if it does not hang on that."""
    if any(_denies(rule, policy, ask) for rule in policy.deny):
        return None
    for rule in policy.allow:
        lacks = [*_lacks(rule, policy, ask)]
        if lacks == [Lack.UNSEEN]:
            return "whether this channel is shared with another company"
        if lacks != [Lack.PEOPLE]:
            continue
        if facts_of(policy, ask.user) is None and possibly_among(rule.people, policy, ask.user):
            return "who that is"
        if groups := unknown_groups(rule.people, policy):
            return f"who is in {', '.join(groups)}"
    return None


def _is_in_force(rule: Rule, at: float | None) -> bool:
    return rule.when is None or at is None or rule.when.covers(at)


def _frozen_until(policy: Policy, ask: Ask) -> float | None:
    """When the last of the freezes ends that forbid it now; None if a rule without an end forbids it too."""
    if ask.at is None:
        return None
    holding = [rule.when for rule in policy.deny if _holds(rule, policy, ask)]
    ends = [when.end(ask.at) for when in holding if when is not None]
    return max(ends) if len(ends) == len(holding) else None


def _why(rule: Rule) -> str | None:
    if rule.when is None:
        return rule.reason
    return f"{rule.reason} ({rule.when.text})" if rule.reason else rule.when.text


def _about_verb(rule: Rule, verb: str) -> bool:
    if verb in rule.verbs:
        return True
    # To run again is to run: what may not be run is not run again either.
    return verb == "rerun" and "run" in rule.verbs and not isinstance(rule, AllowRule)


def _names_suite(rule: Rule, suite: str | None) -> bool:
    if suite is not None:
        return _lists(rule, rule.suites, suite)
    # Cases may be of any suite: a deny for one suite must not be passed by naming its cases.
    return ANY in rule.suites or not isinstance(rule, AllowRule)


def _names_person(rule: Rule, policy: Policy, user: str) -> bool:
    among = surely_among if isinstance(rule, AllowRule) else possibly_among
    return among(rule.people, policy, user)


def _lists(rule: Rule, values: tuple[str, ...], value: str) -> bool:
    if ANY in values or value in values:
        return True
    # Zof may read "Production" as production, and a person "prоduction": a deny is not passed by another spelling.
    return not isinstance(rule, AllowRule) and any(may_be_read_as(value, name) for name in values)


def _about_every_target(rule: Rule) -> bool:
    return all(ANY in values for values in (rule.projects, rule.environments, rule.suites))
