"""A peer that opens connections and at once says that they will go: it is not asked without end."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web

from slack_bot import sockets
from slack_bot.settings import Timing
from slack_bot.sockets import LINKS_MOST, PLACES, Sockets
from tests.integration.slack_bot.conftest import eventually

FAST = Timing(retry_first=0.01, retry_max=0.01)


class Fickle:
    """Says hello and goodbye, and leaves the connection open."""

    def __init__(self) -> None:
        self.url = ""
        self.opened = 0
        self.open: list[int] = []
        self.most = 0

    async def connect(self, request: web.Request) -> web.WebSocketResponse:
        """One connection."""
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.opened += 1
        number = self.opened
        self.open.append(number)
        self.most = max(self.most, len(self.open))
        await socket.send_str(json.dumps({"type": "hello"}))
        await socket.send_str(json.dumps({"type": "disconnect", "reason": "refresh_requested"}))
        async for _ in socket:
            pass
        self.open.remove(number)
        return socket

    async def address(self) -> str:
        """As `apps.connections.open` gives it."""
        return self.url


@pytest_asyncio.fixture
async def fickle() -> AsyncIterator[Fickle]:
    peer, app = Fickle(), web.Application()
    app.router.add_get("/", peer.connect)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    assert site._server is not None
    peer.url = f"ws://127.0.0.1:{site._server.sockets[0].getsockname()[1]}/"
    yield peer
    await runner.cleanup()


async def nothing(_: Any) -> Any:
    raise NotImplementedError


async def test_each_short_life_makes_the_next_wait_longer(
    fickle: Fickle, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[int] = []

    def pause(failures: int, *_: Any) -> float:
        waits.append(failures)
        return 0.001 if failures < 5 else 3600.0

    monkeypatch.setattr(sockets, "pause", pause)
    async with aiohttp.ClientSession() as session:
        links = Sockets(open_url=fickle.address, session=session, dispatch=nothing, timing=FAST, secure=False)
        await links.start()
        await eventually(lambda: waits.count(5) == PLACES)
        assert sorted(waits) == sorted([2, 3, 4, 5] * PLACES)
        await links.stop()


async def test_of_links_that_are_never_closed_the_oldest_are_let_go(fickle: Fickle) -> None:
    async with aiohttp.ClientSession() as session:
        links = Sockets(open_url=fickle.address, session=session, dispatch=nothing, timing=FAST, secure=False)
        await links.start()
        await eventually(lambda: fickle.opened > 3 * LINKS_MOST)
        assert fickle.most <= LINKS_MOST
        assert min(fickle.open) > LINKS_MOST
        await links.stop()
