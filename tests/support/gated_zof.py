"""A platform on a real socket, some of whose cases wait until the test opens a gate."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.kernel import PATIENCE
from zof_local.platform import ApiKey, PlatformSettings, create_app, new_secret
from zof_local.serving import Server, bind_loopback, url_of

_CASES = """
import os, pathlib, time
import pytest

GATE = pathlib.Path(os.environ["GATES"])

@pytest.mark.quick
@pytest.mark.parametrize("n", [1, 2])
def test_passes(n):
    assert n

@pytest.mark.mixed
def test_holds():
    assert {"a": 1} == {"a": "<b>two</b>"}

@pytest.mark.mixed
def test_is_skipped():
    pytest.skip("not today")

@pytest.mark.gated
def test_comes_first():
    pass

@pytest.mark.gated
def test_waits_at_the_gate():
    until = time.monotonic() + 60
    while time.monotonic() < until and not (GATE / "open").exists():
        time.sleep(0.02)
"""

_SUITES = """
[[projects]]
id = "proj_shop"
name = "Shop"
organization = "org_local"
directory = "shop"

[projects.environments.staging]
variables = {{ GATES = "{gates}" }}

[projects.environments.production]
variables = {{ GATES = "{gates}" }}

[[projects.suites]]
id = "suite_quick"
name = "Quick"
args = ["-m", "quick"]

[[projects.suites]]
id = "suite_mixed"
name = "Mixed"
args = ["-m", "quick or mixed"]

[[projects.suites]]
id = "suite_gated"
name = "Gated"
args = ["-m", "gated"]
"""


@dataclass
class Zof:
    """A platform that can be stopped and started on the same port."""

    directory: Path
    key: str = field(default_factory=new_secret, repr=False)
    viewer_key: str = field(default_factory=new_secret, repr=False)

    def __post_init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._stack = AsyncExitStack()
        self.port = 0
        self.url = ""

    @property
    def env(self) -> dict[str, str]:
        return {"ZOF_API_KEY": self.key, "ZOF_BASE_URL": self.url}

    def start(self) -> None:
        sock = bind_loopback(self.port)
        self.url = f"{url_of(sock)}/v1"
        self.port = sock.getsockname()[1]
        settings = PlatformSettings(
            data_dir=self.directory / "platform",
            suites=self.directory / "suites.toml",
            keys=(ApiKey(self.key), ApiKey(self.viewer_key, role="Viewer", name="viewer")),
            rate_limit=100_000,
        )
        self._do(self._stack.enter_async_context(Server(create_app(settings), sock=sock)))

    def stop(self) -> None:
        self._do(self._stack.aclose())

    def open_gate(self) -> None:
        (self.directory / "gates" / "open").touch()

    def close_gate(self) -> None:
        (self.directory / "gates" / "open").unlink(missing_ok=True)

    def end(self) -> None:
        self.stop()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def _do(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE)


def start_zof(directory: Path) -> Zof:
    """Starts one with the project `proj_shop`: `suite_quick`, `suite_mixed` (one fails), `suite_gated`.

    `directory` must be empty.
    """
    (directory / "gates").mkdir()
    (directory / "shop").mkdir()
    (directory / "shop" / "test_shop.py").write_text(_CASES)
    (directory / "shop" / "pytest.ini").write_text("[pytest]\nmarkers =\n  quick\n  mixed\n  gated\n")
    (directory / "suites.toml").write_text(_SUITES.format(gates=directory / "gates"))
    platform = Zof(directory)
    platform.start()
    return platform
