"""Executes one run: starts pytest, keeps the stored run up to date while it goes, and ends it."""

from __future__ import annotations

import asyncio
import dataclasses
import logging
import os
import sqlite3
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from zof_local.platform.assumptions import timestamp
from zof_local.platform.execution.outcomes import (
    CaseOutcome,
    ProcessEnd,
    Session,
    Verdict,
    read_event,
    verdict,
)
from zof_local.platform.execution.plan import Plan, pytest_arguments
from zof_local.platform.execution.process import PytestProcess, WorkingDirectory
from zof_local.platform.execution.tail import Tail
from zof_local.platform.files import RunFiles
from zof_local.platform.store.artifacts import insert_artifacts
from zof_local.platform.store.cases import remember_cases
from zof_local.platform.store.database import Database
from zof_local.platform.store.results import LogLine, append_log, insert_results
from zof_local.platform.store.runs import Run, count_results, find_run, finish_run, set_total

_LOOK_EVERY_SECONDS = 0.05
_MAX_LOG_LINES = 20_000
_MAX_LOG_LINE = 2_000
_LAST_LINES = 40

log = logging.getLogger(__name__)


@dataclass(slots=True)
class RunExecution:
    """One run being executed.

    Args:
        run: the run, already `running`.
        plan: what to execute.
        directory: its working directory, not made yet.
        database: where the run is kept.
        now: the clock.
        grace: seconds that pytest has for cleaning up after an interrupt.
        files: takes what the run leaves.
    """

    run: Run
    plan: Plan
    directory: WorkingDirectory
    database: Database
    now: Callable[[], datetime]
    grace: float
    files: RunFiles
    _session: Session = field(default_factory=Session)
    _process: PytestProcess | None = None
    _stop: asyncio.Event = field(default_factory=asyncio.Event)
    _last_lines: deque[str] = field(default_factory=lambda: deque(maxlen=_LAST_LINES))
    _logged: int = 0

    def cancel(self) -> None:
        """The run's end is stored already: interrupts pytest."""
        self._stop.set()

    async def execute(self) -> None:
        """Runs pytest to its end and stores what it finds; returns when no process is left."""
        try:
            cwd = await asyncio.to_thread(self.directory.prepare, self.plan)
            self._process = await PytestProcess.start(
                self.plan,
                self.directory,
                cwd,
                pytest_arguments(self.plan.selection, self.directory.junit),
                grace=self.grace,
                inherited=os.environ,
            )
            await self._follow(self._process)
        except asyncio.CancelledError:
            if self._process is not None:
                await self._process.kill()
            raise
        finally:
            await asyncio.to_thread(self.directory.remove)

    async def _follow(self, process: PytestProcess) -> None:
        events, console = Tail(self.directory.events), Tail(self.directory.console)
        stopping = asyncio.create_task(self._stop.wait())
        ending = asyncio.create_task(process.wait())
        deadline = asyncio.get_running_loop().time() + self.plan.timeout_seconds
        timed_out = False
        try:
            while not ending.done():
                await asyncio.wait(
                    {ending, stopping} if not stopping.done() else {ending},
                    timeout=_LOOK_EVERY_SECONDS,
                    return_when=asyncio.FIRST_COMPLETED,
                )
                await self._take_in(events.read(), console.read())
                if stopping.done() and not timed_out:
                    process.interrupt()
                    await ending
                elif not timed_out and asyncio.get_running_loop().time() >= deadline:
                    timed_out = True
                    process.interrupt()
        finally:
            stopping.cancel()
            if not ending.done():
                ending.cancel()
        end = dataclasses.replace(
            ending.result(), timed_out_after=self.plan.timeout_seconds if timed_out else None
        )
        await self._take_in(events.read(last=True), console.read(last=True))
        await self._finish(end)

    async def _take_in(self, event_lines: list[str], console_lines: list[str]) -> None:
        if not event_lines and not console_lines:
            return
        collected_before = self._session.collected
        outcomes = [outcome for line in event_lines if (outcome := self._feed(line)) is not None]
        self._last_lines.extend(console_lines)
        now = self.now()
        lines = self._loggable(console_lines, now)
        collected = self._session.collected if self._session.collected is not collected_before else None
        await self.database.write(lambda connection: self._store(connection, outcomes, collected, lines, now))

    def _feed(self, line: str) -> CaseOutcome | None:
        try:
            return self._session.feed(read_event(line))
        except (ValueError, KeyError, TypeError):
            log.warning("run %s: a line of pytest's events makes no sense and is left out", self.run.id)
            return None

    def _loggable(self, lines: list[str], now: datetime) -> list[LogLine]:
        room = _MAX_LOG_LINES - self._logged
        self._logged += len(lines)
        kept = [LogLine(timestamp(now), "info", line[:_MAX_LOG_LINE]) for line in lines[: max(0, room)]]
        if 0 <= room < len(lines):
            kept.append(LogLine(timestamp(now), "warning", f"The log is cut after {_MAX_LOG_LINES} lines."))
        return kept

    def _store(
        self,
        connection: sqlite3.Connection,
        outcomes: list[CaseOutcome],
        collected: tuple[str, ...] | None,
        lines: list[LogLine],
        now: datetime,
    ) -> None:
        stored = find_run(connection, self.run.id)
        if stored is None:
            return
        append_log(connection, self.run.id, lines)
        if collected is not None:
            remember_cases(connection, self.run.project_id, collected)
        if stored.is_terminal:  # canceled meanwhile: what people were told of its counts stays true
            return
        if collected is not None:
            set_total(connection, self.run.id, len(collected))
        insert_results(connection, self.run.id, self.run.organization_id, outcomes, now)
        count_results(connection, self.run.id, [outcome.status for outcome in outcomes])

    async def _finish(self, end: ProcessEnd) -> None:
        end = dataclasses.replace(end, last_lines=tuple(self._last_lines))
        decision = verdict(self._session, end, self.plan.failure_policy)
        unfinished = self._session.interrupted(decision.reason or "") if decision.status == "error" else []
        left = await asyncio.to_thread(self.files.keep, self.run.id, self.directory.leavings)
        now = self.now()

        def store(connection: sqlite3.Connection) -> None:
            self._store(connection, unfinished, None, [], now)
            insert_artifacts(connection, self.run.id, self.run.organization_id, left, now)
            _end_run(connection, self.run.id, decision, now)

        await self.database.write(store)


def _end_run(connection: sqlite3.Connection, run_id: str, decision: Verdict, now: datetime) -> None:
    ended = finish_run(connection, run_id, decision.status, decision.reason, now)
    if ended is not None and decision.reason is not None:
        level = "info" if decision.status == "passed" else "error"
        append_log(connection, run_id, [LogLine(timestamp(now), level, decision.reason)])
