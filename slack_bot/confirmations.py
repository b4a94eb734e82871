"""What stands between a request that the rules allow and its start: the asker's own confirmation first. Pure.

    confirming ──the asker confirms──▶ awaiting, if others must approve, else accepted
        │
        └──“not now”, or not in time──▶ ended

What is confirmed is a digest of exactly what will run, and the rules are asked again when it is.
"""

from __future__ import annotations

from slack_bot.approvals import Ballot, as_it_is_now, awaiting, digest_of
from slack_bot.config import Policy
from slack_bot.followed import Confirmation, FollowedRun, State
from slack_bot.policy import Decision
from slack_bot.results import Outcome


def prepared(row: FollowedRun, decision: Decision, policy: Policy, now: float) -> FollowedRun:
    """The row of a request that was allowed, in the state of what must come first.

    Args:
        decision: what the rules say of it.
        now: Unix time.
    """
    if not decision.confirm:
        return _demanding(row, decision, now)
    confirmation = Confirmation(
        digest=digest_of(row.request), expires_at=now + policy.confirm.minutes * 60.0, rule=decision.rule
    )
    return row.model_copy(update={"state": State.CONFIRMING, "confirmation": confirmation})


def refusal_of_confirmation(
    ballot: Ballot, row: FollowedRun | None, policy: Policy, now: float
) -> str | None:
    """Why a confirmation does not count, by the rules as they are now; None if it does."""
    refusal = refusal_of_decline(ballot, row, policy, now)
    if refusal is not None or row is None:
        return refusal
    decision = as_it_is_now(row, policy, now)
    if not decision.allowed:
        return "The rules no longer let you run this, so it cannot be confirmed."
    return None


def refusal_of_decline(ballot: Ballot, row: FollowedRun | None, policy: Policy, now: float) -> str | None:  # noqa: ARG001  # as all refusals
    """Why “not now” does not count; None if it does. It needs no rule: nothing is started by it."""
    if row is None or row.confirmation is None:
        return "This request is gone, so nothing was decided."
    if ballot.voter.id != row.asker.id:
        return f"Only {row.asker.name}, who asked for it, can decide this."
    if ballot.digest != row.confirmation.digest or ballot.channel != row.channel:
        return "This button stands for another request than the one that waits, so nothing was started."
    if row.confirmation.confirmed_at is not None:
        return "You confirmed this already; its message shows what came of it."
    if not _is_open(row, now):
        return "This can no longer be confirmed, so nothing was started. Ask again if it is still wanted."
    return None


def declined(row: FollowedRun, now: float) -> FollowedRun:
    """The row when its asker has said “not now”; the same row if it is decided already."""
    return row.model_copy(update={"outcome": Outcome.WITHDRAWN}) if _is_open(row, now) else row


def confirmed(row: FollowedRun, policy: Policy, now: float) -> FollowedRun:
    """The row when its asker has confirmed it; the same row if it is decided already."""
    if row.confirmation is None or not _is_open(row, now):
        return row
    decision = as_it_is_now(row, policy, now)
    if not decision.allowed:
        return row
    done = row.confirmation.model_copy(update={"confirmed_at": now})
    return _demanding(row.model_copy(update={"state": State.ACCEPTED, "confirmation": done}), decision, now)


def _is_open(row: FollowedRun, now: float) -> bool:
    """Whether its asker can still decide."""
    asked = row.confirmation
    waits = row.state is State.CONFIRMING and not row.is_over
    return waits and asked is not None and now < asked.expires_at


def _demanding(row: FollowedRun, decision: Decision, now: float) -> FollowedRun:
    return awaiting(row.model_copy(update={"requires": decision.requires}), decision.approval, now)
