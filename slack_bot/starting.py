"""Requests to start a run: typed in full, or by the form, which opens where something is left open. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from slack_bot import grammar
from slack_bot.config import BotConfig
from slack_bot.confirmations import prepared
from slack_bot.following import FollowedRun
from slack_bot.policy import Ask, Target, decide
from slack_bot.store.records import InboxOutcome
from slack_bot.verdicts import Origin, Verdict, alike, denied, find
from slack_bot.views import answers
from slack_bot.views.form import Submitted, run_form
from zof_core import RunRequest
from zof_core.catalogue import Catalogue, CatalogueProject, nearest
from zof_core.validation import run_request_problems


def judge_run(origin: Origin, command: grammar.Run, config: BotConfig) -> Verdict:
    """Judges a request to start a run: its form, its names, and whether the asker may."""
    first = Ask(origin.user.id, origin.channel, "run", None, at=origin.at)
    decision = decide(config.policy, first)
    if not decision.allowed:
        return denied(first, decision, config)
    project = find(config.catalogue.projects, command.project)
    suite = find(project.suites, command.suite) if project and command.suite else None
    if project and (unknown := _unknown_in(project, command, suite is not None)):
        known_place = command.environment in project.environments or not project.environments
        which = _which(command, project, origin, decision.rule, config) if known_place and not suite else None
        return which or unknown
    project_id = project.id if project else command.project
    suite_id = suite.id if suite else command.suite
    request = RunRequest(
        project_id=project_id,
        environment=command.environment,
        test_suite_id=suite_id,
        test_case_ids=list(command.cases) or None,
    )
    problems = run_request_problems(**request.model_dump())
    if problems:
        return Verdict(InboxOutcome.USAGE, "run", answers.invalid(problems.values()), problems=problems)
    target = Target(project_id, command.environment, suite_id)
    ask = Ask(origin.user.id, origin.channel, "run", target, at=origin.at)
    decision = decide(config.policy, ask)
    if not decision.allowed:
        stranger = None if project else _unknown_project(command.project, config.catalogue)
        return stranger or denied(ask, decision, config)
    row = FollowedRun(
        key=origin.key,
        request=request,
        project_name=(project.name if project else None) or project_id,
        suite_name=(suite.name if suite else None) or suite_id,
        asker=origin.user,
        team=origin.team,
        channel=origin.channel,
        response_url=origin.response_url,
        accepted_at=origin.at,
    )
    entity = prepared(row, decision, config.policy, origin.at)
    return Verdict(InboxOutcome.ACCEPTED, "run", rule=decision.rule, entity=entity)


def judge_form(origin: Origin, command: grammar.OpenForm, config: BotConfig) -> Verdict:
    """Judges a request to open the form."""
    ask = Ask(origin.user.id, origin.channel, "run", None, at=origin.at)
    decision = decide(config.policy, ask)
    if not decision.allowed:
        return denied(ask, decision, config)
    project = find(config.catalogue.projects, command.project) if command.project else None
    if command.project and project is None:
        unknown = _unknown_project(command.project, config.catalogue)
        if unknown is not None:
            return unknown
    names = project.environments if project else ()
    if command.environment and names and command.environment not in names:
        return _unknown("environment", command.environment, names, "environment")
    chosen = Submitted(project.id if project else None, command.environment, None, origin.channel)
    return opened(decision.rule, config, chosen)


def opened(rule: str, config: BotConfig, chosen: Submitted, notice: str | None = None) -> Verdict:
    """The form, with what is known chosen already."""
    given = chosen if chosen.project or chosen.environment else None
    modal = run_form(config.catalogue, channel=chosen.channel, chosen=given, notice=notice)
    if modal is None:
        problem = grammar.Usage(
            "There is no form, because zofops.toml lists nothing under [[catalogue.projects]].",
            grammar.USAGE["run"],
        )
        return Verdict(InboxOutcome.USAGE, "run", answers.usage(problem))
    return Verdict(InboxOutcome.MODAL, "run", rule=rule, modal=modal)


def _which(
    command: grammar.Run, project: CatalogueProject, origin: Origin, rule: str, config: BotConfig
) -> Verdict | None:
    """The form, if a word could mean several suites: then nobody guesses."""
    word = command.suite or ""
    meant = alike(project.suites, word)
    if len(meant) < 2:
        return None
    notice = answers.ambiguous("suite", word, [suite.name or suite.id for suite in meant])
    chosen = Submitted(project.id, command.environment, None, origin.channel)
    return opened(rule, config, chosen, notice)


def _unknown_in(project: CatalogueProject, command: grammar.Run, suite_known: bool) -> Verdict | None:
    """The catalogue knows the project: then it knows its environments and suites too."""
    if project.environments and command.environment not in project.environments:
        return _unknown("environment", command.environment, project.environments, "environment")
    if command.suite and project.suites and not suite_known:
        return _unknown("suite", command.suite, [suite.id for suite in project.suites], "test_suite_id")
    return None


def _unknown_project(word: str, catalogue: Catalogue) -> Verdict | None:
    ids = [project.id for project in catalogue.projects]
    return _unknown("project", word, ids, "project_id") if ids else None


def _unknown(what: str, word: str, known: Iterable[str], param: str) -> Verdict:
    names = list(known)
    answer = answers.unknown_name(what, word, nearest(word, names), names)
    return Verdict(
        InboxOutcome.UNKNOWN_NAME, "run", answer, problems={param: f"There is no {what} '{word}'."}
    )
