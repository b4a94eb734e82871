"""One client over several event loops, threads, forks and storms of cancellation; and what it does with many calls."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import threading
import warnings
from concurrent.futures import ThreadPoolExecutor

import pytest

import zof_core
from tests.integration.zof_core.conftest import Server, reply
from zof_core import AsyncZofClient, ZofApiError, ZofClient, ZofTimeoutError
from zof_core.clock import Clock
from zof_core.governor import _governors_lock
from zof_core.poller import _lock as _pollers_lock
from zof_core.transport.pools import POOL_SIZE

RUN = {"id": "run_1", "status": "queued"}
NO_JITTER = Clock(random=lambda: 0.0)


def test_one_async_client_over_several_event_loops(server: Server) -> None:
    server.will(reply(200, RUN))
    zof = AsyncZofClient("zk", base_url=server.base_url)

    async def twice() -> list[str]:
        return [(await zof.runs.retrieve("run_1")).id for _ in range(2)]

    for _ in range(3):
        assert asyncio.run(twice()) == ["run_1", "run_1"]
    asyncio.run(zof.aclose())
    assert len(zof._transport._loops) == 0  # type: ignore[union-attr]


def test_one_sync_client_from_many_threads(server: Server) -> None:
    server.will(reply(200, RUN))
    with ZofClient("zk", base_url=server.base_url) as zof, ThreadPoolExecutor(16) as threads:
        found = list(threads.map(lambda _: zof.runs.retrieve("run_1").id, range(64)))
    assert found == ["run_1"] * 64
    assert len(server.seen) == 64


async def test_the_sync_client_works_inside_a_running_loop(server: Server) -> None:
    server.will(reply(200, RUN))
    with ZofClient("zk", base_url=server.base_url) as zof:
        assert zof.runs.retrieve("run_1").id == "run_1"


async def test_more_calls_than_connections(server: Server) -> None:
    server.will(reply(200, RUN))
    async with AsyncZofClient("zk", base_url=server.base_url) as zof:
        runs = await asyncio.gather(*(zof.runs.retrieve("run_1") for _ in range(60)))
    assert len(runs) == 60


async def test_a_storm_of_cancellations_leaves_the_client_whole(server: Server) -> None:
    def slow(connection: object) -> None:
        server.stopping.wait(0.02)
        reply(200, RUN)(connection)  # type: ignore[arg-type]

    server.will(slow)
    async with AsyncZofClient("zk", base_url=server.base_url, timeout=10, clock=NO_JITTER) as zof:
        for wave in range(5):
            tasks = [asyncio.create_task(zof.runs.retrieve("run_1")) for _ in range(30)]
            await asyncio.sleep(0.01 * wave)
            for task in tasks[::2]:
                task.cancel()
            ended = await asyncio.gather(*tasks, return_exceptions=True)
            assert not [one for one in ended if isinstance(one, ZofApiError)]
        assert (await zof.runs.retrieve("run_1")).id == "run_1"
        pools = next(iter(zof._transport._loops.values()))  # type: ignore[union-attr]
        assert pools.gate._value == POOL_SIZE, "every place at the gate was given back"
        assert zof.plan.governor()._in_flight == 0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_forked_child_makes_its_own_connections(server: Server) -> None:
    server.will(reply(200, RUN))
    with ZofClient("zk", base_url=server.base_url) as zof:
        zof.runs.retrieve("run_1")
        reading, writing = os.pipe()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # forking with threads is what is tested
            child = os.fork()
        if child == 0:
            answer = b"failed"
            try:
                answer = zof.runs.retrieve("run_1").id.encode()
            finally:
                os.write(writing, answer)
                os._exit(0)
        os.close(writing)
        with os.fdopen(reading, "rb") as pipe:
            assert pipe.read() == b"run_1"
        os.waitpid(child, 0)
        assert zof.runs.retrieve("run_1").id == "run_1", "the parent's connection is still its own"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_child_forked_while_others_look_something_up_is_not_held_up(server: Server) -> None:
    server.will(reply(200, {**RUN, "status": "passed"}))
    zof = ZofClient("zk_forked", base_url=server.base_url)
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with _governors_lock, _pollers_lock:
            held.set()
            done.wait(20)

    holder = threading.Thread(target=hold)
    holder.start()
    assert held.wait(20)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # forking with threads is what is tested
        child = os.fork()
    if child == 0:
        ended = 1
        try:
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.alarm(10)
            ended = 0 if zof.runs.watch("run_1").wait(deadline=5).id == "run_1" else 1
        finally:
            os._exit(ended)
    _, status = os.waitpid(child, 0)
    done.set()
    holder.join()
    assert os.waitstatus_to_exitcode(status) == 0


def test_a_deadline_bounds_all_calls_inside_it(server: Server) -> None:
    def silent(connection: object) -> None:
        server.stopping.wait(20)

    server.will(silent)
    with (
        ZofClient("zk", base_url=server.base_url) as zof,
        zof_core.deadline(0.5),
        pytest.raises(ZofTimeoutError),
    ):
        zof.runs.retrieve("run_1")


async def test_a_deadline_is_inherited_by_tasks(server: Server) -> None:
    def silent(connection: object) -> None:
        server.stopping.wait(20)

    server.will(silent)
    async with AsyncZofClient("zk", base_url=server.base_url) as zof:
        with zof_core.deadline(0.3):
            task = asyncio.create_task(zof.runs.retrieve("run_1"))
        with pytest.raises(ZofTimeoutError):
            await task


def test_clients_leave_no_threads_and_no_sockets(server: Server) -> None:
    server.will(reply(200, RUN))
    gc.collect()  # what other tests left is not this one's
    before = threading.active_count()
    with warnings.catch_warnings():
        warnings.simplefilter("error", ResourceWarning)
        for _ in range(3):
            with ZofClient("zk", base_url=server.base_url) as zof:
                zof.runs.retrieve("run_1")
        gc.collect()
    assert threading.active_count() <= before + 3, "the server's own threads at most"
