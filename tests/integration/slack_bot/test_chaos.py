"""kill -9 at each point between a command's arrival and its final message, and at random: nothing lost, nothing twice.

`make chaos` does the random part many more times.
"""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import pytest
import pytest_asyncio

from tests.integration.slack_bot.conftest import BotWorld, make_world
from tests.integration.slack_bot.process import BotProcess
from tests.integration.slack_bot.timing import BRISK
from tests.integration.slack_bot.weather import Strike
from zof_local.serving import bind_loopback, url_of

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(3600)]

KILLS = int(os.environ.get("ZOF_CHAOS_KILLS", "20"))
SEED = int(os.environ.get("ZOF_CHAOS_SEED", "7"))
PATIENT = BRISK.model_copy(update={"start_patience": 3600.0})
"""A bot that is dead half of the time must not give up a start because time has passed."""
RELEASES, DANA = "C0RELEASES", "U02DANA"
RUN = "/zof run proj_abc staging suite_pr_smoke"
GATED = "/zof run proj_abc staging suite_gated"

POINTS = [
    ("platform", "/v1/runs", False),
    ("platform", "/v1/runs", True),
    ("slack", "chat.postMessage", False),
    ("slack", "chat.postMessage", True),
    ("platform", "/v1/runs/", False),
    ("platform", "/v1/runs/", True),
    ("slack", "chat.update", False),
    ("slack", "chat.update", True),
]
"""Where the bot dies: before or after the request is carried out."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def mortal(
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[tuple[BotWorld, BotProcess]]:
    """A world for the module, and its bot as a process."""
    home = tmp_path_factory.mktemp("chaos")
    async with AsyncExitStack() as stack:
        world = await make_world(home, with_bot=False, timing=PATIENT)
        stack.push_async_callback(world.stack.aclose)
        sock = bind_loopback()
        sock.listen(64)
        stack.callback(sock.close)
        world.bot_url = url_of(sock)
        world.connect_bot(world.bot_url)
        bot = BotProcess(world, sock, home / "bot.log")
        bot.start()
        stack.callback(bot.stop)
        yield world, bot


async def settled(world: BotWorld, until: Any, at_least: int) -> None:
    """All runs have ended, each has one card, and that shows its end."""

    async def look() -> bool:
        runs, cards = await world.runs(), await world.cards()
        return (
            len(runs) >= at_least
            and all(run.is_terminal for run in runs)
            and len(cards) == len(runs)
            and all("Passed" in card["plain"] for card in cards)
        )

    try:
        await until(look, timeout=120)
    except AssertionError:
        runs, cards = await world.runs(), await world.cards()
        unseen = [run.id for run in runs if not any(run.id in card["plain"] for card in cards)]
        unfinished = [card["plain"] for card in cards if "Passed" not in card["plain"]]
        pytest.fail(f"{at_least=} {len(runs)=} {len(cards)=} {unseen=} {unfinished=}")
    runs, cards = await world.runs(), await world.cards()
    for run in runs:
        assert len([card for card in cards if run.id in card["plain"]]) == 1


@pytest.mark.parametrize(("server", "path", "after"), POINTS)
async def test_killed_at_a_point(
    mortal: tuple[BotWorld, BotProcess], until: Any, server: str, path: str, after: bool
) -> None:
    world, bot = mortal
    await until(bot.ready)
    runs, cards = len(await world.runs()), len(await world.cards())
    struck = asyncio.Event()

    def strike() -> None:
        bot.kill()
        struck.set()

    world.close_gate()
    late = path == "chat.update"
    if not late:
        getattr(world, server).strikes.append(Strike(path, after, strike))
    await world.command(GATED)
    if late:
        await until(lambda: more_cards(world, cards))
        getattr(world, server).strikes.append(Strike(path, after, strike))
    world.open_gate()
    await asyncio.wait_for(struck.wait(), 60)
    bot.start()
    await settled(world, until, runs + 1)
    assert len(await world.runs()) == runs + 1
    assert len(await world.cards()) == cards + 1


async def more_cards(world: BotWorld, than: int) -> bool:
    return len(await world.cards()) > than


@pytest.mark.skipif(
    "ZOF_CHAOS_KILLS" not in os.environ, reason="known fault: failed once beside other tests; see make chaos"
)
async def test_killed_at_random_with_answers_lost_besides(
    mortal: tuple[BotWorld, BotProcess], until: Any
) -> None:
    world, bot = mortal
    chance = random.Random(SEED)
    await until(bot.ready)
    world.open_gate()
    before, acked, sent = len(await world.runs()), 0, 0
    for _ in range(KILLS):
        for server, path in (
            (world.slack, "chat.postMessage"),
            (world.slack, "chat.update"),
            (world.platform, "/v1/runs"),
        ):
            if chance.random() < 0.2:
                server.lose_answer_of.append(path)
        typed = asyncio.create_task(world.people.user(DANA).message(RELEASES, RUN))
        await asyncio.sleep(chance.random() * 1.5)
        bot.kill()
        bot.start()
        delivery = (await typed)["delivery"]
        sent, acked = sent + 1, acked + (delivery["outcome"] == "acked")
        await until(bot.ready)
    world.slack.lose_answer_of.clear()
    world.platform.lose_answer_of.clear()
    await settled(world, until, before + acked)
    # What was written down just before a kill is done though nobody was told; more than was typed is never done.
    assert before + acked <= len(await world.runs()) <= before + sent
    assert acked > 0
