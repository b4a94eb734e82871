"""The other end of the async client's connections, without a network."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import pytest

from zof_core import AsyncZofClient, Run, ZofApiError
from zof_core.clock import Clock
from zof_core.transport import looping
from zof_core.transport.lines import AnyLine, Line
from zof_core.transport.wires import WireStream

T = TypeVar("T")


class Peer(asyncio.Transport):
    """The other end: to each request it says its pieces, one a turn of the event loop, and may then hang up."""

    def __init__(self, stream: WireStream, pieces: list[bytes], *, hangs_up: bool) -> None:
        super().__init__()
        self.heard: list[bytes] = []
        self.is_open = True
        self._stream, self._pieces, self._hangs_up = stream, pieces, hangs_up
        self._sockets = socket.socketpair()
        stream.connection_made(self)

    def write(self, data: Any) -> None:
        self.heard.append(bytes(data))
        self._say(0)

    def _say(self, number: int) -> None:
        if number < len(self._pieces):
            self._stream.data_received(self._pieces[number])
            asyncio.get_running_loop().call_soon(self._say, number + 1)
        elif self._hangs_up:
            self._stream.eof_received()

    def is_closing(self) -> bool:
        return not self.is_open

    def abort(self) -> None:
        self.is_open = False
        for one in self._sockets:
            one.close()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return self._sockets[0] if name == "socket" else default


class Peers:
    """Whom lines are opened to, one after another."""

    def __init__(self, pieces: list[bytes], *, hangs_up: bool = True) -> None:
        self.all: list[Peer] = []
        self._pieces, self._hangs_up = [piece for piece in pieces if piece], hangs_up

    async def open(self, _place: object, _ca_file: object) -> AnyLine:
        stream = WireStream()
        self.all.append(Peer(stream, self._pieces, hangs_up=self._hangs_up))
        return Line(stream)

    def retrieve(self, times: int = 1, **options: Any) -> Run | ZofApiError:
        """What the last of several retrieves gives."""

        async def call(zof: AsyncZofClient) -> Run | ZofApiError:
            for _ in range(times - 1):
                await zof.runs.retrieve("run_1")
            try:
                return await zof.runs.retrieve("run_1")
            except ZofApiError as error:
                return error

        return self.serve(call, **options)

    def serve(self, call: Callable[[AsyncZofClient], Awaitable[T]], **options: Any) -> T:
        """What is done with a client whose connections lead here."""
        options = {"max_retries": 1, "clock": Clock(random=lambda: 0.0), **options}

        async def with_client() -> T:
            async with AsyncZofClient("zk_lines", base_url="http://127.0.0.1/v1", **options) as zof:
                return await call(zof)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(looping, "open_line", self.open)
            return asyncio.run(with_client())
