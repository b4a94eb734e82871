"""uvicorn's HTTP/1.1, which hands the application its connection and does not wait for ever for a request."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import h11
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

TRANSPORT = "zof_local.transport"
"""The ASGI extension under which the application finds its connection."""
HEAD_SECONDS = 20.0
"""How long a client may take for a request's head; after that it is hung up on."""


class Connection(H11Protocol):
    """One client's connection."""

    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begins to wait for the first request."""
        super().connection_made(transport)
        self.app = cast("Any", _with_transport(self.app, transport))
        self._expect_head()

    def data_received(self, data: bytes) -> None:
        """Takes bytes in; as long as they are no whole head, the clock runs."""
        super().data_received(data)
        if self.conn.their_state is h11.IDLE:
            self._expect_head()
        else:
            self._forget_deadline()

    def connection_lost(self, exc: Exception | None) -> None:
        """The client is gone."""
        self._forget_deadline()
        super().connection_lost(exc)

    def _expect_head(self) -> None:
        if self._deadline is None:
            self._deadline = self.loop.call_later(HEAD_SECONDS, self.transport.abort)

    def _forget_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


def _with_transport(app: Any, transport: asyncio.Transport) -> ASGIApp:
    async def call(scope: Scope, receive: Receive, send: Send) -> None:
        scope.setdefault("extensions", {})[TRANSPORT] = transport
        await app(scope, receive, send)

    return call
