"""Servers that mean ill, against a real socket, by the sync and by the async client: every call ends in time, with an
answer or an error of the family. What each took beyond its deadline is printed (`pytest -s`).
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable
from typing import Any

import pytest

from tests.integration.zof_core.conftest import Answer, Server, dripping, raw_bytes, reply
from zof_core import (
    AsyncZofClient,
    Run,
    ZofApiError,
    ZofClient,
    ZofConnectionError,
    ZofDecodeError,
    ZofInvalidRequestError,
    ZofRateLimitError,
    ZofTimeoutError,
)
from zof_core.clock import Clock

NO_JITTER = Clock(random=lambda: 0.0)
RUN = b'{"id": "run_1", "status": "queued"}'
OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
LIMIT = 1.0
LATE = 0.75
"""Seconds that a call may end after its deadline on a busy machine."""


def _retrieve(zof: Any) -> Any:
    return zof.runs.retrieve("run_1")


def _sync(base_url: str, what: Callable[[Any], Any], key: str = "zk_hostile", limit: float = LIMIT) -> Any:
    with ZofClient(key, base_url=base_url, timeout=limit, clock=NO_JITTER) as zof:
        return what(zof)


def _async(base_url: str, what: Callable[[Any], Any], key: str = "zk_hostile", limit: float = LIMIT) -> Any:
    async def call() -> Any:
        async with AsyncZofClient(key, base_url=base_url, timeout=limit, clock=NO_JITTER) as zof:
            return await what(zof)

    return asyncio.run(call())


Act = Callable[..., Any]


@pytest.fixture(params=[_sync, _async], ids=["sync", "async"])
def act(request: pytest.FixtureRequest) -> Act:
    return request.param  # type: ignore[no-any-return]


def flood(head: bytes, piece: bytes) -> Answer:
    """A beginning, then the same again as fast as it is taken."""

    def answer(connection: socket.socket) -> None:
        connection.sendall(head)
        while True:
            connection.sendall(piece)

    return answer


def _silent(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.recv(1)


ENDLESS: dict[str, Callable[[Server], Answer]] = {
    "silence": lambda _: _silent,
    "a status line that drips": lambda server: dripping(b"", b"H", server.stopping),
    "a header that drips": lambda server: dripping(OK + b"X: ", b"a", server.stopping),
    "a body that drips": lambda server: dripping(
        OK + b"Content-Length: 99999\r\n\r\n", b" ", server.stopping
    ),
    "chunks that drip": lambda server: dripping(CHUNKED, b"1\r\n \r\n", server.stopping),
    "hints without end": lambda _: flood(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n" * 500),
    "continues without end": lambda _: flood(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 500),
    "tiny chunks without end": lambda _: flood(CHUNKED, b"1\r\n \r\n" * 5000),
    "a huge chunk that never comes": lambda _: raw_bytes(CHUNKED + b"ffffffffffffffffff\r\n"),
}


@pytest.mark.parametrize("case", ENDLESS)
def test_any_call_ends_soon_after_its_deadline(case: str, act: Act, server: Server) -> None:
    server.will(ENDLESS[case](server))
    began = time.monotonic()
    with pytest.raises(ZofTimeoutError):
        act(server.base_url, _retrieve)
    late = time.monotonic() - began - LIMIT
    print(f"{case}, {act.__name__[1:]}: ended {late * 1000:+.0f} ms after its deadline")
    assert -0.05 < late < LATE


def test_so_does_one_whose_request_is_not_taken(act: Act) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        base_url = f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
        began = time.monotonic()
        with pytest.raises(ZofTimeoutError) as caught:
            act(base_url, lambda zof: zof.request("POST", "/big", json={"x": "y" * 20_000_000}))
        late = time.monotonic() - began - LIMIT
    print(f"a request that is not taken, {act.__name__[1:]}: ended {late * 1000:+.0f} ms after its deadline")
    assert late < LATE + 0.5, "making a body of 20 MB takes time, too"
    assert "idempotency key" in (caught.value.hint or "")


HUGE = "9" * 40
REFUSED: dict[str, tuple[Answer, type[ZofApiError]]] = {
    "an endless body": (flood(OK + b"\r\n", b" " * 65536), ZofDecodeError),
    "endless headers": (flood(OK, b"A: b\r\n" * 2000), ZofConnectionError),
    "an endless extension of a chunk": (flood(CHUNKED + b"1;", b"a" * 65536), ZofConnectionError),
    "endless trailers": (flood(CHUNKED + b"0\r\n", b"A: b\r\n" * 2000), ZofConnectionError),
    "two lengths": (
        raw_bytes(OK + b"Content-Length: 5\r\nContent-Length: 35\r\n\r\n" + RUN, then_close=True),
        ZofConnectionError,
    ),
    "NUL in a header": (
        raw_bytes(OK + b"X-A: a\x00b\r\nContent-Length: 35\r\n\r\n" + RUN, then_close=True),
        ZofConnectionError,
    ),
    "a switch of protocols": (
        raw_bytes(b"HTTP/1.1 101 X\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n", then_close=True),
        ZofConnectionError,
    ),
    "a lie about compression": (reply(200, RUN, Content_Encoding="gzip"), ZofDecodeError),
    "a failure, compressed": (reply(400, b"\x1f\x8b", Content_Encoding="gzip"), ZofInvalidRequestError),
    "a Retry-After without measure": (reply(429, Retry_After=HUGE), ZofRateLimitError),
    "a reset without measure": (reply(429, X_RateLimit_Reset=HUGE), ZofRateLimitError),
    "a redirect elsewhere": (reply(302, Location="https://evil.test/v1/runs"), ZofDecodeError),
    "a redirect home": (reply(307, Location="/v1/runs/run_1"), ZofDecodeError),
    "JSON nested without end": (reply(200, b"[" * 1_000_000), ZofDecodeError),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_sent_to_do_harm_is_refused(case: str, act: Act, server: Server) -> None:
    answer, kind = REFUSED[case]
    server.will(answer)
    with pytest.raises(kind) as caught:
        act(server.base_url, _retrieve, limit=10.0)  # a busy machine needs a while for 32 MiB
    assert str(caught.value).isprintable()
    if case.endswith("without measure") or "redirect" in case:
        assert len(server.seen) == 1, "neither tried again nor followed"


@pytest.mark.parametrize(
    "headers",
    [
        {"Retry_After": "-5"},
        {"Retry_After": "nan"},
        {"Retry_After": "Mon, 01 Jan 0001 00:00:00 -2359"},
        {"X_RateLimit_Reset": "-1", "X_RateLimit_Limit": "-3", "X_RateLimit_Remaining": "9e9"},
    ],
)
def test_what_makes_no_sense_is_as_if_it_were_not_said(
    headers: dict[str, str], act: Act, server: Server
) -> None:
    server.will(reply(429, **headers), reply(200, RUN))
    assert act(server.base_url, _retrieve).id == "run_1"


def test_cookies_are_neither_kept_nor_sent(act: Act, server: Server) -> None:
    async def later(zof: Any) -> Run:
        await _retrieve(zof)
        return await _retrieve(zof)  # type: ignore[no-any-return]

    server.will(reply(200, RUN, Set_Cookie="session=abc"))
    act(server.base_url, later if act is _async else lambda zof: (_retrieve(zof), _retrieve(zof))[1])
    assert len(server.seen) == 2
    assert [request.headers.get("cookie") for request in server.seen] == [None, None]


@pytest.mark.parametrize("status", [200, 401, 503])
def test_a_server_that_echoes_the_key_puts_it_in_no_error(status: int, act: Act, server: Server) -> None:
    key = "zk_live_an_echo_of_this"
    body = {"error": {"code": f"bad {key}", "message": f"Bearer {key} is not valid.", "param": key}}
    server.will(reply(status, f"key {key}".encode() if status == 200 else body, X_Request_Id=f"req {key}"))
    with pytest.raises(ZofApiError) as caught:
        act(server.base_url, _retrieve, key)
    error = caught.value
    shown = traceback.TracebackException.from_exception(error, capture_locals=True)
    library = [line for line in shown.format() if "test_hostile_servers" not in line]
    for surface in (str(error), repr(error), repr(vars(error)), *library):
        assert key not in surface.replace("key = ", ""), surface
    assert "<API key>" in error.message or status == 503


def test_an_empty_acknowledgement_is_one(act: Act, server: Server) -> None:
    server.will(raw_bytes(b"HTTP/1.1 204 No Content\r\n\r\n"))
    act(server.base_url, lambda zof: zof.webhooks.test("wh_1"))
    assert len(server.seen) == 1


# --- What the caller's own process may do meanwhile ---------------------------------------------------------------


@pytest.fixture
def endless_run(server: Server) -> Server:
    server.will(reply(200, b'{"id": "run_1", "status": "running", "project_id": "p"}'))
    return server


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize(
    "wait",
    [
        "ZofClient().runs.wait_until_complete('run_1', on_update=seen)",
        "asyncio.run(AsyncZofClient().runs.wait_until_complete('run_1', on_update=seen))",
    ],
    ids=["sync", "async"],
)
def test_an_interrupt_ends_a_wait_at_once(wait: str, endless_run: Server) -> None:
    code = (
        # Whoever runs the tests in the background may have them ignore interrupts.
        "import asyncio, signal; from zof_core import *\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "def seen(run): print(run.status, flush=True)\n"
        f"try: {wait}\nexcept KeyboardInterrupt: print('interrupted', flush=True)"
    )
    environment = {**os.environ, "ZOF_API_KEY": "zk_sigint", "ZOF_BASE_URL": endless_run.base_url}
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, env=environment, text=True
    ) as child:
        assert child.stdout is not None
        try:
            assert child.stdout.readline() == "running\n"
            child.send_signal(signal.SIGINT)
            assert child.stdout.readline() == "interrupted\n"
            assert child.wait(10) == 0
        finally:
            child.kill()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # forking with threads is what is tested
def test_a_fork_while_others_call_and_wait(server: Server) -> None:
    """The child has neither their connections, their locks nor their poller, and can call and wait itself."""

    def slow(connection: socket.socket) -> None:
        server.stopping.wait(0.002)
        reply(200, RUN)(connection)

    def ended(connection: socket.socket) -> None:
        reply(200, b'{"id": "run_1", "status": "passed"}')(connection)

    server.will(slow)
    stop = threading.Event()
    with ZofClient("zk_forks", base_url=server.base_url) as zof:

        def work() -> None:
            while not stop.is_set():
                zof.runs.retrieve("run_1")

        def wait() -> None:
            with contextlib.suppress(ZofApiError):
                zof.runs.wait_until_complete("run_1", deadline=60, on_update=lambda _: waiting.set())

        waiting = threading.Event()
        threads = [threading.Thread(target=one, daemon=True) for one in (work, work, work, wait)]
        for thread in threads:
            thread.start()
        assert waiting.wait(10)
        children = []
        for _ in range(8):
            child = os.fork()
            if child == 0:
                code = 1
                try:
                    assert zof.runs.retrieve("run_1").id == "run_1"
                    assert zof.stats().watched == 0
                    assert zof.plan.governor()._in_flight == 0
                    with contextlib.suppress(ZofTimeoutError):
                        zof.runs.wait_until_complete("run_1", deadline=0.3)
                        raise AssertionError("it has not ended")
                    code = 0
                finally:
                    os._exit(code)
            children.append(child)
        assert [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children] == [0] * 8
        stop.set()
        server.will(ended)
        for thread in threads:
            thread.join(20)
        assert not any(thread.is_alive() for thread in threads)
