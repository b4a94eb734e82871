"""Connections of an event loop, straight on asyncio's transports.

The library's own way there goes through anyio, which costs a third of a request's time: at each step it asks which
event loop runs and opens a cancel scope. A whole request stands under one `asyncio.timeout` already, so only opening
a connection, which has a shorter limit, looks at the time here.
"""

from __future__ import annotations

import asyncio
import select
import ssl
from collections.abc import Iterable
from typing import Any

from zof_core.transport.library import PIECE, SPOKE_FIRST, httpcore

_HIGH_WATER = 256 * 1024
"""Bytes that may wait to be read before the sender is told to pause."""


class _Wire(asyncio.Protocol):
    """What comes in waits here until it is read."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self.buffer = bytearray()
        self.ended = False
        self.failure: Exception | None = None
        self._reader: asyncio.Future[None] | None = None
        self._writer: asyncio.Future[None] | None = None
        self._may_write = True
        self._is_paused = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]  # a stream transport: this is a stream's protocol

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        if len(self.buffer) > _HIGH_WATER and not self._is_paused and self.transport is not None:
            self.transport.pause_reading()
            self._is_paused = True
        _wake(self._reader)

    def eof_received(self) -> bool:
        self.ended = True
        _wake(self._reader)
        return False

    def connection_lost(self, error: Exception | None) -> None:
        self.ended = True
        self.failure = self.failure or error
        _wake(self._reader)
        _wake(self._writer)

    def pause_writing(self) -> None:
        self._may_write = False

    def resume_writing(self) -> None:
        self._may_write = True
        _wake(self._writer)

    def is_readable(self) -> bool:
        """Whether something has come that the event loop has not looked at yet."""
        found = self.transport and self.transport.get_extra_info("socket")
        if not found or found.fileno() < 0:
            return True
        if not hasattr(select, "poll"):  # Windows
            return bool(select.select([found], [], [], 0)[0])
        poll = select.poll()
        poll.register(found, select.POLLIN)
        return bool(poll.poll(0))

    async def read(self, size: int) -> bytes:
        if self.buffer:
            # Else a server that floods keeps this task, and with it the clock that ends it, from ever giving way.
            await asyncio.sleep(0)
        while not self.buffer and not self.ended:
            self._reader = asyncio.get_running_loop().create_future()
            try:
                await self._reader
            finally:
                self._reader = None
        if not self.buffer:
            if self.failure is not None:
                raise httpcore.ReadError(str(self.failure)) from self.failure
            return b""
        data = bytes(self.buffer[:size])
        del self.buffer[:size]
        if self._is_paused and len(self.buffer) <= _HIGH_WATER and self.transport is not None:
            self._is_paused = False
            self.transport.resume_reading()
        return data

    async def write(self, data: bytes) -> None:
        assert self.transport is not None
        if self.transport.is_closing():
            raise httpcore.WriteError("the connection is closed") from self.failure
        self.transport.write(data)
        while not self._may_write and not self.transport.is_closing():
            self._writer = asyncio.get_running_loop().create_future()
            try:
                await self._writer
            finally:
                self._writer = None


def _wake(waiter: asyncio.Future[None] | None) -> None:
    if waiter is not None and not waiter.done():
        waiter.set_result(None)


class WireStream(httpcore.AsyncNetworkStream):
    """A connection as the library wants it."""

    def __init__(self, wire: _Wire) -> None:
        self._wire = wire
        self._is_fresh = True

    # The signatures are the library's.

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        return await self._wire.read(min(max_bytes, PIECE))

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        if self._is_fresh:
            self._is_fresh = False
            if self._wire.buffer:
                raise httpcore.RemoteProtocolError(SPOKE_FIRST)
        if buffer:
            await self._wire.write(buffer)

    async def aclose(self) -> None:
        if self._wire.transport is not None:
            self._wire.transport.abort()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.AsyncNetworkStream:
        wire = _Wire()
        assert self._wire.transport is not None
        try:
            async with asyncio.timeout(timeout):
                transport = await asyncio.get_running_loop().start_tls(
                    self._wire.transport, wire, ssl_context, server_hostname=server_hostname
                )
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(str(error)) from error
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error
        assert transport is not None
        wire.connection_made(transport)
        return WireStream(wire)

    def get_extra_info(self, info: str) -> Any:
        if info == "is_readable":
            # Idle, and yet something came: the server has closed it, or talks out of turn.
            return self._wire.ended or bool(self._wire.buffer) or self._wire.is_readable()
        if info in ("ssl_object", "socket") and self._wire.transport is not None:
            return self._wire.transport.get_extra_info(info)
        return None


class LoopBackend(httpcore.AsyncNetworkBackend):
    """Opens such connections."""

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,  # noqa: ARG002
        socket_options: Iterable[Any] | None = None,  # noqa: ARG002
    ) -> httpcore.AsyncNetworkStream:
        try:
            async with asyncio.timeout(timeout):
                _, wire = await asyncio.get_running_loop().create_connection(
                    _Wire, host, port, happy_eyeballs_delay=0.25
                )
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(str(error)) from error
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error
        return WireStream(wire)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
