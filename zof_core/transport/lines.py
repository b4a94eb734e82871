"""HTTP/1.1 on a connection of an event loop, for one request at a time.

`Line` speaks it with h11, the library's own parser. The library's way to it takes locks, which give way to the event
loop, and traces each step: two thirds of the time of a request. It is still the way through a proxy, and where
something stands in for the library's connection, as respx does: `LibraryLine`.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import time
from collections.abc import AsyncIterator, Sequence
from typing import Any, Protocol
from urllib.parse import SplitResult, urlsplit

import h11

from zof_core.assumptions import CONNECT_SECONDS
from zof_core.commands import HttpRequest
from zof_core.transport.library import PIECE, httpcore
from zof_core.transport.messages import core_request, more_came, request_headers, target_of
from zof_core.transport.pools import KEEP_ALIVE_SECONDS, Place, pool_arguments
from zof_core.transport.wires import LoopBackend, WireStream

_HEAD_MAX_BYTES = 100 * 1024
Head = tuple[int, Sequence[tuple[bytes, bytes]]]
"""Status and headers."""


class AnyLine(Protocol):
    """A connection for one request at a time. Times are in monotonic seconds; nothing goes on after `ends_at`."""

    async def ask(self, request: HttpRequest, parts: SplitResult, ends_at: float) -> Head:
        """Sends a request, to the address with these parts, and reads the head of its answer."""

    async def piece(self, ends_at: float) -> bytes | None:
        """The next piece of the answer's body, None at its end."""

    async def rest(self) -> bool:
        """The body was read to its end: gives whether another request may be sent here."""

    def is_stale(self) -> bool:
        """Whether it must not be used again: it rested for too long, or something came meanwhile."""

    async def aclose(self) -> None:
        """Closes it, an answer that was not read included."""


class Line:
    """A connection straight to an address.

    Args:
        stream: to speak on.
    """

    def __init__(self, stream: WireStream) -> None:
        self._stream = stream
        self._parser = h11.Connection(h11.CLIENT, max_incomplete_event_size=_HEAD_MAX_BYTES)
        self._stale_at = math.inf

    async def ask(self, request: HttpRequest, parts: SplitResult, ends_at: float) -> Head:
        with contextlib.suppress(
            httpcore.WriteError
        ):  # a server may have answered before it had read everything
            await self._stream.write(self._written(request, parts), ends_at - time.monotonic())
        while True:
            event = await self._event(ends_at)
            if isinstance(event, h11.Response):
                return event.status_code, event.headers.raw_items()

    async def piece(self, ends_at: float) -> bytes | None:
        event = await self._event(ends_at)
        return bytes(event.data) if isinstance(event, h11.Data) else None

    async def rest(self) -> bool:
        parser = self._parser
        if parser.our_state is not h11.DONE or parser.their_state is not h11.DONE:
            return False
        if parser.trailing_data[0]:
            return False  # more than the answer came: it would be taken for the next one
        parser.start_next_cycle()
        self._stale_at = time.monotonic() + KEEP_ALIVE_SECONDS
        return True

    def is_stale(self) -> bool:
        late = time.monotonic() > self._stale_at
        return late or self._stream.get_extra_info("is_readable") or is_stood_in_for()

    async def aclose(self) -> None:
        await self._stream.aclose()

    def _written(self, request: HttpRequest, parts: SplitResult) -> bytes:
        send = self._parser.send
        head = send(
            h11.Request(
                method=request.method, target=target_of(parts), headers=request_headers(request, parts)
            )
        )
        body = send(h11.Data(data=request.body)) if request.body else b""
        return b"".join((head or b"", body or b"", send(h11.EndOfMessage()) or b""))

    async def _event(self, ends_at: float) -> Any:
        parser = self._parser
        while (event := parser.next_event()) is h11.NEED_DATA:
            left = ends_at - time.monotonic()
            if left <= 0:  # a flood leaves nothing to wait for
                raise httpcore.ReadTimeout
            data = await self._stream.read(PIECE, left)
            if not data and parser.their_state is h11.SEND_RESPONSE:
                raise httpcore.RemoteProtocolError("Server disconnected without sending a response.")
            parser.receive_data(data)
        return event


class LibraryLine:
    """The library's own connection.

    Args:
        connection: one that is opened by its first request; a pool of one, which knows its proxy.
    """

    def __init__(self, connection: httpcore.AsyncConnectionPool | httpcore.AsyncHTTPConnection) -> None:
        self._connection = connection
        self._response: httpcore.Response | None = None
        self._pieces: AsyncIterator[bytes] | None = None

    async def ask(self, request: HttpRequest, parts: SplitResult, ends_at: float) -> Head:
        left = ends_at - time.monotonic()
        async with asyncio.timeout(left):
            response = await self._connection.handle_async_request(core_request(request, parts, left))
        self._response, self._pieces = response, response.aiter_stream()
        return response.status, response.headers

    async def piece(self, ends_at: float) -> bytes | None:
        assert self._pieces is not None
        async with asyncio.timeout(ends_at - time.monotonic()):
            return await anext(self._pieces, None)

    async def rest(self) -> bool:
        response = self._forget_response()
        if response is None:
            return False
        may_be_used = not more_came(response.stream)
        await response.aclose()
        return may_be_used

    def is_stale(self) -> bool:
        # A pool, which leads through a proxy, sees to that itself.
        connection = self._connection
        return isinstance(connection, httpcore.AsyncHTTPConnection) and (
            connection.is_closed() or connection.has_expired()
        )

    async def aclose(self) -> None:
        response = self._forget_response()
        try:
            if response is not None:
                await response.aclose()
        finally:
            await self._connection.aclose()

    def _forget_response(self) -> httpcore.Response | None:
        """It has a way to the request's headers, and so to the key."""
        response, self._response, self._pieces = self._response, None, None
        return response


async def open_line(place: Place, ca_file: str | None) -> AnyLine:
    """A new line to an address, or towards it."""
    arguments = pool_arguments(place, ca_file, size=1)
    backend = LoopBackend()
    if "proxy" in arguments:
        return LibraryLine(httpcore.AsyncConnectionPool(**arguments, network_backend=backend))
    context = arguments.get("ssl_context")
    scheme, netloc = place
    if is_stood_in_for():
        origin = httpcore.URL(f"{scheme}://{netloc}").origin
        return LibraryLine(httpcore.AsyncHTTPConnection(origin, ssl_context=context, network_backend=backend))
    parts = urlsplit(f"//{netloc}")
    host = parts.hostname or ""
    port = parts.port or (443 if context else 80)
    stream = await backend.connect_tcp(host, port, CONNECT_SECONDS)
    if context is not None:
        context.set_alpn_protocols(["http/1.1"])
        stream = await stream.start_tls(context, host, CONNECT_SECONDS)
    return Line(stream)


def is_stood_in_for() -> bool:
    """Whether something has taken the place of the library's connection, as respx does for a test."""
    method = httpcore.AsyncHTTPConnection.handle_async_request
    home = getattr(method, "__globals__", {}).get("__name__", "")
    return not home.startswith(f"{httpcore.__name__}.")
