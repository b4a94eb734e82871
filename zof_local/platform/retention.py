"""Removes what old runs left: results, log lines and artifacts. The run itself, with its counts, stays."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from zof_local.platform.files import RunFiles
from zof_local.platform.store.aging import forget_deliveries, forget_runs, runs_to_forget
from zof_local.platform.store.database import Database

_AT_ONCE = 50
_EVERY_SECONDS = 3600.0

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Retention:
    """Looks once an hour for what is older than `age`."""

    database: Database
    files: RunFiles
    now: Callable[[], datetime]
    age: timedelta
    _loop: asyncio.Task[None] | None = field(default=None)

    def start(self) -> None:
        """Begins with a first look."""
        self._loop = asyncio.create_task(self._look_again_and_again(), name="retention")

    async def stop(self) -> None:
        """Ends; what was not removed is at the next look."""
        if self._loop is not None:
            self._loop.cancel()
            await asyncio.gather(self._loop, return_exceptions=True)

    async def remove_old(self) -> int:
        """Removes what runs left that ended longer ago than `age`, few at a time; returns how many runs they were.

        Files go first: should this be cut short, the rows are still there to be found again.
        """
        before = self.now() - self.age
        removed = 0
        while run_ids := await self.database.read(
            lambda connection: runs_to_forget(connection, before, _AT_ONCE)
        ):
            chosen = tuple(run_ids)
            await asyncio.to_thread(self.files.remove, chosen)
            await self.database.write(lambda connection, ids=chosen: forget_runs(connection, ids))  # type: ignore[misc]
            removed += len(chosen)
        await self.database.write(lambda connection: forget_deliveries(connection, before))
        return removed

    async def _look_again_and_again(self) -> None:
        while True:
            try:
                removed = await self.remove_old()
                if removed:
                    log.info("results, logs and artifacts of %d old runs were removed", removed)
            except Exception:
                log.exception("what is old could not be removed; it is tried again in an hour")
            await asyncio.sleep(_EVERY_SECONDS)
