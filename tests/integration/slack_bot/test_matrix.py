"""Every verb, from every kind of channel, by every kind of person, on every environment, through the running bot.

A leak is anything that reaches Zof as a change, or anything of a run that reaches Slack, where it may not. Verbs come
from the grammar: new ones are tried too.
"""

from __future__ import annotations

import itertools
import json
import re

import pytest

from slack_bot.audit import first_break
from slack_bot.grammar import VERBS as WORDS
from tests.integration.slack_bot.conftest import eventually
from tests.integration.slack_bot.guarded import (
    CARD,
    CHANNELS,
    LEAK,
    LISTED_RUN,
    MAY,
    NUMBER,
    OPEN,
    PEOPLE,
    Guarded,
)

RUN, PLACE = "run_{environment}_{number}", "proj {environment} suite_{number}"
KNOWN_SHAPES = {
    "run": [f"run {PLACE}", "run proj {environment} --cases case_{number}"],
    "runs": ["runs", "runs proj {environment}"],
    "rerun": [f"rerun {RUN}", f"rerun {RUN} --failed"],
    "status": [f"status {RUN}"],
    "watch": [f"watch {RUN}"],
    "logs": [f"logs {RUN} case_1"],
    "cancel": ["cancel run_{environment}_cancel{number}"],
    "schedules": ["schedules", "schedules proj"],
    "subscribe": ["subscribe proj"],
    "unsubscribe": ["unsubscribe proj"],
    "home": ["home"],
    "can": [f"can me run {PLACE}"],
    "whoami": ["whoami"],
    "audit": ["audit"],
    "help": ["help"],
}


def shapes(verb: str) -> list[str]:
    """What is typed: a verb's own shape, or for one that this test does not know every shape."""
    every = [verb, f"{verb} {RUN}", f"{verb} {PLACE}", f"{verb} {RUN} case_1", f"{verb} proj"]
    return KNOWN_SHAPES.get(verb, every)


def may(cell: tuple[str, str, str, str], environment: str | None = None) -> bool:
    """Whether somebody may do anything to a run on an environment from a channel."""
    _, channel, user, asked_about = cell
    return channel in OPEN and user in MAY[environment or asked_about]


SUBSCRIBER = re.compile(r"shown by subscription of (?:Lead|U0GROUP)\b")


@pytest.mark.parametrize("verb", WORDS)
async def test_nothing_leaks_and_what_is_allowed_works(verb: str, guarded: Guarded) -> None:
    services = guarded.services
    cells: dict[int, tuple[str, str, str, str]] = {}
    shown: list[tuple[int, str]] = []
    numbers = itertools.count(1)
    for cell in itertools.product([verb], CHANNELS, PEOPLE, MAY):
        for shape in shapes(cell[0]):
            number = next(numbers)
            cells[number] = cell
            got = await guarded.send(
                {
                    "team_id": "T0ZOF",
                    "channel_id": cell[1],
                    "user_id": cell[2],
                    "command": "/zof",
                    "text": shape.format(environment=cell[3], number=number),
                    "trigger_id": f"{number}.1",
                    "response_url": f"{guarded.url}/hook/{number}",
                }
            )
            assert got.status_code == 200, (shape, got.text)
            shown.append((number, got.text))
    await eventually(guarded.at_rest, timeout=100)
    shown += services.answered
    done = {
        number: change for change in services.changes for number in [int(NUMBER.findall(str(change))[-1])]
    }
    leaks: list[tuple[object, object]] = [
        (cells[number], done[number]) for number in done if not may(cells[number])
    ]
    leaks += [
        (cells[number], text)
        for number, text in shown
        for environment in LEAK.findall(text)
        if not may(cells[number], environment)
    ]
    leaks += [
        (cells[int(n)], text)
        for text in services.posted
        for n in CARD.findall(text)
        if n != LISTED_RUN and not may(cells[int(n)])
    ]
    # Nobody named the run that Zof lists: only a subscription of somebody who may see it shows it, where that is open.
    leaks += [
        ("a subscription", text)
        for text in services.posted
        if LISTED_RUN in CARD.findall(text)
        and not (json.loads(text)["channel"] in OPEN and SUBSCRIBER.search(text))
    ]
    assert leaks == []
    seen = {number for number, text in services.answered if LEAK.search(text)}
    for number, cell in cells.items():
        if not may(cell):
            continue
        if cell[0] in {"run", "cancel"}:
            assert number in done, cell
        if cell[0] == "status":
            assert number in seen, cell
    assert sum(may(cell) for cell in cells.values()) >= 32
    assert first_break(guarded.bot.store.trail()) is None
