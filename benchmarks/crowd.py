"""Fifty async GETs at once, over sockets to a server that answers after 5 ms."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import NamedTuple

from benchmarks.gets import RAW, AsyncGet, async_gets
from benchmarks.server import answering

AT_ONCE = 50
CALLS = 500
ROUNDS = 5


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
    with answering() as base:
        best = asyncio.run(_compare(base))
    print(f"{AT_ONCE} concurrent async GETs over a socket")
    raw = best[RAW]
    for name, (rate, late, cpu) in best.items():
        print(
            f"  {name}: {rate / raw.rate:.2f} times raw's requests/s ({rate:.0f}), p99 {late * 1000:.0f} ms, "
            f"CPU of one {cpu / raw.cpu:.2f} of raw's"
        )
