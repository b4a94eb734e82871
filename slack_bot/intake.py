"""From a slash command or a submitted form to what is committed and answered: parsed, authorised, judged. Pure.

A listener does nothing but call this (or `slack_bot.clicks`), commit the row and ack.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, assert_never

from slack_bot import grammar
from slack_bot.about_runs import judge_errand
from slack_bot.audit import Entry
from slack_bot.config import BotConfig
from slack_bot.errands import Errand, ErrandOutcome, ErrandState, Kind, Query
from slack_bot.followed import FollowedRun
from slack_bot.lookups import judge_lookup
from slack_bot.manifest import COMMAND
from slack_bot.openings import openings
from slack_bot.questions import judge_question
from slack_bot.requests import AppEvent, SlashCommand, Submission
from slack_bot.sight import catalogue_for
from slack_bot.starting import form_for, judge_form, judge_run
from slack_bot.store.records import InboxOutcome
from slack_bot.verdicts import Origin, Verdict
from slack_bot.views import answers
from slack_bot.views.blocks import Message
from slack_bot.views.form import Submitted
from slack_bot.views.help import help_text


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
            return Verdict(InboxOutcome.ANSWERED, Kind.HELP.value, _help(request.command, origin, config))
        case grammar.Usage():
            return Verdict(InboxOutcome.USAGE, answer=answers.usage(command))
        case grammar.OpenForm():
            return judge_form(origin, command, config)
        case grammar.Run():
            return judge_run(origin, command, config)
        case grammar.Status() | grammar.Cancel() | grammar.Rerun():
            kind, failed = _KINDS[type(command)], isinstance(command, grammar.Rerun) and command.failed
            return judge_errand(origin, kind, command.run_id, known.followed, config, failed_only=failed)
        case grammar.Watch(run_id):
            return judge_errand(origin, Kind.WATCH, run_id, known.followed, config)
        case grammar.Logs(run_id, case):
            return judge_errand(origin, Kind.LOGS, run_id, known.followed, config, query=Query(case=case))
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


def judge_mention(request: AppEvent, config: BotConfig, now: float) -> Verdict:
    """Judges a mention, whatever it says: what can be typed is shown to its author alone, in its thread."""
    origin = Origin(request.key, request.team, request.channel, request.user, None, now)
    said = _help(COMMAND, origin, config)
    errand = Errand(
        key=request.key,
        kind=Kind.HELP,
        run_id="",
        team=request.team,
        asker=request.user,
        channel=request.channel,
        thread=request.thread_ts or None,
        asked_at=now,
        state=ErrandState.ANSWERED,
        answer=said.text,
        blocks=tuple(said.blocks),
        outcome=ErrandOutcome.ANSWERED,
    )
    return Verdict(InboxOutcome.ANSWERED, Kind.HELP.value, said, entity=errand)


def judge_submission(request: Submission, form: Submitted, config: BotConfig, now: float) -> Verdict:
    """Judges a submitted form, by the same checks as a typed command."""
    origin = Origin(request.effect_key, request.team, form.channel, request.user, None, now, present=False)
    verdict = judge_run(origin, grammar.Run(form.project or "", form.environment or "", form.suite), config)
    if verdict.outcome is not InboxOutcome.DENIED or verdict.answer is None:
        return verdict
    return replace(verdict, modal=form_for(origin, config, form, notice=verdict.answer.text))


def _help(command: str, origin: Origin, config: BotConfig) -> Message:
    names = catalogue_for(config, origin.user.id, origin.channel, origin.at)
    return help_text(command, names, _only_elsewhere(origin, config))


def _only_elsewhere(origin: Origin, config: BotConfig) -> tuple[str, ...] | None:
    """The channels where somebody may start or see runs, if they may do nothing where they are; else None."""
    if openings(config.policy, origin.ask("run"), elsewhere=0).verbs_here:
        return None
    asks = (origin.ask("run"), origin.ask("status"))
    return tuple(dict.fromkeys(one for ask in asks for one in openings(config.policy, ask).channels))
