"""Between our requests, replies and faults and the library's."""

from __future__ import annotations

import os
import re
import socket
import ssl
from collections.abc import Iterable
from typing import Any
from urllib.parse import SplitResult

import h11

from zof_core.assumptions import CONNECT_SECONDS
from zof_core.commands import Fault, FaultKind, HttpRequest, Reply
from zof_core.config import ApiKey
from zof_core.transport.hushed import key_in_use
from zof_core.transport.library import httpcore, httpx


def http_request(request: HttpRequest, timeout: float) -> httpx.Request:
    return httpx.Request(
        request.method,
        request.url,
        headers=_headers(request),
        content=request.body,
        extensions={"timeout": _limits(timeout)},
    )


def core_request(request: HttpRequest, parts: SplitResult, timeout: float) -> httpcore.Request:
    """The same for the layer below, where a request costs half as much. Its address is printable ASCII already."""
    return httpcore.Request(
        request.method,
        httpcore.URL(
            scheme=parts.scheme, host=parts.hostname or "", port=parts.port, target=target_of(parts)
        ),
        headers=request_headers(request, parts),
        content=request.body,
        extensions={"timeout": _limits(timeout)},
    )


def target_of(parts: SplitResult) -> str:
    """What a request line names of an address."""
    return f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"


def request_headers(request: HttpRequest, parts: SplitResult) -> list[tuple[str, str]]:
    """All headers of a request, for whoever adds none."""
    headers = [("Host", parts.netloc), *_headers(request)]
    if request.body is not None:
        headers.append(("Content-Length", str(len(request.body))))
    return headers


def _headers(request: HttpRequest) -> list[tuple[str, str]]:
    headers = list(request.headers)
    if request.key is not None:
        key_in_use.set(request.key)
        headers.append(("Authorization", request.key.header()))
    return headers


def _limits(timeout: float) -> dict[str, float]:
    return {"connect": min(CONNECT_SECONDS, timeout), "read": timeout, "write": timeout, "pool": timeout}


def reply_of(
    status: int, raw: Iterable[tuple[bytes, bytes]], stream: Any, key: ApiKey | None = None
) -> Reply:
    """The head of an answer, without the key that was sent, which servers and proxies echo."""
    headers: dict[str, str] = {}
    for name, value in raw:
        headers.setdefault(name.decode("latin-1").lower(), value.decode("latin-1"))
    if key is not None and key.hide(text := "\n".join(headers.values())) != text:
        headers = {name: key.hide(value) for name, value in headers.items()}
    return Reply(status, headers, stream)


def fault_of(error: Exception) -> Fault:
    """What a fault of the library is, in our words."""
    root = _root(error)
    if isinstance(error, _both("ConnectTimeout")):
        return Fault("connect", "it timed out")
    if isinstance(error, (*_both("TimeoutException"), TimeoutError)):
        return Fault("timeout", "time ran out")
    if isinstance(root, socket.gaierror):
        return Fault("resolve", (root.strerror or "unknown host").lower())
    if isinstance(root, ssl.SSLError) and isinstance(error, _both("ConnectError")):
        return Fault("tls", getattr(root, "verify_message", "") or root.reason or "TLS failed")
    said = _said(root, error)
    for kind, name in _KINDS:
        if isinstance(error, kind):
            return Fault(name, said)
    return Fault("protocol", type(error).__name__)


def _both(name: str) -> tuple[type[Exception], ...]:
    """An exception of the library's two layers, which name them alike."""
    return getattr(httpx, name), getattr(httpcore, name)


_KINDS: tuple[tuple[tuple[type[Exception], ...], FaultKind], ...] = (
    (_both("ProxyError"), "proxy"),
    (_both("ConnectError"), "connect"),
    (_both("WriteError"), "write"),
    (_both("ReadError"), "read"),
    ((*_both("RemoteProtocolError"), h11.RemoteProtocolError), "protocol"),
)


def _said(root: BaseException, error: Exception) -> str:
    if isinstance(root, OSError) and root.errno and root.errno > 0:
        return os.strerror(root.errno).lower()
    # The parser quotes what it could not read, in which a server may have put the key.
    key = key_in_use.get()
    said = _ERRNO.sub("", str(error))
    return (key.hide(said) if key is not None else said).lower()


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


def more_came(stream: Any) -> bool:
    """Whether a server sent more than the answer whose whole body was read: it would be taken for the next one.

    The library looks for it at the socket only, not in what its parser holds already, which nothing public shows. Where
    the parser is not found, as in a version that names it otherwise, the answer is yes: safe, and slower.
    """
    for name in ("_httpcore_stream", "_stream", "_connection"):
        stream = getattr(stream, name, stream)
    parser = getattr(stream, "_h11_state", None)
    return parser is None or bool(parser.trailing_data[0])


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
