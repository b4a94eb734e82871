"""What a result does to a followed run's row. Pure; the other half of `slack_bot.following`."""

from __future__ import annotations

from typing import Final

from slack_bot.approvals import expired
from slack_bot.followed import Evidence, FollowedRun, State
from slack_bot.following import Effect, Expire, Finish, Poll, Prove, Say, Show, Start, Thread
from slack_bot.results import (
    CardMissing,
    Closed,
    Findings,
    NotYet,
    Outcome,
    Proven,
    Read,
    Refused,
    Result,
    Shown,
    SlackBusy,
    SlackRefused,
    TooLate,
    Unavailable,
    Unproven,
    Watched,
    not_passed,
)
from slack_bot.settings import Timing
from zof_core import Run
from zof_core.usual import Usual

NOTICE_TRIES: Final = 60
"""Some 30 minutes, which is how long a response URL lives."""
LONGEST_PAUSE: Final = 300.0
"""Seconds. A server may ask for more; a person waits, so it is asked again all the same."""
MAX_FAULTS: Final = 5
LEAST_TRIES: Final = 5
"""Before patience is over. It counts from the first failure, and meanwhile the bot itself may have been away."""
MAX_REPOSTS: Final = 1
THREAD_TRIES: Final = 20
DOUBLE_TRIES: Final = 20
LATE_AFTER: Final = 15.0
"""Seconds that a card may wait for its turn in our own budget before it says so."""


def apply(row: FollowedRun, effect: Effect, result: Result, now: float, timing: Timing) -> FollowedRun:
    """The row after a result. Results that do not belong to the effect count as a fault of our own."""
    match effect, result:
        case (Prove() | Start(), _):
            return _before_start(row, effect, result, now, timing)
        case (Poll(), Watched()):
            return row.model_copy(update={"next_poll_at": now + timing.look_anyway})
        case (Poll(), Read() | Refused() | Unavailable()):
            return _polled(row, result, now, timing)
        case (Show(), Shown() | SlackBusy() | NotYet() | CardMissing() | SlackRefused()):
            return _unless_unseen(row.model_copy(update=_card(row, result, now, timing)))
        case (Thread(), Shown() | SlackBusy() | NotYet() | SlackRefused()):
            return _threaded(row, result, now, timing)
        case (Expire(), Closed()):
            return expired(row)
        case (Finish(), SlackBusy(retry_after)) if row.card.tries < DOUBLE_TRIES:
            return _finish_later(row, now + pause(row.card.tries + 1, timing, retry_after))
        case (Finish(), Closed() | SlackBusy()):
            return row.model_copy(update={"state": State.ENDED})
        case (Say(), _):
            return _after_saying(row, result, now, timing)
        case _:
            return after_fault(row, now, timing)


def pause(tries: int, timing: Timing, retry_after: float | None = None) -> float:
    """Seconds before the next try: doubling from `retry_first` to `retry_max`, or longer if that was asked for."""
    doubled = min(timing.retry_first * 2.0 ** min(max(tries - 1, 0), 20), timing.retry_max)
    return max(doubled, min(retry_after or 0.0, LONGEST_PAUSE))


def look_again_soon(
    row: FollowedRun, now: float, *, canceled_by: str | None = None, rearm: bool = False
) -> FollowedRun:
    """The row after somebody asked to cancel: read it at once; with `rearm` Cancel can be pressed again."""
    return row.model_copy(
        update={
            "look": True,
            "next_poll_at": now,
            "polls": 0,
            "canceled_by": canceled_by or row.canceled_by,
            "cancel_round": row.cancel_round + int(rearm),
        }
    )


def _threaded(
    row: FollowedRun, result: Shown | SlackBusy | NotYet | SlackRefused, now: float, timing: Timing
) -> FollowedRun:
    thread = row.thread
    match result:
        case NotYet(seconds):
            changes: dict[str, object] = {"not_before": now + seconds}
        case SlackBusy(retry_after) if thread.tries + 1 < THREAD_TRIES:
            tries = thread.tries + 1
            changes = {"tries": tries, "not_before": now + pause(tries, timing, retry_after)}
        case _:
            changes = {"done": True}
    return row.model_copy(update={"thread": thread.model_copy(update=changes)})


def sighted(row: FollowedRun, run: Run, now: float, timing: Timing) -> FollowedRun:
    """The row after the run was seen in a list; cases that newly failed need a look of their own."""
    before = row.findings or Findings(run=run)
    total = not_passed(run)
    # While it runs, the count may run ahead of the names; at its end they must all be there.
    is_news = (
        not before.names_all_of(total)
        if run.is_terminal
        else total != before.failures_total and not before.failures
    )
    if is_news:
        return look_again_soon(row, now)
    return _read(row, before.model_copy(update={"run": run, "failures_total": total}), now, timing)


def lost_sight(row: FollowedRun, outage: Unavailable, now: float, timing: Timing) -> FollowedRun:
    """The row after the lookout, which goes on trying, could not see any run for a while. Said once."""
    since = row.outage_since
    if since is not None and now - since < timing.follow_patience and row.outage == outage.why:
        return row
    again = _poll_again(row, outage, now, timing)
    return again.model_copy(update={"look": False, "next_poll_at": now + timing.look_anyway})


def _finish_later(row: FollowedRun, not_before: float) -> FollowedRun:
    """The row after Slack could not be asked for a second card: before that is known, it is not over."""
    card = row.card.model_copy(update={"tries": row.card.tries + 1, "not_before": not_before})
    return row.model_copy(update={"card": card})


def _read(
    row: FollowedRun, findings: Findings, now: float, timing: Timing, *, usual: Usual | None = None
) -> FollowedRun:
    outcome = _outcome(findings.run.status) if findings.run.is_terminal else None
    seen = row.model_copy(
        update={
            "findings": findings,
            "read_at": now,
            "changed_at": row.changed_at if findings == row.findings else now,
            "usual": usual or row.usual,
            "polls": 0,
            "look": False,
            "next_poll_at": now + timing.look_anyway,
            "outage_since": None,
            "faults": 0,
            "outcome": outcome,
        }
    )
    return _without_card(seen) if outcome else seen


def _outcome(status: str) -> Outcome:
    return {outcome.value: outcome for outcome in Outcome}.get(status, Outcome.ERROR)


def _over(
    row: FollowedRun, outcome: Outcome, *, notice: str | None = None, lost: str | None = None
) -> FollowedRun:
    return _without_card(
        row.model_copy(
            update={"outcome": outcome, "notice": notice or row.notice, "notice_tries": 0, "lost": lost}
        )
    )


def _without_card(row: FollowedRun) -> FollowedRun:
    """If the channel cannot show the end, its author is told."""
    run = row.run
    if row.card.given_up is None or run is None:
        return row
    end = row.lost or f"Run {run.id} has ended: {run.status}."
    return row.model_copy(update={"notice": f"{end} ({row.card.given_up})", "notice_tries": 0})


def _unless_unseen(row: FollowedRun) -> FollowedRun:
    """What nobody can see nobody can confirm or approve."""
    if row.is_over or row.card.given_up is None or row.state not in (State.CONFIRMING, State.AWAITING):
        return row
    undone = "it cannot be confirmed here" if row.state is State.CONFIRMING else "nobody can approve it here"
    text = f"{row.card.given_up} So {undone}, and nothing was started."
    return _over(row, Outcome.FAULT, notice=text)


def _start_again(row: FollowedRun, result: Unavailable, now: float, timing: Timing) -> FollowedRun:
    since, tries = row.outage_since or now, row.start_tries + 1
    if tries >= LEAST_TRIES and now - since >= timing.start_patience:
        text = (
            f"{result.sentence} I tried for {round(now - since)} s and have stopped. "
            "Look under Operate → Runs in Zof's Console; if no run is there, type the command again."
        )
        return _over(row, Outcome.FAULT, notice=text)
    later, last_moment = now + pause(tries, timing, result.retry_after), since + timing.start_patience
    again = row.model_copy(
        update={
            "state": State.STARTING,
            "start_tries": tries,
            "outage_since": since,
            "next_try_at": min(later, last_moment) if now < last_moment else later,
        }
    )
    if row.told_outage:
        return again
    text = (
        f"{result.sentence} Nothing is lost: I keep trying for {round(timing.start_patience)} s "
        "and tell you here if it does not work out. There is no need to type it again."
    )
    return again.model_copy(update={"told_outage": True, "notice": text, "notice_tries": 0})


def _before_start(
    row: FollowedRun, effect: Effect, result: Result, now: float, timing: Timing
) -> FollowedRun:
    match effect, result:
        case (Start(), Read(findings, usual)):
            following = row.model_copy(update={"state": State.FOLLOWING, "polls": 0})
            return _read(following, findings, now, timing, usual=usual)
        case (Start(), Refused(sentence, outcome)):
            # After a try of unknown outcome, nobody can say that nothing was started.
            notice = sentence if row.start_tries else f"{sentence} Nothing was started."
            return _over(row, outcome, notice=notice)
        case (Start(), TooLate(sentence, outcome)):
            return _over(row, outcome, notice=sentence)
        case (Start(), Unavailable() as outage):
            return _start_again(row, outage, now, timing)
        case (Prove(), Proven(run_id)):
            return _proven(row, run_id, now)
        case (Prove(), Unproven(sentence)):
            return _over(row, Outcome.UNPROVEN, notice=f"{sentence} Nothing was started.")
        case (Prove(), Refused(sentence)):
            return _over(row, Outcome.FAULT, notice=f"{sentence} Nothing was started.")
        case (Prove(), Unavailable() as outage):
            return _prove_again(row, outage, now, timing)
        case _:
            return after_fault(row, now, timing)


def _proven(row: FollowedRun, run_id: str, now: float) -> FollowedRun:
    changes: dict[str, object] = {
        "evidence": Evidence(run_id=run_id, at=now),
        "outage_since": None,
        "told_outage": False,
    }
    if row.evidence is None and row.requires is not None:
        wanted = f"{row.requires.suite} on {row.requires.environment}"
        changes |= {"notice": f"Run {run_id} of {wanted} passed, as the rule requires.", "notice_tries": 0}
    return row.model_copy(update=changes)


def _prove_again(row: FollowedRun, outage: Unavailable, now: float, timing: Timing) -> FollowedRun:
    since = row.outage_since or now
    if now - since >= timing.start_patience:
        text = f"{outage.sentence} So what the rule requires could not be looked up, and nothing was started."
        return _over(row, Outcome.FAULT, notice=text)
    later = min(now + pause(row.faults + 1, timing, outage.retry_after), since + timing.start_patience)
    again = row.model_copy(update={"outage_since": since, "next_try_at": max(later, now)})
    if row.told_outage:
        return again
    text = f"{outage.sentence} I keep trying to look up what the rule requires, and tell you if it does not work out."
    return again.model_copy(update={"told_outage": True, "notice": text, "notice_tries": 0})


def _polled(
    row: FollowedRun, result: Read | Refused | Unavailable, now: float, timing: Timing
) -> FollowedRun:
    if isinstance(result, Read):
        return _read(row, result.findings, now, timing, usual=result.usual)
    if isinstance(result, Refused):
        return _over(row, Outcome.FAULT, lost=result.sentence)
    return _poll_again(row, result, now, timing)


def _poll_again(row: FollowedRun, result: Unavailable, now: float, timing: Timing) -> FollowedRun:
    since = row.outage_since or now
    if now - since >= timing.follow_patience:
        return _over(row, Outcome.FAULT, lost=f"{result.sentence} I no longer follow this run.")
    tries = row.polls + 1
    return row.model_copy(
        update={
            "outage_since": since,
            "outage": result.why,
            "polls": tries,
            "next_poll_at": now + max(pause(tries, timing, result.retry_after), timing.poll_first),
        }
    )


def _after_saying(row: FollowedRun, result: Result, now: float, timing: Timing) -> FollowedRun:
    tries = row.notice_tries + 1
    if not isinstance(result, SlackBusy) or tries >= NOTICE_TRIES:
        return row.model_copy(update={"notice": None, "notice_tries": 0})
    return row.model_copy(
        update={"notice_tries": tries, "notice_not_before": now + pause(tries, timing, result.retry_after)}
    )


def _card(row: FollowedRun, result: Result, now: float, timing: Timing) -> dict[str, object]:
    card = row.card
    match result:
        case Shown(ts, digest, searched):
            changes: dict[str, object] = {
                "ts": ts,
                "shown": digest,
                "attempts": 0,
                "tries": 0,
                "busy_since": None,
                "turn_at": 0.0,
                # An update that went through at once: it is no longer slow.
                "late": card.late and (card.tries > 0 or card.turn_at > 0),
                "doubted": card.doubted or searched,
                "not_before": now + timing.card_every,
            }
        case NotYet(seconds):
            until = "not_before" if row.is_over else "turn_at"
            slow = seconds > LATE_AFTER or (card.late and card.tries > 0)
            changes = {until: now + seconds, "late": card.ts is not None and slow}
        case CardMissing() if card.reposts < MAX_REPOSTS:
            changes = {"ts": None, "shown": None, "attempts": 0, "reposts": card.reposts + 1}
        case SlackRefused(_, layout=True) if not card.plain:
            changes = {"plain": True, "attempts": 0}
        case SlackBusy(retry_after, doubtful) if (
            card.tries + 1 < LEAST_TRIES or now - (card.busy_since or now) < timing.follow_patience
        ):
            least = max(retry_after or 0.0, timing.doubt_pause if doubtful else 0.0)
            changes = {
                "tries": card.tries + 1,
                "busy_since": card.busy_since or now,
                "not_before": now + pause(card.tries + 1, timing, least),
                "attempts": card.attempts + 1 if doubtful else 0,
                "late": card.ts is not None,
                "doubted": card.doubted or doubtful,
            }
        case SlackRefused(sentence):
            return _no_card(row, sentence)
        case CardMissing():
            return _no_card(row, "The run's message was deleted again, so it is not posted any more.")
        case _:
            return _no_card(row, "Slack did not take the run's message.")
    return {"card": card.model_copy(update=changes)}


def _no_card(row: FollowedRun, sentence: str) -> dict[str, object]:
    run = row.run
    where = f" Run {run.id} goes on; /zof status {run.id} shows it." if run and not row.is_over else ""
    end = f" Run {run.id} has ended: {run.status}." if run and row.is_over else ""
    return {
        "card": row.card.model_copy(update={"given_up": sentence}),
        "notice": f"{sentence}{where}{end}",
        "notice_tries": 0,
    }


def after_fault(row: FollowedRun, now: float, timing: Timing) -> FollowedRun:
    """The row after a fault of our own: tried again a few times, later and later, then given up."""
    faults = row.faults + 1
    if faults >= MAX_FAULTS:
        text = "I stopped because of a fault of my own; the bot's log has it. Zof's Console shows the run."
        if row.is_over:
            return row.model_copy(update={"faults": faults, "state": State.ENDED})
        return _over(row, Outcome.FAULT, notice=text, lost=text).model_copy(update={"faults": 0})
    later = now + pause(faults, timing)
    return row.model_copy(
        update={
            "faults": faults,
            "next_try_at": later,
            "next_poll_at": later,
            "notice_not_before": later,
            "card": row.card.model_copy(update={"not_before": later}),
        }
    )
