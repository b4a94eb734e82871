"""A followed run's life, as a pure state machine over one row.

    confirming ──confirmed (slack_bot.confirmations)──▶ awaiting or accepted
    awaiting ──approved (slack_bot.approvals)──▶ accepted
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

from slack_bot.demands import Requirement
from slack_bot.followed import FollowedRun, State
from slack_bot.results import Outcome


@dataclass(frozen=True, slots=True)
class Prove:
    """Look up in Zof what a rule requires."""

    requirement: Requirement


@dataclass(frozen=True, slots=True)
class Start:
    """`POST /runs` with the row's key."""


@dataclass(frozen=True, slots=True)
class Poll:
    """Look at the run: by itself if there is a reason to, else have it watched with all others."""

    run_id: str


@dataclass(frozen=True, slots=True)
class Show:
    """Bring the card up to date: post it, or update it."""


@dataclass(frozen=True, slots=True)
class Thread:
    """Post the failures into the card's thread."""


@dataclass(frozen=True, slots=True)
class Say:
    """Tell the author something that only they see."""

    text: str


@dataclass(frozen=True, slots=True)
class Expire:
    """Nobody confirmed or approved in time: the request is over."""


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


Effect = Prove | Start | Poll | Show | Thread | Say | Expire | Finish
Next = Effect | Wait | Done


def decide(row: FollowedRun, now: float, wanted: str) -> Next:
    """What to do with a row now.

    Args:
        row: the row.
        now: Unix time.
        wanted: digest of what the card should show; empty if there is nothing to show yet.
    """
    if row.state is State.ENDED:
        return Done()
    if row.notice is not None and now >= row.notice_not_before:
        return Say(row.notice)
    waits = [row.notice_not_before] if row.notice is not None else []
    if row.run is None and not row.is_over and (step := _towards_start(row, now, waits)):
        return step
    owed = _towards_slack(row, now, wanted)
    if isinstance(owed, float):
        waits.append(owed)
    elif owed is not None:
        return owed
    if row.run is not None and not row.is_over:
        if now >= row.next_poll_at:
            return Poll(row.run.id)
        waits.append(row.next_poll_at)
    if waits:
        return Wait(min(waits))
    # Slack is asked for a second card first, and may have to be left alone for a while.
    return Wait(row.card.not_before) if row.card.doubted and now < row.card.not_before else Finish()


def _towards_start(row: FollowedRun, now: float, waits: list[float]) -> Next | None:
    """What comes before a run is there; None if it waits for people or for Zof, until the times added to `waits`."""
    proves = row.lacks_proof and row.requires is not None
    if proves or row.state in (State.ACCEPTED, State.STARTING):
        if now < row.next_try_at:
            waits.append(row.next_try_at)
            return None
        return Prove(row.requires) if proves and row.requires is not None else Start()
    open_until = _open_until(row)
    if open_until is not None and now >= open_until:
        return Expire()
    waits += [open_until] if open_until is not None else []
    return None


def _towards_slack(row: FollowedRun, now: float, wanted: str) -> Show | Thread | float | None:
    """What the channel is owed: the card first, then its thread. A Unix time if it must wait, None if nothing is."""
    if wanted != "" and row.card.given_up is None and row.card.shown != wanted:
        ready_at = row.card.not_before if row.is_over else max(row.card.not_before, row.card.turn_at)
        return Show() if now >= ready_at else ready_at
    if _owes_failures(row):
        return Thread() if now >= row.thread.not_before else row.thread.not_before
    return None


def _owes_failures(row: FollowedRun) -> bool:
    """Whether the run has ended with failures that its thread does not list yet."""
    failed = row.outcome in (Outcome.FAILED, Outcome.ERROR) and row.findings is not None
    return (
        failed
        and row.findings is not None
        and row.findings.failures_total > 0
        and row.card.ts is not None
        and row.card.given_up is None
        and not row.thread.done
    )


def _open_until(row: FollowedRun) -> float | None:
    """Until when a request can be confirmed or approved; None if it waits for nobody."""
    if row.is_over:
        return None
    if row.state is State.CONFIRMING and row.confirmation is not None:
        return row.confirmation.expires_at
    return row.approval.expires_at if row.state is State.AWAITING and row.approval is not None else None
