"""Lists that only their asker sees: runs, schedules, a case's log."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from slack_bot.console import console_url
from slack_bot.errands import Query
from slack_bot.text import code, fenced, local_clock, local_day, prose, sentence
from slack_bot.views.blocks import Block, Message, actions, button, context, note, section
from slack_bot.views.words import Names, emoji
from zof_core import Run
from zof_core.models import LogLine, Result, Schedule
from zof_core.posture import Upcoming
from zof_core.wording import case_took_text, progress_text, status_style, took_text

DETAILS_ACTION: Final = "run_details"
IN_HOME: Final = "home"
"""Nonce of buttons that stand in the home or its copy in a channel: not that channel's rules judge them."""
OPEN_ACTION: Final = "open_in_console"
RUNS_SHOWN: Final = 10
ID_MAX: Final = 300
"""Longer ids do not fit into a button's value together with the rest."""
SCHEDULES_SHOWN: Final = 15
_NAME_MAX: Final = 120
_MEANT: Final = 5
_OWN_TIME: Final = re.compile(
    r"^\s*\[?(?:\d{4}-\d\d-\d\d[T ])?\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?\]?\s+"
)


def can_stand_in_a_button(run_id: str) -> bool:
    """Whether an id fits into a button's value and comes back from it as it was."""
    return run_id.isprintable() and 0 < len(run_id) <= ID_MAX


def run_line(run: Run, names: Names) -> str:
    """A run in one line: status by icon and word, what, where."""
    style = status_style(run.status)
    where = f" on *{prose(run.environment, 60)}*" if run.environment else ""
    return f"{emoji(style)} *{prose(style.word, 40)}* · *{prose(names.what(run), _NAME_MAX)}*{where}"


def details_button(run_id: str, text: str = "Details", *, in_home: bool = False) -> Block:
    """Opens a run's details, whoever started it."""
    value = {"run": run_id, **({"nonce": IN_HOME} if in_home else {})}
    return button(text, DETAILS_ACTION, value=json.dumps(value))


def console_button(run: Run, template: str | None) -> list[Block]:
    """Leads to a run in Zof's Console; nothing if nobody says where that is."""
    url = console_url(run, template)
    return [button("Open in Console", OPEN_ACTION, url=url)] if url else []


def details_row(run_id: str) -> Block:
    """A row with that button alone."""
    return actions(details_button(run_id, "Details of the run"))


def run_item(run: Run, names: Names, starter: str | None = None, *, in_home: bool = False) -> Block:
    """A run of a list, with a button for its details."""
    who = [f"by {prose(starter, 60)}"] if starter else []
    when = [moment(run.created_at)] if run.created_at else []
    took = [f"took {text}"] if (text := took_text(run)) else []
    small = " · ".join([code(run.id, 60), prose(names.project(run.project_id), 60), *who, *when, *took])
    counted = prose(progress_text(run), 120)
    item = section(f"{run_line(run, names)}\n{counted}\n{small}")
    return (
        {**item, "accessory": details_button(run.id, in_home=in_home)}
        if can_stand_in_a_button(run.id)
        else item
    )


def moment(at: datetime) -> str:
    """Day and time of day where the reader is."""
    return f"{local_day(at.timestamp())} {local_clock(at.timestamp())}"


def runs_list(
    runs: Sequence[Run], query: Query, names: Names, starters: Mapping[str, str], at: float
) -> Message:
    """Runs, newest first.

    Args:
        starters: run id → who started it from Slack.
        at: Unix time at which they were read.
    """
    what = _asked_for(query, names)
    if not runs:
        return note(f"There is no run {what} that I can show you here.")
    shown = runs[:RUNS_SHOWN]
    more = f"; the newest {len(shown)}" if len(runs) > len(shown) else ""
    head = f"*Runs* {what}, newest first{more}"
    blocks = [
        section(head),
        *(run_item(run, names, starters.get(run.id)) for run in shown),
        context(f"As of {local_clock(at)}. Only runs that the rules of this channel let you see."),
    ]
    lines = [
        f"{status_style(run.status).word}: {names.what(run)} on {run.environment or '–'}, run {run.id}."
        for run in shown
    ]
    return Message(prose(" ".join(lines), 3000), tuple(blocks))


def _asked_for(query: Query, names: Names) -> str:
    parts = [f"of {prose(names.project(query.project), 60)}"] if query.project else ["of every project"]
    if query.environment:
        parts.append(f"on {code(query.environment, 60)}")
    if query.status:
        parts.append(f"with the status “{prose(status_style(query.status).word, 40)}”")
    if query.mine:
        parts.append("that you started from Slack")
    return " ".join(parts)


def schedules_list(
    upcoming: Sequence[Upcoming], others: Sequence[Schedule], names: Names, *, read: int | None = None
) -> Message:
    """What runs by the clock, soonest first; then what is paused or not understood.

    Args:
        read: how many were read, if there may be more.
    """
    lines = [schedule_line(one, names) for one in upcoming[:SCHEDULES_SHOWN]]
    lines += [
        f":double_vertical_bar: {_schedule(one, names)} · {prose(one.status or 'never due', 40)}"
        for one in others[: max(SCHEDULES_SHOWN - len(lines), 0)]
    ]
    only = [f"Only the first {read} schedules were read; Zof's Console lists them all"] if read else []
    if not lines:
        return note(". ".join([*only, "There is no schedule that I can show you here."]))
    left = len(upcoming) + len(others) - len(lines)
    more = [f"and {left} more; Zof's Console lists them all"] if left > 0 else []
    text = "\n".join(["*Schedules*, soonest first", *lines, *more, *only])
    return Message(prose(f"{len(lines)} schedules", 200), (section(text),))


def schedule_line(one: Upcoming, names: Names) -> str:
    """A schedule and when it is next due."""
    return f":alarm_clock: {moment(one.at)} · {_schedule(one.schedule, names)}"


def _schedule(schedule: Schedule, names: Names) -> str:
    where = f" on {prose(schedule.environment, 60)}" if schedule.environment else ""
    cron = f" · {code(schedule.cron, 40)} UTC" if schedule.cron else ""
    return f"{prose(names.what(schedule), 80)}{where} ({prose(names.project(schedule.project_id), 60)}){cron}"


def case_log(
    run_id: str,
    case: str,
    result: Result | None,
    lines: Sequence[LogLine],
    *,
    named: bool,
    ended: bool = False,
    meant: Sequence[str] = (),
) -> list[Block]:
    """What is known of one case in a run.

    Args:
        lines: of the run's log, in their order.
        named: they are the lines about the case; else they are the last of the run.
        ended: the run has ended, so a result that is not there does not come.
        meant: names of the run's cases that were perhaps meant, if there is no such case.
    """
    name = (result.name if result else None) or case
    line = _case_line(name, result) if result else _no_result(name, ended=ended) + cases_meant(meant)
    blocks = [section(f"{line}\nrun {code(run_id)}")]
    if result and result.failure_summary:
        blocks.append(section(fenced(result.failure_summary.splitlines(), 1500)))
    if lines:
        said = (
            "What the run's log says of it" if named else "No line of the run's log names it; its last lines"
        )
        if any(line.timestamp for line in lines):
            said += " (times in UTC)"
        blocks += [context(said), section(fenced([_log_line(line) for line in lines], 2900))]
    else:
        blocks.append(context("The run has no log, or Zof keeps it no more."))
    return blocks


def cases_meant(names: Sequence[str]) -> str:
    """For `mrkdwn`: which cases may have been meant, with a blank before it; empty if none."""
    listed = ", ".join(code(name, _NAME_MAX) for name in names[:_MEANT])
    more = f" and {len(names) - _MEANT} more" if len(names) > _MEANT else ""
    one_of = "one of " if len(names) > 1 else ""
    return f" Did you mean {one_of}{listed}{more}?" if names else ""


def _no_result(name: str, *, ended: bool) -> str:
    return f"{code(name, _NAME_MAX)} has no result in this run{'' if ended else ' yet'}."


def _case_line(name: str, result: Result) -> str:
    style = status_style(result.status)
    took = f" · took {text}" if (text := case_took_text(result)) else ""
    return f"{emoji(style)} *{prose(style.word, 40)}* · {code(name, _NAME_MAX)}{took}"


def _log_line(line: LogLine) -> str:
    level = f"{line.level.upper()} " if line.level else ""
    if line.timestamp is None:
        return f"{level}{line.message}"
    # Many loggers begin a line with a time of their own, in a form and a zone of their own.
    message = _OWN_TIME.sub("", line.message)
    return f"{line.timestamp.astimezone(UTC):%H:%M:%S} {level}{message}"


def message_of(blocks: Iterable[dict[str, Any]], text: str) -> Message:
    """Blocks with a fallback text."""
    return Message(sentence(text, 3000), tuple(blocks))
