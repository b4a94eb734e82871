"""A followed run's life, as a pure state machine over one row.

    accepted ──start──▶ following ──until its end is shown──▶ ended
        │  ▲
        ▼  │ Zof does not answer: again, same key, for a while
      starting ──patience over, or Zof refused──▶ ended

`decide` says what to do next; who does it (`slack_bot.ticks`) reports a result, and `slack_bot.transitions.apply`
gives the next row.
Every effect may happen twice without harm: a start carries an Idempotency-Key, an update sets a state, and a
post whose outcome is unknown is looked for before it is repeated.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pydantic import Field

from slack_bot.results import Findings, Outcome, Value
from zof_core import Run, RunRequest


class State(StrEnum):
    """Where a followed run stands."""

    ACCEPTED = "accepted"
    STARTING = "starting"
    FOLLOWING = "following"
    ENDED = "ended"


class Asker(Value):
    """The person who asked: Slack user id, and the name to show."""

    id: str
    name: str


class Card(Value):
    """The one message of a run.

    Args:
        ts: Slack's id of the message; None until it is posted.
        shown: digest of what it shows.
        attempts: posts begun and not known to have ended; above 0 the channel is searched before the next.
        not_before: Unix time before which Slack is left alone.
        tries: failures in a row.
        plain: Slack refused the blocks; only text is sent.
        reposts: how often it was posted anew because somebody deleted it.
        doubted: a post's outcome was unknown once, so at the end the channel is searched for a double.
        given_up: why there is no card, if there can be none.
    """

    ts: str | None = None
    shown: str | None = None
    attempts: int = 0
    not_before: float = 0.0
    tries: int = 0
    plain: bool = False
    reposts: int = 0
    doubted: bool = False
    given_up: str | None = None


class FollowedRun(Value):
    """The row. Times are Unix seconds.

    Args:
        key: dedupe key of the interaction; Zof's Idempotency-Key and the card's metadata come from it.
        request: what is to run.
        project_name, suite_name: names from the catalogue, as they were when it was asked.
        again_of: id of the run that this one repeats.
        response_url: where its author can be answered, for 30 minutes.
        outage_since: since when Zof has not answered.
        outage: what is the matter, in a few words.
        told_outage: the author knows.
        notice: what is still to be said to the author.
        findings: what was last read, at `read_at`.
        cancel_round: part of the Cancel button's value; grows when a cancel failed: it can be pressed again.
        canceled_by: name of who had it cancelled from Slack.
        lost: why following ended before the run did.
    """

    key: str
    state: State = State.ACCEPTED
    request: RunRequest
    project_name: str
    suite_name: str | None = None
    again_of: str | None = None
    asker: Asker
    team: str = ""
    channel: str
    response_url: str | None = Field(default=None, repr=False)
    accepted_at: float
    start_tries: int = 0
    next_try_at: float = 0.0
    outage_since: float | None = None
    outage: str = ""
    told_outage: bool = False
    notice: str | None = None
    notice_tries: int = 0
    notice_not_before: float = 0.0
    findings: Findings | None = None
    read_at: float | None = None
    polls: int = 0
    next_poll_at: float = 0.0
    card: Card = Card()
    cancel_round: int = 0
    canceled_by: str | None = None
    lost: str | None = None
    faults: int = 0
    outcome: Outcome | None = None

    @property
    def run(self) -> Run | None:
        """The run as last read."""
        return self.findings.run if self.findings else None

    @property
    def is_over(self) -> bool:
        """Nothing more will change on the card."""
        return self.outcome is not None


@dataclass(frozen=True, slots=True)
class Start:
    """`POST /runs` with the row's key."""


@dataclass(frozen=True, slots=True)
class Poll:
    """`GET /runs/{id}`, and its failed cases if there are any."""

    run_id: str


@dataclass(frozen=True, slots=True)
class Show:
    """Bring the card up to date: post it, or update it."""


@dataclass(frozen=True, slots=True)
class Say:
    """Tell the author something that only they see."""

    text: str


@dataclass(frozen=True, slots=True)
class Finish:
    """Nothing is left to do: close the row."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing to do before this Unix time."""

    until: float


@dataclass(frozen=True, slots=True)
class Done:
    """The row is closed."""


Effect = Start | Poll | Show | Say | Finish
Next = Effect | Wait | Done


def decide(row: FollowedRun, now: float, wanted: str) -> Next:
    """What to do with a row now.

    Args:
        row: the row.
        now: Unix time.
        wanted: digest of what the card should show.
    """
    if row.state is State.ENDED:
        return Done()
    if row.notice is not None and now >= row.notice_not_before:
        return Say(row.notice)
    waits = [row.notice_not_before] if row.notice is not None else []
    if row.run is None and not row.is_over:
        return Start() if now >= row.next_try_at else Wait(min([row.next_try_at, *waits]))
    show = row.run is not None and row.card.given_up is None and row.card.shown != wanted
    if show and now >= row.card.not_before:
        return Show()
    if show:
        waits.append(row.card.not_before)
    if row.run is not None and not row.is_over:
        if now >= row.next_poll_at:
            return Poll(row.run.id)
        waits.append(row.next_poll_at)
    return Wait(min(waits)) if waits else Finish()
