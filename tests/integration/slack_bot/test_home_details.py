"""Details pressed in the home are judged by a channel in which their reader may see that very run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from slack_bot.store.tries import tries
from slack_bot.views.lists import IN_HOME
from tests.integration.slack_bot.conftest import eventually
from tests.integration.slack_bot.guarded import SECRET, Guarded, guarded_bot
from tests.integration.slack_bot.test_attacks import is_told, pressed
from tests.integration.slack_bot.test_clicks_matrix import Cell, Press

TWO_PLACES = """
[[allow]]
name = "shop"
channels = ["C0OPEN"]
verbs = ["status", "cancel", "rerun"]
projects = ["shop"]
environments = ["*"]
people = ["U0PLAIN"]

[[allow]]
name = "proj"
channels = ["C0UNLISTED"]
verbs = ["status", "cancel", "rerun"]
projects = ["proj"]
environments = ["staging"]
people = ["U0PLAIN"]

[[catalogue.projects]]
id = "proj"
environments = ["staging", "production"]
"""
PLAIN = Cell("C0OPEN", "U0PLAIN", "staging", 1)
OTHERS = Cell("C0OPEN", "U0PLAIN", "production", 1)


def in_home(cell: Cell) -> dict[str, str]:
    return {"run": cell.run, "nonce": IN_HOME}


def updated(guarded: Guarded) -> list[str]:
    return [json.dumps(args["view"]) for name, args in guarded.services.calls if name == "views.update"]


@pytest.mark.parametrize("where", ["home", "message"])
async def test_details_of_a_run_are_shown_by_the_rules_of_its_own_place(tmp_path: Path, where: str) -> None:
    async with guarded_bot(tmp_path, TWO_PLACES) as guarded:
        await pressed(guarded, PLAIN, "run_details", Press(where, in_home))
        [view] = await eventually(lambda: updated(guarded))
        assert f"{SECRET}_{PLAIN.run}" in view
        assert "C0UNLISTED" in view
        assert "C0OPEN" not in view


@pytest.mark.parametrize("where", ["home", "message"])
async def test_details_that_no_place_shows_are_denied(tmp_path: Path, where: str) -> None:
    async with guarded_bot(tmp_path, TWO_PLACES) as guarded:
        await pressed(guarded, OTHERS, "run_details", Press(where, in_home))
        await is_told(guarded, "No rule lets you")
        assert SECRET not in "".join(guarded.services.posted)


async def test_in_a_channel_its_own_rules_decide(tmp_path: Path) -> None:
    async with guarded_bot(tmp_path, TWO_PLACES) as guarded:
        await pressed(guarded, PLAIN, "run_details", Press("message", lambda cell: {"run": cell.run}))
        await is_told(guarded, "No rule lets you")
        assert SECRET not in "".join(guarded.services.posted)


async def test_the_home_s_own_buttons_say_where_they_stand(tmp_path: Path) -> None:
    async with guarded_bot(tmp_path, TWO_PLACES) as guarded:
        guarded.services.listed_status = "running"
        guarded.services.listed = [
            {"id": PLAIN.run, "status": "running", "project_id": "proj", "environment": "staging"}
        ]
        await guarded.command("home", number=1, user="U0PLAIN")
        [(_, text)] = await eventually(lambda: guarded.services.answered)
        shown = [block.get("accessory", {}).get("value") for block in json.loads(text)["blocks"]]
        assert json.dumps(in_home(PLAIN)) in shown


@pytest.mark.parametrize(("how", "present"), [("modal", False), ("message", True)])
async def test_an_errand_knows_whether_it_was_asked_in_the_channel(
    guarded: Guarded, how: str, present: bool
) -> None:
    press = Press(how, lambda cell: {"run": cell.run, "nonce": "details"})
    await pressed(guarded, PLAIN, "rerun_run", press)
    where = {"modal": "V1", "message": "1.5"}[how]
    key = f"T0ZOF:rerun_run:{where}:{PLAIN.run}:details"
    [one] = await eventually(lambda: guarded.bot.store.asked(tries, key))
    assert one.errand.present is present
