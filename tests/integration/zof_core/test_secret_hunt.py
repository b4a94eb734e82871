"""The API key is looked for wherever it could come to light, and found nowhere but in the header it belongs in."""

from __future__ import annotations

import asyncio
import copy
import io
import logging
import pickle
import sys
import traceback
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.integration.zof_core.conftest import Server, drop, raw_bytes, reply
from zof_core import AsyncZofClient, ZofApiError, ZofClient, response_of
from zof_core.clock import Clock
from zof_core.wording import error_sentences

KEY = "zk_live_5ecr3t_0f_th1s_t3st"
RUN = {"id": "run_1", "status": "queued"}
NO_JITTER = Clock(random=lambda: 0.0)

BROKEN = {
    "refused": [reply(401, {"error": {"code": "unauthorized", "message": "No."}})],
    "server error": [reply(500)],
    "dropped": [drop],
    "cut short": [raw_bytes(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{", then_close=True)],
    "not http": [raw_bytes(b"\x00\x01\x02\r\n\r\n", then_close=True)],
    "not json": [reply(200, b"<html>")],
    "lacking": [reply(200, {"status": "queued"})],
}


@pytest.fixture(autouse=True)
def logs() -> Iterator[io.StringIO]:
    """Everything that is logged, down to DEBUG, by anybody."""
    text = io.StringIO()
    handler = logging.StreamHandler(text)
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield text
    root.removeHandler(handler)
    root.setLevel(before)
    assert KEY not in text.getvalue()


def _create(zof: Any) -> Any:
    return zof.runs.create(project_id="p", environment="staging", test_suite_id="s")


def _sync(server: Server) -> ZofApiError:
    with ZofClient(KEY, base_url=server.base_url, timeout=10, clock=NO_JITTER) as zof:
        try:
            _create(zof)
        except ZofApiError as error:
            return error
    raise AssertionError("it should have failed")


def _async(server: Server) -> ZofApiError:
    async def call() -> ZofApiError:
        async with AsyncZofClient(KEY, base_url=server.base_url, timeout=10, clock=NO_JITTER) as zof:
            try:
                await _create(zof)
            except ZofApiError as error:
                return error
        raise AssertionError("it should have failed")

    return asyncio.run(call())


def _surfaces(error: ZofApiError) -> Iterator[str]:
    yield from (str(error), repr(error), repr(vars(error)), error_sentences(error))
    yield "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
    yield repr(pickle.dumps(error))
    yield repr(copy.deepcopy(error))
    seen: set[int] = set()
    link: BaseException | None = error
    while link is not None and id(link) not in seen:
        seen.add(id(link))
        yield from _frames(link)
        link = link.__cause__ or link.__context__


def _frames(error: BaseException) -> Iterator[str]:
    """Local variables of every frame, and what they hold, two steps deep."""
    trace = error.__traceback__
    while trace is not None:
        if not trace.tb_frame.f_code.co_filename.endswith("test_secret_hunt.py"):
            for name, value in trace.tb_frame.f_locals.items():
                yield f"{name}={value!r}"
                for held in _held(value):
                    yield repr(held)
                    yield from (repr(deeper) for deeper in _held(held))
        trace = trace.tb_next


def _held(value: Any) -> list[Any]:
    held = list(vars(value).values()) if hasattr(value, "__dict__") else []
    for kind in type(value).__mro__:
        held += [
            getattr(value, slot, None) for slot in getattr(kind, "__slots__", ()) if isinstance(slot, str)
        ]
    return held


@pytest.mark.parametrize("fail", [_sync, _async], ids=["sync", "async"])
@pytest.mark.parametrize("answers", BROKEN.values(), ids=BROKEN.keys())
def test_no_error_holds_the_key(fail: Callable[[Server], ZofApiError], answers: list, server: Server) -> None:
    server.will(*answers)
    error = fail(server)
    assert server.seen[0].headers["authorization"] == f"Bearer {KEY}", "it was sent where it belongs"
    for surface in _surfaces(error):
        assert KEY not in surface


def test_no_connection_error_holds_the_key() -> None:
    zof = ZofClient(KEY, base_url="http://127.0.0.1:1/v1", clock=NO_JITTER)
    with pytest.raises(ZofApiError) as caught:
        _create(zof)
    assert all(KEY not in surface for surface in _surfaces(caught.value))


def test_no_client_shows_the_key(server: Server) -> None:
    server.will(reply(200, RUN))
    with ZofClient(KEY, base_url=server.base_url) as zof:
        run = zof.runs.retrieve("run_1")
        for thing in (zof, zof.plan, zof.plan.key, zof.runs, run, response_of(run), zof.stats()):
            assert KEY not in repr(thing)
            assert KEY not in str(thing)
            assert all(KEY not in repr(held) for held in _held(thing))
        for dump in (pickle.dumps, copy.deepcopy):
            with pytest.raises(TypeError):
                dump(zof)


def test_an_interrupt_in_the_middle_holds_no_key(server: Server) -> None:
    """Ctrl-C passes through the HTTP library's frames, which hold the headers."""

    class Interrupted(BaseException):
        pass

    def interrupt(frame: Any, event: str, argument: Any) -> Any:
        if event == "call" and frame.f_code.co_name == "_send_event":
            raise Interrupted
        return interrupt

    server.will(reply(200, RUN))
    zof = ZofClient(KEY, base_url=server.base_url, clock=NO_JITTER)
    zof.runs.retrieve("run_1")
    before = sys.gettrace()
    sys.settrace(interrupt)
    try:
        zof.runs.retrieve("run_1")
        text = "it was not interrupted"
    except Interrupted as caught:
        sys.settrace(before)
        text = "".join(traceback.TracebackException.from_exception(caught, capture_locals=True).format())
    finally:
        sys.settrace(before)
        zof.close()
    assert "Interrupted" in text
    assert KEY not in text


async def test_a_cancelled_call_holds_no_key(server: Server) -> None:
    arrived = asyncio.Event()
    loop = asyncio.get_running_loop()

    def wait(connection: object) -> None:
        loop.call_soon_threadsafe(arrived.set)
        server.stopping.wait(10)

    server.will(wait)
    async with AsyncZofClient(KEY, base_url=server.base_url) as zof:
        task = asyncio.create_task(zof.runs.retrieve("run_1"))
        await asyncio.wait_for(arrived.wait(), 5)
        task.cancel()
        with pytest.raises(asyncio.CancelledError) as caught:
            await task
    text = "".join(traceback.TracebackException.from_exception(caught.value, capture_locals=True).format())
    assert KEY not in text
