"""Connections of an event loop, straight on asyncio's transports.

The library's own way there goes through anyio, which costs a third of a request's time: at each step it asks which
event loop runs and opens a cancel scope. Here a step that finds what it waits for done asks for nothing, and one that
must wait sets one timer.
"""

from __future__ import annotations

import asyncio
import math
import select
import ssl
import time
from collections.abc import Iterable
from typing import Any

from zof_core.transport.library import PIECE, SPOKE_FIRST, httpcore

_HIGH_WATER = 256 * 1024
"""Bytes that may wait to be read before the sender is told to pause."""


class WireStream(asyncio.Protocol, httpcore.AsyncNetworkStream):
    """A connection, as asyncio and as the library want it. What comes in waits here until it is read.

    One task at a time reads or writes; the timeouts, in seconds, are of one step each.

    Args:
        is_plain: whether what can be read of its socket is what the server says, and not TLS's own.
    """

    def __init__(self, *, is_plain: bool = True) -> None:
        self._transport: asyncio.Transport | None = None
        self._came = bytearray()
        self._ended = False
        self._failure: Exception | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._may_write = True
        self._is_paused = False
        self._is_fresh = True
        self._is_plain = is_plain

    # What asyncio tells.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]  # a stream transport: this is a stream's protocol

    def data_received(self, data: bytes) -> None:
        self._came += data
        if len(self._came) > _HIGH_WATER and not self._is_paused and self._transport is not None:
            self._transport.pause_reading()
            self._is_paused = True
        self._wake()

    def eof_received(self) -> bool:
        self._ended = True
        self._wake()
        return False

    def connection_lost(self, error: Exception | None) -> None:
        self._ended = True
        self._failure = self._failure or error
        self._wake()

    def pause_writing(self) -> None:
        self._may_write = False

    def resume_writing(self) -> None:
        self._may_write = True
        self._wake()

    # What the library asks for.

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if self._came:
            # Else a server that floods keeps this task, and with it the clock that ends it, from ever giving way.
            await asyncio.sleep(0)
        ends_at = _moment_in(timeout)
        while not self._came and not self._ended:
            await self._news(ends_at, httpcore.ReadTimeout)
        if not self._came:
            if self._failure is not None:
                raise httpcore.ReadError(str(self._failure)) from self._failure
            return b""
        size = min(max_bytes, PIECE)
        data = bytes(self._came[:size])
        del self._came[:size]
        if self._is_paused and len(self._came) <= _HIGH_WATER and self._transport is not None:
            self._is_paused = False
            self._transport.resume_reading()
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        assert self._transport is not None
        if self._is_fresh:
            self._is_fresh = False
            if self._came or (self._is_plain and self._is_readable()):
                raise httpcore.RemoteProtocolError(SPOKE_FIRST)
        if not buffer:
            return
        if self._transport.is_closing():
            raise httpcore.WriteError("the connection is closed") from self._failure
        self._transport.write(buffer)
        ends_at = _moment_in(timeout)
        while not self._may_write and not self._transport.is_closing():
            await self._news(ends_at, httpcore.WriteTimeout)

    async def aclose(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> WireStream:
        above = WireStream(is_plain=False)
        assert self._transport is not None
        try:
            async with asyncio.timeout(timeout):
                transport = await asyncio.get_running_loop().start_tls(
                    self._transport, above, ssl_context, server_hostname=server_hostname
                )
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(str(error)) from error
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error
        assert transport is not None
        above.connection_made(transport)
        return above

    def get_extra_info(self, info: str) -> Any:
        if info == "is_readable":
            # Idle, and yet something came: the server has closed it, or talks out of turn.
            return self._ended or bool(self._came) or self._is_readable()
        if info in ("ssl_object", "socket") and self._transport is not None:
            return self._transport.get_extra_info(info)
        return None

    def _is_readable(self) -> bool:
        """Whether something has come that the event loop has not looked at yet."""
        found = self._transport and self._transport.get_extra_info("socket")
        if not found or found.fileno() < 0:
            return True
        if not hasattr(select, "poll"):  # Windows
            return bool(select.select([found], [], [], 0)[0])
        poll = select.poll()
        poll.register(found, select.POLLIN)
        return bool(poll.poll(0))

    async def _news(self, ends_at: float, late: type[Exception]) -> None:
        """Waits until asyncio tells something; raises `late` if it is too late for that."""
        left = ends_at - time.monotonic()
        if left <= 0:
            raise late
        loop = asyncio.get_running_loop()
        waiter = self._waiter = loop.create_future()
        timer = loop.call_later(left, self._wake) if left < math.inf else None
        try:
            await waiter
        finally:
            self._waiter = None
            if timer is not None:
                timer.cancel()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


def _moment_in(timeout: float | None) -> float:
    return math.inf if timeout is None else time.monotonic() + timeout


class LoopBackend(httpcore.AsyncNetworkBackend):
    """Opens such connections."""

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,  # noqa: ARG002  # the signature is the library's
        socket_options: Iterable[Any] | None = None,  # noqa: ARG002
    ) -> WireStream:
        try:
            async with asyncio.timeout(timeout):
                _, stream = await asyncio.get_running_loop().create_connection(
                    WireStream, host, port, happy_eyeballs_delay=0.25
                )
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(str(error)) from error
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error
        return stream

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
