"""Where a waiter's news wait for it: put in from any thread, taken out by blocking or by awaiting."""

from __future__ import annotations

import contextlib
import queue
from collections.abc import Callable
from typing import Any


class Inbox:
    """The news of one waiter, in the order they came."""

    def __init__(self) -> None:
        self._items: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._wake: Callable[[], object] | None = None

    def put(self, item: Any) -> None:
        """Adds something."""
        self._items.put(item)
        if (wake := self._wake) is not None:
            with contextlib.suppress(RuntimeError):  # its event loop has ended: nobody waits any more
                wake()

    def get(self, seconds: float) -> Any:
        """The next item, waited for so many seconds; None if none has come."""
        try:
            return self._items.get(timeout=max(0.0, seconds))
        except queue.Empty:
            return None

    async def aget(self, seconds: float) -> Any:
        """The same, awaited."""
        import asyncio  # noqa: PLC0415  # who only calls synchronously does not load it

        arrived = asyncio.Event()
        loop = asyncio.get_running_loop()
        self._wake = lambda: loop.call_soon_threadsafe(arrived.set)
        try:
            if self._items.empty():  # looked at after `_wake` is set, so that nothing is missed
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(arrived.wait(), max(0.0, seconds))
            return self._items.get_nowait()
        except queue.Empty:
            return None
        finally:
            self._wake = None
