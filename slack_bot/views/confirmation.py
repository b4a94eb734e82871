"""The card of a run that its asker must confirm before anything else; the next card takes its place."""

from __future__ import annotations

import json
from typing import Final

from slack_bot.followed import Confirmation, FollowedRun
from slack_bot.results import Outcome
from slack_bot.text import code, local_clock, prose
from slack_bot.views.blocks import Message, actions, button, context, section
from zof_core.wording import cases_text

CONFIRM_ACTION: Final = "confirm_run"
DECLINE_ACTION: Final = "decline_run"
_NAME_MAX: Final = 120
_CASES_NAMED: Final = 20


def confirmation_card(row: FollowedRun) -> Message:
    """Names exactly what will run, and asks; afterwards what came of the question.

    Args:
        row: a followed run that has a confirmation.
    """
    assert row.confirmation is not None
    icon, word, said = _standing(row, row.confirmation)
    where = f"{prose(row.project_name, _NAME_MAX)} ({code(row.request.project_id)})"
    asked = f"asked by {prose(row.asker.name, _NAME_MAX)} at {local_clock(row.accepted_at)}"
    small = f"{where} · {asked} · rule “{prose(row.confirmation.rule, 100)}”"
    blocks = [
        section(f"{icon} *{word}* · {_what(row)} on *{prose(row.request.environment, _NAME_MAX)}*"),
        section(said),
        context(small),
    ]
    if not row.is_over and row.confirmation.confirmed_at is None:
        value = json.dumps({"key": row.key, "nonce": row.confirmation.digest}, ensure_ascii=False)
        yes = button("Confirm", CONFIRM_ACTION, style="danger", value=value)
        blocks.append(actions(yes, button("Not now", DECLINE_ACTION, value=value)))
    what = row.suite_name or row.request.test_suite_id or cases_text(len(row.request.test_case_ids or ()))
    text = f"{word}: {what} on {row.request.environment} ({row.project_name}), asked by {row.asker.name}."
    return Message(prose(text, 1000), () if row.card.plain else tuple(blocks))


def _standing(row: FollowedRun, confirmation: Confirmation) -> tuple[str, str, str]:
    """Icon, word and sentence of how the question stands."""
    asker = prose(row.asker.name, _NAME_MAX)
    if row.outcome is Outcome.WITHDRAWN:
        return ":no_entry_sign:", "Not confirmed", f"{asker} chose not to run it now. Nothing was started."
    if row.outcome is Outcome.EXPIRED and confirmation.confirmed_at is None:
        return ":hourglass:", "Lapsed", f"{asker} did not confirm it in time. Nothing was started."
    if row.is_over:
        return ":warning:", "Not started", "It could not be started; whoever asked for it was told why."
    if confirmation.confirmed_at is not None:
        return ":white_check_mark:", "Confirmed", f"Confirmed by {asker}. {_next(row)}"
    by = local_clock(confirmation.expires_at)
    return (
        ":grey_question:",
        "To be confirmed",
        f"{asker} must confirm this by {by}. Nothing has been started yet.",
    )


def _next(row: FollowedRun) -> str:
    if row.lacks_proof and row.requires is not None:
        needed = f"{prose(row.requires.suite, 100)} on {prose(row.requires.environment, 100)}"
        return f"Now it is looked up whether {needed} has passed, as the rule requires."
    waits = row.approval is not None and row.approval.approved_at is None
    return "It waits for approval now." if waits else "It starts now."


def confirmation_answer(row: FollowedRun) -> str:
    """What whoever decided is told, in Slack's markup."""
    if row.confirmation is None or row.confirmation.confirmed_at is None:
        return "Not confirmed. Nothing was started."
    return f"Confirmed. {_next(row)}"


def _what(row: FollowedRun) -> str:
    cases = row.request.test_case_ids
    if not cases:
        suite = row.request.test_suite_id or ""
        return f"*{prose(row.suite_name or suite, _NAME_MAX)}* ({code(suite)})"
    named = ", ".join(code(case, 80) for case in cases[:_CASES_NAMED])
    more = f" and {len(cases) - _CASES_NAMED} more" if len(cases) > _CASES_NAMED else ""
    return f"*{cases_text(len(cases))}* ({named}{more})"
