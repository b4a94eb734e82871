"""Serves an ASGI application on a loopback socket, inside a running asyncio loop.

One process can hold several servers: none installs signal handlers, none configures logging, and each stops
in a moment even while event streams are open.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import socket
from collections.abc import Iterator
from types import TracebackType
from typing import Self

import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from zof_local.connections import Connection

_GRACE_SECONDS = 0.5


class ServingError(Exception):
    """A server could not start; the sentence says why and what to do."""


def bind_loopback(port: int = 0, host: str = "127.0.0.1") -> socket.socket:
    """Binds a TCP socket on a loopback address.

    Binding before the applications are made lets each know the others' URLs.

    Args:
        port: 0 takes a free one.
        host: a loopback address (`127.0.0.1`, `::1`) or `localhost`.

    Raises:
        ServingError: the address is not a loopback one, or the port is taken.
    """
    address = "127.0.0.1" if host == "localhost" else host
    if not _is_loopback(address):
        raise ServingError(
            f"'{host}' is not a loopback address. These servers listen on this machine only: use 127.0.0.1."
        )
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    # With the protocol named, asyncio switches Nagle's algorithm off; otherwise every answer waits some 40 ms.
    sock = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((address, port))
    except OSError as error:
        sock.close()
        raise ServingError(
            f"Port {port} on {host} cannot be used ({error.strerror}). "
            "Stop what listens there, or take port 0 for a free one."
        ) from error
    return sock


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def url_of(sock: socket.socket) -> str:
    """The `http://` URL of a bound socket, without a slash at the end."""
    host, port = sock.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class Server:
    """An ASGI application being served: `async with Server(app) as server: … server.url`.

    Args:
        app: the application; its lifespan runs from entry to exit.
        host: a loopback address.
        port: 0 takes a free one; `.port` tells which.
        sock: a socket from `bind_loopback`, instead of host and port.

    Raises:
        ServingError: at construction when the port is taken or not on loopback; at entry when the
            application's start-up fails (its own exception is the cause).
    """

    def __init__(
        self, app: ASGIApp, host: str = "127.0.0.1", port: int = 0, *, sock: socket.socket | None = None
    ) -> None:
        self._socket = sock if sock is not None else bind_loopback(port, host)
        self.url: str = url_of(self._socket)
        self.port: int = self._socket.getsockname()[1]
        self._guest = _Guest(app)
        self._uvicorn = _EmbeddedUvicorn(
            uvicorn.Config(
                self._guest,
                http=Connection,
                lifespan="on",
                log_config=None,
                log_level="error",
                access_log=False,
                proxy_headers=False,
                server_header=False,
                timeout_graceful_shutdown=1,
            )
        )
        self._serving: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._serving = asyncio.create_task(self._serve(), name=f"serve {self.url}")
        started = asyncio.create_task(self._uvicorn.ready.wait())
        try:
            await asyncio.wait({self._serving, started}, return_when=asyncio.FIRST_COMPLETED)
        except BaseException:
            await self._stop()
            raise
        finally:
            started.cancel()
        if not self._uvicorn.ready.is_set():
            await self._stop()
            raise ServingError(f"The application for {self.url} did not start. {self._guest.error}") from (
                self._guest.error
            )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._stop()
        if self._guest.error is not None and error is None:
            raise ServingError(f"The application for {self.url} did not stop well.") from self._guest.error

    async def _serve(self) -> None:
        # uvicorn leaves with SystemExit when start-up fails, which must not reach the event loop.
        with contextlib.suppress(SystemExit):
            await self._uvicorn.serve(sockets=[self._socket])

    async def _stop(self) -> None:
        self._guest.stopping = True
        self._uvicorn.should_exit = True
        if self._serving is not None:
            await self._serving
        self._socket.close()


class _EmbeddedUvicorn(uvicorn.Server):
    """uvicorn as a guest in somebody else's process: leaves signals alone and says when it is ready."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self.ready.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Lets answers in progress finish for a moment, then hangs up: event streams never end."""
        for server in self.servers:
            server.close()
        connections = self.server_state.connections
        for connection in list(connections):
            connection.shutdown()
        if tasks := set(self.server_state.tasks):
            await asyncio.wait(tasks, timeout=_GRACE_SECONDS)
        for connection in list(connections):
            connection.transport.abort()
        await asyncio.sleep(0)
        for task in list(self.server_state.tasks):
            task.cancel()
        await super().shutdown(sockets=sockets)


class _Guest:
    """Stands before the application: keeps what its lifespan ended with, and hushes hang-ups at the stop."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.error: BaseException | None = None
        self.stopping = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(scope, receive, send)
            return
        try:
            await self._app(scope, receive, send)
        except asyncio.CancelledError:
            if not self.stopping:
                raise

    async def _live(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def watching_send(message: Message) -> None:
            if message["type"].endswith(".failed"):
                self.error = RuntimeError(message.get("message", ""))
                message = {"type": message["type"]}  # its text is a traceback: raised instead of logged
            await send(message)

        try:
            await self._app(scope, receive, watching_send)
        except BaseException as error:
            self.error = error
            raise
