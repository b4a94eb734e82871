"""An errand: something asked about a run that takes a call to Zof, answered to its asker only.

    asked ──look up, authorise, (cancel)──▶ answered ──say──▶ ended

A pure state machine over one row, like `slack_bot.following`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from slack_bot.followed import Asker, FollowedRun
from slack_bot.results import Findings, Said, SlackBusy, SlackRefused, Unavailable, Value
from slack_bot.settings import Timing
from slack_bot.transitions import NOTICE_TRIES, pause


class Kind(StrEnum):
    """What is asked. `verb` is the policy's word for it; votes are for a rule's approvers."""

    STATUS = "status"
    CANCEL = "cancel"
    RERUN = "rerun"
    APPROVE = "approve"
    REJECT = "reject"
    CONFIRM = "confirm"
    DECLINE = "decline"
    WATCH = "watch"
    LOGS = "logs"
    DETAILS = "details"
    PLAN = "plan"
    RUNS = "runs"
    SCHEDULES = "schedules"
    HOME = "home"
    HELP = "help"
    SUBSCRIBE = "subscribe"
    UNSUBSCRIBE = "unsubscribe"

    @property
    def verb(self) -> str:
        """The policy's verb: `status` covers all that only reads."""
        if self is Kind.UNSUBSCRIBE:
            return Kind.SUBSCRIBE.value
        return Kind.STATUS.value if self in _READING else self.value


_READING = frozenset({Kind.WATCH, Kind.LOGS, Kind.DETAILS, Kind.RUNS, Kind.SCHEDULES, Kind.HOME})
LOOKUPS = frozenset({Kind.RUNS, Kind.SCHEDULES, Kind.HOME, Kind.SUBSCRIBE, Kind.UNSUBSCRIBE})
"""About no one run."""
VOTES = frozenset({Kind.APPROVE, Kind.REJECT, Kind.CONFIRM, Kind.DECLINE})


class ErrandState(StrEnum):
    """Where an errand stands."""

    ASKED = "asked"
    ANSWERED = "answered"
    ENDED = "ended"


class ErrandOutcome(StrEnum):
    """How it went."""

    ANSWERED = "answered"
    DENIED = "denied"
    UNKNOWN_NAME = "unknown_name"
    FAULT = "fault"


class Query(Value):
    """What is looked up: filters of a list, or a case or page of a run. None where it is left open."""

    project: str | None = None
    environment: str | None = None
    status: str | None = None
    mine: bool = False
    case: str | None = None
    page: int = 0


class Errand(BaseModel):
    """The row. Times are Unix seconds.

    Args:
        key: dedupe key of the interaction, or of a button's try (`slack_bot.pressing`).
        click: key of the click itself, one to a click.
        run_id: the run it is about.
        followed_key: key of the followed run, if this bot follows it.
        thread: the message that began the thread it was asked in, if it was in one.
        present: it was asked in the channel itself; else a private channel's rules hold only for its members.
        anywhere: it was asked in the home: any channel's rules will do, and once they did, `channel` is that one.
        allowed: authorised with the run's true project, environment and suite.
        answer: what is to be said; None until it is known. Already safe for Slack's markup.
        failed_only: of a rerun, only the cases that did not pass.
        started: key of the followed run that came of a rerun.
        shown: a run to be shown under the answer, as it was `shown_at`.
        query: what is looked up.
        blocks: the answer as blocks, `answer` being what is said in their place.
        view: `external_id` of the modal that the answer is for; None if it is told in the channel.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str
    click: str = ""
    kind: Kind
    run_id: str
    followed_key: str | None = None
    asker: Asker
    team: str = ""
    channel: str
    response_url: str | None = Field(default=None, repr=False)
    thread: str | None = None
    asked_at: float
    state: ErrandState = ErrandState.ASKED
    tries: int = 0
    not_before: float = 0.0
    present: bool = True
    anywhere: bool = False
    allowed: bool = False
    failed_only: bool = False
    started: str | None = None
    answer: str | None = None
    shown: Findings | None = None
    shown_at: float | None = None
    query: Query = Query()
    blocks: tuple[dict[str, Any], ...] = ()
    view: str | None = None
    outcome: ErrandOutcome | None = None


@dataclass(frozen=True, slots=True)
class Inquire:
    """Read the run from Zof and authorise the asker for it."""


@dataclass(frozen=True, slots=True)
class CancelRun:
    """`POST /runs/{id}/cancel`."""


@dataclass(frozen=True, slots=True)
class Vote:
    """Count the asker's approval or rejection."""


@dataclass(frozen=True, slots=True)
class LookUp:
    """Answer what is about no one run."""


@dataclass(frozen=True, slots=True)
class Reply:
    """Say the answer to the asker."""


@dataclass(frozen=True, slots=True)
class Rest:
    """Nothing to do before this Unix time; None: never again."""

    until: float | None


Task = Inquire | CancelRun | Vote | LookUp | Reply


@dataclass(frozen=True, slots=True)
class Permitted:
    """The asker may do it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The errand has its answer. `channel`: the one whose rules allow it, if it was asked in none."""

    text: str
    outcome: ErrandOutcome
    shown: Findings | None = None
    blocks: tuple[dict[str, Any], ...] = ()
    channel: str | None = None


@dataclass(frozen=True, slots=True)
class Begun:
    """A run is to be started and followed, whose card says all there is to say."""

    run: FollowedRun


Report = Permitted | Answer | Begun | Unavailable | Said | SlackBusy | SlackRefused


def decide(errand: Errand, now: float) -> Task | Rest:
    """What to do with an errand now."""
    if errand.state is ErrandState.ENDED:
        return Rest(None)
    if now < errand.not_before:
        return Rest(errand.not_before)
    if errand.answer is not None:
        return Reply()
    if errand.kind in VOTES:
        return Vote()
    if errand.kind in LOOKUPS:
        return LookUp()
    return CancelRun() if errand.allowed and errand.kind is Kind.CANCEL else Inquire()


_DONE = {
    Kind.STATUS: "shown",
    Kind.CANCEL: "cancelled",
    Kind.RERUN: "started again",
    Kind.APPROVE: "approved",
    Kind.REJECT: "rejected",
    Kind.CONFIRM: "confirmed",
    Kind.DECLINE: "declined",
    Kind.WATCH: "shown",
    Kind.LOGS: "shown",
    Kind.DETAILS: "shown",
    Kind.PLAN: "shown",
}


def apply(errand: Errand, report: Report, now: float, timing: Timing) -> Errand:
    """The errand after a report."""
    match report:
        case Permitted():
            return errand.model_copy(update={"allowed": True, "tries": 0})
        case Answer(text, outcome, shown, blocks, channel):
            answered = _answered(errand, text, outcome)
            more = {
                "shown": shown,
                "shown_at": now if shown else None,
                "blocks": blocks,
                "channel": channel or errand.channel,
            }
            return answered.model_copy(update=more)
        case Begun(run) if errand.view is not None:
            text = "It is started again; its message appears in the channel."
            return _answered(errand, text, ErrandOutcome.ANSWERED).model_copy(update={"started": run.key})
        case Begun(run):
            return errand.model_copy(
                update={
                    "state": ErrandState.ENDED,
                    "outcome": ErrandOutcome.ANSWERED,
                    "started": run.key,
                    "not_before": 0.0,
                }
            )
        case Unavailable(sentence) if now - errand.asked_at >= timing.answer_patience:
            done = _DONE.get(errand.kind)
            undone = f"The run was not {done}; please try again." if done else "Please try again."
            return _answered(errand, f"{sentence} {undone}", ErrandOutcome.FAULT)
        case Unavailable(_, retry_after):
            # Asked once more when patience ends: whoever waits for the answer gets one then.
            last_moment = errand.asked_at + timing.answer_patience
            return _later(errand, now, timing, retry_after, at_most=max(last_moment, now))
        case SlackBusy(retry_after) if errand.tries + 1 < NOTICE_TRIES:
            return _later(errand, now, timing, retry_after)
        case _:
            return errand.model_copy(update={"state": ErrandState.ENDED})


def _answered(errand: Errand, text: str, outcome: ErrandOutcome) -> Errand:
    return errand.model_copy(
        update={
            "state": ErrandState.ANSWERED,
            "answer": text,
            "outcome": outcome,
            "tries": 0,
            "not_before": 0.0,
        }
    )


def _later(
    errand: Errand, now: float, timing: Timing, retry_after: float | None, *, at_most: float = math.inf
) -> Errand:
    tries = errand.tries + 1
    not_before = min(now + pause(tries, timing, retry_after), at_most)
    return errand.model_copy(update={"tries": tries, "not_before": not_before})
