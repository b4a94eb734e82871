"""The card of a run that others must approve before it starts; the run's own card takes its place."""

from __future__ import annotations

import json
from typing import Final

from slack_bot.config import ANY
from slack_bot.followed import Approval, FollowedRun
from slack_bot.results import Outcome
from slack_bot.text import code, local_clock, person_link, plain, prose
from slack_bot.views.blocks import Block, Message, actions, button, context, label, section
from slack_bot.views.words import names_of
from zof_core.wording import cases_text

APPROVE_ACTION: Final = "approve_run"
REJECT_ACTION: Final = "reject_run"
_NAME_MAX: Final = 120


def approval_card(row: FollowedRun) -> Message:
    """The card of a request that others must approve.

    Args:
        row: a followed run that has an approval.
    """
    assert row.approval is not None
    approval = row.approval
    count = len(row.request.test_case_ids or ())
    what = row.suite_name or row.request.test_suite_id or cases_text(count)
    icon, word, said = _standing(row, approval)
    where = f"on *{prose(row.request.environment, _NAME_MAX)}*"
    asked = f"{prose(row.project_name, _NAME_MAX)} · asked by {prose(row.asker.name, _NAME_MAX)}"
    by_rule = f"rule “{prose(approval.rule, 100)}” · request {code(approval.digest[:8])}"
    if row.requires is not None and row.evidence is not None:
        evidence = f"{row.requires.suite} on {row.requires.environment} passed in {row.evidence.run_id}"
        by_rule += f" · {prose(evidence, 200)}"
    blocks = [
        section(f"{icon} *{word}* · *{prose(what, _NAME_MAX)}* {where}"),
        section(said),
        context(f"{asked} at {local_clock(row.accepted_at)} · {by_rule}"),
        *([ballot(row, what)] if not row.is_over and approval.approved_at is None else []),
    ]
    text = f"{word}: {what} on {row.request.environment} ({row.project_name}), asked by {row.asker.name}."
    return Message(prose(text, 1000), () if row.card.plain else tuple(blocks))


def _standing(row: FollowedRun, approval: Approval) -> tuple[str, str, str]:
    """Icon, word and sentence of how a request stands."""
    if approval.rejected_by is not None:
        by = prose(approval.rejected_by.name, 100)
        if row.outcome is Outcome.WITHDRAWN:
            return (
                ":no_entry_sign:",
                "Withdrawn",
                f"Withdrawn by {by}, who had asked for it. Nothing was started.",
            )
        return ":no_entry_sign:", "Rejected", f"Rejected by {by}. Nothing was started."
    if row.outcome is Outcome.EXPIRED:
        return ":hourglass:", "Expired", "Nobody approved it in time. Nothing was started."
    if row.is_over:
        return ":warning:", "Not started", "It could not be started; whoever asked for it was told why."
    if approval.approved_at is not None:
        return ":white_check_mark:", "Approved", f"Approved by {names_of(approval.by)}. It starts now."
    return ":raised_hand:", "Waiting for approval", _what_is_missing(row, approval)


def _what_is_missing(row: FollowedRun, approval: Approval) -> str:
    """What it waits for, and for whom the buttons are: Slack shows them to everybody in the channel."""
    people = "approval" if approval.needed == 1 else "approvals"
    who = " or ".join(map(_approver, approval.approvers[:10]))
    so_far = f" So far: {names_of(approval.by)}." if approval.by else ""
    return (
        f"It starts as soon as it has {approval.needed} {people} of {who}, and lapses at "
        f"{local_clock(approval.expires_at)}. Only they may approve or reject it; "
        f"{prose(row.asker.name, 100)} may withdraw it.{so_far}"
    )


def _approver(who: str) -> str:
    """Somebody of whom a rule wants an approval: a person, anybody, or who has a role or is in a group."""
    if who == ANY:
        return "anybody else"
    kind, _, name = who.partition(":")
    return f"{kind} {code(name)}" if name else person_link(who)


def ballot(row: FollowedRun, what: str) -> Block:
    """Approve and Reject, for exactly what the row has as digest. `what` is to run."""
    assert row.approval is not None
    value = json.dumps({"key": row.key, "nonce": row.approval.digest}, ensure_ascii=False)
    run = f"{plain(what, 80)} on {plain(row.request.environment, 80)}, asked by {plain(row.asker.name, 80)}"
    return actions(
        button(
            "Approve",
            APPROVE_ACTION,
            style="primary",
            value=value,
            confirm={
                "title": label("Approve this run?", 100),
                "text": label(f"{run}, starts as soon as there are enough approvals.", 300),
                "confirm": label("Approve", 30),
                "deny": label("Not now", 30),
            },
        ),
        button("Reject or withdraw", REJECT_ACTION, style="danger", value=value),
    )
