"""Fifty async GETs at once, over sockets to a server that answers after 5 ms."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time

import httpx

from benchmarks.measure import BODY
from benchmarks.vendors import AsyncGet, async_gets
from zof_core import AsyncZofClient

AT_ONCE = 50
CALLS = 500
ROUNDS = 5

SERVER = """
import asyncio, sys
BODY = sys.argv[1].encode()
ANSWER = b"HTTP/1.1 200 OK\\r\\nContent-Type: application/json\\r\\nContent-Length: %d\\r\\n\\r\\n" % len(BODY) + BODY
class Answer(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport, self.data = transport, b""
    def data_received(self, data):
        self.data += data
        while b"\\r\\n\\r\\n" in self.data:
            _, _, self.data = self.data.partition(b"\\r\\n\\r\\n")
            asyncio.get_running_loop().call_later(0.005, self.transport.write, ANSWER)
async def main():
    server = await asyncio.get_running_loop().create_server(Answer, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
asyncio.run(main())
"""


async def _burst(get: AsyncGet) -> tuple[float, float]:
    """Requests a second, and the 99th percentile of a request's duration in seconds."""
    gate = asyncio.Semaphore(AT_ONCE)
    took: list[float] = []

    async def one() -> None:
        async with gate:
            began = time.perf_counter()
            await get()
            took.append(time.perf_counter() - began)

    began = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(CALLS)))
    return CALLS / (time.perf_counter() - began), sorted(took)[int(len(took) * 0.99) - 1]


async def _compare(base: str) -> dict[str, tuple[float, float]]:
    async with (
        AsyncZofClient("zk_bench", base_url=base) as zof,
        httpx.AsyncClient(headers={"Authorization": "Bearer zk_bench"}) as raw,
    ):
        gets: dict[str, AsyncGet] = {
            "zof_core": lambda: zof.runs.retrieve("run_xyz"),
            "raw httpx": lambda: raw.get(f"{base}/runs/run_xyz"),
            **async_gets(base),
        }
        best = dict.fromkeys(gets, (0.0, float("inf")))
        for _ in range(ROUNDS):
            for name, get in gets.items():
                rate, late = await _burst(get)
                best[name] = max(best[name][0], rate), min(best[name][1], late)
        return best


def concurrent() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SERVER, BODY.decode()], stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        base = f"http://127.0.0.1:{int(server.stdout.readline())}/v1"
        best = asyncio.run(_compare(base))
        server.terminate()
    print(f"{AT_ONCE} concurrent async GETs over a socket")
    unit = best["raw httpx"][0]
    for name, (rate, late) in best.items():
        print(
            f"  {name}: {rate / unit:.2f} times raw httpx's requests/s ({rate:.0f}), p99 {late * 1000:.0f} ms"
        )
