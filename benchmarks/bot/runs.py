"""Many runs in flight: what they cost, and how their cards keep up."""

from __future__ import annotations

import asyncio
import math
import time
from pathlib import Path

import psutil

from benchmarks.bot.remote import Moving, Remote
from benchmarks.bot.servers import bot
from benchmarks.bot.traffic import closed_loop, webhook


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
        told = await asyncio.gather(*(_end(port, remote, run_id) for run_id in ended))
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


async def _end(port: int, remote: Moving, run_id: str) -> float:
    remote.ended.add(run_id)
    return await webhook(port, run_id)
