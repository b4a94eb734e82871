"""Clients of a Zof that answers from a script, on virtual time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.scripted_zof import BASE, AsyncScript, Script, SyncScript, Time
from zof_core import AsyncZofClient, ZofClient


@pytest.fixture(autouse=True)
def _no_zof_in_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("ZOF_API_KEY", "ZOF_BASE_URL", "ZOF_PROFILE", "ZOF_PROFILES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def script(time: Time) -> Iterator[Script]:
    script = Script(time)
    yield script
    assert script.open == 0, "every answer is read or closed"


@pytest.fixture
def zof(time: Time, script: Script) -> Iterator[ZofClient]:
    with ZofClient("zk_test", base_url=BASE, transport=SyncScript(script), clock=time.clock()) as client:
        yield client


@pytest.fixture
def async_zof(time: Time, script: Script) -> AsyncZofClient:
    return AsyncZofClient("zk_test", base_url=BASE, transport=AsyncScript(script), clock=time.clock())
