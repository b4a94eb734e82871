"""Twelve faults of a server, against a real socket, by the sync and by the async client."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from tests.integration.zof_core.conftest import Server, dripping, drop, raw_bytes, reply
from zof_core import (
    AsyncZofClient,
    Run,
    ZofApiError,
    ZofClient,
    ZofConflictError,
    ZofConnectionError,
    ZofDecodeError,
    ZofRateLimitError,
    ZofServerError,
    ZofTimeoutError,
)
from zof_core.clock import Clock

RUN = {"id": "run_1", "status": "queued"}
NO_JITTER = Clock(random=lambda: 0.0)
"""Full jitter times nought: no waits but those that the server asks for."""

SLACK = 0.75
"""Seconds that a call may end after its deadline on a busy machine."""

Act = Callable[[str, Server, float], Run]


def _create(zof: Any) -> Any:
    return zof.runs.create(project_id="proj_1", environment="staging", test_suite_id="suite_1")


def _retrieve(zof: Any) -> Any:
    return zof.runs.retrieve("run_1")


def _sync(what: Callable[[Any], Any], server: Server, timeout: float) -> Run:
    with ZofClient("zk_faults", base_url=server.base_url, timeout=timeout, clock=NO_JITTER) as zof:
        return what(zof)


def _async(what: Callable[[Any], Any], server: Server, timeout: float) -> Run:
    async def call() -> Run:
        async with AsyncZofClient(
            "zk_faults", base_url=server.base_url, timeout=timeout, clock=NO_JITTER
        ) as zof:
            return await what(zof)

    return asyncio.run(call())


@pytest.fixture(params=[_sync, _async], ids=["sync", "async"])
def act(request: pytest.FixtureRequest) -> Callable[..., Run]:
    def call(what: Callable[[Any], Any], server: Server, timeout: float = 20.0) -> Run:
        return request.param(what, server, timeout)

    return call


def test_01_a_429_with_retry_after_in_seconds_is_waited_for(act: Callable[..., Run], server: Server) -> None:
    server.will(reply(429, Retry_After="1"), reply(200, RUN))
    assert act(_retrieve, server).id == "run_1"
    first, second = server.seen
    assert second.at - first.at >= 1.0


def test_02_a_429_with_retry_after_as_a_date_is_waited_for(act: Callable[..., Run], server: Server) -> None:
    now = datetime.now(UTC)
    dates = {"Date": format_datetime(now, usegmt=True),
             "Retry_After": format_datetime(now + timedelta(seconds=1), usegmt=True)}  # fmt: skip
    server.will(reply(429, **dates), reply(200, RUN))
    assert act(_retrieve, server).id == "run_1"
    first, second = server.seen
    assert second.at - first.at >= 1.0


def test_03_a_429_that_asks_for_an_hour_is_raised_at_once(act: Callable[..., Run], server: Server) -> None:
    server.will(reply(429, Retry_After="3600"))
    began = time.monotonic()
    with pytest.raises(ZofRateLimitError) as caught:
        act(_retrieve, server)
    assert caught.value.retry_after == 3600.0
    assert time.monotonic() - began < 5
    assert len(server.seen) == 1


def test_04_a_conflict_is_not_tried_again(act: Callable[..., Run], server: Server) -> None:
    server.will(reply(409, {"error": {"code": "conflict", "message": "The run is already complete."}}))
    with pytest.raises(ZofConflictError):
        act(lambda zof: zof.runs.cancel("run_1"), server)
    assert len(server.seen) == 1


def test_05_a_post_answered_500_500_201_has_one_idempotency_key(
    act: Callable[..., Run], server: Server
) -> None:
    server.will(reply(500), reply(500), reply(201, RUN))
    assert act(_create, server).id == "run_1"
    keys = server.keys()
    assert len(keys) == 3
    assert len(set(keys)) == 1
    assert keys[0]


def test_06_a_post_whose_connection_drops_has_one_idempotency_key(
    act: Callable[..., Run], server: Server
) -> None:
    server.will(drop, reply(201, RUN))
    assert act(_create, server).id == "run_1"
    keys = server.keys()
    assert len(keys) == 2
    assert len(set(keys)) == 1
    assert keys[0]


def test_07_a_502_with_html_is_typed_with_status_and_request_id(
    act: Callable[..., Run], server: Server
) -> None:
    server.will(reply(502, b"<html><h1>Bad Gateway</h1></html>", Content_Type="text/html"))
    with pytest.raises(ZofServerError) as caught:
        act(_retrieve, server)
    assert (caught.value.status, caught.value.request_id) == (502, "req_socket")
    assert len(caught.value.attempts) == 4


def test_08_an_empty_200_is_typed(act: Callable[..., Run], server: Server) -> None:
    server.will(reply(200, b""))
    with pytest.raises(ZofDecodeError, match="empty") as caught:
        act(_retrieve, server)
    assert caught.value.request_id == "req_socket"


def test_09_broken_json_is_typed(act: Callable[..., Run], server: Server) -> None:
    server.will(reply(200, b'{"id": "run_1", "sta'))
    with pytest.raises(ZofDecodeError, match="not JSON"):
        act(_retrieve, server)


def test_10_a_truncated_body_is_typed(act: Callable[..., Run], server: Server) -> None:
    whole = b'HTTP/1.1 200 OK\r\nContent-Length: 500\r\nX-Request-Id: req_cut\r\n\r\n{"id": "run_1"'
    server.will(raw_bytes(whole, then_close=True))
    with pytest.raises(ZofConnectionError) as caught:
        act(_retrieve, server)
    assert caught.value.request_id == "req_cut"
    assert len(caught.value.attempts) == 4


def test_11_wrong_types_unknown_fields_and_values_lose_nothing(
    act: Callable[..., Run], server: Server
) -> None:
    body = {
        "id": "run_1",
        "status": "on_fire",
        "url": 7,
        "summary": [],
        "created_at": "tomorrow",
        "mood": {"a": 1},
    }
    server.will(reply(200, body))
    run = act(_retrieve, server)
    assert (run.id, run.status, run.is_terminal) == ("run_1", "on_fire", False)
    assert run.unreadable == {"url": 7, "summary": [], "created_at": "tomorrow"}
    assert run.model_extra == {"mood": {"a": 1}}


HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    ("head", "byte"),
    [
        (HEAD, b" "),
        (CHUNKED, b"1\r\n \r\n"),
        (b"HTTP/1.1 200 OK\r\nX-Slow: ", b"a"),
        (b"", b"H"),
        (b"HTTP/1.1 103 Early Hints\r\n\r\n", b"HTTP/1.1 103 Early Hints\r\n\r\n"),
    ],
    ids=["body", "chunked body", "header", "status line", "hints"],
)
def test_12_an_answer_that_drips_for_ever_ends_at_the_deadline(
    act: Callable[..., Run], server: Server, head: bytes, byte: bytes
) -> None:
    server.will(dripping(head, byte, server.stopping))
    began = time.monotonic()
    with pytest.raises((ZofTimeoutError, ZofConnectionError)) as caught:
        act(_retrieve, server, 1.5)
    took = time.monotonic() - began
    assert took < 1.5 + SLACK, f"ended {took - 1.5:.2f} s after its deadline"
    if isinstance(caught.value, ZofTimeoutError):
        assert took >= 1.4


def test_a_server_that_says_nothing_ends_at_the_deadline(act: Callable[..., Run], server: Server) -> None:
    def silent(connection: socket.socket) -> None:
        server.stopping.wait(30)

    server.will(silent)
    began = time.monotonic()
    with pytest.raises(ZofTimeoutError) as caught:
        act(_create, server, 1.0)
    assert time.monotonic() - began < 1.0 + SLACK
    assert "idempotency key" in (caught.value.hint or "")


@pytest.mark.parametrize(
    "data",
    [
        b"not http at all\r\n\r\n",
        b"HTTP/1.1 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: ten\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\n" + b"A" * 200_000,
        b"HTTP/1.1 999 What\r\nContent-Length: 0\r\n\r\n",
        b"\x16\x03\x01\x02\x00",
    ],
)
def test_what_is_hardly_http_is_typed(act: Callable[..., Run], server: Server, data: bytes) -> None:
    server.will(raw_bytes(data, then_close=True))
    with pytest.raises(ZofApiError):
        act(_retrieve, server, 10.0)
