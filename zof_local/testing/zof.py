"""A Zof for one test: the platform on a free port, with suites given as text."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from zof_local.platform import ApiKey, FaultSwitches, PlatformSettings, create_app, new_secret
from zof_local.serving import Server, bind_loopback, url_of

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,60}")
_NO_LIMIT = 1_000_000


class LocalZof:
    """A platform on a free port: `async with LocalZof({"suite_smoke": "def test_it(): pass"}) as zof:`.

    Args:
        suites: suite id → the text of a pytest module; or the path of a `suites.toml`.
        project: the project's id, for suites given as text.
        environments: its environments.
        rate_limit: requests a minute; without one a test is never told to wait.
        faults: what goes wrong on purpose; its switches can be turned at any time.
    """

    def __init__(
        self,
        suites: Mapping[str, str] | Path,
        *,
        project: str = "proj_abc",
        environments: Sequence[str] = ("staging", "production"),
        rate_limit: int = _NO_LIMIT,
        faults: FaultSwitches | None = None,
    ) -> None:
        self.key = new_secret()
        self.faults = faults or FaultSwitches()
        self._suites = suites
        self._project = project
        self._environments = environments
        self._rate_limit = rate_limit
        self._stack = AsyncExitStack()
        self.url = ""

    @property
    def env(self) -> dict[str, str]:
        """What a process needs in its environment to reach it, the key included."""
        return {"ZOF_API_KEY": self.key, "ZOF_BASE_URL": self.url}

    def __repr__(self) -> str:
        return f"LocalZof({self.url or 'not open'})"

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as opened:  # what fails half-way leaves nothing behind
            home = Path(tempfile.mkdtemp(prefix="zof-local-"))
            opened.push_async_callback(asyncio.to_thread, shutil.rmtree, home, ignore_errors=True)
            suites = self._suites if isinstance(self._suites, Path) else self._written(home, self._suites)
            sock = bind_loopback()
            settings = PlatformSettings(
                data_dir=home / "platform",
                suites=suites,
                keys=(ApiKey(self.key),),
                rate_limit=self._rate_limit,
                public_url=url_of(sock),
                faults=self.faults,
            )
            await opened.enter_async_context(Server(create_app(settings), sock=sock))
            self.url = f"{url_of(sock)}/v1"
            self._stack = opened.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.__aexit__(kind, error, trace)

    def _written(self, home: Path, suites: Mapping[str, str]) -> Path:
        """A project with one test module for each suite, and the suites.toml that names them."""
        tests = home / "project" / "tests"
        tests.mkdir(parents=True)
        (home / "project" / "pytest.ini").write_text("[pytest]\n", "utf-8")
        lines = [
            "[[projects]]",
            f"id = {json.dumps(self._project)}",
            f"name = {json.dumps(self._project)}",
            'organization = "org_local"',
            'directory = "project"',
            *(f"[projects.environments.{json.dumps(name)}]" for name in self._environments),
        ]
        for suite, text in suites.items():
            if not _NAME.fullmatch(suite):
                raise ValueError(
                    f"{suite!r} is no suite id: letters, digits and underscores, beginning with a letter."
                )
            module = f"tests/test_{suite}.py"
            (home / "project" / module).write_text(text, "utf-8")
            lines += ["[[projects.suites]]", f"id = {json.dumps(suite)}", f"args = [{json.dumps(module)}]"]
        place = home / "suites.toml"
        place.write_text("\n".join(lines) + "\n", "utf-8")
        return place
