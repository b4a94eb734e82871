"""The queue: takes the oldest queued run whenever there is room, and sees every taken run to its end."""

from __future__ import annotations

import asyncio
import functools
import logging
import shutil
import sqlite3
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from zof_local.platform.assumptions import timestamp
from zof_local.platform.execution.plan import PlanError, plan_run
from zof_local.platform.execution.process import WorkingDirectory
from zof_local.platform.execution.runner import RunExecution
from zof_local.platform.files import RunFiles
from zof_local.platform.store.cases import node_ids_of
from zof_local.platform.store.database import Database
from zof_local.platform.store.results import LogLine, append_log
from zof_local.platform.store.runs import Run, claim_next, fail_orphans, find_run, finish_run
from zof_local.platform.suites import Suites

_KILLED = "The platform was ended from outside while this run was under way. Start the run again."
_STOPPED = "The platform was stopped while this run was under way. Start the run again."
_AGAIN_SECONDS = 1.0

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Dispatcher:
    """Executes queued runs, at most `limit` at once, oldest first; `on_change` hears of starts and ends."""

    database: Database
    suites: Suites
    work: Path
    now: Callable[[], datetime]
    limit: int
    grace: float
    files: RunFiles
    on_change: Callable[[], None]
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _executions: dict[str, RunExecution] = field(default_factory=dict)
    _tasks: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    _loop: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Ends what an earlier platform left behind, then takes up the queue."""
        await asyncio.to_thread(shutil.rmtree, self.work, ignore_errors=True)
        orphans = await self.database.write(lambda connection: fail_orphans(connection, _KILLED, self.now()))
        for run_id in orphans:
            log.warning("run %s was under way when the platform ended; it is now in error", run_id)
        self._loop = asyncio.create_task(self._dispatch(), name="platform dispatcher")

    async def stop(self) -> None:
        """Ends running runs as `error`; queued ones wait for the next start."""
        if self._loop is not None:
            self._loop.cancel()
            await asyncio.gather(self._loop, return_exceptions=True)
        running = list(self._tasks.items())
        for _, task in running:
            task.cancel()
        await asyncio.gather(*(task for _, task in running), return_exceptions=True)
        for run_id, _ in running:
            await self._end(run_id, _STOPPED)

    def wake(self) -> None:
        """A run was queued."""
        self._wake.set()

    def is_executing(self, run_id: str) -> bool:
        """Whether the run has processes, or something of it is still being put away."""
        return run_id in self._tasks

    def cancel(self, run_id: str) -> None:
        """The run was canceled: ends its processes, if it has any."""
        execution = self._executions.get(run_id)
        if execution is not None:
            execution.cancel()

    async def _dispatch(self) -> None:
        while True:
            self._wake.clear()
            try:
                await self._take_up()
            except Exception:
                log.exception("the queue could not be looked at; it is again soon")
                asyncio.get_running_loop().call_later(_AGAIN_SECONDS, self._wake.set)
            await self._wake.wait()

    async def _take_up(self) -> None:
        while len(self._tasks) < self.limit:
            run = await self.database.write(lambda connection: claim_next(connection, self.now()))
            if run is None:
                return
            self.on_change()
            task = asyncio.create_task(self._execute(run), name=f"run {run.id}")
            self._tasks[run.id] = task
            task.add_done_callback(functools.partial(self._ended, run.id))

    def _ended(self, run_id: str, _task: asyncio.Task[None]) -> None:
        self._tasks.pop(run_id, None)
        self._executions.pop(run_id, None)
        self._wake.set()
        self.on_change()

    async def _execute(self, run: Run) -> None:
        try:
            execution = await self._prepare(run)
            self._executions[run.id] = execution
            # A cancel stores first and looks for the execution then, so one that came before it existed
            # shows here.
            stored = await self.database.read(lambda connection: find_run(connection, run.id))
            if stored is not None and not stored.is_terminal:
                await execution.execute()
        except PlanError as error:
            await self._end(run.id, str(error))
        except Exception as error:
            log.exception("run %s could not be executed", run.id)
            await self._end(
                run.id, f"The platform could not execute the run: {type(error).__name__}: {error}."
            )

    async def _prepare(self, run: Run) -> RunExecution:
        project = self.suites.project(run.project_id, run.organization_id)
        cases = run.test_case_ids or ()
        node_ids = await self.database.read(lambda connection: node_ids_of(connection, run.project_id, cases))
        return RunExecution(
            run=run,
            plan=plan_run(run, project, node_ids, Path(sys.executable)),
            directory=WorkingDirectory(self.work / run.id),
            database=self.database,
            now=self.now,
            grace=self.grace,
            files=self.files,
        )

    async def _end(self, run_id: str, reason: str) -> None:
        now = self.now()

        def store(connection: sqlite3.Connection) -> None:
            if finish_run(connection, run_id, "error", reason, now) is not None:
                append_log(connection, run_id, [LogLine(timestamp(now), "error", reason)])

        await self.database.write(store)
