"""Approval of a run by others than its requester, before anything is started. Pure.

    awaiting ──enough approvals──▶ accepted (and then started)
        │
        └──a rejection, or nobody in time──▶ ended

What is approved is a digest of exactly what will run; a button that stands for another digest does nothing.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from slack_bot.config import Policy
from slack_bot.followed import Approval, Asker, FollowedRun, State
from slack_bot.membership import facts_of, same_person
from slack_bot.policy import Ask, Decision, Needed, decide, may_approve, target_of
from slack_bot.results import Outcome
from zof_core import RunRequest


def digest_of(request: RunRequest) -> str:
    """Stands for project, environment and suite or cases: equal only for equal requests."""
    canonical = json.dumps(request.model_dump(), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:32]


def awaiting(row: FollowedRun, needed: Needed | None, now: float) -> FollowedRun:
    """The row of a request that must be approved first; the same row if it need not.

    Args:
        needed: what the rule that allows it demands besides.
        now: Unix time.
    """
    if needed is None:
        return row
    approval = Approval(
        rule=needed.rule,
        needed=needed.count,
        approvers=needed.approvers,
        digest=digest_of(row.request),
        expires_at=now + needed.seconds,
    )
    return row.model_copy(update={"state": State.AWAITING, "approval": approval})


def is_open(row: FollowedRun, now: float) -> bool:
    """Whether a vote would count now."""
    approval = row.approval
    return (
        row.state is State.AWAITING and not row.is_over and approval is not None and now < approval.expires_at
    )


@dataclass(frozen=True, slots=True)
class Ballot:
    """A vote as it was cast.

    Args:
        voter: who pressed the button.
        channel: where.
        digest: what the button stood for.
        approve: or reject.
        present: in the channel itself, not in the home.
    """

    voter: Asker
    channel: str
    digest: str
    approve: bool
    present: bool = True


def refusal_of(ballot: Ballot, row: FollowedRun | None, policy: Policy, now: float) -> str | None:
    """Why a vote does not count, by the rules as they are now; None if it does."""
    if row is None or row.approval is None or not is_open(row, now):
        return "This request is decided already, so your vote changes nothing."
    if ballot.digest != row.approval.digest or ballot.channel != row.channel:
        return "This button stands for another request than the one that waits here, so nothing was decided."
    if ballot.voter.id == row.asker.id and not ballot.approve:
        return None
    if same_person(policy, ballot.voter.id, row.asker.id):
        return "You asked for this yourself, so somebody else must approve it."
    afar = None if ballot.present else row.channel
    if not may_approve(policy, row.approval.rule, ballot.voter.id, afar=afar):
        who = ", ".join(row.approval.approvers)
        return (
            f"The rule “{row.approval.rule}” does not list you among those who may approve or reject ({who})."
        )
    if not ballot.approve:
        return None
    decision = as_it_is_now(row, policy, now)
    if not decision.allowed:
        return f"The rules no longer let {row.asker.name} run this, so it cannot be approved."
    if decision.approval is not None and decision.approval.rule != row.approval.rule:
        return (
            f"The rules have changed since this was asked: it is the rule “{decision.approval.rule}” now that lets "
            f"{row.asker.name} run this. It must be asked for again."
        )
    return _doubled(ballot.voter, row, policy)


def _doubled(voter: Asker, row: FollowedRun, policy: Policy) -> str | None:
    """Why an approval may be one person's for the second time; accounts are told apart by what Slack shows of them."""
    if any(facts_of(policy, who) is None for who in (voter.id, row.asker.id)):
        who = f"who you and {row.asker.name} are"
        return f"I could not ask Slack {who}, so your approval was not counted. Try again in a minute."
    earlier = [one for one in (row.approval.by if row.approval else ()) if one.id != voter.id]
    if any(same_person(policy, voter.id, one.id) for one in earlier):
        return "You have approved this from another account already, and a person counts once."
    return None


def as_it_is_now(row: FollowedRun, policy: Policy, now: float) -> Decision:
    """What the rules say now of a request that was made before."""
    verb = "rerun" if row.again_of else "run"
    return decide(policy, Ask(row.asker.id, row.channel, verb, target_of(row), at=now))


def people_of(row: FollowedRun | None) -> list[str]:
    """Who asked and who has approved: those whose standing a vote depends on besides the voter's."""
    if row is None:
        return []
    return [row.asker.id, *(one.id for one in (row.approval.by if row.approval else ()))]


def has_voted(row: FollowedRun | None, voter: Asker) -> bool:
    """Whether somebody's vote is counted already."""
    if row is None or row.approval is None:
        return False
    rejected_by = row.approval.rejected_by
    return voter.id in {one.id for one in row.approval.by} or (
        rejected_by is not None and rejected_by.id == voter.id
    )


def vote(
    row: FollowedRun, voter: Asker, now: float, *, approve: bool, policy: Policy, present: bool = True
) -> FollowedRun:
    """The row after a vote. A vote that comes too late, or twice, or that the rules do not let count, changes nothing.

    Earlier votes count only as long as the rules let their voters approve, and it takes as many as the rule says now.

    Args:
        present: it was cast in the channel itself, not in the home.
    """
    approval = row.approval
    if approval is None or not is_open(row, now):
        return row
    ballot = Ballot(voter, row.channel, approval.digest, approve=approve, present=present)
    if refusal_of(ballot, row, policy, now) is not None:
        return row
    if not approve:
        rejected = approval.model_copy(update={"rejected_by": voter})
        own = voter.id == row.asker.id
        notice = None if own else f"{voter.name} rejected what you asked for. Nothing was started."
        return row.model_copy(
            update={
                "approval": rejected,
                "outcome": Outcome.WITHDRAWN if own else Outcome.REJECTED,
                "notice": notice,
                "notice_tries": 0,
            }
        )
    if voter.id in {one.id for one in approval.by}:
        return row
    decision = as_it_is_now(row, policy, now)
    needed = decision.approval
    still = tuple(one for one in approval.by if may_approve(policy, approval.rule, one.id))
    counted = approval.model_copy(
        update={
            "by": (*still, voter),
            "needed": needed.count if needed else approval.needed,
            "approvers": needed.approvers if needed else approval.approvers,
        }
    )
    row = row.model_copy(update={"requires": decision.requires or row.requires})
    if len(counted.by) < counted.needed:
        return row.model_copy(update={"approval": counted})
    done = counted.model_copy(update={"approved_at": now})
    return row.model_copy(update={"approval": done, "state": State.ACCEPTED})


def expired(row: FollowedRun) -> FollowedRun:
    """The row when its time is up: no answer is a rejection. One that was decided meanwhile stays so."""
    if row.is_over or row.state not in (State.CONFIRMING, State.AWAITING):
        return row
    notice = (
        "You did not confirm what you asked for in time, so nothing was started."
        if row.state is State.CONFIRMING
        else "Nobody approved what you asked for in time, so nothing was started. Ask again if it is still wanted."
    )
    return row.model_copy(update={"outcome": Outcome.EXPIRED, "notice": notice, "notice_tries": 0})
