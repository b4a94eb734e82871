"""The HTTP edge: Bolt's ASGI adapter made total.

Bolt verifies signature and age (5 minutes). What would make it stumble before it gets there is refused here,
with the same 401: headers of the wrong shape, a body that is not text or cannot be parsed. One of its parsing
rules is corrected: a form body that merely contains the word "payload" is not an interaction.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final
from urllib.parse import parse_qsl

from slack_bolt.adapter.asgi.async_handler import AsyncSlackRequestHandler
from slack_bolt.adapter.asgi.http_request import AsgiHttpRequest
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.response import BoltResponse

from slack_bot.requests import has_known_shape

log: Final = logging.getLogger(__name__)

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

PATH: Final = "/slack/events"
MAX_BODY: Final = 1_000_000
"""Bytes. Slack's largest payloads (a modal with its state) stay far below."""
BODY_SECONDS: Final = 5.0
"""Slack waits 3 seconds for an answer, so a body that takes longer is nobody's."""
_TIMESTAMP: Final = re.compile(r"\d{1,12}")
_SIGNATURE: Final = re.compile(r"v0=[0-9a-f]{64}")


class SlackEndpoint(AsyncSlackRequestHandler):
    """Bolt behind checks that need no secret."""

    async def dispatch(self, request: AsgiHttpRequest) -> BoltResponse:
        """Answers one request; never raises."""
        try:
            bolt_request = await _bolt_request(request)
        except TooLargeError:
            return BoltResponse(status=413, body={"error": "request too large"})
        except TimeoutError:
            return BoltResponse(status=408, body={"error": "the request did not arrive in time"})
        except Exception as error:
            log.info("A request that Slack cannot have sent was refused (%s).", type(error).__name__)
            return _refusal()
        if bolt_request is None:
            return _refusal()
        if not has_known_shape(bolt_request.body):
            return BoltResponse(status=400, body={"error": "unknown shape"})
        return await self.app.async_dispatch(bolt_request)


class TooLargeError(Exception):
    """A body longer than `MAX_BODY`."""


async def _bolt_request(request: AsgiHttpRequest) -> AsyncBoltRequest | None:
    headers = {name.lower(): value for name, value in request.get_headers().items()}
    timestamp, signature = headers.get("x-slack-request-timestamp", ""), headers.get("x-slack-signature", "")
    if not _TIMESTAMP.fullmatch(str(timestamp)) or not _SIGNATURE.fullmatch(str(signature)):
        return None
    body = (await read_body(request.receive)).decode("utf-8")
    made = AsyncBoltRequest(body=body, query=request.query_string, headers=headers)
    if not isinstance(made.body, dict):
        return None
    if not made.body and "payload" in body:
        fields = dict(parse_qsl(body, keep_blank_values=True))
        # Bolt takes any body with this word in it for an interaction. The raw body stays: that is signed.
        context = AsyncBoltRequest(body=fields, mode="socket_mode").context
        made.body, made.context = fields, context
    return made


async def read_body(receive: Receive) -> bytes:
    """The whole body.

    Raises:
        TooLargeError: it is longer than any that is expected.
        TimeoutError: it did not come within `BODY_SECONDS`.
        ConnectionError: it broke off.
    """
    chunks = bytearray()
    async with asyncio.timeout(BODY_SECONDS):
        while True:
            message = await receive()
            if message["type"] != "http.request":
                raise ConnectionError("the client went away")
            chunks += message.get("body", b"")
            if len(chunks) > MAX_BODY:
                raise TooLargeError
            if not message.get("more_body", False):
                return bytes(chunks)


def _refusal() -> BoltResponse:
    return BoltResponse(status=401, body={"error": "invalid request"})


async def respond(send: Send, status: int, body: dict[str, Any]) -> None:
    """A JSON answer."""
    data = json.dumps(body).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(data)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": data})


def endpoint(app: AsyncApp) -> SlackEndpoint:
    """The handler for `PATH`."""
    return SlackEndpoint(app, path=PATH)
