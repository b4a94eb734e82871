"""Zof's remediation plans: shown in the channel that the rules name, never approved from chat. Pure."""

from __future__ import annotations

from slack_bot.config import Policy
from slack_bot.errands import Errand, ErrandState, Kind
from slack_bot.followed import Asker
from slack_bot.text import code
from zof_core.webhooks import Event

PENDING = "remediation.plan_pending"
ZOF = Asker(id="", name="Zof")


def shown_plan(event: Event, policy: Policy, now: float) -> Errand | None:
    """What is to be posted of an event; None if it is about no plan, or no channel is named for plans.

    Args:
        now: Unix time.
    """
    if event.type != PENDING or policy.remediation is None:
        return None
    about = event.data.object
    which = f" {code(about.id, 80)}" if about and about.id else ""
    run = f" It is about run {code(about.run_id, 80)}." if about and about.run_id else ""
    return Errand(
        key=f"zof:{event.id}",
        kind=Kind.PLAN,
        run_id="",
        asker=ZOF,
        channel=policy.remediation.channel,
        asked_at=now,
        state=ErrandState.ANSWERED,
        answer=f":wrench: A remediation plan{which} waits in Zof for approval.{run} Approve or reject it in Zof's "
        "Console under Governance → Remediation → Approvals; it cannot be approved from here.",
    )
