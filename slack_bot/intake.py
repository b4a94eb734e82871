"""From a request of Slack's to what is committed and answered: parsed, authorised, judged. Pure.

A listener does nothing but call this, commit the row and ack.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, assert_never

from slack_bot import grammar
from slack_bot.approvals import Ballot, refusal_of
from slack_bot.audit import Entry
from slack_bot.config import BotConfig
from slack_bot.confirmations import prepared, refusal_of_confirmation
from slack_bot.errands import VOTES, Errand, ErrandOutcome, ErrandState, Kind, Query
from slack_bot.following import Asker, FollowedRun
from slack_bot.homes import HomeTab
from slack_bot.lookups import judge_lookup
from slack_bot.policy import Ask, Decision, Target, decide, openings, target_of
from slack_bot.questions import judge_question
from slack_bot.requests import ButtonValue, Click, SlashCommand, Submission
from slack_bot.sight import channels_of, place_for
from slack_bot.store.records import InboxOutcome
from slack_bot.text import sentence
from slack_bot.verdicts import Origin, Verdict, alike, denied, find
from slack_bot.views import answers, details
from slack_bot.views.approval_card import APPROVE_ACTION, REJECT_ACTION
from slack_bot.views.blocks import Message, note
from slack_bot.views.card import CANCEL_ACTION, RERUN_ACTION, RERUN_FAILED_ACTION
from slack_bot.views.confirmation import CONFIRM_ACTION
from slack_bot.views.form import Submitted, run_form
from slack_bot.views.help import help_text
from slack_bot.views.home import REFRESH_ACTION
from slack_bot.views.lists import DETAILS_ACTION
from zof_core import RunRequest
from zof_core.catalogue import Catalogue, CatalogueProject, nearest
from zof_core.validation import id_problem, run_request_problems

_REPEATED: Final = {
    Kind.CANCEL: "This was asked to be cancelled already.",
    Kind.RERUN: "This was run again from this button already. Its new message has buttons too, and /zof rerun does "
    "it as often as you like.",
    Kind.APPROVE: "Your approval was counted already.",
    Kind.REJECT: "You rejected this already.",
    Kind.CONFIRM: "You confirmed this already.",
}

CLICKS: Final[Mapping[str, tuple[Kind, bool]]] = {
    CANCEL_ACTION: (Kind.CANCEL, False),
    RERUN_ACTION: (Kind.RERUN, False),
    RERUN_FAILED_ACTION: (Kind.RERUN, True),
    APPROVE_ACTION: (Kind.APPROVE, False),
    REJECT_ACTION: (Kind.REJECT, False),
    CONFIRM_ACTION: (Kind.CONFIRM, False),
    **dict.fromkeys((DETAILS_ACTION, *details.ACTIONS), (Kind.DETAILS, False)),
}
"""Buttons: what they stand for, and whether only for the cases that did not pass."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the store has about a command.

    Args:
        followed: the followed run that it names, if this bot follows it.
        trail: for `audit`, the newest entries of the trail in this channel.
    """

    followed: FollowedRun | None = None
    trail: Sequence[Entry] = ()


_KINDS: Final = {
    grammar.Status: Kind.STATUS,
    grammar.Cancel: Kind.CANCEL,
    grammar.Rerun: Kind.RERUN,
}


def judge_command(
    request: SlashCommand,
    command: grammar.Command,
    config: BotConfig,
    known: Known,
    now: float,
) -> Verdict:
    """Judges a slash command.

    Args:
        known: what the store has about it.
        now: Unix time.
    """
    origin = Origin(request.key, request.team, request.channel, request.user, request.response_url, now)
    match command:
        case grammar.Help():
            return Verdict(InboxOutcome.ANSWERED, "help", help_text(request.command, config.catalogue))
        case grammar.Usage():
            return Verdict(InboxOutcome.USAGE, answer=answers.usage(command))
        case grammar.OpenForm():
            return _form(origin, command, config)
        case grammar.Run():
            return judge_run(origin, command, config)
        case grammar.Status() | grammar.Cancel() | grammar.Rerun():
            kind, failed = _KINDS[type(command)], isinstance(command, grammar.Rerun) and command.failed
            return _errand(origin, kind, command.run_id, known.followed, config, failed_only=failed)
        case grammar.Watch(run_id):
            return _errand(origin, Kind.WATCH, run_id, known.followed, config)
        case grammar.Logs(run_id, case):
            return _errand(origin, Kind.LOGS, run_id, known.followed, config, query=Query(case=case))
        case (
            grammar.Runs()
            | grammar.Schedules()
            | grammar.Home()
            | grammar.Subscribe()
            | grammar.Unsubscribe()
        ):
            return judge_lookup(origin, command, config)
        case grammar.Can() | grammar.WhoAmI() | grammar.Audit():
            return judge_question(origin, command, config, known.trail)
        case _:
            assert_never(command)


def judge_submission(request: Submission, form: Submitted, config: BotConfig, now: float) -> Verdict:
    """Judges a submitted form, by the same checks as a typed command."""
    origin = Origin(request.effect_key, request.team, form.channel, request.user, None, now)
    verdict = judge_run(origin, grammar.Run(form.project or "", form.environment or "", form.suite), config)
    if verdict.outcome is not InboxOutcome.DENIED or verdict.answer is None:
        return verdict
    again = run_form(config.catalogue, channel=form.channel, chosen=form, notice=verdict.answer.text)
    return replace(verdict, modal=again)


def judge_click(
    request: Click, value: ButtonValue, followed: FollowedRun | None, config: BotConfig, now: float
) -> Verdict:
    """Judges a click on one of a card's buttons. A denial needs an errand: a click's ack shows nothing."""
    user = request.user
    kind, failed_only = CLICKS[request.action_id]
    if not request.channel:
        request = replace(request, channel=_place(request, kind, followed, config, now))
    if kind in VOTES:
        return judge_vote(request, value, followed, config, now)
    if value.run:
        return _about_run(request, kind, value, followed, config, now=now)
    if followed is None or followed.run is None:
        text = note("I no longer follow this run, so its button does nothing. Look it up with /zof status.")
        outcomes = (InboxOutcome.ANSWERED, ErrandOutcome.UNKNOWN_NAME)
        return _reply(request, user, text, outcomes=outcomes, now=now)
    ask = _ask_about(followed, kind.value, user.id, request.channel, now)
    decision = decide(config.policy, ask)
    if not decision.allowed:
        text = answers.denied(ask, decision, openings(config.policy, ask))
        outcomes = (InboxOutcome.DENIED, ErrandOutcome.DENIED)
        return _reply(request, user, text, outcomes=outcomes, now=now, decision=decision)
    key = request.effect_key(value.nonce)
    origin = Origin(key, request.team, request.channel, user, request.response_url, now)
    return _errand(origin, kind, followed.run.id, followed, config, failed_only=failed_only)


def _place(request: Click, kind: Kind, followed: FollowedRun | None, config: BotConfig, now: float) -> str:
    """The channel whose rules judge a click in the home: a request's own, else the first that allows it."""
    if kind in VOTES and followed is not None:
        return followed.channel
    ask = (
        _ask_about(followed, kind.verb, request.user.id, "", now)
        if followed
        else Ask(request.user.id, "", kind.verb, None, at=now)
    )
    return place_for(config.policy, ask, channels_of(config.policy)) or ""


def _about_run(
    request: Click,
    kind: Kind,
    value: ButtonValue,
    followed: FollowedRun | None,
    config: BotConfig,
    *,
    now: float,
) -> Verdict:
    """Judges a button that names a run by its id, whoever started it."""
    reads = kind is Kind.DETAILS
    key = request.key if reads else request.effect_key(f"{value.run}:{value.nonce}")
    view = request.view or (details.external_id(request.key) if reads else None)
    verdict = _errand(
        Origin(key, request.team, request.channel, request.user, request.response_url, now),
        kind,
        value.run,
        followed,
        config,
        failed_only=CLICKS[request.action_id][1] if request.action_id in CLICKS else False,
        query=Query(page=value.page, case=value.case or None),
        view=view,
    )
    if verdict.entity is None:
        answer = verdict.answer or note("This button does nothing any more.")
        outcomes = (verdict.outcome, ErrandOutcome.DENIED)
        replied = _reply(request, request.user, answer, outcomes=outcomes, now=now, kind=kind)
        return replace(replied, rule=verdict.rule)
    modal = (
        details.details_modal(view, request.channel, details.loading()) if view and not request.view else None
    )
    return replace(verdict, modal=modal)


def judge_shortcut(request: Click, followed: FollowedRun | None, config: BotConfig, now: float) -> Verdict:
    """Judges the shortcut on a message: the details of the run that it shows."""
    if followed is None or followed.run is None:
        text = note("This message shows no run that I follow. /zof status RUN and /zof runs find any run.")
        outcomes = (InboxOutcome.ANSWERED, ErrandOutcome.UNKNOWN_NAME)
        return _reply(request, request.user, text, outcomes=outcomes, now=now, kind=Kind.DETAILS)
    value = ButtonValue("", "", followed.run.id)
    return _about_run(request, Kind.DETAILS, value, followed, config, now=now)


def judge_home_click(request: Click, config: BotConfig, now: float) -> Verdict:
    """Judges Refresh and Start a run of the home."""
    if request.action_id == REFRESH_ACTION:
        return Verdict(InboxOutcome.ACCEPTED, "home", entity=home_tab(request.team, request.user.id, now))
    ask = Ask(request.user.id, "", "run", None, at=now)
    place = place_for(config.policy, ask, channels_of(config.policy))
    if place is None:
        return denied(ask, decide(config.policy, ask), config)
    decision = decide(config.policy, replace(ask, channel=place))
    return _opened(decision.rule, config, Submitted(None, None, None, ""))


def home_tab(team: str, user: str, now: float) -> HomeTab:
    """Somebody's home, opened now."""
    return HomeTab(key=f"{team}:{user}", user=user, team=team, opened_at=now)


def judge_vote(
    request: Click, value: ButtonValue, row: FollowedRun | None, config: BotConfig, now: float
) -> Verdict:
    """Judges a click on Approve, Reject or Confirm."""
    user, kind = request.user, CLICKS[request.action_id][0]
    ballot = Ballot(user, request.channel, value.nonce, approve=kind is Kind.APPROVE)
    judge = refusal_of_confirmation if kind is Kind.CONFIRM else refusal_of
    refusal = judge(ballot, row, config.policy, now)
    if refusal is not None:
        outcomes = (InboxOutcome.DENIED, ErrandOutcome.DENIED)
        return _reply(request, user, note(sentence(refusal)), outcomes=outcomes, now=now)
    errand = Errand(
        # Everybody has a vote of their own.
        key=f"{request.effect_key(value.nonce)}:{user.id}",
        kind=kind,
        run_id="",
        followed_key=value.key,
        asker=user,
        channel=request.channel,
        response_url=request.response_url,
        asked_at=now,
    )
    asked = (row.confirmation if kind is Kind.CONFIRM else row.approval) if row else None
    rule = asked.rule if asked else None
    return Verdict(InboxOutcome.ACCEPTED, kind.value, rule=rule, entity=errand)


def judge_repeated_click(request: Click, now: float) -> Verdict:
    """Judges a click on a button whose work was done by an earlier click: that is said, and nothing is done twice."""
    kind, _ = CLICKS[request.action_id]
    text = _REPEATED.get(kind, "This was done already.")
    outcomes = (InboxOutcome.ANSWERED, ErrandOutcome.ANSWERED)
    return _reply(request, request.user, note(text), outcomes=outcomes, now=now)


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


def _form(origin: Origin, command: grammar.OpenForm, config: BotConfig) -> Verdict:
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
    return _opened(decision.rule, config, chosen)


def _opened(rule: str, config: BotConfig, chosen: Submitted, notice: str | None = None) -> Verdict:
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
    return _opened(rule, config, chosen, notice)


def _ask_about(followed: FollowedRun, verb: str, user: str, channel: str, now: float) -> Ask:
    starter = followed.started_by.id if followed.started_by else None
    return Ask(user, channel, verb, target_of(followed), started_by=starter, at=now)


def _errand(
    origin: Origin,
    kind: Kind,
    run_id: str,
    followed: FollowedRun | None,
    config: BotConfig,
    *,
    failed_only: bool = False,
    query: Query | None = None,
    view: str | None = None,
) -> Verdict:
    if problem := id_problem("run_id", run_id):
        usage = grammar.Usage(problem, grammar.USAGE.get(kind.value, grammar.USAGE["help"]))
        return Verdict(InboxOutcome.USAGE, kind.value, answers.usage(usage))
    ask = (
        _ask_about(followed, kind.verb, origin.user.id, origin.channel, origin.at)
        if followed
        else Ask(origin.user.id, origin.channel, kind.verb, None, at=origin.at)
    )
    decision = decide(config.policy, ask)
    if not decision.allowed:
        return denied(ask, decision, config)
    return Verdict(
        InboxOutcome.ACCEPTED,
        kind.value,
        rule=decision.rule,
        entity=Errand(
            key=origin.key,
            kind=kind,
            run_id=run_id,
            failed_only=failed_only,
            query=query or Query(),
            view=view,
            team=origin.team,
            followed_key=followed.key if followed else None,
            asker=origin.user,
            channel=origin.channel,
            response_url=origin.response_url,
            asked_at=origin.at,
        ),
    )


def _reply(
    request: Click,
    user: Asker,
    answer: Message,
    *,
    outcomes: tuple[InboxOutcome, ErrandOutcome],
    now: float,
    decision: Decision | None = None,
    kind: Kind | None = None,
) -> Verdict:
    errand = Errand(
        key=request.key,
        kind=kind or CLICKS[request.action_id][0],
        view=request.view or None,
        team=request.team,
        run_id="",
        asker=user,
        channel=request.channel,
        response_url=request.response_url,
        asked_at=now,
        state=ErrandState.ANSWERED,
        answer=answer.text,
        outcome=outcomes[1],
    )
    return Verdict(outcomes[0], errand.kind.value, answer, decision.rule if decision else None, errand)


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
