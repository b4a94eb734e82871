"""Socket Mode (docs.slack.dev/apis/events-api/using-socket-mode): the app opens WebSockets, envelopes go to any."""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from starlette.websockets import WebSocket, WebSocketDisconnect

from zof_local.workspace.delivery import Delivery, no_app, timed_out
from zof_local.workspace.errors import SlackError
from zof_local.workspace.models import JsonObject
from zof_local.workspace.reading import read_json
from zof_local.workspace.settings import WorkspaceSettings

EnvelopeType = Literal["slash_commands", "interactive", "events_api"]
DisconnectReason = Literal["warning", "refresh_requested", "link_disabled"]

MAX_CONNECTIONS = 10
TICKET_SECONDS = 60.0
WARNING_SECONDS = 10.0
DEBUG_LIFETIME = 360.0


@dataclass(eq=False, slots=True)
class Link:
    """One WebSocket of the app. ``waiting`` holds the envelopes it has not acknowledged."""

    socket: WebSocket
    waiting: dict[str, asyncio.Future[Any]] = field(default_factory=dict)
    retiring: bool = False

    async def send(self, body: JsonObject) -> None:
        """Send one JSON message."""
        await self.socket.send_text(json.dumps(body))


class SocketHub:
    """The app's open WebSockets. An envelope whose socket closes before the ack goes to another one."""

    def __init__(self, settings: WorkspaceSettings) -> None:
        self._settings = settings
        self._tickets: dict[str, float] = {}
        self._links: list[Link] = []
        self._turn = 0
        self.opened = 0
        self.on_change: Callable[[], None] = lambda: None

    @property
    def count(self) -> int:
        """How many sockets are open."""
        return len(self._links)

    @property
    def taking(self) -> int:
        """How many sockets take envelopes: all but those asked to refresh."""
        return sum(not link.retiring for link in self._links)

    @property
    def connected(self) -> bool:
        """Whether any socket takes envelopes."""
        return self.taking > 0

    def open(self, base_url: str) -> str:
        """A single-use WebSocket URL (``apps.connections.open``).

        Raises:
            SlackError: ``too_many_websockets``.
        """
        if len(self._links) >= MAX_CONNECTIONS:
            raise SlackError("too_many_websockets")
        now = time.monotonic()
        self._tickets = {t: until for t, until in self._tickets.items() if until > now}
        ticket = secrets.token_urlsafe(18)
        self._tickets[ticket] = now + TICKET_SECONDS
        app_id = self._settings.seed.app.id
        return f"ws{base_url.removeprefix('http')}/link/?ticket={ticket}&app_id={app_id}"

    async def serve(self, socket: WebSocket) -> None:
        """Serve one WebSocket until it closes."""
        until = self._tickets.pop(socket.query_params.get("ticket", ""), 0.0)
        if until < time.monotonic() or len(self._links) >= MAX_CONNECTIONS:
            await socket.close(code=1008)
            return
        await socket.accept()
        debug = socket.query_params.get("debug_reconnects") == "true"
        lifetime = DEBUG_LIFETIME if debug else self._settings.socket_lifetime
        link = Link(socket)
        self._links.append(link)
        self.opened += 1
        retirement = asyncio.create_task(self._retire(link, lifetime))
        try:
            await link.send(self._hello(lifetime))
            self.on_change()
            while True:
                self._receive(link, await _next_text(socket))
        except (WebSocketDisconnect, RuntimeError):
            pass  # the app hung up, or it was closed below
        finally:
            retirement.cancel()
            self._links.remove(link)
            for future in link.waiting.values():
                if not future.done():
                    future.set_result(_CLOSED)
            self.on_change()

    def _hello(self, lifetime: float) -> JsonObject:
        return {
            "type": "hello",
            "num_connections": len(self._links),
            "connection_info": {"app_id": self._settings.seed.app.id},
            "debug_info": {"host": "local", "approximate_connection_time": int(lifetime)},
        }

    def _receive(self, link: Link, text: str) -> None:
        try:
            body = read_json(text)
        except ValueError:
            return
        if not isinstance(body, dict):
            return
        future = link.waiting.pop(str(body.get("envelope_id")), None)
        if future is not None and not future.done():
            future.set_result(body.get("payload"))

    async def deliver(
        self, kind: EnvelopeType, payload: JsonObject, *, retry: int = 0, reason: str = ""
    ) -> Delivery:
        """Send an envelope to one of the sockets and wait for its ack."""
        started = time.perf_counter()
        envelope: JsonObject = {
            "envelope_id": str(uuid.uuid4()),
            "type": kind,
            "payload": payload,
            "accepts_response_payload": kind != "events_api",
        }
        if kind == "events_api":
            envelope |= {"retry_attempt": retry, "retry_reason": reason}
        try:
            async with asyncio.timeout(self._settings.delivery_timeout):
                answer = await self._deliver_somewhere(envelope)
        except TimeoutError:
            return timed_out((time.perf_counter() - started) * 1000, self._settings.delivery_timeout)
        if answer is _NOBODY:
            return no_app()
        ms = (time.perf_counter() - started) * 1000
        data = answer if isinstance(answer, dict) else None
        return Delivery("acked", ms, text=answer if isinstance(answer, str) else "", data=data)

    async def _deliver_somewhere(self, envelope: JsonObject) -> Any:
        """The ack's payload; an envelope whose socket closes before the ack goes to another socket."""
        while (link := self._next()) is not None:
            answer = await self._deliver_on(link, envelope)
            if answer is not _CLOSED:
                return answer
        return _NOBODY

    async def _deliver_on(self, link: Link, envelope: JsonObject) -> Any:
        envelope_id = envelope["envelope_id"]
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        link.waiting[envelope_id] = future
        try:
            await link.send(envelope)
            return await future
        except (WebSocketDisconnect, RuntimeError):
            link.retiring = True  # it is closing: without this it would be tried again at once, for ever
            return _CLOSED
        finally:
            link.waiting.pop(envelope_id, None)

    def _next(self) -> Link | None:
        open_links = [link for link in self._links if not link.retiring]
        if not open_links:
            return None
        self._turn += 1
        return open_links[self._turn % len(open_links)]

    async def _retire(self, link: Link, lifetime: float) -> None:
        warning = min(WARNING_SECONDS, lifetime / 2)
        await asyncio.sleep(lifetime - warning)
        await self._disconnect(link, "warning")
        await asyncio.sleep(warning)
        await self._disconnect(link, "refresh_requested")
        await asyncio.sleep(WARNING_SECONDS)
        await link.socket.close(code=1000)

    async def _disconnect(self, link: Link, reason: DisconnectReason) -> None:
        link.retiring = reason != "warning"
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):
            await link.send({"type": "disconnect", "reason": reason, "debug_info": {"host": "local"}})

    async def refresh(self, reason: DisconnectReason = "refresh_requested") -> None:
        """Ask the app to open new sockets in place of all it has now."""
        for link in list(self._links):
            await self._disconnect(link, reason)

    async def drop(self) -> None:
        """Close all sockets without a word, as a network does."""
        for link in list(self._links):
            link.retiring = True
            with contextlib.suppress(RuntimeError):
                await link.socket.close(code=1011)

    async def aclose(self) -> None:
        """Close all sockets."""
        await self.drop()


async def _next_text(socket: WebSocket) -> str:
    """The next text frame; binary ones mean nothing here."""
    while True:
        message = await socket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", 1000))
        if (text := message.get("text")) is not None:
            return str(text)


_NOBODY = object()
_CLOSED = object()
