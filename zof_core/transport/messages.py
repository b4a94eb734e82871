"""Between our requests, replies and faults and the library's."""

from __future__ import annotations

import os
import re
import socket
import ssl
from typing import Any

from zof_core.assumptions import CONNECT_SECONDS
from zof_core.commands import Fault, FaultKind, HttpRequest, Reply
from zof_core.transport.library import httpx


def http_request(request: HttpRequest, timeout: float) -> httpx.Request:
    headers = list(request.headers)
    if request.key is not None:
        headers.append(("Authorization", request.key.header()))
    limits = {"connect": min(CONNECT_SECONDS, timeout), "read": timeout, "write": timeout, "pool": timeout}
    return httpx.Request(
        request.method,
        request.url,
        headers=headers,
        content=request.body,
        extensions={"timeout": limits},
    )


def reply_of(response: httpx.Response, stream: Any) -> Reply:
    headers: dict[str, str] = {}
    for name, value in response.headers.raw:
        headers.setdefault(name.decode("latin-1").lower(), value.decode("latin-1"))
    return Reply(response.status_code, headers, stream)


def fault_of(error: Exception) -> Fault:
    """What a fault of the library is, in our words."""
    root = _root(error)
    if isinstance(error, httpx.ConnectTimeout):
        return Fault("connect", "it timed out")
    if isinstance(error, httpx.TimeoutException | TimeoutError):
        return Fault("timeout", "time ran out")
    if isinstance(root, socket.gaierror):
        return Fault("resolve", (root.strerror or "unknown host").lower())
    if isinstance(root, ssl.SSLError) and isinstance(error, httpx.ConnectError):
        return Fault("tls", getattr(root, "verify_message", "") or root.reason or "TLS failed")
    said = _said(root, error)
    for kind, name in _KINDS:
        if isinstance(error, kind):
            return Fault(name, said)
    return Fault("protocol", type(error).__name__)


_KINDS: tuple[tuple[type[Exception], FaultKind], ...] = (
    (httpx.ProxyError, "proxy"),
    (httpx.ConnectError, "connect"),
    (httpx.WriteError, "write"),
    (httpx.ReadError, "read"),
    (httpx.RemoteProtocolError, "protocol"),
)


def _said(root: BaseException, error: Exception) -> str:
    if isinstance(root, OSError) and root.errno and root.errno > 0:
        return os.strerror(root.errno).lower()
    return _ERRNO.sub("", str(error)).lower()


_ERRNO = re.compile(r"^\[Errno -?\d+\] ")


def _root(error: BaseException) -> BaseException:
    """The first cause; of several, as when all addresses of a host fail, the first of them."""
    seen = 0
    while seen < 20:
        seen += 1
        if isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        elif error.__cause__ is not None:
            error = error.__cause__
        elif error.__context__ is not None:
            error = error.__context__  # the pool raises "from None", which hides it but leaves it
        else:
            break
    return error


CLOSED = Fault("closed", "make a new one")


def too_long(limit: int) -> Fault:
    return Fault("unreadable", f"The answer is longer than {limit // (1024 * 1024)} MiB.")


def encoded(reply: Reply) -> Fault | None:
    """A body that was compressed although we ask for none cannot be read."""
    encoding = reply.headers.get("content-encoding", "identity").strip().lower()
    return (
        None
        if encoding in {"", "identity"}
        else Fault("unreadable", "The answer is compressed; none was asked for.")
    )
