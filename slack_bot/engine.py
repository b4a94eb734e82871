"""The only module that knows the durable engine, DBOS. It runs ticks; truth stays in our own tables.

A tick is a short workflow `advance(kind, key, seq)` with the id `kind:key:seq`. It is put into the queue in
the same transaction as the change that owes it, so neither can be without the other. A tick whose row has
moved on does nothing. A wait is a delayed tick that nobody owns. Only DBOS's public interface is used.

DBOS is one to a process, so there is one running `Engine` to a process.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import partial
from typing import Final, ParamSpec, TypeVar

import sqlalchemy as sa
from dbos import DBOS, DBOSClient, DBOSConfig, EnqueueOptions

from slack_bot.errors import BotError
from slack_bot.settings import Timing
from slack_bot.store.opening import create_engine, told_of_trouble
from slack_bot.store.store import Store

log: Final = logging.getLogger(__name__)

P = ParamSpec("P")
R = TypeVar("R")
Advance = Callable[[str, str, int], Awaitable[None]]

_APP: Final = "zofops-bot"
# Set, not hashed from the source: else work parked by an older version of the code would wait for ever.
_VERSION: Final = "1"
_QUEUE: Final = "ticks"
_WORKFLOW: Final = "slack_bot.advance"
_MAX_THREADS: Final = 16
_MAX_AT_ONCE: Final = 64
_DELETE_BATCH: Final = 500
_LONGEST_TICK: Final = 300.0
"""Seconds. Each call of a tick has a limit of its own; one that hangs all the same ends, and its row gets another."""
_QUEUE_PATIENCE: Final = 10
"""A tick that waits in the queue is late, not lost, unless it is so many times later than a lost one may be."""
_STILL_TO_COME: Final = frozenset({"ENQUEUED", "DELAYED", "PENDING"})
_CUT_SECONDS: Final = 1.0
"""A tick that is cut short ends at once, unless what it writes is being synced just now."""
# A restart counts as an attempt, and a bot is restarted more often than the default of 100.
_MAX_RECOVERIES: Final = 1_000_000

_running: Engine | None = None


@DBOS.workflow(name=_WORKFLOW, max_recovery_attempts=_MAX_RECOVERIES)
async def _advance(kind: str, key: str, seq: int) -> None:
    engine = _running
    if engine is None:
        # Stopping: an unfinished tick is run again at the next start.
        raise asyncio.CancelledError
    await engine.tick(kind, key, seq)


def _tick_id(kind: str, key: str, seq: int) -> str:
    return f"{kind}:{key}:{seq}"


class Engine:
    """Runs ticks from launch to stop, inside the running loop.

    Args:
        store: where the rows are; ticks go into the same file.
        executor: threads for calls to the store.
        timing: intervals.
        advance: what a tick does; called on the loop, at least once for each tick.
        clock: Unix time.
    """

    def __init__(
        self,
        store: Store,
        executor: Executor,
        timing: Timing,
        advance: Advance,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._executor = executor
        self._timing = timing
        self._do = advance
        self._clock = clock
        self._client: DBOSClient | None = None
        self._own: sa.Engine | None = None
        self._ticks: dict[str, asyncio.Task[object]] = {}
        self._turns: dict[str, tuple[asyncio.Lock, int]] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._wake = asyncio.Event()

    async def launch(self) -> None:
        """Starts the engine; takes up what the last process left.

        Raises:
            BotError: an engine is running in this process already.
        """
        global _running  # noqa: PLW0603 - DBOS itself is one to a process
        if _running is not None:
            raise BotError("A bot is running in this process already; stop it first.")
        _running = self
        try:
            self._client = await self.in_thread(self._prepare)
            DBOS(config=self._config(self._own_engine()))
            # On the loop's own thread, so that DBOS runs ticks on this loop.
            DBOS.launch()
            await self.in_thread(self._reconcile)
        except BaseException:
            await self.stop()
            raise
        self._tasks = [
            asyncio.create_task(self._dispatch_for_ever(), name="dispatcher"),
            asyncio.create_task(self._maintain_for_ever(), name="maintenance"),
        ]

    def _prepare(self) -> DBOSClient:
        """Makes the engine's tables and its queue, so that a launch finds work at once."""
        with told_of_trouble(self._store.path):
            DBOS.migrate(self._url)
        client = DBOSClient(system_database_engine=self._store.engine, application_name=_APP)
        client.register_queue(
            _QUEUE, worker_concurrency=_MAX_AT_ONCE, polling_interval_sec=self._timing.queue_every
        )
        return client

    @property
    def _url(self) -> str:
        return self._store.engine.url.render_as_string(hide_password=False)

    def _own_engine(self) -> sa.Engine:
        # NORMAL: what the engine notes about ticks need not outlive a power cut by itself. Whatever it may forget (that
        # a tick was begun, or has ended) makes a tick run again, whose row has moved on; and each commit of ours, which
        # is synced, takes all that was written before with it. This spares acks from waiting for its syncs.
        self._own = create_engine(self._store.path, "NORMAL")
        return self._own

    def _config(self, own: sa.Engine) -> DBOSConfig:
        return {
            "name": _APP,
            "system_database_url": self._url,
            "system_database_engine": own,
            "application_version": _VERSION,
            "executor_id": _APP,
            "max_executor_threads": _MAX_THREADS,
            # Its warnings are about ticks cut short by a stop, which is what a stop does.
            "log_level": "ERROR",
            "run_migrations": False,
        }

    async def stop(self) -> None:
        """Stops: no tick begins, those in flight get a little time, what is cut short is run again later."""
        global _running  # noqa: PLW0603 - see launch
        if _running is self:
            _running = None
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []
        if self._ticks:
            await asyncio.wait(self._ticks.values(), timeout=self._timing.stop_patience)
        loop = asyncio.get_running_loop()
        # DBOS made its own threads the loop's default ones, and ends them: whoever still needs some gets these.
        loop.set_default_executor(ThreadPoolExecutor())
        cut_short = list(self._ticks.values())
        for tick in cut_short:
            tick.cancel()
        if cut_short:
            await asyncio.wait(cut_short, timeout=_CUT_SECONDS)
        with ThreadPoolExecutor(1, "engine-stop") as own:
            # Never on the loop's thread (it would wait for itself), nor on a thread that destroy ends.
            await loop.run_in_executor(own, partial(DBOS.destroy, workflow_completion_timeout_sec=0))
        if self._client is not None:
            self._client.destroy()
            self._client = None
        if self._own is not None:
            self._own.dispose()
            self._own = None

    @property
    def is_running(self) -> bool:
        """Ticks are being run."""
        return _running is self

    def wake_dispatcher(self) -> None:
        """Something was committed that is to live on."""
        self._wake.set()

    async def in_thread(self, call: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Runs a call to the store off the loop's thread."""
        return await asyncio.get_running_loop().run_in_executor(
            self._executor, partial(call, *args, **kwargs)
        )

    def enqueue(self, connection: sa.Connection, kind: str, key: str, seq: int, delay: float) -> None:
        """Puts a tick into the queue, within the connection's transaction."""
        assert self._client is not None
        options: EnqueueOptions = {
            "workflow_name": _WORKFLOW,
            "queue_name": _QUEUE,
            "workflow_id": _tick_id(kind, key, seq),
            "app_version": _VERSION,
        }
        if delay > 0:
            options["delay_seconds"] = delay
        self._client.enqueue_in_transaction(connection, options, kind, key, seq)

    async def tick(self, kind: str, key: str, seq: int) -> None:
        """Runs one tick. Called by the engine alone."""
        task, name = asyncio.current_task(), _tick_id(kind, key, seq)
        assert task is not None
        self._ticks[name] = task
        try:
            async with asyncio.timeout(_LONGEST_TICK), self._turn(f"{kind}:{key}"):
                await self._do(kind, key, seq)
        finally:
            self._ticks.pop(name, None)

    @asynccontextmanager
    async def _turn(self, row: str) -> AsyncIterator[None]:
        """One tick of a row at a time: news may wake it while it posts, and a second post would be a second card."""
        lock, users = self._turns.get(row, (asyncio.Lock(), 0))
        self._turns[row] = lock, users + 1
        try:
            async with lock:
                yield
        finally:
            lock, users = self._turns.pop(row)
            if users > 1:
                self._turns[row] = lock, users - 1

    async def _dispatch_for_ever(self) -> None:
        while True:
            self._wake.clear()
            try:
                while await self.in_thread(self._store.dispatch, self.enqueue):
                    pass
            except Exception:
                log.exception("The dispatcher failed; it tries again in a moment.")
                await asyncio.sleep(1.0)
                continue
            await self._wake.wait()

    async def _maintain_for_ever(self) -> None:
        while True:
            await asyncio.sleep(self._timing.reconcile_every)
            try:
                await self.in_thread(self._reconcile)
                await self._delete_finished()
                self._wake.set()
            except Exception:
                log.exception("Maintenance failed; it is done again at its next turn.")

    def _reconcile(self) -> None:
        now = self._clock()
        lost = self._lost(now)
        if lost:
            woken = self._store.wake(lost, now, self.enqueue)
            log.warning("%d rows had lost their tick and got a new one.", woken)

    def _lost(self, now: float) -> list[tuple[str, str, int]]:
        """Late rows whose tick is not about to come: the engine does not have it, or has not run it for too long."""
        patience = self._timing.overdue_after
        late = {_tick_id(*row): row for row in self._store.overdue(now - patience)}
        if not late:
            return []
        assert self._client is not None
        known = self._client.list_workflows(
            workflow_ids=list(late), status=list(_STILL_TO_COME), load_input=False, load_output=False
        )
        too_late = {_tick_id(*row) for row in self._store.overdue(now - patience * _QUEUE_PATIENCE)}
        to_come = {one.workflow_id for one in known} - too_late | set(self._ticks)
        return [row for name, row in late.items() if name not in to_come]

    async def _delete_finished(self) -> None:
        before = time.gmtime(self._clock() - self._timing.finished_retention)
        while True:
            finished = await DBOS.list_workflows_async(
                status=["SUCCESS", "ERROR", "CANCELLED"],
                completed_before=time.strftime("%Y-%m-%dT%H:%M:%SZ", before),
                limit=_DELETE_BATCH,
                load_input=False,
                load_output=False,
            )
            if finished:
                await DBOS.delete_workflows_async([workflow.workflow_id for workflow in finished])
            if len(finished) < _DELETE_BATCH:
                return
