"""Commands that look something up, or have an eye kept on it: `runs`, `schedules`, `home`, `subscribe`. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final, assert_never

from slack_bot import grammar
from slack_bot.config import ANY, BotConfig
from slack_bot.errands import Errand, Kind, Query
from slack_bot.openings import opens_project
from slack_bot.policy import Ask, Target, decide
from slack_bot.sight import catalogue_for, channels_of, place_for
from slack_bot.store.records import InboxOutcome
from slack_bot.verdicts import Origin, Verdict, denied, find
from slack_bot.views import answers
from zof_core.catalogue import nearest
from zof_core.validation import id_problem

_DEEDS: Final = {
    Kind.SCHEDULES: "see schedules",
    Kind.HOME: "see the command center",
    Kind.UNSUBSCRIBE: "end subscriptions to failures",
}
"""What is denied, in words; for the others the verb of the rules says it."""


def judge_lookup(origin: Origin, command: grammar.Lookup, config: BotConfig) -> Verdict:
    """Judges one: whether anything could be shown at all. What is shown, is judged thing by thing when it is read."""
    match command:
        case grammar.Runs(project, environment, status, mine):
            query = Query(project=project, environment=environment, status=status, mine=mine)
            return _lookup(origin, Kind.RUNS, query, config)
        case grammar.Schedules(project):
            return _lookup(origin, Kind.SCHEDULES, Query(project=project), config)
        case grammar.Home():
            return _lookup(origin, Kind.HOME, Query(), config)
        case grammar.Subscribe(project):
            return _lookup(origin, Kind.SUBSCRIBE, Query(project=project), config)
        case grammar.Unsubscribe(project):
            return _lookup(origin, Kind.UNSUBSCRIBE, Query(project=project), config)
        case _:
            assert_never(command)


def _lookup(origin: Origin, kind: Kind, query: Query, config: BotConfig) -> Verdict:
    ask = Ask(origin.user.id, origin.channel, kind.verb, None, at=origin.at)
    if kind is Kind.HOME:
        place = place_for(config.policy, ask, channels_of(config.policy))
        ask = replace(ask, channel=place or origin.channel, present=place is None)
    decision = decide(config.policy, ask)
    if not decision.allowed:
        return denied(ask, decision, config, _DEEDS.get(kind))
    found = find(config.catalogue.projects, query.project) if query.project else None
    if found and not opens_project(config.policy, ask, found.id):
        found = None  # for who may see nothing of it, it is not there
    shown = catalogue_for(config, origin.user.id, origin.channel, origin.at, verbs=(kind.verb,))
    if query.project and found is None and config.catalogue.projects and kind is not Kind.UNSUBSCRIBE:
        return _unknown(kind, "project", query.project, [project.id for project in shown.projects])
    if kind is Kind.SUBSCRIBE and not found and not opens_project(config.policy, ask, query.project or ""):
        about = replace(ask, target=Target(query.project or "", ANY, ANY))
        return denied(about, decide(config.policy, about), config)
    if query.project and found is None and (problem := id_problem("project_id", query.project)):
        return Verdict(
            InboxOutcome.USAGE,
            kind.value,
            answers.usage(grammar.Usage(problem, grammar.USAGE[kind.value])),
        )
    if query.environment and found and found.environments and query.environment not in found.environments:
        project_shown = shown.project(found.id)
        names = project_shown.environments if project_shown else ()
        return _unknown(kind, "environment", query.environment, names)
    project = found.id if found else query.project
    errand = Errand(
        key=origin.key,
        kind=kind,
        run_id="",
        query=query.model_copy(update={"project": project}),
        asker=origin.user,
        team=origin.team,
        channel=origin.channel,
        response_url=origin.response_url,
        asked_at=origin.at,
    )
    return Verdict(InboxOutcome.ACCEPTED, kind.value, rule=decision.rule, entity=errand)


def _unknown(kind: Kind, what: str, word: str, known: Iterable[str]) -> Verdict:
    names = list(known)
    said = answers.unknown_name(what, word, nearest(word, names), names, starts=False)
    return Verdict(InboxOutcome.UNKNOWN_NAME, kind.value, said)
