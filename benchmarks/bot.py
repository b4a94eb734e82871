"""The bot's ack, with its commit, beside bare Bolt, measured in the same run: `python -m benchmarks.bot`.

Each server is a process of its own and gets the same signed slash command over kept connections. Absolute times depend
on the machine and on what else it does; the ratios are what counts.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import hmac
import itertools
import json
import math
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import psutil

from zof_core.webhooks import SIGNATURE_HEADER, sign

SECRET = "of_the_benchmark"
CHANNELS = [f"C{n:08d}" for n in range(100)]
CONFIG = f"""
[[allow]]
channels = {json.dumps(CHANNELS)}
verbs = ["run", "status"]
projects = ["proj_abc"]
environments = ["staging"]
suites = ["*"]
people = ["*"]
[[catalogue.projects]]
id = "proj_abc"
name = "Checkout"
environments = ["staging"]
suites = [{{ id = "suite_1", name = "One" }}]
"""

BOLT = """
import sys
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.adapter.asgi.async_handler import AsyncSlackRequestHandler
import uvicorn
async def authorize(enterprise_id, team_id):
    return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, bot_token="xoxb-1")
app = AsyncApp(signing_secret=sys.argv[2], authorize=authorize, process_before_response=sys.argv[3] == "pbr")
@app.command("/zof")
async def command(ack):
    await ack("ok")
uvicorn.run(AsyncSlackRequestHandler(app), port=int(sys.argv[1]), log_level="error")
"""

SYNC = """
import sys
from slack_bolt import App
from slack_bolt.authorization import AuthorizeResult
def authorize(enterprise_id, team_id):
    return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, bot_token="xoxb-1")
app = App(signing_secret=sys.argv[2], authorize=authorize)
@app.command("/zof")
def command(ack):
    ack("ok")
app.start(port=int(sys.argv[1]), http_server_logger_enabled=False)
"""

OURS = """
import os, sys, uvicorn
from slack_bot import BotSettings, create_app
uvicorn.run(create_app(BotSettings.from_env(os.environ)), port=int(sys.argv[1]), log_level="error", lifespan="on")
"""


class Remote:
    """A Slack and a Zof that do just enough, count what they are asked, and stall when they are told to."""

    def __init__(self) -> None:
        self.asked: dict[str, int] = {}
        self.runs: dict[str, str] = {}
        self.stall = asyncio.Event()
        self.stall.set()
        self._ts = itertools.count(1)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                method, target, _ = head.split(" ", 2)
                lines = head.lower().split("\r\n")
                length = next((int(x[15:]) for x in lines if x.startswith("content-length:")), 0)
                body = await reader.readexactly(length)
                answer = await self._answer(method, target, body)
                data = json.dumps(answer).encode()
                more = b"Content-Type: application/json\r\nX-RateLimit-Limit: 100\r\nX-RateLimit-Remaining: 90\r\n"
                writer.write(b"HTTP/1.1 200 OK\r\n%sContent-Length: %d\r\n\r\n" % (more, len(data)) + data)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            writer.close()

    async def _answer(self, method: str, target: str, body: bytes) -> dict[str, object]:
        path, _, query = target.partition("?")
        name = "Slack" if path.startswith("/api/") else f"Zof {method}"
        if path != "/api/auth.test":
            await self.stall.wait()
        self.asked[name] = self.asked.get(name, 0) + 1
        if path.startswith("/api/"):
            return self._slack(path.removeprefix("/api/"), _fields(body, query))
        if method == "POST":
            run_id = f"run_{len(self.runs)}"
            self.runs[run_id] = json.loads(body)["project_id"]
            return self._run(run_id)
        if path.endswith("/runs"):
            asked = dict(pair.split("=", 1) for pair in query.split("&") if "=" in pair)
            ids = [] if asked.get("status") == "queued" else list(self.runs)
            start = int(asked.get("starting_after", "0"))
            page = [self._run(run_id) for run_id in ids[start : start + 100]]
            more = start + 100 < len(ids)
            return {"data": page, "has_more": more} | ({"next_cursor": str(start + 100)} if more else {})
        return self._run(path.rsplit("/", 1)[1])

    def _slack(self, method: str, asked: dict[str, Any]) -> dict[str, object]:
        said: dict[str, object] = {"ok": True, "team_id": "T0ZOF", "messages": []}
        if method == "users.info":
            return said | {"user": {"id": asked["user"]}}
        if method == "conversations.info":
            return said | {"channel": {"id": asked["channel"]}}
        return said | {"ts": asked.get("ts") or f"{next(self._ts)}.0001", "channel": "C"}

    def _run(self, run_id: str) -> dict[str, object]:
        return {
            "id": run_id,
            "organization_id": "org_1",
            "project_id": "proj_abc",
            "environment": "staging",
            "status": "running",
            "test_suite_id": "suite_1",
            "created_at": "2026-05-20T12:00:00Z",
        }


def _fields(body: bytes, query: str) -> dict[str, Any]:
    """What the SDK sends, as JSON or as a form."""
    return dict(json.loads(body)) if body.startswith(b"{") else dict(parse_qsl(body.decode() or query))


_trigger = itertools.count(1)


def request(text: str, port: int) -> bytes:
    """A signed slash command, with a trigger of its own."""
    number = next(_trigger)
    body = urlencode(
        {
            "team_id": "T0ZOF",
            "channel_id": CHANNELS[number % len(CHANNELS)],
            "user_id": "U0BENCH",
            "user_name": "bench",
            "command": "/zof",
            "text": text,
            "trigger_id": f"{number}.{os.getpid()}",
        }
    ).encode()
    timestamp = str(int(time.time()))
    mac = hmac.new(SECRET.encode(), f"v0:{timestamp}:".encode() + body, hashlib.sha256).hexdigest()
    return (
        f"POST /slack/events HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        f"X-Slack-Request-Timestamp: {timestamp}\r\nX-Slack-Signature: v0={mac}\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode() + body


class Line:
    """One kept connection; opened anew where the server closes it."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, text: str) -> float:
        """Seconds from sending to the whole answer."""
        data = request(text, self._port)
        began = time.perf_counter()
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._streams
        writer.write(data)
        head = await reader.readuntil(b"\r\n\r\n")
        assert b" 200 " in head.split(b"\r\n", 1)[0], head
        lines = head.lower().split(b"\r\n")
        length = next((int(x[15:]) for x in lines if x.startswith(b"content-length:")), None)
        if length is not None:
            await reader.readexactly(length)
        else:
            await reader.read()
        if length is None or b"connection: close" in head.lower() or head.startswith(b"HTTP/1.0"):
            writer.close()
            self._streams = None
        return time.perf_counter() - began


async def closed_loop(
    port: int, clients: int, requests: int, text: str = "whoami"
) -> tuple[list[float], float]:
    """Sorted durations and requests a second."""
    left, took = iter(range(requests)), list[float]()

    async def client() -> None:
        line = Line(port)
        for _ in left:
            took.append(await line.ask(text))

    began = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(clients)))
    return sorted(took), requests / (time.perf_counter() - began)


async def open_loop(port: int, per_second: int, seconds: float) -> list[float]:
    """Sorted durations at a steady rate, each counted from when it was due."""
    lines = [Line(port) for _ in range(64)]
    free: asyncio.Queue[Line] = asyncio.Queue()
    for line in lines:
        free.put_nowait(line)
    began, took = time.perf_counter(), list[float]()

    async def one(due: float) -> None:
        line = await free.get()
        await line.ask("whoami")
        took.append(time.perf_counter() - due)
        free.put_nowait(line)

    tasks = []
    for n in range(int(per_second * seconds)):
        due = began + n / per_second
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        tasks.append(asyncio.create_task(one(due)))
    await asyncio.gather(*tasks)
    return sorted(took)


def at(took: list[float], share: float) -> float:
    """A percentile, in milliseconds."""
    return took[min(len(took) - 1, int(len(took) * share))] * 1000


@contextmanager
def process(code: str, *more: str, env: dict[str, str] | None = None) -> Iterator[tuple[int, int]]:
    """Runs a server on a free port; gives that and its process id."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-c", code, str(port), *more]
    server = subprocess.Popen(command, env=os.environ | (env or {}), stdout=subprocess.DEVNULL)
    try:
        yield port, server.pid
    finally:
        server.kill()
        server.wait()


async def answers(port: int) -> None:
    """Returns when a server answers."""
    deadline = time.monotonic() + 60
    while True:
        try:
            await Line(port).ask("whoami")
        except (OSError, AssertionError, asyncio.IncompleteReadError):
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.2)
        else:
            return


@asynccontextmanager
async def bot(home: Path, remote: Remote) -> AsyncIterator[tuple[int, int]]:
    """Our bot between a Slack and a Zof that do just enough."""
    server = await asyncio.start_server(remote.serve, "127.0.0.1", 0)
    at_port = server.sockets[0].getsockname()[1]
    config = home / "zofops.toml"
    config.write_text(CONFIG, "utf-8")
    env = {
        "SLACK_BOT_TOKEN": "xoxb-1",
        "SLACK_SIGNING_SECRET": SECRET,
        "SLACK_BASE_URL": f"http://127.0.0.1:{at_port}/api/",
        "ZOF_API_KEY": "zof_bench",
        "ZOF_WEBHOOK_SECRET": SECRET,
        "ZOF_BASE_URL": f"http://127.0.0.1:{at_port}/v1",
        "ZOFOPS_CONFIG": str(config),
        "ZOFOPS_STORE": str(home / "bench.sqlite"),
    }
    with process(OURS, env=env) as (port, pid):
        await answers(port)
        yield port, pid
    server.close()


async def ack(home: Path) -> None:
    with ExitStack() as stack:
        servers = {
            "AsyncApp, default": stack.enter_context(process(BOLT, SECRET, "default"))[0],
            "AsyncApp, process_before_response": stack.enter_context(process(BOLT, SECRET, "pbr"))[0],
            "sync App, Bolt's server": stack.enter_context(process(SYNC, SECRET))[0],
        }
        async with bot(home, Remote()) as (port, _):
            servers = {"ours, with commit": port} | servers
            for one in servers.values():
                await answers(one)
            alone: dict[str, list[float]] = {name: [] for name in servers}
            rate = dict.fromkeys(servers, 0.0)
            for _ in range(3):
                for name, one in servers.items():
                    took, _rate = await closed_loop(one, 1, 100)
                    alone[name] += took
                    _took, fast = await closed_loop(one, 32, 100 if "sync" in name else 800)
                    rate[name] = max(rate[name], fast)
            print("Ack of a slash command (3 interleaved rounds)")
            for name in servers:
                took = sorted(alone[name])
                print(
                    f"  {name}: p50 {at(took, 0.5):.2f} ms, p99 {at(took, 0.99):.1f} ms alone; "
                    f"{rate[name]:.0f} a second from 32 clients"
                )
            ours, default = (sorted(alone[name]) for name in ("ours, with commit", "AsyncApp, default"))
            print(f"  p50 beside AsyncApp, default: {at(ours, 0.5) / at(default, 0.5):.2f} (target 0.5)")
            fast = rate["ours, with commit"] / rate["sync App, Bolt's server"]
            print(f"  throughput beside the sync App: {fast:.0f} times (target 10)")
            took = await open_loop(port, 200, 10)
            print(
                f"  at 200 a second: p50 {at(took, 0.5):.1f} ms, p99 {at(took, 0.99):.1f} ms (target 50 ms)"
            )


async def stall(home: Path) -> None:
    remote = Remote()
    async with bot(home, remote) as (port, _):
        remote.stall.clear()
        slow, _ = await closed_loop(port, 100, 100, "run proj_abc staging suite_1")
        plain, _ = await closed_loop(port, 10, 10)
        remote.stall.set()
    print("While Zof and Slack both stall")
    print(f"  100 runs asked for at once: the last is acked after {slow[-1]:.2f} s")
    print(
        f"  10 plain commands behind them: {sum(one < 3 for one in plain)} within 3 s, the last {plain[-1]:.2f} s"
    )


async def in_flight(home: Path, count: int = 1000, seconds: float = 60.0) -> None:
    remote = Remote()
    async with bot(home, remote) as (port, pid):
        began = time.monotonic()
        await closed_loop(port, 16, count, "run proj_abc staging suite_1")
        while (  # noqa: ASYNC110  # another process does it
            len(remote.runs) < count or remote.asked.get("Slack", 0) < count
        ) and time.monotonic() - began < 300:
            await asyncio.sleep(0.5)
        print(f"{count} runs in flight (all started and posted after {time.monotonic() - began:.0f} s)")
        await asyncio.sleep(20)
        remote.asked.clear()
        watched = psutil.Process(pid)
        before, began = watched.cpu_times(), time.monotonic()
        await asyncio.sleep(seconds)
        after, minutes = watched.cpu_times(), (time.monotonic() - began) / 60
        cpu = (after.user + after.system - before.user - before.system) / (minutes * 60)
        zof = sum(number for name, number in remote.asked.items() if name.startswith("Zof"))
        print(
            f"  Zof is asked {zof / minutes:.0f} times a minute, Slack {remote.asked.get('Slack', 0) / minutes:.0f}; "
            f"memory {watched.memory_info().rss / 1e6:.0f} MB, {cpu:.1%} of a core"
        )


async def cards(home: Path, count: int = 50, seconds: float = 120.0) -> None:
    """Runs that go on all the time, then five that end at once, each with its webhook; judged by what Slack is sent."""
    remote = Moving()
    async with bot(home, remote) as (port, _):
        await closed_loop(port, 16, count, "run proj_abc staging suite_1")
        while len(remote.card_of) < count:  # noqa: ASYNC110  # another process does it
            await asyncio.sleep(0.2)
        began = time.monotonic()
        while time.monotonic() - began < seconds:
            await asyncio.sleep(1.0)
            remote.go_on()
        ended = list(remote.runs)[:5]
        told = await asyncio.gather(*(_webhook(port, remote, run_id) for run_id in ended))
        deadline = time.monotonic() + 60
        while not all(run_id in remote.end_shown for run_id in ended) and time.monotonic() < deadline:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        later = sorted(
            remote.end_shown.get(run_id, math.inf) - at for run_id, at in zip(ended, told, strict=True)
        )
        before_ends = [at for at in remote.updates if at <= min(told)]
        most = max(sum(at - 60 < one <= at for one in before_ends) for at in before_ends)
        print(f"{count} runs at once, each with news every second, for {seconds:.0f} s")
        print(f"  chat.update in any minute: at most {most} (target 40)")
        print(f"  a card was behind by at most {remote.worst_age(min(told)):.0f} s (target 90 s)")
        print(
            f"  {len(ended)} ends at once: on their cards {', '.join(f'{one:.2f}' for one in later)} s after "
            "their webhook was answered (target 3 s)"
        )


class Moving(Remote):
    """A Zof whose runs pass one case after the other, and a Slack that notes what is shown when."""

    def __init__(self) -> None:
        super().__init__()
        self.passed = 0
        self.ended: set[str] = set()
        self.card_of: dict[str, str] = {}
        self.shown_at: dict[str, list[float]] = {}
        self.updates: list[float] = []
        self.end_shown: dict[str, float] = {}

    def go_on(self) -> None:
        """One more case has passed in each run."""
        self.passed += 1

    def worst_age(self, until: float) -> float:
        """Longest time that a card stood still while its run went on, in seconds."""
        return max(
            max(b - a for a, b in itertools.pairwise([*(at for at in shown if at < until), until]))
            for shown in self.shown_at.values()
        )

    def _run(self, run_id: str) -> dict[str, object]:
        over = run_id in self.ended
        summary = {"total": 10_000, "passed": self.passed, "failed": 0, "error": 0, "skipped": 0}
        more = {"completed_at": "2026-05-20T12:10:00Z"} if over else {}
        return super()._run(run_id) | {"status": "passed" if over else "running", "summary": summary} | more

    async def _answer(self, method: str, target: str, body: bytes) -> dict[str, object]:
        answer = await super()._answer(method, target, body)
        listed = answer.get("data")
        if "status=running" in target and isinstance(listed, list):
            answer["data"] = [run for run in listed if run["id"] not in self.ended]
        return answer

    def _slack(self, method: str, asked: dict[str, Any]) -> dict[str, object]:
        answer = super()._slack(method, asked)
        if method in ("chat.postMessage", "chat.update"):
            metadata = asked["metadata"]
            run_id = (metadata if isinstance(metadata, dict) else json.loads(metadata))["event_payload"][
                "run_id"
            ]
            self.card_of.setdefault(run_id, str(answer["ts"]))
            self.shown_at.setdefault(run_id, []).append(time.monotonic())
            if method == "chat.update":
                self.updates.append(time.monotonic())
            if asked["text"].startswith("Passed"):
                self.end_shown.setdefault(run_id, time.monotonic())
        return answer


async def _webhook(port: int, remote: Moving, run_id: str) -> float:
    """Ends a run and says so, signed as Zof does; gives when that was answered."""
    remote.ended.add(run_id)
    event = {"id": f"evt_{run_id}", "type": "run.completed", "data": {"object": {"run_id": run_id}}}
    body = json.dumps(event).encode()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = (
        f"POST /zof/webhooks HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"{SIGNATURE_HEADER}: {sign(body, SECRET)}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    writer.write(head.encode() + body)
    answer = await reader.readuntil(b"\r\n\r\n")
    assert b" 200 " in answer.split(b"\r\n", 1)[0], answer
    writer.close()
    return time.monotonic()


PARTS = {"ack": ack, "stall": stall, "flight": in_flight, "cards": cards}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help="which; all if none is named")
    for name in parser.parse_args().parts or PARTS:
        with tempfile.TemporaryDirectory() as home:
            asyncio.run(PARTS[name](Path(home)))


if __name__ == "__main__":
    main()
