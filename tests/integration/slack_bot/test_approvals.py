"""A run that others must approve, in the channel."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

pytestmark = pytest.mark.asyncio(loop_scope="module")

RELEASES = "C0RELEASES"
DANA, SAM, MIRA = "U02DANA", "U03SAM", "U04MIRA"
PREVIEW = "/zof run proj_abc preview suite_pr_smoke"


async def asked_for(world: Any, until: Any, user: str = SAM) -> tuple[str, dict[str, Any]]:
    """A request that waits: its dedupe key and its card."""
    before = {card["ts"] for card in await world.cards()}
    key = await world.command(PREVIEW, user=user)

    async def card() -> Any:
        new = [card for card in await world.cards() if card["ts"] not in before]
        return new[0] if new else None

    return key, await until(card)


async def shown(world: Any, ts: str) -> str:
    return next(card["plain"] for card in await world.cards() if card["ts"] == ts)


async def told(world: Any, user: str, says: str) -> bool:
    return says in await world.last_told(user)


async def test_it_starts_when_somebody_else_has_approved_and_its_card_becomes_the_runs(
    shared: Any, until: Any
) -> None:
    runs = len(await shared.runs())
    key, card = await asked_for(shared, until)
    assert "Waiting for approval" in card["plain"]
    assert "It starts as soon as it has 1 approval of role qa-lead" in card["plain"].replace("`", "")
    for user, why in ((SAM, "You asked for this yourself"), (MIRA, "does not list you")):
        await shared.people.user(user).click(RELEASES, card["ts"], "approve_run")
        await until(lambda user=user, why=why: told(shared, user, why))
    assert len(await shared.runs()) == runs
    dana = shared.people.user(DANA)
    await asyncio.gather(*(dana.click(RELEASES, card["ts"], "approve_run") for _ in range(3)))
    outcome = await shared.outcome(key)
    assert outcome.outcome == "passed"
    plain = await shown(shared, card["ts"])
    assert "Passed" in plain
    assert outcome.run_id in plain
    assert "Approved by Dana Ruiz" in plain
    assert len(await shared.runs()) == runs + 1


@pytest.mark.parametrize(("who", "outcome"), [(DANA, "rejected"), (SAM, "withdrawn")])
async def test_a_rejection_or_a_withdrawal_starts_nothing(
    shared: Any, until: Any, who: str, outcome: str
) -> None:
    runs = len(await shared.runs())
    key, card = await asked_for(shared, until)
    await shared.people.user(who).click(RELEASES, card["ts"], "reject_run")
    assert (await shared.outcome(key)).outcome == outcome
    [after] = [one for one in await shared.cards() if one["ts"] == card["ts"]]
    assert f"{outcome.capitalize()} by" in after["plain"]
    assert "approve_run" not in json.dumps(after)
    assert len(await shared.runs()) == runs


async def test_a_freeze_that_began_meanwhile_keeps_it_from_being_approved(shared: Any, until: Any) -> None:
    key, card = await asked_for(shared, until)
    path = shared.settings.config_path
    rules = path.read_text("utf-8")
    path.write_text(f'{rules}\n[[deny]]\nname = "freeze"\nenvironments = ["preview"]\n', "utf-8")
    try:
        await shared.people.user(DANA).click(RELEASES, card["ts"], "approve_run")
        await until(lambda: told(shared, DANA, "The rules no longer let sam run this"))
    finally:
        path.write_text(rules, "utf-8")
    await shared.people.user(DANA).click(RELEASES, card["ts"], "reject_run")
    assert (await shared.outcome(key)).outcome == "rejected"


PRODUCTION = "/zof run proj_abc production suite_pr_smoke"


async def question(world: Any, until: Any, user: str = DANA) -> tuple[str, dict[str, Any]]:
    """A request that its asker must confirm: its dedupe key and its card."""
    before = {card["ts"] for card in await world.cards()}
    key = await world.command(PRODUCTION, user=user)

    async def card() -> Any:
        new = [card for card in await world.cards() if card["ts"] not in before]
        return new[0] if new else None

    found = await until(card)
    assert "To be confirmed" in found["plain"]
    assert "Nothing has been started yet" in found["plain"]
    return key, found


async def test_once_confirmed_it_starts_and_the_question_becomes_the_runs_card(
    shared: Any, until: Any
) -> None:
    runs = len(await shared.runs())
    key, card = await question(shared, until)
    await shared.people.user(SAM).click(RELEASES, card["ts"], "confirm_run")
    await until(lambda: told(shared, SAM, "Only Dana Ruiz, who asked for it, can decide this"))
    assert len(await shared.runs()) == runs
    dana = shared.people.user(DANA)
    await asyncio.gather(*(dana.click(RELEASES, card["ts"], "confirm_run") for _ in range(2)))
    outcome = await shared.outcome(key)
    assert outcome.outcome == "passed"
    plain = await shown(shared, card["ts"])
    assert outcome.run_id in plain
    assert "To be confirmed" not in plain
    assert len(await shared.runs()) == runs + 1


async def test_not_now_starts_nothing_and_leaves_no_button(shared: Any, until: Any) -> None:
    runs = len(await shared.runs())
    key, card = await question(shared, until)
    await shared.people.user(SAM).click(RELEASES, card["ts"], "decline_run")
    await until(lambda: told(shared, SAM, "Only Dana Ruiz"))
    await shared.people.user(DANA).click(RELEASES, card["ts"], "decline_run")
    assert (await shared.outcome(key)).outcome == "withdrawn"
    [after] = [one for one in await shared.cards() if one["ts"] == card["ts"]]
    assert "Dana Ruiz chose not to run it now. Nothing was started." in after["plain"]
    assert "confirm_run" not in json.dumps(after)
    assert "decline_run" not in json.dumps(after)
    assert len(await shared.runs()) == runs
