"""Runs watched for ten minutes of virtual time: requests a minute, and how late an end is known.

Once by our one watch over all of them, once by a poll loop for each, ever less often as Zof's documentation advises.
Both on a Zof that takes 100 requests a minute, its usual limit.
"""

from __future__ import annotations

import heapq

from zof_core.assumptions import POLL_CAP_SECONDS, POLL_FACTOR, POLL_FIRST_SECONDS, RATE_LIMIT_USUAL
from zof_core.testing import FakeZof
from zof_core.watching import Watchlist

SECONDS = 600


def lasts(n: int) -> int:
    """Seconds that run number n takes: one to nine minutes."""
    return 60 + (n * 7919) % 480


def one_watch(count: int) -> tuple[int, list[float]]:
    """Requests, and seconds from each run's end until it was known."""
    fake = FakeZof(latency=0.001)
    fake.add_project("proj_abc")
    zof = fake.client()
    watch = Watchlist()
    due: dict[str, float] = {}
    for n in range(count):
        fake.runs_take(lasts(n))
        run = zof.runs.create(project_id="proj_abc", environment="staging", test_suite_id="suite_1")
        due[run.id] = fake.time.now + 1 + lasts(n)
        watch.add(run.id, run)
    fake.requests.clear()
    began, delays = fake.time.now, []
    driver = zof._driver
    assert driver is not None
    while fake.time.now - began < SECONDS and len(watch):
        for news in driver.drive(watch.round(zof.plan)):
            delays += [fake.time.now - due[news.run_id]] if news.is_last else []
        fake.time.sleep(watch.next_pause(zof.plan))
    return len(fake.requests), sorted(delays)


def loops(count: int, limit: float) -> tuple[int, list[float]]:
    """The same for a loop for each run; a request that the minute has no place for waits for the next minute."""
    looks = [(0.0, n, POLL_FIRST_SECONDS) for n in range(count)]
    sent, minute, in_minute, delays = 0, 0, 0, []
    while looks:
        now, n, pause = heapq.heappop(looks)
        if now >= SECONDS:
            continue
        if now // 60 > minute:
            minute, in_minute = int(now // 60), 0
        if in_minute >= limit:
            heapq.heappush(looks, ((minute + 1) * 60.0, n, pause))
            continue
        sent, in_minute = sent + 1, in_minute + 1
        if now >= lasts(n):
            delays.append(now - lasts(n))
        else:
            heapq.heappush(looks, (now + pause, n, min(POLL_CAP_SECONDS, pause * POLL_FACTOR)))
    return sent, sorted(delays)


def watching() -> None:
    print(f"Watching runs of one to nine minutes for {SECONDS // 60} minutes of virtual time")
    for count in (1, 100, 1000):
        ways = {
            "one watch": one_watch(count),
            "a loop for each": loops(count, RATE_LIMIT_USUAL),
            "a loop for each, without a limit": loops(count, float("inf")),
        }
        for name, (sent, delays) in ways.items():
            known = (
                f"an end is known after {delays[len(delays) // 2]:.0f} s (median), {delays[-1]:.0f} s (worst)"
            )
            open_still = f"; {count - len(delays)} ends not known" if len(delays) < count else ""
            print(f"  {count} runs, {name}: {sent / (SECONDS / 60):.0f} requests/min, {known}{open_still}")
