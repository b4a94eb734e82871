"""The command center: what Zof's own home shows, for the person who opens the app's home tab.

Every figure comes from `zof_core.posture` with its definition; nothing is computed here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from slack_bot.followed import FollowedRun
from slack_bot.text import code, local_clock, prose, sentence
from slack_bot.views.approval_card import ballot
from slack_bot.views.blocks import Block, Message, actions, button, context, header, mrkdwn, section
from slack_bot.views.lists import can_stand_in_a_button, details_button, run_item, schedule_line
from slack_bot.views.words import Names
from zof_core import Run
from zof_core.home import ELSEWHERE, Home, Tile
from zof_core.posture import Figure

START_ACTION: Final = "home_start"
REFRESH_ACTION: Final = "home_refresh"
ACTIVE_SHOWN: Final = 8
_APPROVALS_SHOWN: Final = 5
_MODULES_SHOWN: Final = 12
_SCHEDULES_SHOWN: Final = 6
_STEPS_SHOWN: Final = 5
_BAR: Final = 10
BLOCKS_MAX: Final = 100
BYTES_MAX: Final = 250_000
"""Of a view (docs.slack.dev, views.publish: view_too_large)."""
_MESSAGE_BLOCKS: Final = 48


@dataclass(frozen=True, slots=True)
class HomeContent:
    """What somebody's home shows.

    Args:
        home: None if Zof told nothing at all, which `trouble` explains.
        starters: run id → who started it from Slack.
        approvals: the requests that wait for this person.
        may_run: some rule lets them start something.
    """

    home: Home | None
    names: Names
    trouble: str = ""
    starters: Mapping[str, str] = field(default_factory=dict)
    approvals: tuple[FollowedRun, ...] = ()
    may_run: bool = False


def home_view(content: HomeContent, now: float, *, live: bool, plain: bool = False) -> dict[str, Any]:
    """The home tab.

    Args:
        now: Unix time.
        live: it is kept fresh; else it says since when it is not.
        plain: only a sentence, for when Slack has refused the rest.
    """
    blocks = [section(home_text(content))] if plain else _blocks(content, now, live=live)[:BLOCKS_MAX]
    while len(blocks) > 1 and len(json.dumps(blocks).encode()) > BYTES_MAX:
        blocks = blocks[:-1]
    return {"type": "home", "blocks": blocks}


def home_message(content: HomeContent, now: float) -> Message:
    """The same as an answer in a channel, which has half the room."""
    blocks = [block for block in _blocks(content, now, live=False) if block["type"] != "divider"]
    return Message(home_text(content), tuple(blocks[:_MESSAGE_BLOCKS]))


def home_text(content: HomeContent) -> str:
    """The figures in a few sentences."""
    if content.home is None:
        return f"The command center could not be read. {sentence(content.trouble)}"
    figures = [f"{tile.figure.name}: {_value(tile)}." for tile in content.home.tiles]
    return prose(" ".join(figures), 3000)


def _blocks(content: HomeContent, now: float, *, live: bool) -> list[Block]:
    home = content.home
    at = home.posture.at.timestamp() if home else now
    fresh = ":large_green_circle: Live" if live else ":white_circle: Not refreshed by itself"
    head = [
        header("Command center"),
        context(f"{fresh} · as of {local_clock(at)} · only what the rules let you see"),
    ]
    start = [button("Start a run", START_ACTION, style="primary")] if content.may_run else []
    top = [*head, actions(*start, button("Refresh", REFRESH_ACTION)), *_approvals(content)]
    if home is None:
        return [*top, section(f":warning: Zof could not be read. {sentence(content.trouble)}"), *_foot()]
    notices = [section(f":warning: {sentence(notice)}") for notice in home.notices]
    return [
        *top,
        *notices,
        *_tiles(home),
        *_active(content, home),
        *_steps(home),
        *_modules(home),
        *_schedules(content, home),
        *_foot(),
    ]


def _title(text: str) -> list[Block]:
    return [{"type": "divider"}, section(f"*{text}*")]


def _value(tile: Tile) -> str:
    return "not read" if tile.trouble else tile.figure.text


def _tiles(home: Home) -> list[Block]:
    tiles = home.tiles[:10]
    figures = {"type": "section", "fields": [mrkdwn(_tile(tile), 2000) for tile in tiles]}
    # In small print below: what a figure means is read once, the figure each time.
    meanings = context(*(prose(f"{tile.figure.name}: {tile.figure.definition}.", 460) for tile in tiles))
    return [*_title("Quality posture"), figures, meanings]


def _tile(tile: Tile) -> str:
    icon = ":warning: " if tile.trouble or _wants_a_look(tile.figure) else ""
    return f"{prose(tile.figure.name, 60)}\n{icon}*{prose(_value(tile), 40)}*"


def _wants_a_look(figure: Figure) -> bool:
    return figure.name in {"Stuck runs", "Open critical failures", "Flaky cases"} and bool(figure.value)


def _active(content: HomeContent, home: Home) -> list[Block]:
    if "runs" in home.troubles:
        return [*_title("Active runs"), section(":warning: Runs could not be read just now.")]
    if not home.active:
        return [*_title("Active runs"), section("No run is queued or running.")]
    shown = home.active[:ACTIVE_SHOWN]
    more = len(home.active) - len(shown)
    rest = [context(f"and {more} more; Operate → Runs in the Console lists them")] if more > 0 else []
    return [*_title("Active runs"), *(_active_run(content, run) for run in shown), *rest]


def _active_run(content: HomeContent, run: Run) -> Block:
    return run_item(run, content.names, content.starters.get(run.id), in_home=True)


def _steps(home: Home) -> list[Block]:
    steps = home.posture.next_steps[:_STEPS_SHOWN]
    if not steps:
        return [*_title("Next"), section("Nothing waits to be done that can be seen from here.")]
    items: list[Block] = []
    for step in steps:
        item = section(f"• {prose(step.text, 500)}")
        if step.runs and can_stand_in_a_button(step.runs[0]):
            item["accessory"] = details_button(step.runs[0], "Look at the run", in_home=True)
        items.append(item)
    return [*_title("Next"), *items]


def _modules(home: Home) -> list[Block]:
    title = _title("Coverage by module")
    if {"runs", "results"} & set(home.troubles):
        return [
            *title,
            section(":warning: Runs or results could not be read just now, so coverage is not known."),
        ]
    modules = home.posture.modules
    if not modules:
        return [*title, section("The catalogue names no cases, so there is nothing to measure coverage by.")]
    lines = [_module(one) for one in modules[:_MODULES_SHOWN]]
    more = len(modules) - _MODULES_SHOWN
    rest = [f"and {more} more"] if more > 0 else []
    return [*title, section("\n".join([*lines, *rest]))]


def _module(one: Figure) -> str:
    filled = round(min(max(one.value or 0.0, 0.0), 1.0) * _BAR)
    bar = "█" * filled + "░" * (_BAR - filled)
    return f"`{bar}` {prose(one.name, 60)} · {prose(one.text, 60)}"


def _schedules(content: HomeContent, home: Home) -> list[Block]:
    title = _title("Schedules")
    if "schedules" in home.troubles:
        return [*title, section(":warning: Schedules could not be read just now.")]
    upcoming = home.posture.upcoming
    if not upcoming:
        return [*title, section("Nothing is scheduled.")]
    lines = [schedule_line(one, content.names) for one in upcoming[:_SCHEDULES_SHOWN]]
    more = len(upcoming) - _SCHEDULES_SHOWN
    rest = [f"and {more} more; {code('/zof schedules')} lists them"] if more > 0 else []
    return [*title, section("\n".join([*lines, *rest]))]


def _approvals(content: HomeContent) -> list[Block]:
    if not content.approvals:
        return []
    items: list[Block] = []
    for number, row in enumerate(content.approvals[:_APPROVALS_SHOWN]):
        what = content.names.what(row.request)
        asked = f"asked by {prose(row.asker.name, 80)} at {local_clock(row.accepted_at)}"
        text = (
            f":raised_hand: *{prose(what, 80)}* on *{prose(row.request.environment, 60)}* "
            f"({prose(row.project_name, 60)}), {asked}"
        )
        items += [section(text), {**ballot(row, what), "block_id": f"ballot-{number}"}]
    more = len(content.approvals) - _APPROVALS_SHOWN
    rest = [context(f"and {more} more in their channels")] if more > 0 else []
    return [*_title("Waits for you"), *items, *rest]


def _foot() -> list[Block]:
    paths = (
        "Runs: Operate → Runs · release gates: Governance → Releases · remediation: Governance → Remediation → "
        "Approvals, where plans are approved"
    )
    return [{"type": "divider"}, context(sentence(ELSEWHERE), prose(paths, 300))]
