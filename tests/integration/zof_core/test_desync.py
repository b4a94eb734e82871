"""A server that says more than it was asked: what it says too much must never be taken for the next answer.

Against a real socket, by the sync and by the async client. A second connection is the proof that the first one was
not used again.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable
from typing import Any

import pytest

from tests.integration.zof_core.conftest import Answer, Server
from zof_core import AsyncZofClient, ZofClient
from zof_core.clock import Clock
from zof_core.transport import timed, wires

NO_JITTER = Clock(random=lambda: 0.0)


def answer_of(run_id: str) -> bytes:
    body = b'{"id": "%s", "status": "queued"}' % run_id.encode()
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body


def chunked_answer_of(run_id: str) -> bytes:
    body = b'{"id": "%s", "status": "queued"}' % run_id.encode()
    return b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)


Between = Callable[[], object]


def _sync(base_url: str, *ids: str, between: Between = lambda: None) -> list[str]:
    found = []
    with ZofClient("zk_desync", base_url=base_url, timeout=10, clock=NO_JITTER) as zof:
        for run_id in ids:
            found.append(zof.runs.retrieve(run_id).id)
            between()
    return found


def _async(base_url: str, *ids: str, between: Between = lambda: None) -> list[str]:
    async def call() -> list[str]:
        found = []
        async with AsyncZofClient("zk_desync", base_url=base_url, timeout=10, clock=NO_JITTER) as zof:
            for run_id in ids:
                found.append((await zof.runs.retrieve(run_id)).id)
                between()  # blocks the loop: it has not seen what came meanwhile
        return found

    return asyncio.run(call())


Fetch = Callable[..., list[str]]


@pytest.fixture(params=[_sync, _async], ids=["sync", "async"])
def fetch(request: pytest.FixtureRequest) -> Fetch:
    return request.param  # type: ignore[no-any-return]


def noting(peers: list[Any], *answers: bytes, then: Callable[[], object] = lambda: None) -> Answer:
    """An answer in pieces, which notes whose connection it went to."""

    def answer(connection: socket.socket) -> None:
        peers.append(connection.getpeername())
        for piece in answers:
            connection.sendall(piece)
        then()

    return answer


TOO_MUCH = {
    "a second answer": answer_of("run_evil"),
    "bytes after the length": b"and more",
    "half an answer": b"HTTP/1.1 200 OK\r\nX-Swallows: ",
    "one byte": b"\n",
}


@pytest.mark.parametrize("first", [answer_of("run_1"), chunked_answer_of("run_1")], ids=["length", "chunked"])
@pytest.mark.parametrize("more", TOO_MUCH.values(), ids=TOO_MUCH.keys())
def test_what_comes_with_an_answer_ends_its_connection(
    first: bytes, more: bytes, fetch: Fetch, server: Server
) -> None:
    peers: list[Any] = []
    server.will(noting(peers, first + more), noting(peers, answer_of("run_2")))
    assert fetch(server.base_url, "run_1", "run_2") == ["run_1", "run_2"]
    assert len(peers) == len(set(peers)) == 2


@pytest.mark.parametrize("more", TOO_MUCH.values(), ids=TOO_MUCH.keys())
def test_what_comes_unasked_while_a_connection_rests_ends_it(
    more: bytes, fetch: Fetch, server: Server
) -> None:
    peers: list[Any] = []
    read, sent = threading.Event(), threading.Event()

    def first(connection: socket.socket) -> None:
        noting(peers, answer_of("run_1"))(connection)
        assert read.wait(10)
        connection.sendall(more)
        sent.set()

    def between() -> None:
        read.set()
        assert sent.wait(10)

    server.will(first, noting(peers, answer_of("run_2")))
    assert fetch(server.base_url, "run_1", "run_2", between=between) == ["run_1", "run_2"]
    assert len(peers) == len(set(peers)) == 2


def test_a_server_that_is_in_order_keeps_its_connection(fetch: Fetch, server: Server) -> None:
    peers: list[Any] = []
    server.will(
        noting(peers, answer_of("run_1")),
        noting(peers, chunked_answer_of("run_2")),
        noting(peers, answer_of("run_3")),
    )
    assert fetch(server.base_url, "run_1", "run_2", "run_3") == ["run_1", "run_2", "run_3"]
    assert len(peers) == 3
    assert len(set(peers)) == 1


def test_an_answer_before_the_first_request_is_not_one(
    fetch: Fetch, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server speaks as soon as it is called. Its words are there before the request goes out."""
    said = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            for unasked in (answer_of("run_evil"), b""):
                connection, _ = listener.accept()
                connection.settimeout(10)
                connection.sendall(unasked)
                said.set()
                connections.append(connection)
                with contextlib.suppress(ConnectionResetError):  # by a client that has had enough
                    if connection.recv(65536) and not unasked:
                        connection.sendall(answer_of("run_1"))

        connections: list[socket.socket] = []
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        _hold_first_write(monkeypatch, said)
        try:
            assert fetch(f"http://127.0.0.1:{listener.getsockname()[1]}/v1", "run_1") == ["run_1"]
        finally:
            thread.join(10)
            for connection in connections:
                connection.close()


def _hold_first_write(monkeypatch: pytest.MonkeyPatch, said: threading.Event) -> None:
    """Makes the order certain which on a network is a matter of chance."""
    write, later = timed.TimedStream.write, wires.WireStream.write

    def held(self: Any, buffer: bytes, timeout: float | None = None) -> None:
        assert said.wait(10)
        write(self, buffer, timeout)

    async def held_later(self: Any, buffer: bytes, timeout: float | None = None) -> None:
        assert await asyncio.to_thread(said.wait, 10)
        await asyncio.sleep(0.01)
        await later(self, buffer, timeout)

    monkeypatch.setattr(timed.TimedStream, "write", held)
    monkeypatch.setattr(wires.WireStream, "write", held_later)
