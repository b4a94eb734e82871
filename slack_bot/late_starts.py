"""A request that could not be started at once is judged anew before its first try. Pure.

Between the ack and the start the bot may have been away: for a minute or for a weekend, in which a freeze began.
"""

from __future__ import annotations

from typing import Final

from slack_bot.approvals import as_it_is_now
from slack_bot.config import Policy
from slack_bot.followed import FollowedRun
from slack_bot.results import Outcome, TooLate

AT_ONCE: Final = 60.0
"""Seconds in which what was judged at the ack still holds."""

_UNSURE: Final = (
    "I did not start it; if I was cut off while I did, Zof's Console shows a run under Operate → Runs."
)


def is_late(row: FollowedRun, now: float) -> bool:
    """Whether a start comes so long after its request that it is judged anew. After a first try it goes on."""
    return not row.start_tries and now - row.may_start_from >= AT_ONCE


def refusal_to_start(row: FollowedRun, policy: Policy, now: float, within: float) -> TooLate | None:
    """Why a late request is not started any more; None if it is.

    Args:
        within: seconds after which nobody expects it any more.
    """
    waited = now - row.may_start_from
    if waited >= within:
        minutes = f"{round(waited / 60):,} minutes"
        sentence = f"This could have started {minutes} ago, but I was away. Ask again if it is still wanted. {_UNSURE}"
        return TooLate(sentence, Outcome.LAPSED)
    decision = as_it_is_now(row, policy, now)
    if not decision.allowed:
        reason = f" ({decision.reason})" if decision.reason else ""
        sentence = f"I could not start this at once, and by now the rules no longer let you run it{reason}. {_UNSURE}"
        return TooLate(sentence, Outcome.DENIED)
    if (decision.approval is not None and row.approval is None) or (
        decision.confirm and row.confirmation is None
    ):
        sentence = f"I could not start this at once, and by now the rules ask for more. Ask again. {_UNSURE}"
        return TooLate(sentence, Outcome.DENIED)
    return None
