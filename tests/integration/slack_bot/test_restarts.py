"""The bot as a process of its own, killed with SIGKILL: what was acked goes on, once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest_asyncio

from zof_local.serving import bind_loopback, url_of

RELEASES, DANA = "C0RELEASES", "U02DANA"

SERVE = """
import os, sys
import uvicorn
from slack_bot import BotSettings, Timing, create_app
timing = Timing.model_validate_json(sys.argv[2])
app = create_app(BotSettings.from_env(os.environ, timing=timing))
uvicorn.run(app, fd=int(sys.argv[1]), log_level="error", lifespan="on")
"""


class BotProcess:
    """The bot in a process of its own, on a socket that outlives it, as under a supervisor."""

    def __init__(self, world: Any, sock: Any, log: Path) -> None:
        self._world = world
        self._socket = sock
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        settings = self._world.settings
        env = os.environ | {
            "SLACK_BOT_TOKEN": settings.slack_bot_token.get_secret_value(),
            "SLACK_SIGNING_SECRET": settings.slack_signing_secret.get_secret_value(),
            "SLACK_BASE_URL": settings.slack_base_url,
            "ZOF_API_KEY": settings.zof_api_key.get_secret_value(),
            "ZOF_BASE_URL": settings.zof_base_url,
            "ZOFOPS_CONFIG": str(settings.config_path),
            "ZOFOPS_STORE": str(settings.store_path),
        }
        fd = self._socket.fileno()
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-c", SERVE, str(fd), settings.timing.model_dump_json()],
                env=env,
                pass_fds=[fd],
                stdout=log,
                stderr=log,
            )

    def kill(self, how: signal.Signals = signal.SIGKILL) -> int:
        assert self._process is not None
        self._process.send_signal(how)
        return self._process.wait(timeout=15)

    def stop(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self.kill()

    async def ready(self) -> bool:
        try:
            answer = await self._world.http.get(f"{self._world.bot_url}/healthz", timeout=2)
        except httpx.HTTPError:
            return False
        return answer.status_code == 200


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
    await world.zof.runs.wait_until_complete(run.id, timeout=20)
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
