"""The row of the inbox for each thing that came and was judged. Pure."""

from __future__ import annotations

from typing import Any, Final

from slack_bot.config import BotConfig
from slack_bot.errands import Errand
from slack_bot.followed import Asker
from slack_bot.membership import email_problem
from slack_bot.requests import Click, HomeOpened, Mention, SlashCommand, Submission
from slack_bot.store.records import InboxKind, InboxOutcome, InboxRow
from slack_bot.text import clip, tidy
from slack_bot.verdicts import Verdict

_TYPED_MAX: Final = 1000


def command_row(request: SlashCommand, verdict: Verdict, config: BotConfig, now: float) -> InboxRow:
    """What was typed."""
    return InboxRow(
        key=request.key,
        kind=InboxKind.COMMAND,
        received_at=now,
        team=request.team,
        channel=request.channel,
        user_id=request.user.id,
        user_name=request.user.name,
        text=clip(tidy(f"{request.command} {request.text}"), _TYPED_MAX),
        **_judged(verdict, request.user, config),
    )


def click_row(request: Click, verdict: Verdict, config: BotConfig, now: float) -> InboxRow:
    """A click, or a message's shortcut. Of a button's work there is one row, however often it is pressed."""
    return InboxRow(
        key=verdict.entity.key if isinstance(verdict.entity, Errand) else request.key,
        kind=InboxKind.BUTTON,
        received_at=now,
        team=request.team,
        channel=request.channel,
        user_id=request.user.id,
        user_name=request.user.name,
        text=request.action_id,
        **_judged(verdict, request.user, config),
    )


def form_row(request: Submission, channel: str, verdict: Verdict, config: BotConfig, now: float) -> InboxRow:
    """A submitted form. Of what it starts there is one row, however often it is sent."""
    accepted = verdict.outcome is InboxOutcome.ACCEPTED
    return InboxRow(
        key=request.effect_key if accepted else request.key,
        kind=InboxKind.SUBMISSION,
        received_at=now,
        team=request.team,
        channel=channel,
        user_id=request.user.id,
        user_name=request.user.name,
        text=request.callback_id,
        **_judged(verdict, request.user, config),
    )


def event_row(
    request: HomeOpened | Mention, event: str, verdict: Verdict, config: BotConfig, now: float
) -> InboxRow:
    """The opening of a home, or a mention; `event` is Slack's word for it."""
    return InboxRow(
        key=request.key,
        kind=InboxKind.EVENT,
        received_at=now,
        team=request.team,
        channel=request.channel,
        user_id=request.user.id,
        user_name=request.user.name,
        text=event,
        **_judged(verdict, request.user, config),
    )


def _judged(verdict: Verdict, user: Asker, config: BotConfig) -> dict[str, Any]:
    return {
        "verb": verdict.verb,
        "rule": verdict.rule,
        "outcome": verdict.outcome,
        "answer": verdict.answer.text if verdict.answer else None,
        "entity": verdict.entity,
        "remark": email_problem(config.policy, user.id),
    }
