"""The one poller of a process, in real time: many waiters, and what may befall them."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from zof_core import (
    AsyncZofClient,
    Run,
    ZofAuthenticationError,
    ZofClient,
    ZofNotFoundError,
    ZofServerError,
    async_wait_all,
    wait_all,
    wait_any,
)
from zof_core.clock import SYSTEM
from zof_core.testing import FakeZof


@pytest.fixture
def fake() -> FakeZof:
    fake = FakeZof(latency=0.0)
    fake.add_project("proj_abc")
    return fake


def _start(zof: ZofClient) -> Run:
    return zof.runs.create(project_id="proj_abc", environment="staging", test_suite_id="suite_1")


def _pollers() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "zof-poller"]


def test_waits_of_many_threads_and_clients_share_one_poller(fake: FakeZof) -> None:
    fake.runs_take(60, queued=0)
    clients = [fake.client(clock=SYSTEM) for _ in range(4)]
    runs = [_start(clients[0]) for _ in range(40)]
    fake.requests.clear()
    seen: set[int] = set()

    def wait(n: int) -> str:
        def note(run: Run) -> None:
            seen.add(len(_pollers()))

        return clients[n % 4].runs.wait_until_complete(runs[n].id, deadline=30, on_update=note).status

    with ThreadPoolExecutor(40) as threads:
        waits = [threads.submit(wait, n) for n in range(40)]
        while clients[0].stats().watched < 40:
            threading.Event().wait(0.005)
        fake.time.sleep(100)
        assert {one.result() for one in waits} == {"passed"}
    assert seen <= {0, 1}
    assert len(fake.requests) <= 30
    assert clients[3].stats().watch_requests == len(fake.requests)


async def test_async_waits_share_it_with_those_of_threads(fake: FakeZof) -> None:
    fake.runs_take(0.2, queued=0)
    zof = fake.client(clock=SYSTEM)
    runs = [_start(zof) for _ in range(10)]
    async with fake.async_client(clock=SYSTEM) as later:
        fake.time.sleep(1)
        ended = await asyncio.gather(
            async_wait_all([later.runs.watch(run) for run in runs], deadline=30),
            asyncio.to_thread(wait_all, [zof.runs.watch(run.id) for run in runs], deadline=30),
        )
    assert [[run.id for run in runs]] * 2 == [[run.id for run in some] for some in ended]
    assert len(_pollers()) <= 1


def test_a_thousand_handles(fake: FakeZof) -> None:
    fake.runs_take(5, queued=0)
    with fake.client(clock=SYSTEM) as zof:
        handles = [zof.runs.watch(_start(zof)) for _ in range(1000)]
        fake.time.sleep(10)
        fake.requests.clear()
        assert {run.status for run in wait_all(handles, deadline=60)} == {"passed"}
    assert len(fake.requests) <= 30


def test_several_handles_of_one_run(fake: FakeZof) -> None:
    fake.runs_take(10)
    told: list[str] = []
    with fake.client() as zof:
        run = _start(zof)
        handles = [zof.runs.watch(run.id), zof.runs.watch(run.id)]
        ended = wait_all([*handles, handles[0]], deadline=60, on_update=lambda run: told.append(run.status))
    assert [run.status for run in ended] == ["passed"] * 3
    assert told == ["queued", "running", "passed"], "each change once"


def test_handles_of_clients_whose_keys_are_not_read_yet(fake: FakeZof) -> None:
    fake.runs_take(1)
    with fake.client() as zof:
        runs = [_start(zof), _start(zof)]
    handles = [fake.client(api_key=lambda: fake.key).runs.watch(run) for run in runs]
    assert [run.status for run in wait_all(handles, deadline=60)] == ["passed", "passed"]


def test_a_client_that_is_closed_does_not_end_the_waits_of_others(fake: FakeZof) -> None:
    fake.runs_take(5, queued=0)
    first, second = fake.client(clock=SYSTEM), fake.client(clock=SYSTEM)
    run = _start(first)
    both = threading.Barrier(3, timeout=10)

    def wait(zof: ZofClient) -> Run:
        met = False

        def note(_: Run) -> None:
            nonlocal met
            if not met:
                met = True
                both.wait()

        return zof.runs.wait_until_complete(run.id, deadline=30, on_update=note)

    with ThreadPoolExecutor(2) as threads:
        waits = [threads.submit(wait, zof) for zof in (first, second)]
        both.wait()
        first.close()
        fake.time.sleep(10)
        second.runs.watch(run.id).notify()
        assert [one.result().status for one in waits] == ["passed", "passed"]


def test_a_function_of_the_caller_that_fails_ends_only_its_own_wait(fake: FakeZof) -> None:
    def interrupt(_: Run) -> None:
        raise KeyboardInterrupt

    fake.runs_take(5)
    with fake.client() as zof:
        run = _start(zof)
        with pytest.raises(KeyboardInterrupt):
            zof.runs.wait_until_complete(run.id, deadline=60, on_update=interrupt)
        assert zof.stats().watched == 0
        assert zof.runs.wait_until_complete(run.id, deadline=60).status == "passed"


@pytest.mark.parametrize("clock", [None, SYSTEM], ids=["virtual time", "real time"])
def test_a_key_that_is_rotated_during_a_wait(fake: FakeZof, clock: object) -> None:
    options = {} if clock is None else {"clock": clock}
    fake.runs_take(1, queued=0)
    with fake.client(api_key=lambda: fake.key, **options) as zof:
        run = _start(zof)

        def rotate(_: Run) -> None:
            fake.key = "zk_new"
            fake.time.sleep(5)
            handle.notify()

        handle = zof.runs.watch(run.id)
        assert handle.wait(deadline=60, on_update=rotate).status == "passed"
        assert zof.stats().watched == 0
        assert zof.stats().watch_rounds > 0


@pytest.mark.parametrize("clock", [None, SYSTEM], ids=["virtual time", "real time"])
async def test_the_same_with_an_async_source(fake: FakeZof, clock: object) -> None:
    async def key() -> str:
        return fake.key

    async def rotate(_: Run) -> None:
        fake.key = "zk_new"
        fake.time.sleep(5)
        handle.notify()

    options = {} if clock is None else {"clock": clock}
    fake.runs_take(1, queued=0)
    with fake.client() as starter:
        run = _start(starter)
    async with fake.async_client(api_key=key, **options) as zof:
        handle = zof.runs.watch(run.id)
        assert (await handle.wait(deadline=60, on_update=rotate)).status == "passed"


def test_a_key_that_is_refused_ends_every_wait_with_an_error_of_its_own(fake: FakeZof) -> None:
    with fake.client(clock=SYSTEM) as zof:
        runs = [_start(zof) for _ in range(3)]
        fake.key = "zk_other"
        with ThreadPoolExecutor(3) as threads:
            waits = [threads.submit(zof.runs.wait_until_complete, run.id, deadline=30) for run in runs]
            errors = [one.exception() for one in waits]
    assert [type(error) for error in errors] == [ZofAuthenticationError] * 3
    assert len({id(error) for error in errors}) == 3, "tracebacks are not shared"


def test_one_run_that_is_gone_does_not_end_the_wait_for_another(fake: FakeZof) -> None:
    fake.runs_take(5)
    with fake.client() as zof, ThreadPoolExecutor(2) as threads:
        good = threads.submit(zof.runs.wait_until_complete, _start(zof).id, deadline=600)
        gone = threads.submit(zof.runs.wait_until_complete, "run_gone", deadline=600)
        assert isinstance(gone.exception(), ZofNotFoundError)
        assert good.result().status == "passed"


def test_wait_any_is_over_when_one_has_ended_already(fake: FakeZof) -> None:
    fake.runs_take(1)
    with fake.client() as zof:
        quick = zof.runs.watch(_start(zof))
        quick.wait(deadline=60)
        fake.runs_take(1000)
        slow = zof.runs.watch(_start(zof))
        fake.requests.clear()
        assert wait_any([slow, quick], deadline=60) is quick
        assert fake.requests == []


def test_the_thread_ends_with_the_last_wait_and_comes_back(fake: FakeZof) -> None:
    fake.runs_take(0, queued=0)
    with fake.client(clock=SYSTEM) as zof:
        for _ in range(3):
            zof.runs.wait_until_complete(_start(zof).id, deadline=30)
            for thread in _pollers():
                thread.join(10)
            assert _pollers() == []


def test_a_fault_that_stays_is_said_and_the_next_wait_begins_anew(fake: FakeZof) -> None:
    fake.runs_take(5)
    with fake.client() as zof:
        run = _start(zof)
        fake.will_fail(*[503] * 12)
        with pytest.raises(ZofServerError):
            zof.runs.wait_until_complete(run.id, deadline=600)
        assert zof.runs.wait_until_complete(run.id, deadline=600).status == "passed"


async def test_a_wait_that_is_cancelled_watches_no_more(fake: FakeZof) -> None:
    zof: AsyncZofClient = fake.async_client(clock=SYSTEM)
    with fake.client() as starter:
        fake.runs_take(1000)
        run = _start(starter)
    seen = asyncio.Event()
    task = asyncio.create_task(
        zof.runs.wait_until_complete(run.id, deadline=60, on_update=lambda _: seen.set())
    )
    await asyncio.wait_for(seen.wait(), 10)
    assert zof.stats().watched == 1
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert zof.stats().watched == 0


def test_a_thread_that_could_not_be_started_is_started_by_the_next_wait(
    fake: FakeZof, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none_left(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    fake.runs_take(0, queued=0)
    with fake.client(clock=SYSTEM) as zof:
        run = zof.runs.create(project_id="proj_abc", environment="staging", test_suite_id="suite_1")
        with monkeypatch.context() as patch:
            patch.setattr(threading.Thread, "start", none_left)
            with pytest.raises(RuntimeError):
                zof.runs.wait_until_complete(run.id, deadline=10)
        assert zof.runs.wait_until_complete(run.id, deadline=10).status == "passed"
