"""Clicks on buttons of messages, modals and the home, and a message's shortcut. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from slack_bot.about_runs import ask_about, judge_errand
from slack_bot.approvals import Ballot, refusal_of
from slack_bot.config import BotConfig
from slack_bot.confirmations import refusal_of_confirmation, refusal_of_decline
from slack_bot.errands import VOTES, Errand, ErrandOutcome, ErrandState, Kind, Query
from slack_bot.followed import FollowedRun
from slack_bot.homes import HomeTab
from slack_bot.openings import openings
from slack_bot.policy import Ask, Decision, decide
from slack_bot.requests import AppEvent, ButtonValue, Click
from slack_bot.sight import channels_of, place_for
from slack_bot.starting import opened
from slack_bot.store.records import InboxOutcome
from slack_bot.text import sentence
from slack_bot.verdicts import Origin, Verdict, denied
from slack_bot.views import answers, details
from slack_bot.views.approval_card import APPROVE_ACTION, REJECT_ACTION
from slack_bot.views.blocks import Message, note
from slack_bot.views.card import CANCEL_ACTION, RERUN_ACTION, RERUN_FAILED_ACTION
from slack_bot.views.confirmation import CONFIRM_ACTION, DECLINE_ACTION
from slack_bot.views.form import Submitted
from slack_bot.views.home import REFRESH_ACTION, START_ACTION
from slack_bot.views.lists import DETAILS_ACTION, IN_HOME, OPEN_ACTION

CLICKS: Final[Mapping[str, tuple[Kind, bool]]] = {
    CANCEL_ACTION: (Kind.CANCEL, False),
    RERUN_ACTION: (Kind.RERUN, False),
    RERUN_FAILED_ACTION: (Kind.RERUN, True),
    APPROVE_ACTION: (Kind.APPROVE, False),
    REJECT_ACTION: (Kind.REJECT, False),
    CONFIRM_ACTION: (Kind.CONFIRM, False),
    DECLINE_ACTION: (Kind.DECLINE, False),
    **dict.fromkeys((DETAILS_ACTION, *details.ACTIONS), (Kind.DETAILS, False)),
}
"""Buttons about a run or a request: what they stand for, and whether only for the cases that did not pass."""
HOME_CLICKS: Final = (START_ACTION, REFRESH_ACTION)
"""Buttons of the home that are about none."""
LINKS: Final = (OPEN_ACTION,)
"""Buttons that the person's own browser follows: they are acked and change nothing."""

_REPEATED: Final = {
    Kind.CANCEL: "This was asked to be cancelled already.",
    Kind.RERUN: "This was run again from this button already. Its new message has buttons too, and `/zof rerun` does "
    "it as often as you like.",
}


def judge_click(
    request: Click, value: ButtonValue, followed: FollowedRun | None, config: BotConfig, now: float
) -> Verdict:
    """Judges a click on one of a card's buttons. A denial needs an errand: a click's ack shows nothing."""
    kind, failed_only = CLICKS[request.action_id]
    if kind in VOTES:
        return judge_vote(request, value, followed, config, now)
    if of_home := is_of_home(request, value):
        place = _place(request, kind, followed, config, now)
        request = replace(request, channel=place or request.channel, in_view=True)
    if value.run:
        verdict = _about_run(request, kind, value, followed, config, now=now, failed_only=failed_only)
        if of_home and isinstance(verdict.entity, Errand):
            return replace(verdict, entity=verdict.entity.model_copy(update={"anywhere": True}))
        return verdict
    if followed is None or followed.run is None:
        text = note(
            "I no longer follow this run, so its button does nothing. Look it up with `/zof status RUN`."
        )
        outcomes = (InboxOutcome.ANSWERED, ErrandOutcome.UNKNOWN_NAME)
        return _reply(request, text, outcomes=outcomes, now=now)
    if request.channel != followed.channel:
        text = note("This button belongs to a message in another channel, so nothing was started or changed.")
        outcomes = (InboxOutcome.DENIED, ErrandOutcome.DENIED)
        return _reply(request, text, outcomes=outcomes, now=now)
    # Wherever its message stands by now, the button is the same one.
    origin = _origin(request, request.effect_key(f"{value.key}:{value.nonce}"), now)
    ask = ask_about(origin, kind.verb, followed)
    decision = decide(config.policy, ask)
    if not decision.allowed:
        text = answers.denied(ask, decision, openings(config.policy, ask))
        outcomes = (InboxOutcome.DENIED, ErrandOutcome.DENIED)
        return _reply(request, text, outcomes=outcomes, now=now, decision=decision)
    return judge_errand(origin, kind, followed.run.id, followed, config, failed_only=failed_only)


def is_of_home(request: Click, value: ButtonValue) -> bool:
    """Whether a button is one of the home, which stands in no channel, or of its copy that `/zof home` shows."""
    return not request.channel or value.nonce == IN_HOME


def _origin(request: Click, key: str, now: float) -> Origin:
    return Origin(
        key,
        request.team,
        request.channel,
        request.user,
        request.response_url,
        now,
        present=not request.in_view,
    )


def _place(request: Click, kind: Kind, followed: FollowedRun | None, config: BotConfig, now: float) -> str:
    """The channel whose rules judge a click in the home: the first that allows it to somebody who can be in it."""
    ask = ask_about(_origin(request, request.key, now), kind.verb, followed)
    return place_for(config.policy, ask, channels_of(config.policy)) or ""


def _about_run(
    request: Click,
    kind: Kind,
    value: ButtonValue,
    followed: FollowedRun | None,
    config: BotConfig,
    *,
    now: float,
    failed_only: bool = False,
) -> Verdict:
    """Judges a button that names a run by its id, whoever started it."""
    reads = kind is Kind.DETAILS
    # Each list and each opened modal has a button of its own.
    own = request.effect_key(f"{request.message_ts}:{value.run}:{value.nonce}")
    view = request.view or (details.external_id(request.key) if reads else None)
    verdict = judge_errand(
        _origin(request, request.key if reads else own, now),
        kind,
        value.run,
        followed,
        config,
        failed_only=failed_only,
        query=Query(page=value.page, case=value.case or None),
        view=view,
    )
    if verdict.entity is None:
        answer = verdict.answer or note("This button does nothing any more.")
        outcomes = (verdict.outcome, ErrandOutcome.DENIED)
        replied = _reply(request, answer, outcomes=outcomes, now=now, kind=kind)
        return replace(replied, rule=verdict.rule)
    modal = (
        details.details_modal(view, request.channel, details.loading()) if view and not request.view else None
    )
    return replace(verdict, modal=modal)


def judge_shortcut(request: Click, followed: FollowedRun | None, config: BotConfig, now: float) -> Verdict:
    """Judges the shortcut on a message: the details of the run that it shows."""
    if followed is None or followed.run is None:
        text = note(
            "This message shows no run that I follow. `/zof status RUN` and `/zof runs` find any run."
        )
        outcomes = (InboxOutcome.ANSWERED, ErrandOutcome.UNKNOWN_NAME)
        return _reply(request, text, outcomes=outcomes, now=now, kind=Kind.DETAILS)
    value = ButtonValue("", "", followed.run.id)
    return _about_run(request, Kind.DETAILS, value, followed, config, now=now)


def judge_home_click(request: Click, config: BotConfig, now: float) -> Verdict:
    """Judges Refresh and Start a run of the home."""
    if request.action_id == REFRESH_ACTION:
        return judge_home(request, config, now)
    ask = Ask(request.user.id, "", "run", None, at=now, present=False)
    place = place_for(config.policy, ask, channels_of(config.policy))
    if place is None:
        return denied(ask, decide(config.policy, ask), config)
    decision = decide(config.policy, replace(ask, channel=place))
    origin = _origin(request, request.key, now)
    return opened(decision.rule, origin, config, Submitted(None, None, None, ""))


def judge_home(request: AppEvent | Click, config: BotConfig, now: float) -> Verdict:
    """Judges the opening of a home. Everybody has one; it shows what some rule lets them see, if any does."""
    user = request.user.id
    ask = Ask(user, "", "status", None, at=now, present=False)
    place = place_for(config.policy, ask, channels_of(config.policy))
    rule = decide(config.policy, replace(ask, channel=place or "")).rule
    tab = HomeTab(key=f"{request.team}:{user}", user=user, team=request.team, opened_at=now)
    return Verdict(InboxOutcome.ACCEPTED, "home", rule=rule, entity=tab)


def judge_vote(
    request: Click, value: ButtonValue, row: FollowedRun | None, config: BotConfig, now: float
) -> Verdict:
    """Judges a click on Approve, Reject, Confirm or Not now; in the home it is about the request's own channel."""
    kind = CLICKS[request.action_id][0]
    channel = request.channel or (row.channel if row else "")
    request = replace(request, channel=channel)
    ballot = Ballot(
        request.user, channel, value.nonce, approve=kind is not Kind.REJECT, present=not request.in_view
    )
    refusal = REFUSALS[kind](ballot, row, config.policy, now)
    if refusal is not None:
        outcomes = (InboxOutcome.DENIED, ErrandOutcome.DENIED)
        return _reply(request, note(sentence(refusal)), outcomes=outcomes, now=now)
    errand = Errand(
        # Each click is answered; that somebody counts once is a matter of the request's row.
        key=request.key,
        kind=kind,
        run_id="",
        followed_key=value.key,
        asker=request.user,
        team=request.team,
        channel=channel,
        present=ballot.present,
        response_url=request.response_url,
        asked_at=now,
    )
    asked = (row.approval if kind in (Kind.APPROVE, Kind.REJECT) else row.confirmation) if row else None
    rule = asked.rule if asked else None
    return Verdict(InboxOutcome.ACCEPTED, kind.value, rule=rule, entity=errand)


REFUSALS: Final = {
    Kind.APPROVE: refusal_of,
    Kind.REJECT: refusal_of,
    Kind.CONFIRM: refusal_of_confirmation,
    Kind.DECLINE: refusal_of_decline,
}
"""Why a vote does not count; asked at the click, and again when it is counted."""


def tried(request: Click, verdict: Verdict, key: str | None = None) -> Verdict:
    """The verdict as the try of a button that this click is.

    Args:
        key: the try's, if it is not the first.
    """
    if not isinstance(verdict.entity, Errand):
        return verdict
    changes = {"click": request.key, **({"key": key} if key else {})}
    return replace(verdict, entity=verdict.entity.model_copy(update=changes))


def judge_repeated_click(request: Click, now: float, *, pending: bool = False) -> Verdict:
    """Judges a click on a button whose work an earlier click has done: that is said, and nothing is done twice.

    Args:
        pending: or is doing.
    """
    kind, _ = CLICKS[request.action_id]
    text = (
        "This is being done already; what comes of it is said then."
        if pending
        else _REPEATED.get(kind, "This was done already.")
    )
    outcomes = (InboxOutcome.ANSWERED, ErrandOutcome.ANSWERED)
    return _reply(request, note(text), outcomes=outcomes, now=now)


def _reply(
    request: Click,
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
        asker=request.user,
        channel=request.channel,
        response_url=request.response_url,
        asked_at=now,
        state=ErrandState.ANSWERED,
        answer=answer.text,
        outcome=outcomes[1],
    )
    return Verdict(outcomes[0], errand.kind.value, answer, decision.rule if decision else None, errand)
