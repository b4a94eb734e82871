"""The run card: one message a run, a pure function of the followed run's row."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

from slack_bot.followed import FollowedRun, Via
from slack_bot.results import SHOWN_FAILURES, Findings
from slack_bot.text import clock, code, fenced, local_clock, plain, prose, sentence
from slack_bot.views.blocks import Block, Message, actions, button, context, label, section
from slack_bot.views.lists import can_stand_in_a_button, console_button, details_button
from slack_bot.views.words import emoji, names_of
from zof_core import Result, Run
from zof_core.wording import (
    case_name,
    case_took_text,
    cases_text,
    duration_text,
    progress_text,
    status_style,
    took_text,
)

CANCEL_ACTION: Final = "cancel_run"
RERUN_ACTION: Final = "rerun_run"
RERUN_FAILED_ACTION: Final = "rerun_failed"
THREAD_SHOWN: Final = 20
_NAME_MAX: Final = 120


def run_card(row: FollowedRun, console: str | None = None) -> Message:
    """The card of a run.

    Args:
        row: a followed run that Zof has given an id.
        console: template of the Console's addresses.
    """
    assert row.findings is not None
    run = row.findings.run
    lost = row.lost is not None
    blocks = [
        section(_title(run, suite=row.suite_name, environment=row.request.environment, lost=lost)),
        *_body(row.findings),
        *([section(f":warning: {sentence(row.lost)}")] if row.lost else []),
        context(*_small_print(row, run)),
        *_buttons(row, run, console),
    ]
    return Message(_fallback(row, run), () if row.card.plain else tuple(blocks))


def failures_reply(row: FollowedRun, failures: Sequence[Result] | None) -> Message:
    """The failures as they stand in the card's thread.

    Args:
        failures: all of them, in order; None if Zof did not tell them just now: then those of the card.
    """
    assert row.findings is not None
    run, listed = row.findings.run, row.findings.failures
    if failures is None:
        items = [section(f"• {code(case.name, _NAME_MAX)} {_word(case.status)}") for case in listed]
        total, names = row.findings.failures_total, [case.name for case in listed]
    else:
        items = [section(_failure(result)) for result in failures[:THREAD_SHOWN]]
        # Of very many only the first are read.
        total = max(len(failures), row.findings.failures_total)
        names = [case_name(result) for result in failures[:THREAD_SHOWN]]
    more = total - len(items)
    rest = [context(f"and {more} more; Details above lists them all")] if more > 0 else []
    head = section(f"*Not passed* in run {code(run.id)}: {cases_text(total)}")
    and_more = f" and {more} more" if more > 0 else ""
    text = f"Not passed: {', '.join(plain(name, _NAME_MAX) for name in names)}{and_more}."
    return Message(prose(text, 3000), () if row.card.plain else (head, *items, *rest))


def _word(status: str) -> str:
    style = status_style(status)
    return f"{emoji(style)} {prose(style.word, 40)}"


def _failure(result: Result) -> str:
    took = f" · took {text}" if (text := case_took_text(result)) else ""
    line = f"{_word(result.status)} · {code(case_name(result), _NAME_MAX)}{took}"
    why = result.failure_summary
    return f"{line}\n{fenced(why.splitlines(), 700)}" if why and why.strip() else line


def run_summary(
    findings: Findings,
    *,
    project: str | None,
    suite: str | None,
    started_by: str | None = None,
    read_at: float | None = None,
    console: str | None = None,
) -> Message:
    """A run as `/zof status` shows it: the card without anything to press that changes something.

    Args:
        project, suite: their names, where known.
        started_by: name of who started it from Slack; None if the bot did not start it.
        read_at: Unix time at which it was as it is shown.
        console: template of the Console's addresses.
    """
    run = findings.run
    details = [f"run {code(run.id)}"]
    if project or run.project_id:
        details.insert(0, prose(project or run.project_id, _NAME_MAX))
    blocks = [
        section(_title(run, suite=suite, environment=run.environment, lost=False)),
        *_body(findings),
        context(" · ".join([*details, *_start(run, started_by), *_times(run), *_as_of(run, read_at)])),
        *([actions(*link)] if (link := console_button(run, console)) else []),
    ]
    text = f"Run {plain(run.id, 255)}: {status_style(run.status).word}. {progress_text(run)}"
    return Message(prose(text, 1000), tuple(blocks))


def _title(run: Run, *, suite: str | None, environment: str | None, lost: bool) -> str:
    style = status_style(run.status)
    what = prose(suite or run.test_suite_id or _cases(run), _NAME_MAX)
    where = f" on *{prose(environment, _NAME_MAX)}*" if environment else ""
    word = "No longer followed" if lost else prose(style.word, 40)
    return f"{':warning:' if lost else emoji(style)} *{word}* · *{what}*{where}"


def _cases(run: Run) -> str:
    count = len(run.test_case_ids or ())
    return cases_text(count) if count else "run"


def _body(findings: Findings) -> list[Block]:
    run = findings.run
    counts = progress_text(run)
    if findings.failures:
        listed = "\n".join(
            f"• {code(case.name, _NAME_MAX)} {prose(status_style(case.status).word, 40)}"
            for case in findings.failures[:SHOWN_FAILURES]
        )
        more = findings.failures_total - min(len(findings.failures), SHOWN_FAILURES)
        rest = f"\nand {more} more" if more > 0 else ""
        return [section(prose(counts, 300)), section(f"{listed}{rest}")]
    if findings.failures_total:
        unread = "Which cases did not pass could not be read just now; Zof's Console lists them."
        return [section(prose(counts, 300)), section(unread)]
    return [section(prose(counts, 300))]


def _small_print(row: FollowedRun, run: Run) -> list[str]:
    who = _who(row, run)
    first = f"{prose(row.project_name, _NAME_MAX)} · run {code(run.id)} · {who}"
    again = [f"again after {code(row.again_of)}"] if row.again_of else []
    lines = [" · ".join([first, *again, *_times(run)])]
    lines += _usual(row, run)
    if row.canceled_by:
        verb = "Cancelled" if run.is_terminal else "Being cancelled"
        lines.append(f"{verb} by {prose(row.canceled_by, _NAME_MAX)}")
    if row.approval is not None and row.approval.by:
        lines.append(f"Approved by {names_of(row.approval.by)}")
    if row.outage_since is not None and row.read_at is not None and not row.is_over:
        lines.append(f":warning: As of {local_clock(row.read_at)}: {prose(row.outage, 100)}; I keep asking")
    elif row.card.late and row.changed_at is not None and not run.is_terminal:
        lines.append(f"As of {local_clock(row.changed_at)}: Slack takes updates slowly just now")
    return lines


def _who(row: FollowedRun, run: Run) -> str:
    """Who started it and where from; else that it was not from here, and who wants it shown."""
    name = prose(row.asker.name, _NAME_MAX)
    if row.via is Via.STARTED:
        return f"started by {name} from Slack at {local_clock(_began(row, run))}"
    at = f" at {local_clock(run.created_at.timestamp())}" if run.created_at else ""
    why = f"shown for {name}" if row.via is Via.WATCH else f"shown by subscription of {name}"
    return f"started outside Slack{at} · {why}"


def _began(row: FollowedRun, run: Run) -> float:
    """When it was started: what had to be confirmed or approved was asked for earlier."""
    return run.created_at.timestamp() if run.created_at else row.accepted_at


def _start(run: Run, started_by: str | None) -> list[str]:
    at = f" at {local_clock(run.created_at.timestamp())}" if run.created_at else ""
    by = f" by {prose(started_by, _NAME_MAX)}" if started_by else ""
    return [f"started{by}{at}"] if at or by else []


def _as_of(run: Run, read_at: float | None) -> list[str]:
    return [f"as of {local_clock(read_at)}"] if read_at is not None and not run.is_terminal else []


def _times(run: Run) -> list[str]:
    if not run.is_terminal or run.completed_at is None:
        return []
    ended = [f"ended at {local_clock(run.completed_at.timestamp())}"]
    took = took_text(run)
    return [*ended, f"took {took}"] if took else ended


def _usual(row: FollowedRun, run: Run) -> list[str]:
    """The duration against the usual one, and what usual means."""
    if row.usual is None:
        return []
    usual = f"{duration_text(row.usual.seconds)} ({prose(row.usual.definition, 200)})"
    took = took_text(run)
    return [f"Took {took}; usually {usual}" if took else f"Usually takes {usual}"]


def _buttons(row: FollowedRun, run: Run, console: str | None) -> list[Block]:
    elements: list[Block] = []
    if not row.is_over and not run.is_terminal:
        elements.append(_cancel_button(row))
    if run.is_terminal:
        elements.append(_rerun_button(row, "Run again", RERUN_ACTION))
        if row.findings and row.findings.failures_total:
            elements.append(_rerun_button(row, "Run failed again", RERUN_FAILED_ACTION))
    if can_stand_in_a_button(run.id):
        elements.append(details_button(run.id))
    elements += console_button(run, console)
    return [actions(*elements)] if elements else []


def _cancel_button(row: FollowedRun) -> Block:
    run = f"Run {plain(row.run.id, 80)}" if row.run else "This run"
    what = f" ({plain(row.suite_name, 80)})" if row.suite_name else ""
    return button(
        "Cancel run",
        CANCEL_ACTION,
        style="danger",
        value=_value(row),
        confirm={
            "title": label("Cancel this run?", 100),
            "text": label(f"{run}{what} on {plain(row.request.environment, 80)} stops for everybody.", 300),
            "confirm": label("Cancel run", 30),
            "deny": label("Keep running", 30),
            "style": "danger",
        },
    )


def _rerun_button(row: FollowedRun, text: str, action: str) -> Block:
    what = row.suite_name or _cases(row.run) if row.run else "this run"
    of = "The cases that did not pass of " if action == RERUN_FAILED_ACTION else ""
    question = f"{of}{plain(what, 80)} on {plain(row.request.environment, 80)} will be started anew."
    return button(
        text,
        action,
        value=_value(row),
        confirm={
            "title": label(f"{text}?", 100),
            "text": label(question, 300),
            "confirm": label(text, 30),
            "deny": label("Not now", 30),
        },
    )


def _value(row: FollowedRun) -> str:
    return json.dumps({"key": row.key, "nonce": str(row.cancel_round)}, ensure_ascii=False)


def _fallback(row: FollowedRun, run: Run) -> str:
    word = "No longer followed" if row.lost else status_style(run.status).word
    what = row.suite_name or run.test_suite_id or _cases(run)
    parts = [f"{word}: {what} on {row.request.environment} ({row.project_name}).", f"{progress_text(run)}."]
    if row.findings and row.findings.failures:
        shown = row.findings.failures[:SHOWN_FAILURES]
        more = row.findings.failures_total - len(shown)
        names = ", ".join(plain(case.name, _NAME_MAX) for case in shown)
        parts.append(f"Not passed: {names}{f' and {more} more' if more > 0 else ''}.")
    if row.lost:
        parts.append(row.lost)
    if row.outage_since is not None and row.read_at is not None and not row.is_over:
        parts.append(f"As of {clock(row.read_at)}; {row.outage}.")
    began = (
        f"started by {row.asker.name} at {clock(_began(row, run))}"
        if row.via is Via.STARTED
        else "started outside Slack"
    )
    parts.append(f"Run {run.id}, {began}.")
    return prose(" ".join(parts), 3000)
