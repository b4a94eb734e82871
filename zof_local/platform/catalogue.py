"""Case ids: finds pytest's names for them, collecting a project anew when its files have changed."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import sys
from dataclasses import dataclass, field
from pathlib import Path

from zof_local.platform.execution.outcomes import Session, read_event
from zof_local.platform.execution.plan import Plan
from zof_local.platform.execution.process import PytestProcess, WorkingDirectory
from zof_local.platform.execution.tail import Tail
from zof_local.platform.ids import new_id
from zof_local.platform.requests import unknown_case
from zof_local.platform.store.cases import case_ids_of, forget_cases, node_ids_of, remember_cases
from zof_local.platform.store.database import Database
from zof_local.platform.suites import Project

_COLLECT_SECONDS = 60.0


@dataclass(slots=True)
class CaseCatalogue:
    """Knows the cases of projects, as far as pytest has collected them."""

    database: Database
    work: Path
    _locks: dict[str, asyncio.Lock] = field(default_factory=dict)
    _collected: dict[str, int] = field(default_factory=dict)

    async def require(self, project: Project, environment: str, case_ids: tuple[str, ...]) -> None:
        """Makes sure that the project has all of these cases.

        Raises:
            ApiProblem: 404 with param `test_case_ids` that names the first unknown one.
        """
        if not await self._missing(project, case_ids):
            return
        async with self._locks.setdefault(project.id, asyncio.Lock()):
            fingerprint = await asyncio.to_thread(_fingerprint, project.directory)
            if self._collected.get(project.id) != fingerprint:
                await self._collect(project, environment)
                self._collected[project.id] = fingerprint
        missing = await self._missing(project, case_ids)
        if missing:
            known = await self.database.read(lambda connection: case_ids_of(connection, project.id))
            raise unknown_case(project.id, missing[0], known)

    async def _missing(self, project: Project, case_ids: tuple[str, ...]) -> list[str]:
        known = await self.database.read(lambda connection: node_ids_of(connection, project.id, case_ids))
        return [case for case in case_ids if case not in known]

    async def _collect(self, project: Project, environment: str) -> None:
        name = new_id("collect_")
        plan = Plan(
            run_id=name,
            project_id=project.id,
            source=project.directory,
            in_place=project.in_place,
            python=project.python or Path(sys.executable),
            selection=("--collect-only", "-q"),
            environment=environment,
            variables=project.environments[environment].variables,
            timeout_seconds=_COLLECT_SECONDS,
        )
        directory = WorkingDirectory(self.work / name)
        try:
            cwd = await asyncio.to_thread(directory.prepare, plan)
            process = await PytestProcess.start(
                plan, directory, cwd, list(plan.selection), grace=0, inherited=os.environ
            )
            try:
                async with asyncio.timeout(_COLLECT_SECONDS):
                    await process.wait()
            finally:
                await process.kill()
            session = Session()
            for line in Tail(directory.events).read(last=True):
                session.feed(read_event(line))
        finally:
            await asyncio.to_thread(directory.remove)
        node_ids = session.collected or ()

        def store(connection: sqlite3.Connection) -> None:
            forget_cases(connection, project.id)
            remember_cases(connection, project.id, node_ids)

        await self.database.write(store)


def _fingerprint(directory: Path) -> int:
    """Changes when a Python or configuration file of the project changes."""
    suffixes = {".py", ".ini", ".toml", ".cfg"}
    files = (
        path for path in directory.rglob("*") if path.suffix in suffixes and "__pycache__" not in path.parts
    )
    return hash(tuple(sorted((str(path), path.stat().st_mtime_ns) for path in files)))
