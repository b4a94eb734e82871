"""Socket Mode from start to stop: bots of their own, in this process one after the other."""

from __future__ import annotations

import asyncio
import logging
import signal
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from slack_bot import create_app
from slack_bot.errors import SettingsError
from slack_bot.sockets import PLACES
from tests.integration.slack_bot.conftest import BRISK, make_world
from tests.integration.slack_bot.process import BotProcess
from zof_local.serving import Server, bind_loopback, url_of
from zof_local.workspace import sockets as workspace_sockets

GATED = "/zof run proj_abc staging suite_gated"


async def test_its_connections_are_not_renewed_together(
    tmp_path: Path, until: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "slack_bot.sockets")
    monkeypatch.setattr(workspace_sockets, "WARNING_SECONDS", 0.5)
    world = await make_world(tmp_path, over_sockets=True, socket_lifetime=10)
    async with world.stack:
        # The second place gives up its first connection at half of its life, so a third is there well before Slack
        # says that any will end.
        await until(lambda: world.sockets.opened == PLACES + 1)
        assert world.sockets.count == PLACES + 1
        assert not any(link.retiring for link in world.sockets._links)
        assert "gets its successor early" in caplog.text


async def test_a_token_that_slack_does_not_take_is_named(tmp_path: Path) -> None:
    world = await make_world(tmp_path, over_sockets=True, with_bot=False)
    async with world.stack:
        wrong = world.settings.model_copy(update={"slack_app_token": SecretStr("xapp-of-nobody")})
        with pytest.raises(SettingsError, match=r"SLACK_APP_TOKEN: .*connections:write"):
            await create_app(wrong).start()
        swapped = world.settings.model_copy(update={"slack_app_token": world.settings.slack_bot_token})
        with pytest.raises(SettingsError, match=r"SLACK_APP_TOKEN: .*begin with xapp-"):
            await create_app(swapped).start()


async def test_slack_away_at_start_it_connects_later_and_says_so(tmp_path: Path, until: Any) -> None:
    world = await make_world(tmp_path, over_sockets=True, with_bot=False)
    async with world.stack:
        world.slack.refuse.append("apps.connections.open")
        bot = create_app(world.settings)
        async with Server(bot) as server:
            answer = await world.http.get(f"{server.url}/readyz")
            assert answer.status_code == 503
            assert answer.json()["reasons"] == ["there is no Socket Mode connection to Slack"]
            world.slack.refuse.clear()
            await until(lambda: world.sockets.count == PLACES)
            assert (await world.http.get(f"{server.url}/readyz")).status_code == 200
            assert f"zofops_bot_sockets {PLACES}" in (await world.http.get(f"{server.url}/metrics")).text
        assert world.sockets.count == 0


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
async def test_killed_with_a_run_under_way(tmp_path: Path, until: Any, how: signal.Signals) -> None:
    timing = BRISK.model_copy(update={"start_patience": 60.0})
    world = await make_world(tmp_path, with_bot=False, over_sockets=True, timing=timing)
    async with world.stack:
        sock = bind_loopback()
        sock.listen(64)
        world.bot_url = url_of(sock)
        bot = BotProcess(world, sock, tmp_path / "bot.log")
        bot.start()
        try:
            await until(lambda: world.sockets.count >= PLACES)
            typed = [asyncio.create_task(world.command(GATED)) for _ in range(3)]
            await asyncio.gather(*typed)
            # Slack and Zof live in this process, so they hang for as long as it waits for the bot's end.
            bot.kill(how)
            await until(lambda: world.sockets.count == 0)
            bot.start()
            world.open_gate()

            async def all_passed() -> bool:
                cards = await world.cards()
                return len(cards) == 3 and all("Passed" in card["plain"] for card in cards)

            await until(all_passed, timeout=90)
            assert len(await world.runs()) == 3
        finally:
            bot.stop()
            sock.close()
