"""Questions that the bot answers from its own rules and records: `can`, `whoami`, `audit`. Pure."""

from __future__ import annotations

import logging
from collections.abc import Container, Sequence
from dataclasses import replace
from typing import Final

from slack_bot import grammar
from slack_bot.audit import Entry, Note
from slack_bot.config import ANY, VERBS, BotConfig, is_user_id, person_meant
from slack_bot.explaining import explained
from slack_bot.followed import Asker
from slack_bot.membership import email_problem
from slack_bot.openings import openings
from slack_bot.policy import Ask, Target, decide, unknown_about
from slack_bot.store.records import InboxOutcome
from slack_bot.text import code
from slack_bot.verdicts import Origin, Verdict, called, denied, find
from slack_bot.views import answers
from slack_bot.views.trail import audit, is_act

log: Final = logging.getLogger(__name__)

_SHOWN: Final = 15
_DENIED: Final = InboxOutcome.DENIED.value
_OTHER_RULES: Final = 5
_PUBLIC: Final = frozenset({"run", "rerun", "cancel", "approve", "reject"})

Question = grammar.Can | grammar.WhoAmI | grammar.Audit


def judge_question(origin: Origin, question: Question, config: BotConfig, trail: Sequence[Entry]) -> Verdict:
    """Judges a question.

    Args:
        trail: the newest entries of the audit trail in this channel.
    """
    match question:
        case grammar.Can():
            return _can(origin, question, config)
        case grammar.Audit():
            return _audit(origin, trail, config)
        case grammar.WhoAmI():
            ways = openings(
                config.policy, Ask(origin.user.id, origin.channel, "run", None, at=origin.at), elsewhere=0
            )
            person = config.policy.people.get(origin.user.id)
            problem = email_problem(config.policy, origin.user.id)
            if problem is not None:
                log.warning("The entry of %s in [people] does not count: %s.", origin.user.id, problem)
            demands = {
                target: _first(origin, target, config) + _but(origin, target, config)
                for target in ways.targets_here
            }
            said = answers.whoami(origin.user, person, ways, problem, demands)
            return Verdict(InboxOutcome.ANSWERED, "whoami", said)


def _but(origin: Origin, target: Target, config: BotConfig) -> str:
    """The suites that a deny takes out of "any suite"; empty if there are none."""
    if target.suite != ANY:
        return ""
    policy = config.policy
    named = dict.fromkeys(suite for deny in policy.deny for suite in deny.suites if suite != ANY)
    ask = origin.ask("run")
    shut = [
        suite
        for suite in named
        if not decide(policy, replace(ask, target=replace(target, suite=suite))).allowed
    ]
    return f", but not {', '.join(map(code, shut))}" if shut else ""


def _first(origin: Origin, target: Target, config: BotConfig) -> str:
    """What must come before a run starts, in words; empty if nothing."""
    decision = decide(config.policy, Ask(origin.user.id, origin.channel, "run", target, at=origin.at))
    count = decision.approval.count if decision.approval else 0
    words = ["your confirmation"] if decision.confirm else []
    words += (
        [f"a passed {decision.requires.suite} on {decision.requires.environment}"]
        if decision.requires
        else []
    )
    words += [f"{count} approval{'' if count == 1 else 's'}"] if count else []
    return f" (after {', '.join(words)})" if words else ""


def _audit(origin: Origin, trail: Sequence[Entry], config: BotConfig) -> Verdict:
    """Seen by whoever may do anything in the channel, since the channel sees the runs themselves."""
    ask = Ask(origin.user.id, origin.channel, "status", None, at=origin.at)
    if not openings(config.policy, ask, elsewhere=0).verbs_here:
        return denied(ask, decide(config.policy, ask), config, "see what was asked and done")
    notes = [note for entry in trail if (note := _legible(entry)) and is_act(note)]
    denied_later = frozenset(note.request for note in notes if note.outcome == _DENIED)
    seen = [note for note in notes if _may_see(note, origin.user, denied_later)]
    return Verdict(InboxOutcome.ANSWERED, "audit", audit(seen[-_SHOWN:]))


def _may_see(note: Note, user: Asker, denied_later: Container[str]) -> bool:
    """One's own notes, and of others' what the channel saw: denials and questions are their author's alone.

    Args:
        denied_later: requests that were denied in the end. Of what no run is known yet the first word is often "taken",
            and the denial follows when Zof has said what it is about.
    """
    if note.person == user.id:
        return True
    was_denied = note.outcome == _DENIED or (note.event == "asked" and note.request in denied_later)
    return note.verb in _PUBLIC and not was_denied


def _legible(entry: Entry) -> Note | None:
    try:
        return entry.read()
    except ValueError:
        return None  # `zofops audit verify` says what is wrong with it


def _can(origin: Origin, command: grammar.Can, config: BotConfig) -> Verdict:
    """What the rules say of somebody. Told to those whom some rule of the channel names, and of oneself to anybody."""
    policy = config.policy
    person = person_asked_about(command.person, origin.user, config)
    if person is None:
        who = "mention them with @, write a name of [people], or me for yourself"
        problem = f"I do not know '{command.person}': {who}."
        return _misused(problem)
    if command.verb not in VERBS:
        problem = f"'{command.verb}' is not a verb of the rules; those are {', '.join(VERBS)}."
        return _misused(problem)
    own = Ask(origin.user.id, origin.channel, "status", None, at=origin.at)
    if person.id != origin.user.id and not openings(policy, own, elsewhere=0).verbs_here:
        return denied(own, decide(policy, own), config, "ask what others may do")
    project = find(config.catalogue.projects, command.project) if command.project else None
    suite = find(project.suites, command.suite) if project and command.suite else None
    target = (
        Target(
            project.id if project else command.project,
            command.environment,
            suite.id if suite else command.suite or ANY,
        )
        if command.project and command.environment
        else None
    )
    ask = Ask(person.id, origin.channel, command.verb, target, at=origin.at)
    decision = decide(policy, ask)
    why = explained(policy, ask, decision, most=_OTHER_RULES)
    unknown = unknown_about(policy, ask) if not decision.allowed else None
    said = answers.can(person, ask, decision, why, own=person.id == origin.user.id, unknown=unknown)
    return Verdict(InboxOutcome.ANSWERED, "can", said)


def _misused(problem: str) -> Verdict:
    return Verdict(InboxOutcome.USAGE, "can", answers.usage(grammar.Usage(problem, grammar.USAGE["can"])))


def person_asked_about(word: str, asker: Asker, config: BotConfig) -> Asker | None:
    """Who is meant by `me`, an id or a name of [people]; None if nobody surely is."""
    people = config.policy.people
    if word.lower() == "me":
        return asker
    if is_user_id(word):
        return called(Asker(id=word, name=word), config)
    found = person_meant(people, word)
    return Asker(id=found, name=people[found].name) if found else None
