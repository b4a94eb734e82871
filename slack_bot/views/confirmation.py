"""The question whether what was asked for is really meant, seen by its asker alone."""

from __future__ import annotations

import json
from typing import Final

from slack_bot.following import FollowedRun
from slack_bot.text import code, local_clock, prose
from slack_bot.views.blocks import Message, actions, button, section
from zof_core.wording import cases_text

CONFIRM_ACTION: Final = "confirm_run"
_CASES_NAMED: Final = 20


def confirmation_prompt(row: FollowedRun) -> Message:
    """Names exactly what will run, and asks.

    Args:
        row: a followed run that has a confirmation.
    """
    assert row.confirmation is not None
    text = (
        f":warning: *Please confirm:* {_request(row)}. Nothing has been started yet; this "
        f"lapses at {local_clock(row.confirmation.expires_at)}."
    )
    value = json.dumps({"key": row.key, "nonce": row.confirmation.digest}, ensure_ascii=False)
    return Message(
        text, (section(text), actions(button("Confirm", CONFIRM_ACTION, style="danger", value=value)))
    )


def confirmation_given(row: FollowedRun) -> str:
    """What stands in the question's place when it was confirmed, in Slack's markup."""
    waits = row.approval is not None and row.approval.approved_at is None
    then = "It waits for approval now." if waits else "It starts now."
    return f":white_check_mark: *Confirmed:* {_request(row)}. {then}"


def _request(row: FollowedRun) -> str:
    where = f"{prose(row.project_name, 120)} ({code(row.request.project_id)})"
    return f"{_what(row)} on *{prose(row.request.environment, 120)}* of {where}"


def _what(row: FollowedRun) -> str:
    cases = row.request.test_case_ids
    if not cases:
        suite = row.request.test_suite_id or ""
        return f"*{prose(row.suite_name or suite, 120)}* ({code(suite)})"
    named = ", ".join(code(case, 80) for case in cases[:_CASES_NAMED])
    more = f" and {len(cases) - _CASES_NAMED} more" if len(cases) > _CASES_NAMED else ""
    return f"*{cases_text(len(cases))}* ({named}{more})"
