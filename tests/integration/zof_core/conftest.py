"""A server on a real socket that misbehaves byte by byte."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest


@dataclass
class Seen:
    """A request as it came."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    at: float


Answer = Callable[[socket.socket], None]


@dataclass
class Server:
    """Answers each request with the next answer of its list; the last repeats."""

    listener: socket.socket
    answers: list[Answer] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list, repr=False)
    stopping: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.listener.getsockname()[1]}/v1"

    def will(self, *answers: Answer) -> None:
        self.answers = list(answers)

    def keys(self) -> list[str | None]:
        return [request.headers.get("idempotency-key") for request in self.seen]

    def accept(self) -> None:
        while not self.stopping.is_set():
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            connection.settimeout(30)
            while (request := _read(connection)) is not None:
                with self._lock:
                    self.seen.append(request)
                    answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
                answer(connection)


def _read(connection: socket.socket) -> Seen | None:
    data = b""
    while b"\r\n\r\n" not in data:
        chunk = connection.recv(65536)
        if not chunk:
            return None
        data += chunk
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    while len(body) < int(headers.get("content-length", 0)):
        body += connection.recv(65536)
    method, target, _ = first.split(" ")
    return Seen(method, target, headers, body, time.monotonic())


def reply(status: int, body: Any = b"", **headers: str) -> Answer:
    """A whole answer. Underscores in the names of headers are hyphens."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(raw)}", "X-Request-Id: req_socket"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return raw_bytes("\r\n".join(lines).encode() + b"\r\n\r\n" + raw)


def raw_bytes(data: bytes, *, then_close: bool = False) -> Answer:
    """These bytes."""

    def answer(connection: socket.socket) -> None:
        connection.sendall(data)
        if then_close:
            raise ConnectionAbortedError

    return answer


def drop(connection: socket.socket) -> None:
    """No answer: the connection is closed."""
    raise ConnectionAbortedError


def dripping(head: bytes, drop_of: bytes, stop: threading.Event, pause: float = 0.05) -> Answer:
    """A beginning, then a byte or so again and again."""

    def answer(connection: socket.socket) -> None:
        connection.sendall(head)
        while not stop.wait(pause):
            connection.sendall(drop_of)

    return answer


@contextlib.contextmanager
def serving() -> Iterator[Server]:
    """Such a server, for as long as it is needed."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = Server(listener)
    thread = threading.Thread(target=server.accept, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.stopping.set()
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as server:
        yield server
