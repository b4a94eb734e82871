"""An event loop in a thread of its own: for an app, or a test, that blocks the loop it runs in."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from typing import Any, TypeVar

from starlette.types import ASGIApp

from zof_local.serving import Server

T = TypeVar("T")


class LoopThread:
    """A running event loop. Call ``stop`` at the end."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="zof_local.testing", daemon=True)
        self._thread.start()

    def run(self, job: Coroutine[Any, Any, T], timeout: float = 60) -> T:
        """Run a coroutine there and wait for it, at most ``timeout`` seconds."""
        return asyncio.run_coroutine_threadsafe(job, self._loop).result(timeout)

    async def arun(self, job: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine there and await it here."""
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(job, self._loop))

    def stop(self) -> None:
        """End the loop and its thread."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()


async def serve_apart(stack: AsyncExitStack, app: ASGIApp) -> str:
    """Serve an application on a free port in a thread of its own until ``stack`` closes; gives its URL."""
    server, thread = Server(app), LoopThread()
    stack.callback(thread.stop)
    await thread.arun(server.__aenter__())

    async def leave() -> None:
        await thread.arun(server.__aexit__(None, None, None))

    stack.push_async_callback(leave)
    return server.url
