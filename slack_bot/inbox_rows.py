"""The row of the inbox for each thing that came and was judged. Pure."""

from __future__ import annotations

from typing import Final

from slack_bot.config import BotConfig
from slack_bot.errands import Errand
from slack_bot.membership import email_problem
from slack_bot.requests import AppEvent, Click, SlashCommand, Submission
from slack_bot.store.records import InboxKind, InboxOutcome, InboxRow
from slack_bot.text import clip, tidy
from slack_bot.verdicts import Verdict

_TYPED_MAX: Final = 1000


def command_row(request: SlashCommand, verdict: Verdict, config: BotConfig, now: float) -> InboxRow:
    """What was typed."""
    typed = clip(tidy(f"{request.command} {request.text}"), _TYPED_MAX)
    return _row(InboxKind.COMMAND, request, verdict, config, now, channel=request.channel, text=typed)


def click_row(
    request: Click, verdict: Verdict, config: BotConfig, now: float, kind: InboxKind = InboxKind.BUTTON
) -> InboxRow:
    """A click, or a message's shortcut. Of a button's work there is one row, however often it is pressed."""
    key = verdict.entity.key if isinstance(verdict.entity, Errand) else request.key
    return _row(kind, request, verdict, config, now, key=key, channel=request.channel, text=request.action_id)


def form_row(request: Submission, channel: str, verdict: Verdict, config: BotConfig, now: float) -> InboxRow:
    """A submitted form. Of what it starts there is one row, however often it is sent."""
    key = request.effect_key if verdict.outcome is InboxOutcome.ACCEPTED else request.key
    said = request.callback_id
    return _row(InboxKind.SUBMISSION, request, verdict, config, now, key=key, channel=channel, text=said)


def event_row(request: AppEvent, event: str, verdict: Verdict, config: BotConfig, now: float) -> InboxRow:
    """The opening of a home, or a mention; `event` is Slack's word for it."""
    return _row(InboxKind.EVENT, request, verdict, config, now, channel=request.channel, text=event)


def _row(
    kind: InboxKind,
    request: SlashCommand | Click | Submission | AppEvent,
    verdict: Verdict,
    config: BotConfig,
    now: float,
    *,
    channel: str,
    text: str,
    key: str | None = None,
) -> InboxRow:
    """What all rows have in common. `key`: what makes it one row, if it is not the request's own."""
    return InboxRow(
        key=request.key if key is None else key,
        kind=kind,
        received_at=now,
        team=request.team,
        channel=channel,
        user_id=request.user.id,
        user_name=request.user.name,
        text=text,
        verb=verdict.verb,
        rule=verdict.rule,
        outcome=verdict.outcome,
        answer=verdict.answer.text if verdict.answer else None,
        entity=verdict.entity,
        remark=email_problem(config.policy, request.user.id),
    )
