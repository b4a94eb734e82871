"""One pytest in a process group of its own, with a working directory of its own, under a supervisor."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from zof_local.platform.execution.outcomes import ProcessEnd
from zof_local.platform.execution.plan import Plan, child_environment
from zof_local.platform.files import Leaving

_CHILD = Path(__file__).parent / "child"
_CLUTTER = shutil.ignore_patterns(
    ".git",
    ".hg",
    ".venv",
    "venv",
    "node_modules",
    "__pycache__",
    ".pytest_cache",
    ".mypy_cache",
    ".tox",
    ".nox",
)
_SUPERVISOR_MARGIN = 8.0


@dataclass(frozen=True, slots=True)
class WorkingDirectory:
    """The files of one run: a copy of the project, a home, a place for temporary files, what pytest says."""

    path: Path

    @property
    def project(self) -> Path:
        """The copy of the project."""
        return self.path / "project"

    @property
    def home(self) -> Path:
        """An empty home directory."""
        return self.path / "home"

    @property
    def temporary(self) -> Path:
        """Where temporary files go."""
        return self.path / "tmp"

    @property
    def events(self) -> Path:
        """What the pytest plugin writes."""
        return self.path / "events.jsonl"

    @property
    def console(self) -> Path:
        """What pytest prints."""
        return self.path / "console.log"

    @property
    def junit(self) -> Path:
        """Where pytest writes its JUnit XML."""
        return self.path / "junit.xml"

    @property
    def leavings(self) -> tuple[Leaving, ...]:
        """What stays of a run as its artifacts."""
        return (
            Leaving(self.console, "log.txt", "log", "text/plain; charset=utf-8"),
            Leaving(self.junit, "junit.xml", "report", "application/xml"),
        )

    def prepare(self, plan: Plan) -> Path:
        """Makes the directories, copies the project, and returns where pytest is to be started."""
        self.path.mkdir(parents=True, mode=0o700)
        self.home.mkdir()
        self.temporary.mkdir()
        if plan.in_place:
            return plan.source
        shutil.copytree(plan.source, self.project, symlinks=True, ignore=self._not_copied)
        return self.project

    def _not_copied(self, folder: str, names: list[str]) -> set[str]:
        # The platform's own directory may lie within the project: copying it would never end.
        own = self.path.parent.parent
        return _CLUTTER(folder, names) | {name for name in names if Path(folder) / name == own}

    def remove(self) -> None:
        """Removes all of it."""
        shutil.rmtree(self.path, ignore_errors=True)


class PytestProcess:
    """A started pytest; ends when told to, and never leaves a process behind."""

    def __init__(
        self,
        process: asyncio.subprocess.Process,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        self._process = process
        self._reader = reader
        self._writer = writer
        self._pytest_pid = 0

    @classmethod
    async def start(
        cls,
        plan: Plan,
        directory: WorkingDirectory,
        cwd: Path,
        arguments: list[str],
        *,
        grace: float,
        inherited: Mapping[str, str],
    ) -> PytestProcess:
        """Starts pytest with these arguments; see `supervisor.py` for what stands between."""
        ours, theirs = socket.socketpair()
        fd = str(theirs.fileno())
        pytest_command = [str(plan.python), str(_CHILD / "zof_pytest.py"), str(directory.events), *arguments]
        supervisor = [
            sys.executable,
            "-I",
            "-S",
            str(_CHILD / "supervisor.py"),
            fd,
            str(grace),
            str(plan.memory_mb),
        ]
        try:
            with directory.console.open("ab") as console:
                process = await asyncio.create_subprocess_exec(
                    *supervisor,
                    *pytest_command,
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=console,
                    stderr=asyncio.subprocess.STDOUT,
                    cwd=cwd,
                    env=child_environment(plan, directory.home, directory.temporary, inherited),
                    pass_fds=(theirs.fileno(),),
                    start_new_session=True,
                )
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()
        reader, writer = await asyncio.open_connection(sock=ours)
        return cls(process, reader, writer)

    def interrupt(self) -> None:
        """Asks pytest to stop and clean up; after the grace period it is killed."""
        with contextlib.suppress(OSError, RuntimeError):
            self._writer.write(b"cancel\n")

    async def wait(self) -> ProcessEnd:
        """Waits until pytest and all it started are gone."""
        said = b""
        while line := await self._reader.readline():
            word, _, rest = line.partition(b" ")
            if word == b"pid":
                self._pytest_pid = int(rest)
            else:
                said = line
        await self._process.wait()
        self._writer.close()
        if not said:
            self._kill_pytest()
        return _end(said)

    async def kill(self) -> None:
        """Kills pytest and all it started, and waits until they are gone."""
        self._writer.close()  # the supervisor takes that for our death
        try:
            async with asyncio.timeout(_SUPERVISOR_MARGIN):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            self._kill_pytest()
            await self._process.wait()

    def _kill_pytest(self) -> None:
        # Only for a supervisor that was itself killed: normally it ends the whole group, and pids are used
        # again.
        if self._pytest_pid:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._pytest_pid, signal.SIGKILL)


def _end(said: bytes) -> ProcessEnd:
    match said.split():
        case [b"exit", code]:
            return ProcessEnd(exit_code=int(code))
        case [b"signal", number]:
            return ProcessEnd(signal=int(number))
    return ProcessEnd()
