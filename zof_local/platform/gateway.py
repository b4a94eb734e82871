"""What every API request passes before its operation, and every answer after it.

Request id, Host check, size, bearer key, rate limit; and if anything breaks, the error envelope.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from zof_local.platform.assumptions import (
    BODY_SECONDS,
    FAULT_HEADER,
    IDEMPOTENCY_KEY_MAX,
    IDEMPOTENCY_KEY_PATTERN,
    MAX_BODY_BYTES,
    REQUEST_PREFIX,
)
from zof_local.platform.damage import Damaged, reset
from zof_local.platform.errors import ApiProblem, invalid
from zof_local.platform.faults import OF_ANSWERS, Fault, FaultError, FaultSwitches
from zof_local.platform.hosts import allowed_host
from zof_local.platform.ids import new_id
from zof_local.platform.ratelimit import FixedWindow
from zof_local.platform.store.database import Database
from zof_local.platform.store.idempotency import Attempt, body_hash
from zof_local.platform.store.keys import Caller, caller_of

_ANONYMOUS = "anonymous"
_WRITES = frozenset({"POST", "PATCH", "PUT", "DELETE"})
_MAX_DISCARDED = 20 * MAX_BODY_BYTES
_BEARER = re.compile(r"bearer +(\S+) *", re.IGNORECASE)


class _DisconnectedError(Exception):
    """The client went away before it had sent its request."""


log = logging.getLogger(__name__)


@dataclass(slots=True)
class Gateway:
    """ASGI middleware for everything below `/v1`; other paths pass with a Host check only."""

    app: ASGIApp
    database: Callable[[], Database]
    window: FixedWindow
    public_url: str | None
    faults: FaultSwitches
    clock: Callable[[], float] = time.time

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        answer = _Answer(send, new_id(REQUEST_PREFIX))
        try:
            self._check_host(scope)
            if _is_api(scope["path"]):
                receive = await self._admit(scope, receive, answer)
            await self.app(scope, receive, answer.send)
        except _DisconnectedError:
            return
        except ApiProblem as problem:
            await answer.problem(problem)
        except Exception:
            log.exception("request %s (%s %s) broke", answer.request_id, scope["method"], scope["path"])
            await answer.problem(
                ApiProblem(
                    500,
                    "The platform failed on this request. Try again; if it happens again, look for request "
                    f"{answer.request_id} in the platform's log.",
                )
            )

    def _check_host(self, scope: Scope) -> None:
        host = Headers(scope=scope).get("host", "")
        if not allowed_host(host, self.public_url):
            raise invalid(
                f"This server does not answer for the host '{host[:80]}'. Use the address it printed."
            )

    async def _admit(self, scope: Scope, receive: Receive, answer: _Answer) -> Receive:
        headers = Headers(scope=scope)
        caller = await self._caller(headers)
        allowance = self.window.take(caller.organization_id if caller else _ANONYMOUS, self.clock())
        answer.headers |= allowance.headers()
        faults, of_webhooks = self._faults(headers, caller)
        await _meet(faults, scope, receive, answer)
        _refuse(faults)
        if not allowance.allowed:
            raise ApiProblem(
                429,
                f"More than {allowance.limit} requests in one minute. "
                f"Wait {allowance.retry_after} s, then go on.",
            )
        if caller is None:
            raise _unauthorized(headers)
        try:
            async with asyncio.timeout(BODY_SECONDS):
                body = await _read_body(receive, answer)
        except TimeoutError:
            answer.headers["Connection"] = "close"
            raise invalid(f"The request body did not arrive within {BODY_SECONDS:g} s.") from None
        state: dict[str, Any] = scope.setdefault("state", {})
        state["caller"] = caller
        state["webhook_faults"] = of_webhooks
        state["attempt"] = _attempt(scope, headers, caller, body)
        return _replay(body, receive)

    def _faults(self, headers: Headers, caller: Caller | None) -> tuple[dict[str, Fault], frozenset[str]]:
        key, header = caller.key_name if caller else None, headers.get(FAULT_HEADER)
        try:
            return self.faults.strike(key, header), self.faults.of_webhooks(key, header)
        except FaultError as error:
            raise invalid(str(error), FAULT_HEADER) from None

    async def _caller(self, headers: Headers) -> Caller | None:
        bearer = _BEARER.fullmatch(headers.get("authorization", ""))
        if bearer is None:
            return None
        return await self.database().read(lambda connection: caller_of(connection, bearer[1]))


class _Answer:
    """The way back to the client: adds our headers, and knows whether an answer has begun."""

    def __init__(self, send: Send, request_id: str) -> None:
        self.request_id = request_id
        self.headers = {"X-Request-Id": request_id}
        self._send = send
        self._begun = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._begun = True
            MutableHeaders(scope=message).update(self.headers)
        await self._send(message)

    def damage(self, scope: Scope, receive: Receive, faults: Mapping[str, Fault]) -> None:
        """From now on the answer suffers these faults."""
        self._send = Damaged(scope, receive, self._send, faults)

    async def problem(self, problem: ApiProblem) -> None:
        if self._begun:
            return
        body = json.dumps(problem.body(), separators=(",", ":")).encode()
        headers = {"content-type": "application/json", "content-length": str(len(body)), **problem.headers}
        raw = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
        await self.send({"type": "http.response.start", "status": problem.status, "headers": raw})
        await self.send({"type": "http.response.body", "body": body})


async def _meet(faults: Mapping[str, Fault], scope: Scope, receive: Receive, answer: _Answer) -> None:
    """What faults do to a request's connection: now, or to its answer."""
    if "latency" in faults:
        await asyncio.sleep(faults["latency"].value)
    if "hangup" in faults:
        await reset(scope, receive)
        raise _DisconnectedError
    if faults.keys() & OF_ANSWERS:
        answer.damage(scope, receive, faults)


def _refuse(faults: Mapping[str, Fault]) -> None:
    """The answers that faults give instead of the operation's."""
    if "storm" in faults:
        seconds = int(faults["storm"].value)
        raise ApiProblem(
            429, f"Too many requests (on purpose). Wait {seconds} s.", headers={"Retry-After": str(seconds)}
        )
    if "status" in faults:
        raise ApiProblem(int(faults["status"].value), "The platform failed on this request (on purpose).")


def _is_api(path: str) -> bool:
    return path == "/v1" or path.startswith("/v1/")


def _unauthorized(headers: Headers) -> ApiProblem:
    if "authorization" in headers:
        message = (
            "This API key is not valid here. Check ZOF_API_KEY: it may be of another platform, or revoked."
        )
    else:
        message = "The API key is missing. Send the header 'Authorization: Bearer <API key>'."
    return ApiProblem(401, message, headers={"WWW-Authenticate": "Bearer"})


async def _read_body(receive: Receive, answer: _Answer) -> bytes:
    """The body; one that is too long is read on for a while, as who is still sending does not hear us."""
    body = bytearray()
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _DisconnectedError
        piece = message.get("body", b"")
        size += len(piece)
        if size <= MAX_BODY_BYTES:
            body += piece
        ended = not message.get("more_body", False)
        if ended and size <= MAX_BODY_BYTES:
            return bytes(body)
        if ended or size > _MAX_DISCARDED:
            if not ended:
                answer.headers["Connection"] = "close"
            raise invalid(f"The request body is larger than {MAX_BODY_BYTES} bytes.")


def _replay(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives the body that was read already, then what comes after it."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


def _attempt(scope: Scope, headers: Headers, caller: Caller, body: bytes) -> Attempt | None:
    key = headers.get("idempotency-key")
    if key is None or scope["method"] not in _WRITES:
        return None
    if len(key) > IDEMPOTENCY_KEY_MAX or not re.fullmatch(IDEMPOTENCY_KEY_PATTERN, key):
        raise invalid(
            f"Idempotency-Key must have 1 to {IDEMPOTENCY_KEY_MAX} printable ASCII characters; "
            "a UUID is a good choice.",
            "Idempotency-Key",
        )
    return Attempt(caller.key_id, scope["method"], scope["path"], key, body_hash(body))
