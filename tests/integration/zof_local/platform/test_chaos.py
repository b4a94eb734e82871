"""kill -9 at random while runs, schedules and webhooks are under way: nothing lost, nothing twice, every event told.

`make chaos` kills five times as often. Every choice comes from one seed.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import random
import signal
import sqlite3
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.routing import Route

from zof_local.platform import create_key
from zof_local.serving import Server

KILLS = int(os.environ.get("ZOF_PLATFORM_KILLS", "10"))
SEED = int(os.environ.get("ZOF_CHAOS_SEED", "7"))
MINUTE = 1.0
"""Seconds that a minute of the platform's clock takes, so that schedules come due all the time."""
PATIENCE = 60.0 + 10 * KILLS
"""Seconds for what was queued when the last kill came."""

pytestmark = pytest.mark.timeout(2 * PATIENCE + 30 * KILLS)

PLATFORM = """
import asyncio, sys, time
from datetime import UTC, datetime
from pathlib import Path
from zof_local.platform import PlatformSettings, create_app
from zof_local.serving import Server

data, suites, began, minute = Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3]), float(sys.argv[4])

def now():
    return datetime.fromtimestamp(began + (time.time() - began) * 60 / minute, UTC)

async def main():
    settings = PlatformSettings(
        data_dir=data, suites=suites, rate_limit=1_000_000, max_concurrent_runs=2, webhook_retry_seconds=(0.1,) * 50
    )
    async with Server(create_app(settings, now=now)) as server:
        print(server.url + "/v1", flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""

CASE = """
import os
from pathlib import Path

def test_is_counted():
    with open(Path(os.environ["MARKS"]) / "executions", "a") as file:
        file.write(os.environ["ZOF_RUN_ID"] + "\\n")
"""

SUITES = """
[[projects]]
id = "proj_count"
directory = "count"
environments = { staging = { variables = { MARKS = "%s", PYTEST_DISABLE_PLUGIN_AUTOLOAD = "1" } } }
suites = [{ id = "suite_count" }]
"""

WHAT = {"project_id": "proj_count", "environment": "staging", "test_suite_id": "suite_count"}


@dataclass
class Subscriber:
    """An endpoint that fails at a share of the deliveries."""

    failing: float
    chance: random.Random
    got: list[dict[str, Any]] = field(default_factory=list)

    async def take(self, request) -> Response:
        try:
            self.got.append(json.loads(await request.body()))
        except ClientDisconnect:  # the sender was killed
            return Response(status_code=400)
        return Response(status_code=500 if self.chance.random() < self.failing else 200)

    def ids(self) -> dict[tuple[str, str], set[str]]:
        """Event ids by type and run."""
        ids = defaultdict(set)
        for event in self.got:
            ids[event["type"], event["data"]["object"]["run_id"]].add(event["id"])
        return ids


@dataclass
class Chaos:
    """One platform's files, its lives, and what was asked of it."""

    root: Path
    secret: str
    until: Callable[..., Any]
    began: float = field(default_factory=time.time)
    asked: list[str] = field(default_factory=list)
    accepted: dict[str, str] = field(default_factory=dict)
    process: asyncio.subprocess.Process | None = None

    @asynccontextmanager
    async def life(self):
        """A platform process, and a client of it."""
        arguments = (self.root / "data", self.root / "suites.toml", self.began, MINUTE)
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", PLATFORM, *map(str, arguments), stdout=asyncio.subprocess.PIPE
        )
        try:
            url = (await self.process.stdout.readline()).decode().strip()
            assert url.startswith("http://127.0.0.1:"), "the platform did not start"
            headers = {"Authorization": f"Bearer {self.secret}"}
            async with httpx.AsyncClient(base_url=url, headers=headers, timeout=30) as http:
                yield http
        finally:
            if self.process.returncode is None:
                self.process.kill()
            await self.process.wait()

    async def ask(self, http: httpx.AsyncClient, key: str) -> None:
        """Asks for a run, or asks again for one whose answer was lost; a dead platform is no answer."""
        try:
            answer = await http.post("/runs", json=WHAT, headers={"Idempotency-Key": key})
        except httpx.TransportError:
            return
        assert answer.status_code == 201, answer.text
        assert self.accepted.setdefault(key, answer.json()["id"]) == answer.json()["id"]

    async def ask_all(self, http: httpx.AsyncClient) -> None:
        await asyncio.gather(*(self.ask(http, key) for key in self.asked if key not in self.accepted))

    def executions(self) -> Counter[str]:
        path = self.root / "marks" / "executions"
        return Counter(path.read_text().split() if path.exists() else ())


async def all_runs(http: httpx.AsyncClient) -> list[dict[str, Any]]:
    runs, cursor = [], {}
    while True:
        page = (await http.get("/runs", params={"limit": 100, **cursor})).json()
        runs += page["data"]
        if not page["has_more"]:
            return runs
        cursor = {"starting_after": page["next_cursor"]}


@pytest.fixture
async def chaos(tmp_path, until):
    root = tmp_path / "chaos"
    (root / "count" / "tests").mkdir(parents=True)
    (root / "marks").mkdir()
    (root / "count" / "tests" / "test_count.py").write_text(CASE)
    (root / "suites.toml").write_text(SUITES % (root / "marks"))
    return Chaos(root, await asyncio.to_thread(create_key, root / "data"), until)


@asynccontextmanager
async def subscribed(chaos: Chaos, rng: random.Random):
    """Two endpoints, one of which fails at times, and a schedule that is due every minute."""
    subscribers = [Subscriber(0.0, rng), Subscriber(0.4, rng)]
    routes = [Route(f"/{n}", one.take, methods=["POST"]) for n, one in enumerate(subscribers)]
    async with Server(Starlette(routes=routes)) as server:
        async with chaos.life() as http:
            for n in range(len(subscribers)):
                body = {"url": f"{server.url}/{n}", "events": ["run.started", "run.completed"]}
                assert (await http.post("/webhooks", json=body)).status_code == 201
            assert (await http.post("/schedules", json={**WHAT, "cron": "* * * * *"})).status_code == 201
        yield subscribers


async def one_life(chaos: Chaos, subscribers: list[Subscriber], rng: random.Random) -> None:
    """Asks for some runs and kills the platform at a moment that the random numbers choose."""
    counters = {
        "answers": lambda: len(chaos.accepted),
        "executions": lambda: chaos.executions().total(),
        "events": lambda: sum(len(one.got) for one in subscribers),
    }
    async with chaos.life() as http:
        fresh = rng.randint(1, 4)
        chaos.asked += [f"key-{len(chaos.asked) + n}" for n in range(fresh)]
        count = counters[rng.choice(sorted(counters))]
        enough = count() + rng.randint(1, fresh)
        asking = asyncio.create_task(chaos.ask_all(http))
        await chaos.until(lambda: count() >= enough)
        chaos.process.send_signal(signal.SIGKILL)
        assert await chaos.process.wait() == -signal.SIGKILL
        await asking


async def test_random_kills_lose_nothing_and_do_nothing_twice(chaos) -> None:
    rng = random.Random(SEED)
    async with subscribed(chaos, rng) as subscribers:
        for _ in range(KILLS):
            await one_life(chaos, subscribers, rng)
        async with chaos.life() as http:
            await chaos.ask_all(http)
            pause_schedules(chaos.root / "data")

            async def all_ended() -> bool:
                answers = [await http.get("/runs", params={"status": one}) for one in ("queued", "running")]
                return not any(answer.json()["data"] for answer in answers)

            await chaos.until(all_ended, PATIENCE)
            runs = await all_runs(http)
            expected = {("run.completed", run["id"]) for run in runs}
            expected |= {("run.started", run["id"]) for run in runs if run["started_at"]}
            await chaos.until(lambda: all(expected <= one.ids().keys() for one in subscribers), PATIENCE)

    assert_runs(chaos, runs)
    assert_events(subscribers)


def pause_schedules(data: Path) -> None:
    """As the console does it, in another process: no new run comes, so an end can come."""
    with sqlite3.connect(data / "platform.sqlite3", timeout=10) as connection:
        connection.execute("UPDATE schedules SET status = 'paused'")


def assert_runs(chaos: Chaos, runs: list[dict[str, Any]]) -> None:
    by_id = {run["id"]: run for run in runs}
    asked = [run for run in runs if run["source"] == "manual"]
    assert chaos.accepted.keys() == set(chaos.asked)
    assert len(set(chaos.accepted.values())) == len(chaos.asked), "two keys share a run"
    assert {run["id"] for run in asked} == set(chaos.accepted.values()), (
        "a run is lost, or one was made twice"
    )
    assert len(runs) - len(asked) >= KILLS // 2, "hardly any schedule fired"
    executions = chaos.executions()
    assert executions.keys() <= by_id.keys()
    assert max(executions.values()) == 1, "a run was executed twice"
    for run in runs:
        if run["status"] == "passed":
            assert executions[run["id"]] == 1
        else:
            assert run["status"] == "error"
            assert "platform was ended from outside" in run["status_reason"]
    assert any(run["status"] == "passed" for run in runs)


def assert_events(subscribers: list[Subscriber]) -> None:
    """What came again came with the id that it had before, the same for everybody."""
    ids = defaultdict(set)
    for (kind, run_id), own in itertools.chain.from_iterable(one.ids().items() for one in subscribers):
        ids[kind, run_id] |= own
    assert ids
    assert all(len(own) == 1 for own in ids.values())
