"""What a full store costs the platform, over a socket: `python -m benchmarks.platform`.

Two platforms, one with 100 stored runs and one with 20,000, are asked in turns in the same run, so that what else the
machine does falls on both. Nothing is executed meanwhile: one held run keeps the queue waiting.
"""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import httpx
import psutil

from zof_local.platform import ApiKey, PlatformSettings, create_key, serve

SIZES = (100, 20_000)
ROUNDS, EACH = 10, 30
MEMORY_REQUESTS = 2_000
SUITES = """
[[projects]]
id = "proj_bench"
directory = "."
environments = { staging = {} }
suites = [{ id = "suite_hold" }]
"""
WHAT = {"project_id": "proj_bench", "environment": "staging", "test_suite_id": "suite_hold"}


def store(folder: Path, count: int) -> str:
    """A data directory with so many ended runs, its project, and a key for it."""
    (folder / "test_hold.py").write_text("import time\n\ndef test_holds():\n    time.sleep(3600)\n")
    (folder / "suites.toml").write_text(SUITES)
    key = create_key(folder / "data")
    rows = [
        (
            f"run_{n:014d}",
            f"2026-01-01T00:{n // 60 % 60:02d}:{n % 60:02d}.000000Z",
            ("passed", "failed")[n % 2],
        )
        for n in range(count)
    ]
    with sqlite3.connect(folder / "data" / "platform.sqlite3") as connection:
        connection.executemany(
            """INSERT INTO runs (id, organization_id, project_id, environment, test_suite_id, status, total, passed,
                 created_at, started_at, completed_at, kept)
               VALUES (?1, 'org_local', 'proj_bench', 'staging', 'suite_hold', ?3, 1, 1, ?2, ?2, ?2, 0)""",
            rows,
        )
    connection.close()
    return key


class Asked:
    """A running platform, a client of it, and how long its answers took."""

    def __init__(self, stack: ExitStack, count: int) -> None:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        key = store(folder, count)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.platform", "serve", str(folder), key],
            stdout=subprocess.PIPE,
            text=True,
        )
        stack.callback(self.process.wait)
        stack.callback(self.process.terminate)
        assert self.process.stdout is not None
        url = self.process.stdout.readline().strip()
        self.http = stack.enter_context(
            httpx.Client(base_url=url, headers={"Authorization": f"Bearer {key}"})
        )
        self.took: dict[str, list[float]] = {}
        self.cpu: dict[str, float] = {}
        self.post()

    def post(self) -> None:
        assert self.http.post("/runs", json=WHAT).status_code == 201

    def list(self) -> None:
        assert len(self.http.get("/runs").json()["data"]) == 20

    def filtered(self) -> None:
        answer = self.http.get("/runs", params={"project_id": "proj_bench", "status": "failed"})
        assert len(answer.json()["data"]) == 20

    def measure(self, name: str, request: Callable[[], None]) -> None:
        before = self.cpu_seconds()
        for _ in range(EACH):
            began = time.perf_counter()
            request()
            self.took.setdefault(name, []).append(time.perf_counter() - began)
        self.cpu[name] = self.cpu.get(name, 0.0) + self.cpu_seconds() - before

    def cpu_seconds(self) -> float:
        """What the platform's process has used; waiting for other processes does not count."""
        times = psutil.Process(self.process.pid).cpu_times()
        return times.user + times.system

    def memory(self) -> float:
        """Resident megabytes."""
        return psutil.Process(self.process.pid).memory_info().rss / 1e6


def main() -> None:
    with ExitStack() as stack:
        few, many = (Asked(stack, count) for count in SIZES)
        for _ in range(ROUNDS):
            for one in (few, many):
                one.measure("POST /runs", one.post)
                one.measure("GET /runs", one.list)
                one.measure("GET /runs, by project and status", one.filtered)
        print(
            f"{SIZES[1]:,} stored runs against {SIZES[0]}, {ROUNDS * EACH} requests of each kind, one after another"
        )
        for name in few.took:
            a, b = sorted(few.took[name]), sorted(many.took[name])
            rates = (len(a) / sum(a), len(b) / sum(b))
            middle = b[len(b) // 2] / a[len(a) // 2]
            cpu = many.cpu[name] / few.cpu[name]
            tails = tuple(times[int(len(times) * 0.99)] * 1000 for times in (a, b))
            print(
                f"  {name}: {rates[1]:.0f} against {rates[0]:.0f} requests a second, "
                f"p99 {tails[1]:.1f} ms against {tails[0]:.1f} ms; median {middle:.2f} times, CPU {cpu:.2f} times"
            )
        before = many.memory()
        for _ in range(MEMORY_REQUESTS // 2):
            many.list()
            many.post()
        print(f"  memory: {before:.0f} MB, after {MEMORY_REQUESTS:,} more requests {many.memory():.0f} MB")


async def served(folder: Path, key: str) -> None:
    settings = PlatformSettings(
        data_dir=folder / "data",
        suites=folder / "suites.toml",
        keys=(ApiKey(key),),
        rate_limit=1_000_000,
        max_concurrent_runs=1,
        cancel_grace_seconds=0.1,
    )
    await serve(settings, on_ready=lambda api, _console: print(api, flush=True))


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        asyncio.run(served(Path(sys.argv[2]), sys.argv[3]))
    else:
        main()
