import asyncio
import contextvars
import threading
from collections.abc import Iterator

import pytest

from notebook_ext.loop import LoopThread, kernel_needs_context

ACTIVE = contextvars.ContextVar("ACTIVE", default="nothing")


@pytest.fixture
def loop() -> Iterator[LoopThread]:
    thread = LoopThread("test-loop")
    yield thread
    if thread._loop is not None and thread._thread is not None:
        thread._loop.call_soon_threadsafe(thread._loop.stop)
        thread._thread.join(5)
        thread._loop.close()


async def where() -> str:
    return threading.current_thread().name


async def context() -> str:
    return ACTIVE.get()


def test_it_starts_with_the_first_work_and_is_one_thread(loop: LoopThread) -> None:
    assert loop._thread is None
    assert [loop.run(where()) for _ in range(3)] == ["test-loop"] * 3
    assert loop._thread is not None
    assert loop._thread.daemon


def test_errors_come_back(loop: LoopThread) -> None:
    async def fails() -> None:
        raise LookupError("here")

    with pytest.raises(LookupError, match="here"):
        loop.run(fails())


def test_waiting_ends_in_time_and_cancels_the_work(loop: LoopThread) -> None:
    cancelled = threading.Event()

    async def long() -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            cancelled.set()
            raise

    with pytest.raises(TimeoutError, match=r"within 0\.05 s"):
        loop.run(long(), 0.05)
    assert cancelled.wait(5)


def test_its_own_thread_cannot_wait_for_itself(loop: LoopThread) -> None:
    async def nested() -> str:
        return loop.run(where())

    with pytest.raises(RuntimeError, match="wait for itself"):
        loop.run(nested())


async def test_it_can_be_awaited_from_another_loop(loop: LoopThread) -> None:
    assert await loop.bridge(where()) == "test-loop"


def test_work_does_not_inherit_the_cell_it_was_started_in(loop: LoopThread) -> None:
    token = ACTIVE.set("cell 1")
    try:
        assert loop.run(context()) == "nothing"
        keeping = LoopThread("keeping", keep_context=True)
        assert keeping.run(context()) == "cell 1"
        assert keeping._loop is not None
        keeping._loop.call_soon_threadsafe(keeping._loop.stop)
    finally:
        ACTIVE.reset(token)


@pytest.mark.parametrize(
    ("version", "needs"),
    [("6.31.0", False), ("7.0.0", True), ("7.0.1", True), ("7.1.0", False), ("7.4.0", False), ("", False)],
)
def test_only_ipykernel_7_0_needs_the_context(version: str, needs: bool) -> None:
    assert kernel_needs_context(version) is needs
