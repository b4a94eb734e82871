"""A run's details: a modal with what can be done to it, its failures page by page, and a case's log."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any, Final

from slack_bot.text import code, plain, prose, sentence
from slack_bot.views.blocks import Block, actions, button, context, label, section
from slack_bot.views.lists import (
    DETAILS_ACTION,
    can_stand_in_a_button,
    console_button,
    moment,
    run_line,
)
from slack_bot.views.words import Names, emoji
from zof_core import Run
from zof_core.models import Result
from zof_core.wording import case_name, case_took_text, progress_text, status_style, took_text

LATER_ACTION: Final = "details_later"
EARLIER_ACTION: Final = "details_earlier"
LOGS_ACTION: Final = "details_logs"
BACK_ACTION: Final = "details_back"
ACTIONS: Final = (LATER_ACTION, EARLIER_ACTION, LOGS_ACTION, BACK_ACTION)
PAGE: Final = 8
"""Failures a page."""
_SUMMARY_MAX: Final = 400


def external_id(key: str) -> str:
    """The modal's id of our own, by which it is found before Slack's is known."""
    return f"details-{hashlib.sha256(key.encode()).hexdigest()[:40]}"


def details_modal(view: str, channel: str, blocks: Sequence[Block]) -> dict[str, Any]:
    """The modal.

    Args:
        view: its `external_id`.
        channel: whose rules judge what is pressed in it.
    """
    return {
        "type": "modal",
        "external_id": view,
        "private_metadata": json.dumps({"channel": channel}),
        "title": label("Zof run", 24),
        "close": label("Close", 24),
        "blocks": list(blocks)[:100],
    }


def loading() -> list[Block]:
    """What the modal shows until Zof has answered."""
    return [section(":hourglass_flowing_sand: Reading the run from Zof …")]


def details_blocks(
    run: Run,
    names: Names,
    failures: Sequence[Result] | None,
    page: int,
    *,
    trouble: str = "",
    cut: bool = False,
    console: str | None = None,
) -> list[Block]:
    """The run, what can be done, and one page of its failures.

    Args:
        failures: all of them in order; None if they could not be read, which `trouble` explains.
        page: from 0; one beyond the last shows the last.
        cut: there may be more of them than were read.
        console: template of the Console's addresses.
    """
    when = [f"started {moment(run.created_at)}"] if run.created_at else []
    took = [f"took {text}"] if (text := took_text(run)) else []
    small = " · ".join([f"run {code(run.id)}", prose(names.project(run.project_id), 80), *when, *took])
    blocks = [
        section(f"{run_line(run, names)}\n{prose(progress_text(run), 200)}"),
        context(small),
        *_deeds(run, console),
    ]
    if failures is None:
        return [*blocks, section(f":warning: The failed cases could not be read. {sentence(trouble)}")]
    if not failures:
        said = "No case has failed." if run.is_terminal else "No case has failed so far."
        return [*blocks, section(said)]
    pages = (len(failures) + PAGE - 1) // PAGE
    page = min(max(page, 0), pages - 1)
    shown = failures[page * PAGE : (page + 1) * PAGE]
    first = page * PAGE + 1
    head = f"*Not passed* · {first} to {first + len(shown) - 1} of {len(failures)}"
    head += " that were read; Zof's Console lists all of them" if cut else ""
    items = [block for result in shown for block in _failure(run, result)]
    return [*blocks, {"type": "divider"}, section(head), *items, *_paging(run, page, pages)]


def _failure(run: Run, result: Result) -> list[Block]:
    style = status_style(result.status)
    took = f" · took {text}" if (text := case_took_text(result)) else ""
    summary = f"\n{code(result.failure_summary, _SUMMARY_MAX)}" if result.failure_summary else ""
    text = f"{emoji(style)} *{prose(style.word, 40)}* · {code(case_name(result), 120)}{took}{summary}"
    case = result.test_case_id or result.id
    value = json.dumps({"run": run.id, "case": case})
    if len(value) > 2000 or not can_stand_in_a_button(run.id) or not case.isprintable():
        return [section(text)]
    return [{**section(text), "accessory": button("Log", LOGS_ACTION, value=value)}]


def _paging(run: Run, page: int, pages: int) -> list[Block]:
    elements = []
    if not can_stand_in_a_button(run.id):
        return []
    if page > 0:
        elements.append(button("Earlier", EARLIER_ACTION, value=_value(run, page - 1)))
    if page < pages - 1:
        elements.append(button("More failures", LATER_ACTION, value=_value(run, page + 1)))
    return [{**actions(*elements), "block_id": "pages"}] if elements else []


def _value(run: Run, page: int) -> str:
    return json.dumps({"run": run.id, "page": page})


def back_button(run_id: str) -> Block:
    """From a case's log to the run."""
    return actions(button("Back to the run", BACK_ACTION, value=json.dumps({"run": run_id})))


def _deeds(run: Run, console: str | None) -> list[Block]:
    link = console_button(run, console)
    if not can_stand_in_a_button(run.id):
        return [actions(*link)] if link else []
    value = json.dumps({"run": run.id, "nonce": "details"})
    again = [
        _confirmed(
            "Run again", "rerun_run", value, "It is started anew; its message appears in the channel."
        ),
        *(
            [_confirmed("Run failed again", "rerun_failed", value, "Only the cases that did not pass.")]
            if run.summary and (run.summary.failed or run.summary.error)
            else []
        ),
    ]
    stop = [_confirmed("Cancel run", "cancel_run", value, "It stops for everybody.", style="danger")]
    refresh = [button("Refresh", DETAILS_ACTION, value=json.dumps({"run": run.id}))]
    return [actions(*(again if run.is_terminal else stop), *refresh, *link)]


def _confirmed(text: str, action: str, value: str, question: str, **more: Any) -> Block:
    return button(
        text,
        action,
        value=value,
        confirm={
            "title": label(f"{text}?", 100),
            "text": label(plain(question, 300), 300),
            "confirm": label(text, 30),
            "deny": label("Not now", 30),
        },
        **more,
    )
