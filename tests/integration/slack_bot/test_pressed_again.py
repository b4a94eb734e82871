"""Buttons whose work failed are pressed again: it is done then, and once."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from pathlib import Path

import pytest
from aiohttp import web

from slack_bot import listeners
from slack_bot.pressing import Earlier
from tests.integration.slack_bot.conftest import eventually
from tests.integration.slack_bot.guarded import Guarded, Services, guarded_bot
from tests.integration.slack_bot.test_attacks import LEAD, is_told, pressed
from tests.integration.slack_bot.test_clicks_matrix import Press, by_row, by_run, ended, running, to_cancel

Break = Callable[[bool], None]
DELIVERIES = itertools.count()
"""No two deliveries are the same bytes."""
PRESSES = {
    "cancel_run": [Press("modal", to_cancel), Press("message", by_row, running)],
    "rerun_run": [Press("modal", by_run), Press("message", by_row, ended)],
}
CASES = [(action, press) for action, presses in PRESSES.items() for press in presses]


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Break:
    """Breaks Zof, or mends it: a broken one refuses what changes something, and runs by their id."""
    state = {"broken": False}
    whole = Services.zof

    async def zof(self: Services, request: web.Request) -> web.Response:
        if state["broken"] and request.match_info["path"].startswith("runs/"):
            return web.json_response({"error": {"code": "bad", "message": "Broken."}}, status=400)
        return await whole(self, request)

    monkeypatch.setattr(Services, "zof", zof)
    monkeypatch.setattr(listeners, "_DOUBLE_CLICK_SECONDS", 0.0)

    def set_it(is_broken: bool) -> None:
        state["broken"] = is_broken

    return set_it


async def press(guarded: Guarded, action: str, how: Press, *triggers: int) -> None:
    """Clicks at the same moment, each with a trigger of its own; until all is answered or begun."""
    more = ({"trigger_id": f"{number}.7", "token": str(next(DELIVERIES))} for number in triggers)
    await asyncio.gather(*(pressed(guarded, LEAD, action, how, **one) for one in more))
    await eventually(guarded.decided)


async def test_a_click_that_was_answered_by_already_is_no_new_one_when_it_comes_again(
    tmp_path: Path, broken: Break, monkeypatch: pytest.MonkeyPatch
) -> None:
    action, how = CASES[0]
    async with guarded_bot(tmp_path) as guarded:
        with monkeypatch.context() as before:
            before.setattr(listeners, "earlier", lambda *_: Earlier.PENDING)
            broken(True)
            await press(guarded, action, how, 1)
            await press(guarded, action, how, 2)
        await is_told(guarded, "already")
        broken(False)
        await press(guarded, action, how, 2)
        assert guarded.services.changes == []
        await press(guarded, action, how, 3)
        assert len(guarded.services.changes) == 1


@pytest.mark.parametrize(("action", "how"), CASES, ids=[f"{action}-{how.where}" for action, how in CASES])
async def test_what_failed_is_done_when_it_is_pressed_again_and_once(
    tmp_path: Path, broken: Break, action: str, how: Press
) -> None:
    async with guarded_bot(tmp_path) as guarded:
        guarded.seed([how.seeded(LEAD)] if how.seeded else [])
        broken(True)
        await press(guarded, action, how, 1)
        await press(guarded, action, how, 2)
        await is_told(guarded, "Broken.")
        broken(False)
        await press(guarded, action, how, 1, 2)
        assert guarded.services.changes == [], "a click that comes again is no new click"
        await press(guarded, action, how, 3, 4, 5)
        await eventually(lambda: len(guarded.services.changes) == 1)
        await press(guarded, action, how, 6, 3, 2, 1)
        await is_told(guarded, "already")
        assert len(guarded.services.changes) == 1
