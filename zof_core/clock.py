"""Time and chance, as arguments: what decides takes them from here, and a test gives its own."""

from __future__ import annotations

import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass


async def _sleep(seconds: float) -> None:
    import asyncio  # noqa: PLC0415  # who only calls synchronously does not load it

    await asyncio.sleep(seconds)


@dataclass(frozen=True, slots=True)
class Clock:
    """Where time and chance come from.

    Args:
        monotonic: seconds that never go back; deadlines and durations.
        wall: Unix time; dates of HTTP headers.
        random: 0 to below 1; jitter.
        sleep: waits so many seconds.
        async_sleep: the same, awaited.
    """

    monotonic: Callable[[], float] = time.monotonic
    wall: Callable[[], float] = time.time
    random: Callable[[], float] = random.random
    sleep: Callable[[float], None] = time.sleep
    async_sleep: Callable[[float], Awaitable[None]] = _sleep


SYSTEM = Clock()
