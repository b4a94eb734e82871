"""Remediation plans that wait in Zof."""

from __future__ import annotations

from slack_bot.config import Policy
from slack_bot.demands import Remediation
from slack_bot.plans import shown_plan
from zof_core.webhooks import Event

POLICY = Policy(remediation=Remediation(channel="C0RELEASES"))


def event(kind: str = "remediation.plan_pending", plan: str = "plan_1") -> Event:
    return Event.model_validate(
        {"id": "evt_1", "type": kind, "data": {"object": {"id": plan, "run_id": "run_1"}}}
    )


def test_a_plan_is_shown_with_where_it_is_approved() -> None:
    errand = shown_plan(event(), POLICY, 1.0)
    assert errand is not None
    assert (errand.key, errand.channel) == ("zof:evt_1", "C0RELEASES")
    assert "Governance → Remediation → Approvals" in (errand.answer or "")
    assert "`plan_1`" in (errand.answer or "")


def test_other_events_and_no_channel_show_nothing() -> None:
    assert shown_plan(event("run.completed"), POLICY, 1.0) is None
    assert shown_plan(event(), Policy(), 1.0) is None


def test_what_it_is_called_mentions_nobody() -> None:
    errand = shown_plan(event(plan="<!channel> <@U02DANA>"), POLICY, 1.0)
    assert errand is not None
    assert "<!" not in (errand.answer or "")
    assert "<@" not in (errand.answer or "")
