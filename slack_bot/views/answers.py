"""Short answers that only their asker sees: usage, unknown names, denials."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from slack_bot.config import ANY, Person
from slack_bot.followed import Asker, FollowedRun
from slack_bot.grammar import USAGE, Usage
from slack_bot.openings import Openings
from slack_bot.policy import NO_RULE, Ask, Decision, Target
from slack_bot.text import channel_link, code, local_clock, local_day, prose, sentence
from slack_bot.views.blocks import Message, note
from zof_core.wording import as_typed

_LISTED = 6
_FLAG: Final = re.compile(r"(?<![\w-])--(?:cases?|failed|mine|status)\b")
_NONE: Mapping[Target, str] = {}


def usage(problem: Usage) -> Message:
    """A text that is no command, and what to type instead."""
    said = _FLAG.sub(lambda flag: code(flag[0]), sentence(problem.problem))
    shapes = "" if problem.usage == USAGE["help"] else f"{code(problem.usage)}, or "
    return note(f"{said} Type {shapes}{code('/zof help')} for all of it.")


def invalid(problems: Iterable[str]) -> Message:
    """A request that Zof's rules forbid, and what a run looks like that they allow."""
    said = " ".join(sentence(as_typed(problem)) for problem in problems)
    return note(f"{said} Type {code(USAGE['run'])}, or {code('/zof run')} for a form.")


def unknown_name(
    what: str, word: str, nearest: str | None, known: Iterable[str], *, starts: bool = True
) -> Message:
    """A name that does not exist, and which does.

    Args:
        what: project, environment or suite.
        word: as typed.
        nearest: the name that was probably meant.
        known: the names there are.
        starts: something was to be started.
    """
    names = [name for name in known if name != nearest]
    hint = f" Did you mean {code(nearest)}?" if nearest else ""
    listed = ", ".join(code(name) for name in names[:_LISTED])
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    there = f" {'There are also' if nearest else 'Known'}: {listed}{more}." if names else ""
    end = " Nothing was started." if starts else ""
    return note(f"There is no {what} {code(word)}.{hint}{there}{end}")


def ambiguous(what: str, word: str, meant: Iterable[str]) -> str:
    """For `mrkdwn`: that a word could mean several things, which are to be chosen from."""
    names = list(meant)
    listed = ", ".join(prose(name, 60) for name in names[:_LISTED])
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return f"{code(word)} could be more than one {what}: {listed}{more}. Choose one."


def denied(ask: Ask, decision: Decision, ways: Openings, deed: str | None = None) -> Message:
    """A denial: which rule and why, what could be done instead, and by whom the rules can be changed.

    Args:
        deed: what was asked for in words, where the verb of the rules covers more than that.
    """
    what = f"{deed or _deed(ask)} {_place(ask.channel)}"
    if decision.rule == NO_RULE:
        obstacle = f" In the way: {prose(decision.reason, 300)}." if decision.reason else ""
        parts = [f":no_entry: No rule lets you {what}.{obstacle}"]
    else:
        reason = f": {prose(decision.reason, 300)}" if decision.reason else ""
        parts = [f":no_entry: You may not {what}, by the rule “{prose(decision.rule)}”{reason}."]
        parts += _end_of_freeze(decision)
    if ways.channels and not decision.frozen:  # another channel is no way around a freeze
        parts.append(f"You can do that in {', '.join(map(channel_link, ways.channels[:_LISTED]))}.")
    offered = [target for target in ways.targets_here if target not in ways.risky]
    if offered:
        parts.append(f"Here you can {_VERBS[ask.verb]} {'; '.join(map(_on, offered[:_LISTED]))}.")
    elif ways.verbs_here:
        parts.append(f"Here you can use {', '.join(map(code, ways.verbs_here))}.")
    parts.append(f"To change that, ask whoever keeps {code('zofops.toml')}. Nothing was started or changed.")
    return note(" ".join(parts))


def _end_of_freeze(decision: Decision) -> list[str]:
    until = decision.until
    return [f"That ends on {local_day(until)} at {local_clock(until)}."] if until is not None else []


_VERBS = {
    "run": "run",
    "rerun": "run again",
    "cancel": "cancel runs of",
    "status": "see runs of",
    "subscribe": "subscribe to failures of",
}


def _deed(ask: Ask) -> str:
    if ask.target is not None:
        return f"{_VERBS[ask.verb]} {_on(ask.target)}"
    return "run anything" if ask.verb == "run" else _VERBS[ask.verb].removesuffix(" of")


def _place(channel: str) -> str:
    return "in a direct message" if channel.startswith("D") else f"in {channel_link(channel)}"


def _on(target: Target) -> str:
    suite = "single cases" if target.suite is None else _named(target.suite, "any suite")
    project, environment = (
        _named(target.project, "any project"),
        _named(target.environment, "any environment"),
    )
    return f"{suite} on {environment} of {project}"


def _named(word: str, anything: str) -> str:
    return anything if word == ANY else code(word)


def can(
    person: Asker,
    ask: Ask,
    decision: Decision,
    why: Sequence[str] = (),
    *,
    own: bool = False,
    unknown: str | None = None,
) -> Message:
    """What the rules say of somebody, which of them says it, and why the others do not.

    Args:
        why: the explanation, in plain text, line by line.
        own: they asked it of themselves.
        unknown: what Slack has not said, without which it cannot be told.
    """
    if unknown is not None:
        what = f"{_deed(ask)} {_place(ask.channel)}"
        cannot = f":grey_question: I cannot tell whether {prose(person.name, 120)} may {what}"
        return note(f"{cannot}: Slack has not told me {prose(unknown, 200)}. Try again in a minute.")
    said = _can(person, ask, decision)
    if ask.verb == "cancel" and not decision.allowed:
        said = f"{said.removesuffix('.')}, but always the runs {'you' if own else 'they'} started."
    return note("\n".join([said, *(f"• {prose(line, 300)}" for line in why)]))


def _can(person: Asker, ask: Ask, decision: Decision) -> str:
    what = f"{_deed(ask)} {_place(ask.channel)}"
    name = prose(person.name, 120)
    if decision.allowed:
        needed = decision.approval.count if decision.approval else 0
        after = f", after {needed} approval{'' if needed == 1 else 's'}" if needed else ""
        return f":white_check_mark: {name} may {what}{after}, by the rule “{prose(decision.rule)}”."
    if decision.rule == NO_RULE:
        return f":no_entry: {name} may not {what}: no rule allows it."
    reason = f": {prose(decision.reason, 300)}" if decision.reason else ""
    said = f":no_entry: {name} may not {what}, by the rule “{prose(decision.rule)}”{reason}."
    return " ".join([said, *_end_of_freeze(decision)])


def whoami(
    user: Asker,
    person: Person | None,
    ways: Openings,
    problem: str | None = None,
    demands: Mapping[Target, str] = _NONE,
) -> Message:
    """Who somebody is to the bot, and what they may do in this channel.

    Args:
        problem: why their entry in the list of people does not count.
        demands: what limits a run, or comes before it, of those of which there is more to say.
    """
    if problem is not None:
        who = (
            f"You are {code(user.id)}. You are in the list of people, but {prose(problem, 200)}, so only rules for "
            "everybody hold for you."
        )
    elif person is None:
        who = f"You are {code(user.id)}. You are not in the list of people, so only rules for everybody hold for you."
    else:
        word = "role" if len(person.roles) == 1 else "roles"
        roles = f", with the {word} {', '.join(map(code, person.roles))}" if person.roles else ""
        who = f"You are {prose(person.name, 120)} ({code(user.id)}){roles}."
    verbs = ", ".join(map(code, ways.verbs_here))
    may = f"Here you can use {verbs}." if verbs else "No rule lets you do anything in this channel."
    can_run = [_on(target) + demands.get(target, "") for target in ways.targets_here[:_LISTED]]
    runs = f" You can run {'; '.join(can_run)}." if can_run else ""
    return note(f"{who} {may}{runs}")


def voted(voter: Asker, row: FollowedRun | None) -> str:
    """What became of a vote, in Slack's markup."""
    approval = row.approval if row else None
    if approval is None:
        return "This request is gone, so your vote changes nothing."
    if approval.rejected_by is not None and approval.rejected_by.id == voter.id:
        own = row is not None and row.asker.id == voter.id
        return f"{'Withdrawn' if own else 'Rejected'}. Nothing was started."
    if voter.id not in {one.id for one in approval.by}:
        return "This request was decided before your vote came, so it changes nothing."
    if approval.approved_at is not None:
        return "Approved; it starts now."
    return f"Your approval counts: {len(approval.by)} of {approval.needed}."


def stranger() -> Message:
    """A request of a workspace that is not the bot's own."""
    return note(
        ":no_entry: I belong to another Slack workspace, whose rules say nothing about this one, so nothing was "
        "started or changed."
    )


def not_ready() -> Message:
    """The bot was started while Slack was away, so it does not know its workspace yet."""
    return note(
        ":warning: I was started a moment ago and have not reached Slack yet, so nothing was started or changed. "
        "Try again in a minute."
    )


def fault() -> Message:
    """The bot could not write down what was asked."""
    return note(
        ":warning: I could not take this down, so nothing was started or changed. Try again; if it "
        "stays like this, the bot's log has the reason."
    )
