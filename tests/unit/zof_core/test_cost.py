"""What a call costs, in numbers that are the same on every machine."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator

import httpx
import pytest

import zof_core
from tests.support.peers import Peers
from zof_core import AsyncZofClient, ZofClient
from zof_core.transport.blocking import HttpTransport

MOST_CALLS = 700
MOST_CALLS_LATER = 750
BODY = json.dumps({"id": "run_1", "status": "passed", "summary": {"total": 3, "passed": 3}}).encode()


@contextlib.contextmanager
def counting() -> Iterator[list[None]]:
    """Notes each function call, Python's and C's, in the list it gives."""
    calls: list[None] = []

    def note(frame: object, event: str, argument: object) -> None:
        if event in {"call", "c_call"}:
            calls.append(None)

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        yield calls
    finally:
        sys.setprofile(before)


def test_a_get_costs_few_function_calls() -> None:
    mock = httpx.MockTransport(lambda _: httpx.Response(200, content=BODY, headers={"x-request-id": "req_1"}))
    zof = ZofClient("k", base_url="https://api.zof.ai/v1", transport=HttpTransport(http=mock))
    for _ in range(3):
        zof.runs.retrieve("run_1")
    with counting() as calls:
        zof.runs.retrieve("run_1")
    assert len(calls) <= MOST_CALLS


def test_so_does_an_async_one_down_to_the_bytes() -> None:
    async def count(zof: AsyncZofClient) -> int:
        for _ in range(3):
            await zof.runs.retrieve("run_1")
        with counting() as calls:
            await zof.runs.retrieve("run_1")
        return len(calls)

    answer = b"HTTP/1.1 200 OK\r\nX-Request-Id: req_1\r\nContent-Length: %d\r\n\r\n" % len(BODY) + BODY
    assert Peers([answer], hangs_up=False).serve(count) <= MOST_CALLS_LATER


LOADED = {
    "zof_core", *(
        f"zof_core.{name}"
        for name in (
            "admin_builders", "ambient", "assumptions", "budget", "builders", "call", "client", "clock", "commands",
            "config", "cron", "deadlines", "drivers", "errors", "failures", "forks", "governor", "observing",
            "operations", "paging", "requests", "resources", "responses", "retry",
            "telemetry", "untyped", "validation", "version",
        )
    ),
}  # fmt: skip
SLOW = {
    "asyncio",
    "email",
    "httpx",
    "importlib.metadata",
    "pydantic",
    "sqlite3",
    "ssl",
    "tomllib",
    "urllib.request",
}


def modules_after(code: str) -> set[str]:
    printed = f"import sys; {code}; print(*sys.modules)"
    environment = {**os.environ, "HOME": "/nowhere"}
    said = subprocess.run(
        [sys.executable, "-c", printed],
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
        env=environment,
    )
    return set(said.stdout.split())


def test_making_a_client_loads_what_it_needs_and_nothing_slow() -> None:
    loaded = modules_after("import zof_core; zof_core.ZofClient('k')")
    assert {name for name in loaded if name.partition(".")[0] == "zof_core"} == LOADED
    assert not loaded & SLOW


def test_everything_that_is_public_can_be_had() -> None:
    for name in zof_core.__all__:
        assert getattr(zof_core, name).__name__ == name if name != "__version__" else zof_core.__version__
    with pytest.raises(AttributeError, match="no attribute 'Rum'"):
        zof_core.Rum  # noqa: B018  # type: ignore[attr-defined]
