"""Starts the runs of schedules when their slots come."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from zof_local.platform.store.database import Database
from zof_local.platform.store.schedules import next_due, start_due

_LONGEST_SLEEP = 5.0
"""Another process may have paused or resumed a schedule, and a clock may have been put forward."""

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Scheduler:
    """Starts what is due and sleeps until something is; `on_start` hears that runs were queued."""

    database: Database
    now: Callable[[], datetime]
    on_start: Callable[[], None]
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _loop: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begins, with what came due while nobody looked."""
        self._loop = asyncio.create_task(self._start_all(), name="schedules")

    async def stop(self) -> None:
        """Ends; slots that come from now on wait for the next start."""
        if self._loop is not None:
            self._loop.cancel()
            await asyncio.gather(self._loop, return_exceptions=True)

    def wake(self) -> None:
        """A schedule has changed."""
        self._wake.set()

    async def _start_all(self) -> None:
        while True:
            self._wake.clear()
            try:
                seconds = await self._start_due()
            except Exception:
                log.exception("schedules could not be looked at; they are again soon")
                seconds = _LONGEST_SLEEP
            try:
                async with asyncio.timeout(seconds):
                    await self._wake.wait()
            except TimeoutError:
                continue

    async def _start_due(self) -> float:
        due = await self.database.read(next_due)
        if due is not None and due <= self.now():
            started = await self.database.write(lambda connection: start_due(connection, self.now()))
            if started:
                self.on_start()
            due = await self.database.read(next_due)
        if due is None:
            return _LONGEST_SLEEP
        return min(_LONGEST_SLEEP, max(0.0, (due - self.now()).total_seconds()))
