"""Does faults to a connection: resets it, cuts a body, lets one drip."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from starlette.datastructures import MutableHeaders
from starlette.types import Message, Receive, Scope, Send

from zof_local.connections import TRANSPORT
from zof_local.platform.faults import Fault

_LINGER_NOT = struct.pack("ii", 1, 0)


def transport_of(scope: Scope) -> asyncio.Transport:
    """The connection of a request that `zof_local.serving` brought.

    Raises:
        RuntimeError: another server brought it.
    """
    extensions = scope.get("extensions", {})
    if TRANSPORT not in extensions:
        raise RuntimeError("Faults of the connection need the server of zof_local.serving.")
    return cast("asyncio.Transport", extensions[TRANSPORT])


async def reset(scope: Scope, receive: Receive) -> None:
    """Ends the connection with a TCP reset; returns when it is gone."""
    transport = transport_of(scope)
    sock = transport.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT)
    transport.abort()
    await _gone(receive)


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


@dataclass(slots=True)
class Damaged:
    """The way of one answer to the client, with the faults that hit it."""

    scope: Scope
    receive: Receive
    send: Send
    faults: Mapping[str, Fault]
    _start: Message | None = None
    _body: bytes = b""

    async def __call__(self, message: Message) -> None:
        """Holds the answer back until it is whole, then sends what the faults leave of it."""
        if message["type"] == "http.response.start":
            self._start = message
            return
        self._body += message.get("body", b"")
        if message.get("more_body", False):
            return
        assert self._start is not None
        if "drop" in self.faults:
            await reset(self.scope, self.receive)
            return
        truncated = "truncate" in self.faults
        MutableHeaders(scope=self._start)["content-length"] = str(len(self._body))
        await self.send(self._start)
        await self._pour(self._body[: len(self._body) // 2] if truncated else self._body)
        if truncated:
            transport_of(self.scope).close()
            await _gone(self.receive)
        else:
            await self.send({"type": "http.response.body", "body": b""})

    async def _pour(self, body: bytes) -> None:
        drip = self.faults.get("drip")
        size = len(body) if drip is None else 1
        for start in range(0, len(body), size):
            await self.send(
                {"type": "http.response.body", "body": body[start : start + size], "more_body": True}
            )
            if drip is not None and not transport_of(self.scope).is_closing():
                await asyncio.sleep(drip.value)
