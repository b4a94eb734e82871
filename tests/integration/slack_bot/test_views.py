"""The modal of a run's details, the shortcut on a message, the home tab and the thread, end to end."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.integration.slack_bot.conftest import eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")

RELEASES = "C0RELEASES"
DANA, SAM, MIRA = "U02DANA", "U03SAM", "U04MIRA"


async def modal_with(world: Any, user: str, *words: str) -> dict[str, Any]:
    """The topmost modal, once it says all of this."""

    async def look() -> dict[str, Any] | None:
        views = await world.people.user(user).views()
        said = json.dumps(views[-1], ensure_ascii=False) if views else ""
        return views[-1] if views and all(word in said for word in words) else None

    return dict(await eventually(look))


async def home_of(world: Any, user: str, *words: str) -> dict[str, Any]:
    """Somebody's home tab, once it says all of this."""

    async def look() -> dict[str, Any] | None:
        home = (await world.people.user(user).state()).get("home")
        said = json.dumps(home, ensure_ascii=False) if home else ""
        return home if home and all(word in said for word in words) else None

    return dict(await eventually(look))


def value_of(view: dict[str, Any], action: str) -> str:
    for block in view["blocks"]:
        for element in [*block.get("elements", []), block.get("accessory") or {}]:
            if element.get("action_id") == action:
                return str(element["value"])
    raise AssertionError(f"no {action} in {json.dumps(view['blocks'])}")


async def failed_run(world: Any, user: str = DANA) -> tuple[str, dict[str, Any]]:
    outcome = await world.outcome(
        await world.command("/zof run proj_abc staging suite_regression", user=user)
    )
    assert outcome.outcome == "failed"
    return outcome.run_id, await world.card_of(outcome.run_id)


async def test_failures_stand_in_the_thread_once_and_in_the_details_with_their_log(shared: Any) -> None:
    run_id, card = await failed_run(shared)
    replies = [
        message
        for message in await shared.seen_by(MIRA)
        if message["thread_ts"] == card["ts"] and message["ts"] != card["ts"]
    ]
    assert len(replies) == 1
    assert "test_bad" in replies[0]["plain"]
    assert "assert 1 == 2" in replies[0]["plain"]

    dana = shared.people.user(DANA)
    await dana.click(RELEASES, card["ts"], "run_details")
    modal = await modal_with(shared, DANA, "Not passed", "test_bad", run_id)
    await dana.view_click(modal["id"], "details_logs")
    await modal_with(shared, DANA, "Back to the run")
    await dana.view_click(modal["id"], "details_back")
    await modal_with(shared, DANA, "Not passed")
    await dana.view_click(modal["id"], "rerun_run")
    await modal_with(shared, DANA, "started again")
    await eventually(lambda: len_of_runs(shared, 2))


async def len_of_runs(world: Any, least: int) -> bool:
    return len(await world.runs()) >= least


async def test_the_shortcut_shows_a_run_from_its_thread_and_judges_who_asks(shared: Any) -> None:
    run_id, card = await failed_run(shared, SAM)
    [reply] = [
        message
        for message in await shared.seen_by(MIRA)
        if message["thread_ts"] == card["ts"] and message["ts"] != card["ts"]
    ]
    sam = shared.people.user(SAM)
    await sam.shortcut("zof_actions", channel=RELEASES, ts=reply["ts"])
    modal = await modal_with(shared, SAM, run_id, "Run again")
    await sam.view_click(modal["id"], "rerun_run")
    await modal_with(shared, SAM, "No rule lets you run again")

    mine = await shared.people.user(MIRA).message(RELEASES, "just talking")
    await shared.people.user(MIRA).shortcut("zof_actions", channel=RELEASES, ts=mine["ts"])
    told = await eventually(lambda: says(shared, MIRA, "shows no run"))
    assert told


async def says(world: Any, user: str, words: str) -> bool:
    return words in await world.last_told(user)


async def test_the_home_shows_what_the_rules_let_its_person_see(shared: Any) -> None:
    hidden = await shared.zof.runs.create(
        project_id="proj_abc", environment="production", test_suite_id="suite_pr_smoke"
    )
    shared.close_gate()
    asked = await shared.command("/zof run proj_abc staging suite_gated", user=SAM)
    await eventually(lambda: shared.bot.store.command_outcome(asked).run_id)
    live = shared.bot.store.command_outcome(asked).run_id
    await shared.command("/zof run proj_abc preview suite_pr_smoke", user=SAM)

    await shared.people.user(DANA).open_app()
    home = await home_of(shared, DANA, "Command center", "Live", "Pass rate", live, "Waits for you", "by sam")
    assert "Not refreshed" not in json.dumps(home)
    await shared.people.user(DANA).view_click(home["id"], "approve_run")
    await eventually(lambda: approved(shared))

    await shared.people.user(SAM).open_app()
    sams = await home_of(shared, SAM, "Command center", live)
    assert "Waits for you" not in json.dumps(sams)
    assert hidden.id not in json.dumps(sams)
    shared.open_gate()
    await shared.outcome(asked)
    await home_of(shared, SAM, "Live", "No run is queued or running")

    await shared.people.user(SAM).view_click(sams["id"], "home_start")
    form = await modal_with(shared, SAM, "Start a Zof run", "Channel")
    values = {
        "channel/choice": RELEASES,
        "project/choice": "proj_abc",
        "environment/choice": "staging",
        "suite/choice": "suite_pr_smoke",
    }
    before = len(await shared.cards())
    await shared.people.user(SAM).submit(form["id"], values)
    await eventually(lambda: more_cards(shared, before))


async def more_cards(world: Any, before: int) -> bool:
    return len(await world.cards()) > before


async def approved(world: Any) -> bool:
    return any(
        "preview" in card["plain"] and "Approved by Dana Ruiz" in card["plain"]
        for card in await world.cards()
    )
