"""Fifty async GETs at once, over sockets to a server that answers after 5 ms."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
import time
from typing import NamedTuple

from benchmarks.gets import RAW, AsyncGet, async_gets
from benchmarks.measure import BODY

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


class Best(NamedTuple):
    """The best of several rounds: requests a second, the 99th percentile of their durations, CPU seconds of each."""

    rate: float
    late: float
    cpu: float


async def _burst(get: AsyncGet) -> Best:
    gate = asyncio.Semaphore(AT_ONCE)
    took: list[float] = []

    async def one() -> None:
        async with gate:
            began = time.perf_counter()
            await get()
            took.append(time.perf_counter() - began)

    began, cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*(one() for _ in range(CALLS)))
    rate = CALLS / (time.perf_counter() - began)
    return Best(rate, sorted(took)[int(len(took) * 0.99) - 1], (time.process_time() - cpu) / CALLS)


async def _compare(base: str) -> dict[str, Best]:
    async with contextlib.AsyncExitStack() as closing:
        gets = async_gets(base, closing)
        rounds = [{name: await _burst(get) for name, get in gets.items()} for _ in range(ROUNDS)]
    return {
        name: Best(
            max(one[name].rate for one in rounds),
            min(one[name].late for one in rounds),
            min(one[name].cpu for one in rounds),
        )
        for name in gets
    }


def concurrent() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SERVER, BODY.decode()], stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        base = f"http://127.0.0.1:{int(server.stdout.readline())}/v1"
        best = asyncio.run(_compare(base))
        server.terminate()
    print(f"{AT_ONCE} concurrent async GETs over a socket")
    raw = best[RAW]
    for name, (rate, late, cpu) in best.items():
        print(
            f"  {name}: {rate / raw.rate:.2f} times raw's requests/s ({rate:.0f}), p99 {late * 1000:.0f} ms, "
            f"CPU of one {cpu / raw.cpu:.2f} of raw's"
        )
