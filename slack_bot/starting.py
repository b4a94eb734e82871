"""Requests to start a run: typed in full, or by the form, which opens where something is left open. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from slack_bot import grammar
from slack_bot.config import BotConfig
from slack_bot.confirmations import prepared
from slack_bot.followed import FollowedRun
from slack_bot.policy import Target, decide
from slack_bot.sight import catalogue_for
from slack_bot.store.records import InboxOutcome
from slack_bot.verdicts import Origin, Verdict, alike, denied, find
from slack_bot.views import answers
from slack_bot.views.form import Submitted, run_form
from zof_core import RunRequest
from zof_core.catalogue import Catalogue, CatalogueProject, nearest
from zof_core.validation import run_request_problems


def judge_run(origin: Origin, command: grammar.Run, config: BotConfig) -> Verdict:
    """Judges a request to start a run: its form, its names, and whether the asker may."""
    first = origin.ask("run")
    decision = decide(config.policy, first)
    if not decision.allowed:
        return denied(first, decision, config)
    project = find(config.catalogue.projects, command.project)
    suite = find(project.suites, command.suite) if project and command.suite else None
    shown = _shown(origin, config)
    visible = shown.project(project.id) if project else None
    if project and visible and (unknown := _unknown_in(project, visible, command, suite is not None)):
        known_place = command.environment in project.environments or not project.environments
        which = _which(command, visible, origin, decision.rule, config) if known_place and not suite else None
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
    ask = origin.ask("run", target)
    decision = decide(config.policy, ask)
    if not decision.allowed:
        stranger = None if project else _unknown_project(command.project, config.catalogue, shown)
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
    ask = origin.ask("run")
    decision = decide(config.policy, ask)
    if not decision.allowed:
        return denied(ask, decision, config)
    project = find(config.catalogue.projects, command.project) if command.project else None
    shown = _shown(origin, config)
    if command.project and project is None:
        unknown = _unknown_project(command.project, config.catalogue, shown)
        if unknown is not None:
            return unknown
    names = project.environments if project else ()
    visible = shown.project(project.id) if project else None
    if command.environment and names and visible and command.environment not in names:
        return _unknown("environment", command.environment, visible.environments, "environment")
    chosen = Submitted(project.id if project else None, command.environment, None, origin.channel)
    return opened(decision.rule, origin, config, chosen)


def form_for(
    origin: Origin, config: BotConfig, chosen: Submitted, *, given: bool = True, notice: str | None = None
) -> dict[str, Any] | None:
    """The form with the names that its reader may choose from; None if there are none.

    Args:
        given: what is chosen is shown as chosen.
    """
    names = catalogue_for(config, origin.user.id, chosen.channel, origin.at, present=origin.present)
    return run_form(names, channel=chosen.channel, chosen=chosen if given else None, notice=notice)


def opened(
    rule: str, origin: Origin, config: BotConfig, chosen: Submitted, notice: str | None = None
) -> Verdict:
    """The form, with what is known chosen already."""
    given = bool(chosen.project or chosen.environment)
    modal = form_for(origin, config, chosen, given=given, notice=notice)
    if modal is None:
        problem = grammar.Usage(
            "There is no form, because [[catalogue.projects]] of zofops.toml lists nothing whose suites you may run "
            "here.",
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
    return opened(rule, origin, config, chosen, notice)


def _shown(origin: Origin, config: BotConfig) -> Catalogue:
    """The names that an answer may mention: of what its reader may run or see."""
    verbs = ("run", "status")
    return catalogue_for(
        config, origin.user.id, origin.channel, origin.at, verbs=verbs, present=origin.present
    )


def _unknown_in(
    project: CatalogueProject, visible: CatalogueProject, command: grammar.Run, suite_known: bool
) -> Verdict | None:
    """The catalogue knows the project: then it knows its environments and suites too.

    Args:
        visible: of the project, what may be mentioned.
    """
    if project.environments and command.environment not in project.environments:
        return _unknown("environment", command.environment, visible.environments, "environment")
    if command.suite and project.suites and not suite_known:
        return _unknown("suite", command.suite, [suite.id for suite in visible.suites], "test_suite_id")
    return None


def _unknown_project(word: str, catalogue: Catalogue, shown: Catalogue) -> Verdict | None:
    ids = [project.id for project in shown.projects]
    return _unknown("project", word, ids, "project_id") if catalogue.projects else None


def _unknown(what: str, word: str, known: Iterable[str], param: str) -> Verdict:
    names = list(known)
    answer = answers.unknown_name(what, word, nearest(word, names), names)
    return Verdict(
        InboxOutcome.UNKNOWN_NAME, "run", answer, problems={param: f"There is no {what} '{word}'."}
    )
