"""The bot as a process of its own, killed with SIGKILL: what was acked goes on, once."""

from __future__ import annotations

import signal
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest_asyncio

from tests.integration.slack_bot.process import BotProcess
from zof_local.serving import bind_loopback, url_of

RELEASES, DANA = "C0RELEASES", "U02DANA"


@pytest_asyncio.fixture
async def killable(open_world: Any, until: Any, tmp_path: Path) -> AsyncIterator[Callable[[], Any]]:
    """A world whose bot is a process of its own."""
    world = await open_world(with_bot=False)
    sock = bind_loopback()
    sock.listen(64)
    world.bot_url = url_of(sock)
    world.connect_bot(world.bot_url)
    process = BotProcess(world, sock, tmp_path / "bot.log")
    process.start()
    await until(process.ready)
    try:
        yield lambda: (world, process)
    finally:
        process.stop()
        sock.close()


async def finished(world: Any, until: Any, words: str) -> None:
    """The one run has ended, and its one card says so."""

    async def seen() -> bool:
        cards = await world.cards()
        return bool(cards) and words in cards[-1]["plain"]

    await until(seen, timeout=90)
    assert len(await world.cards()) == 1
    assert len(await world.runs()) == 1


async def test_killed_between_ack_and_start(killable: Any, until: Any) -> None:
    world, bot = killable()
    world.platform.down = True
    await world.command("/zof run proj_abc staging suite_pr_smoke")
    bot.kill()
    world.platform.down = False
    assert await world.runs() == []
    bot.start()
    await finished(world, until, "Passed")


async def test_killed_again_and_again_while_a_run_lives(killable: Any, until: Any) -> None:
    world, bot = killable()
    await world.command("/zof run proj_abc staging suite_gated")
    await until(world.runs)
    bot.kill()
    bot.start()
    await until(world.cards)
    bot.kill()
    bot.start()
    await until(bot.ready)
    bot.kill()
    world.open_gate()
    [run] = await world.runs()
    await world.zof.runs.wait_until_complete(run.id, deadline=20)
    bot.start()
    await finished(world, until, "Passed")


async def test_stopped_politely_it_ends_well_and_goes_on_later(killable: Any, until: Any) -> None:
    world, bot = killable()
    await world.command("/zof run proj_abc staging suite_gated")
    await until(world.cards)
    assert bot.kill(signal.SIGTERM) in {0, -signal.SIGTERM}
    bot.start()
    await until(bot.ready)
    world.open_gate()
    await finished(world, until, "Passed")
