"""Group commit: interactions that arrive while one transaction is being written share the next one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from typing import Final

from slack_bot.store.records import Committed, InboxRow

MAX_BATCH: Final = 256


class InboxWriter:
    """Writes inbox rows off the loop's thread, many a transaction.

    Args:
        commit: writes a batch and gives the rows as they stand, in the same order.
        executor: the threads to write in.
        committed: called on the loop after a batch in which something is to live on.
    """

    def __init__(
        self,
        commit: Callable[[Sequence[InboxRow]], list[Committed]],
        executor: Executor,
        committed: Callable[[], None],
    ) -> None:
        self._commit = commit
        self._executor = executor
        self._committed = committed
        self._waiting: list[tuple[InboxRow, asyncio.Future[Committed]]] = []
        self._task: asyncio.Task[None] | None = None

    async def write(self, row: InboxRow) -> Committed:
        """Returns when the row is on disk. Raises what the database raised."""
        future: asyncio.Future[Committed] = asyncio.get_running_loop().create_future()
        self._waiting.append((row, future))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._drain(), name="inbox-writer")
        # A caller that is cancelled must not take the batch with it.
        return await asyncio.shield(future)

    async def stop(self) -> None:
        """Waits until everything handed over is on disk."""
        if self._task is not None:
            await self._task

    async def _drain(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            batch, self._waiting = self._waiting[:MAX_BATCH], self._waiting[MAX_BATCH:]
            try:
                done = await loop.run_in_executor(self._executor, self._commit, [row for row, _ in batch])
            except Exception as error:
                for _, future in batch:
                    if not future.done():
                        future.set_exception(error)
                continue
            for (_, future), committed in zip(batch, done, strict=True):
                if not future.done():
                    future.set_result(committed)
            if any(item.row.entity is not None for item in done):
                self._committed()
