"""A platform on a real socket, over a small pytest project whose cases can be held and watched from outside."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from zof_local.platform import ApiKey, PlatformSettings, create_app, new_secret
from zof_local.platform.state import Platform
from zof_local.serving import Server

CASES = """
import os, pathlib, subprocess, sys, time
import pytest

MARKS = pathlib.Path(os.environ["MARKS"])
HOLD = (
    "import signal, time; [signal.signal(number, signal.SIG_IGN) for number in (2, 15)]; "
    "print('up', flush=True); time.sleep(600)"
)

@pytest.fixture
def broken():
    raise RuntimeError("no database")

@pytest.fixture
def breaks_afterwards():
    yield
    raise RuntimeError("cannot clean up")

@pytest.mark.quick
def test_passes():
    print("environment is", os.environ["ZOF_ENVIRONMENT"], os.environ.get("SHOP_URL"))

@pytest.mark.quick
@pytest.mark.parametrize("number", [1, 2])
def test_numbers(number):
    assert number < 3

def test_fails():
    print("before the failure")
    assert {"a": 1} == {"a": 2}

def test_needs_database(broken):
    pass

def test_skipped():
    pytest.skip("not today")

@pytest.mark.xfail(reason="known", strict=True)
def test_known_defect():
    assert False

@pytest.mark.xfail(reason="fixed?", strict=False)
def test_fixed_by_chance():
    pass

@pytest.mark.xfail(reason="fixed!", strict=True)
def test_fixed_for_sure():
    pass

@pytest.mark.afterwards
def test_cannot_clean_up(breaks_afterwards):
    pass

@pytest.mark.leaves
def test_leaves_processes_behind():
    for kwargs in ({}, {"start_new_session": True}):
        child = subprocess.Popen([sys.executable, "-c", HOLD], stdout=subprocess.PIPE, **kwargs)
        child.stdout.readline()
        with (MARKS / "pids").open("a") as file:
            print(child.pid, file=file)

@pytest.mark.holds
def test_first_passes():
    pass

@pytest.mark.holds
def test_holds():
    test_leaves_processes_behind()
    with (MARKS / "pids").open("a") as file:
        print(os.getpid(), file=file)
    try:
        (MARKS / "holding").touch()
        time.sleep(600)
    finally:
        (MARKS / "cleaned-up").touch()

@pytest.mark.stubborn
def test_will_not_stop():
    (MARKS / "pids").write_text(str(os.getpid()))
    (MARKS / "holding").touch()
    while True:
        try:
            time.sleep(600)
        except BaseException:
            pass

@pytest.mark.kills
def test_kills_itself():
    os.kill(os.getpid(), 9)

@pytest.mark.looks
def test_looks_around(tmp_path):
    pathlib.Path("left-behind").touch()
    secrets = {name for name in os.environ if name.startswith(("ZOF_API", "SLACK", "PYTEST_XDIST"))}
    assert not secrets
    (MARKS / "seen").write_text(" ".join([os.getcwd(), os.environ["HOME"], str(tmp_path), os.environ["ZOF_RUN_ID"]]))
"""

SUITES = """
[[projects]]
id = "proj_shop"
name = "Shop"
directory = "shop"
[projects.environments.staging]
variables = { MARKS = "%(marks)s", PYTEST_DISABLE_PLUGIN_AUTOLOAD = "1", SHOP_URL = "http://staging.example" }
[projects.environments.production]
variables = { MARKS = "%(marks)s", PYTEST_DISABLE_PLUGIN_AUTOLOAD = "1" }
%(suites)s

[[projects]]
id = "proj_elsewhere"
organization = "org_other"
directory = "shop"
environments = { staging = { variables = { MARKS = "%(marks)s", PYTEST_DISABLE_PLUGIN_AUTOLOAD = "1" } } }
suites = [{ id = "suite_quick", args = ["-m", "quick"] }]
"""

SELECTIONS = {
    "suite_quick": '["-m", "quick"]',
    "suite_mixed": '["-m", "not afterwards and not leaves and not holds and not stubborn and not kills and not looks"]',
    "suite_holds": '["-m", "holds"]',
    "suite_leaves": '["-m", "leaves"]',
    "suite_stubborn": '["-m", "stubborn"]',
    "suite_kills": '["-m", "quick or kills"]',
    "suite_looks": '["-m", "looks"]',
    "suite_nothing": '["-k", "no_such_case"]',
    "suite_missing": '["tests/no_such_file.py"]',
    "suite_broken": '["broken/test_broken.py"]',
}


@dataclass(frozen=True)
class World:
    """The files around a platform."""

    root: Path

    @property
    def suites(self) -> Path:
        return self.root / "suites.toml"

    @property
    def data(self) -> Path:
        return self.root / "data"

    @property
    def marks(self) -> Path:
        return self.root / "marks"

    @property
    def project(self) -> Path:
        return self.root / "shop"

    def pids(self) -> list[int]:
        path = self.marks / "pids"
        return [int(line) for line in path.read_text().split()] if path.exists() else []

    def alive(self) -> list[int]:
        return [pid for pid in self.pids() if _is_alive(pid)]


def _is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = World(tmp_path)
    made.marks.mkdir()
    (made.project / "tests").mkdir(parents=True)
    (made.project / "broken").mkdir()
    (made.project / "tests" / "test_cases.py").write_text(CASES)
    (made.project / "broken" / "test_broken.py").write_text("import no_such_module\n")
    marks = "quick\n    afterwards\n    leaves\n    holds\n    stubborn\n    kills\n    looks"
    (made.project / "pytest.ini").write_text(f"[pytest]\ntestpaths = tests\nmarkers =\n    {marks}\n")
    tables = [
        f'[[projects.suites]]\nid = "{name}"\nargs = {args}\n'
        + ("timeout_seconds = 5\n" if name == "suite_stubborn" else "")
        for name, args in SELECTIONS.items()
    ]
    made.suites.write_text(SUITES % {"marks": made.marks, "suites": "\n".join(tables)})
    return made


Poll = Callable[[Callable[[], Any]], Awaitable[Any]]


@pytest.fixture
def until() -> Poll:
    """Waits until a condition (a function, perhaps async) holds; fails after a long time."""

    async def wait(condition: Callable[[], Any], seconds: float = 40.0) -> Any:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            outcome = condition()
            if asyncio.iscoroutine(outcome):
                outcome = await outcome
            if outcome:
                return outcome
            await asyncio.sleep(0.02)
        raise AssertionError(f"still not so after {seconds} s: {condition}")

    return wait


@dataclass
class Api:
    """A client of a running platform, and ways to follow a run."""

    http: httpx.AsyncClient
    url: str
    world: World
    until: Poll
    platform: Platform

    async def start(self, suite: str = "suite_quick", **more: Any) -> dict[str, Any]:
        body = {"project_id": "proj_shop", "environment": "staging", "test_suite_id": suite} | more
        answer = await self.http.post(
            "/runs", json={key: value for key, value in body.items() if value is not None}
        )
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def run(self, run_id: str) -> dict[str, Any]:
        answer = await self.http.get(f"/runs/{run_id}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def ended(self, run_id: str) -> dict[str, Any]:
        async def look() -> dict[str, Any] | None:
            run = await self.run(run_id)
            return None if run["status"] in {"queued", "running"} else run

        return dict(await self.until(look))

    async def results(self, run_id: str) -> list[dict[str, Any]]:
        answer = await self.http.get("/results", params={"run_id": run_id, "limit": 100})
        assert answer.status_code == 200, answer.text
        return list(answer.json()["data"])


StartPlatform = Callable[..., AbstractAsyncContextManager[Api]]


@pytest.fixture
def start_platform(world: World, until: Poll) -> StartPlatform:
    """Starts a platform over the world's files: `async with start_platform(rate_limit=…, now=clock) as api`."""

    @asynccontextmanager
    async def start(role: str = "QA Lead", **settings: Any) -> AsyncIterator[Api]:
        secret = new_secret()
        clock = {"now": settings.pop("now")} if "now" in settings else {}
        defaults = {"data_dir": world.data, "rate_limit": 100_000, "cancel_grace_seconds": 1.0}
        values = defaults | settings
        keys = (*values.pop("keys", ()), ApiKey(secret, role=role))
        chosen = PlatformSettings(suites=world.suites, keys=keys, **values)
        headers = {"Authorization": f"Bearer {secret}"}
        app = create_app(chosen, **clock)
        async with (
            Server(app) as server,
            httpx.AsyncClient(base_url=f"{server.url}/v1", headers=headers, timeout=30) as http,
        ):
            yield Api(http, server.url, world, until, app.state.platform)

    return start


@pytest.fixture
async def api(start_platform: StartPlatform) -> AsyncIterator[Api]:
    async with start_platform() as started:
        yield started


@pytest.fixture(autouse=True)
def secrets_of_the_platform(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a platform's own environment may hold, and no test code may see."""
    monkeypatch.setenv("ZOF_API_KEY", "not-for-tests")
    monkeypatch.setenv("SLACK_BOT_TOKEN", "not-for-tests")


@pytest.fixture(autouse=True)
def no_process_stays(world: World) -> Any:
    yield
    left = world.alive()
    for pid in left:
        os.kill(pid, 9)
    assert not left, f"processes {left} were left behind"
