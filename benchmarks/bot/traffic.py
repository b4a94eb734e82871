"""Signed slash commands and webhooks over kept connections, and how long their answers took."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import itertools
import json
import os
import time
from urllib.parse import urlencode

from zof_core.webhooks import SIGNATURE_HEADER, sign

SECRET = "of_the_benchmark"
CHANNELS = [f"C{n:08d}" for n in range(100)]

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


async def webhook(port: int, run_id: str) -> float:
    """Says that a run has ended, signed as Zof does; gives when that was answered."""
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
