"""Socket Mode: Slack's requests over WebSockets that the bot opens, so that it needs no public address.

Source: docs.slack.dev, using Socket Mode. Any request may come over any connection; a connection lives some hours, then
Slack warns, sends nothing more on it, and closes it. An envelope that was not acked comes again, over another one.

Here a place (there are two) opens a successor as soon as its connection is to go, and leaves the old one to Slack,
which may still send on it. So a refresh leaves no gap. The second place changes its first connection early: afterwards
both are never renewed together. The SDK's own client closes the old connection first, and logs what people type.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final
from urllib.parse import urlsplit

import aiohttp
from slack_bolt.async_app import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from slack_bot.errors import SettingsError
from slack_bot.payloads import mapping, text
from slack_bot.requests import has_known_shape
from slack_bot.results import SlackBusy, SlackRefused
from slack_bot.settings import Timing
from slack_bot.transitions import pause

log: Final = logging.getLogger(__name__)

PLACES: Final = 2
"""Slack allows 10; a successor beside each of two stays far below."""
LINKS_MOST: Final = 6
"""Of one bot, with those that Slack warned of and has yet to close: so a second bot of the app finds room too."""
HEARTBEAT: Final = 10.0
"""Seconds between pings; a connection without an answer for half of that is dead."""
SHORT_LIFE: Final = 10.0
"""Seconds. What ends sooner was no connection: the next one waits, as after a failure."""
USUAL_LIFE: Final = 3600.0
"""Seconds, used while Slack does not say how long a connection lives."""
_CLOSING: Final = aiohttp.ClientWSTimeout(ws_close=1.0)
"""A Slack that does not answer must not hold up a stop; everything is acked by then."""
_FAILURES: Final = (aiohttp.ClientError, TimeoutError, OSError)

Dispatch = Callable[[AsyncBoltRequest], Awaitable[BoltResponse]]
OpenUrl = Callable[[], Awaitable[str | SlackBusy | SlackRefused]]


class Connection:
    """One WebSocket, until it is closed."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, dispatch: Dispatch) -> None:
        self._socket = socket
        self._dispatch = dispatch
        self._under_way: set[asyncio.Task[None]] = set()
        self.life = USUAL_LIFE
        """Seconds that Slack means to keep it."""
        self.ready = asyncio.Event()
        """Slack has said hello."""
        self.leaving = asyncio.Event()
        """It will be closed, or is: a successor is wanted."""
        self.disabled = False
        """Socket Mode was switched off for the app."""
        self.task = asyncio.create_task(self._receive(), name="socket")

    async def _receive(self) -> None:
        try:
            async for message in self._socket:
                if message.type is aiohttp.WSMsgType.TEXT:
                    self._take(_json_object(message.data))
        finally:
            self.leaving.set()
            self.ready.set()

    def _take(self, message: dict[str, Any]) -> None:
        kind = message.get("type")
        if kind == "hello":
            life = mapping(message.get("debug_info")).get("approximate_connection_time")
            self.life = float(life) if isinstance(life, int) and life > 0 else USUAL_LIFE
            self.ready.set()
        elif kind == "disconnect":
            self.disabled = message.get("reason") == "link_disabled"
            self.leaving.set()
        elif text(message, "envelope_id"):
            task = asyncio.create_task(self._answer(message), name="envelope")
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)

    async def _answer(self, envelope: dict[str, Any]) -> None:
        payload = envelope.get("payload")
        if not isinstance(payload, dict) or not has_known_shape(payload):
            log.info("An envelope of unknown shape was left unanswered.")
            return
        try:
            headers = _retry_headers(envelope)
            answer = await self._dispatch(AsyncBoltRequest(mode="socket_mode", body=payload, headers=headers))
            if answer.status == 200:
                await self._socket.send_str(json.dumps(_ack(envelope, answer)))
        except (*_FAILURES, RuntimeError) as error:
            # It is committed; Slack sends it again elsewhere, and gets the same answer.
            log.info("An envelope could not be acked (%s).", type(error).__name__)
        except Exception:
            log.exception("An envelope could not be answered.")

    async def stop(self, patience: float) -> None:
        """Acks what is under way, then closes."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=patience)
        await self._socket.close()
        await asyncio.gather(self.task, return_exceptions=True)


class Sockets:
    """Keeps connections to Slack open.

    Args:
        open_url: asks Slack for the address of a new connection.
        session: for the connections.
        dispatch: Bolt's.
        timing: intervals and patience.
        proxy: through which connections go, if any.
        secure: only `wss` addresses are taken.
    """

    def __init__(
        self,
        *,
        open_url: OpenUrl,
        session: aiohttp.ClientSession,
        dispatch: Dispatch,
        timing: Timing,
        proxy: str | None = None,
        secure: bool = True,
    ) -> None:
        self._open_url = open_url
        self._session = session
        self._dispatch = dispatch
        self._timing = timing
        self._proxy = proxy
        self._secure = secure
        self._opening = asyncio.Lock()
        self._connections: dict[Connection, None] = {}
        """Oldest first."""
        self._places: list[asyncio.Task[None]] = []
        self._first: Connection | None = None

    @property
    def open(self) -> int:
        """How many connections there are over which Slack may send."""
        return sum(link.ready.is_set() and not link.task.done() for link in self._connections)

    async def start(self) -> None:
        """Opens the first connection, the others in the background; so all of them if Slack is away.

        Raises:
            SettingsError: Slack does not take the app token.
        """
        found = await self._try_to_open()
        if isinstance(found, SlackRefused):
            raise SettingsError(f"SLACK_APP_TOKEN: {found.sentence}")
        self._first = found if isinstance(found, Connection) else None
        self._places = [
            asyncio.create_task(self._keep(number), name=f"place {number}") for number in range(PLACES)
        ]

    async def stop(self) -> None:
        """Opens no more, acks what is under way, closes."""
        for place in self._places:
            place.cancel()
        await asyncio.gather(*self._places, return_exceptions=True)
        links = list(self._connections)
        await asyncio.gather(
            *(link.stop(self._timing.stop_patience) for link in links), return_exceptions=True
        )

    async def _keep(self, number: int) -> None:
        """Has a connection at all times, one after the other."""
        failures, early = 0, number / PLACES
        while True:
            link = await self._open(failures)
            began = time.monotonic()
            try:
                async with asyncio.timeout(link.life * early if early else None):
                    await link.leaving.wait()
            except TimeoutError:
                log.info("A connection gets its successor early, so that not all are renewed together.")
            early = 0.0
            # Whether it was closed or only said to be going: else a Slack that says so at once is asked without end.
            short = time.monotonic() - began < SHORT_LIFE and link.leaving.is_set()
            failures = failures + 1 if short or link.disabled else 0
            if link.disabled:
                log.error(
                    "Socket Mode was switched off for this app; the bot gets no requests until it is on."
                )

    async def _open(self, failures: int) -> Connection:
        if failures > 1:
            await asyncio.sleep(pause(failures, self._timing))
        if (first := self._first) is not None:
            self._first = None
            return first
        while True:
            async with self._opening:
                found = await self._try_to_open()
            if isinstance(found, Connection):
                return found
            failures += 1
            if isinstance(found, SlackRefused):
                log.error("Slack opens no connection: %s", found.sentence)
                found = SlackBusy()
            await asyncio.sleep(pause(failures, self._timing, found.retry_after))

    async def _try_to_open(self) -> Connection | SlackBusy | SlackRefused:
        url = await self._open_url()
        if not isinstance(url, str):
            return url
        parts = urlsplit(url)
        if parts.scheme != "wss" and (self._secure or parts.scheme != "ws"):
            return SlackRefused("Slack gave an address for Socket Mode that is not encrypted.")
        await self._make_room()
        try:
            async with asyncio.timeout(self._timing.slack_timeout):
                socket = await self._session.ws_connect(
                    url, heartbeat=HEARTBEAT, proxy=self._proxy, timeout=_CLOSING
                )
        except _FAILURES as error:
            log.info("A connection could not be opened (%s).", type(error).__name__)
            return SlackBusy()
        link = Connection(socket, self._dispatch)
        self._connections[link] = None
        link.task.add_done_callback(lambda _: self._connections.pop(link, None))
        try:
            async with asyncio.timeout(self._timing.slack_timeout):
                await link.ready.wait()
        except TimeoutError:
            await link.stop(0.0)
        return SlackBusy() if link.task.done() else link

    async def _make_room(self) -> None:
        """Closes the oldest of those that Slack was to close and did not, so that one more is not too many."""
        leaving = [link for link in self._connections if link.leaving.is_set()]
        for link in leaving[: max(len(self._connections) - LINKS_MOST + 1, 0)]:
            await link.stop(self._timing.stop_patience)
            self._connections.pop(link, None)


def _json_object(data: str) -> dict[str, Any]:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _retry_headers(envelope: dict[str, Any]) -> dict[str, str | Sequence[str]]:
    attempt = envelope.get("retry_attempt")
    if not isinstance(attempt, int) or not attempt:
        return {}
    return {
        "x-slack-retry-num": str(attempt),
        "x-slack-retry-reason": text(envelope, "retry_reason") or "unknown_error",
    }


def _ack(envelope: dict[str, Any], answer: BoltResponse) -> dict[str, Any]:
    ack: dict[str, Any] = {"envelope_id": envelope["envelope_id"]}
    if answer.body and envelope.get("accepts_response_payload", True):
        content_type = (answer.headers.get("content-type") or [""])[0]
        is_json = content_type.startswith("application/json")
        ack["payload"] = json.loads(answer.body) if is_json else {"text": answer.body}
    return ack
