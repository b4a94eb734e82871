"""Blocking connections that end when their request must: a socket's own timeout begins anew with every byte."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterable
from typing import Any

from zof_core.transport.library import PIECE, SPOKE_FIRST, httpcore


class Moment(threading.local):
    """When the request of this thread must have ended. A socket's own timeout begins anew with every byte."""

    ends_at: float = float("inf")

    def left(self, timeout: float | None) -> float:
        """What is left of a timeout, never more than to the end."""
        left = self.ends_at - time.monotonic()
        return left if timeout is None else min(timeout, left)


moment = Moment()


class TimedStream(httpcore.NetworkStream):
    """A connection each of whose steps ends when its request must."""

    def __init__(self, inner: httpcore.NetworkStream, *, is_fresh: bool = False) -> None:
        self.spoiled = False
        """Whether it must not be used again."""
        self._inner = inner
        self._is_fresh = is_fresh

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if (left := moment.left(timeout)) <= 0:
            raise httpcore.ReadTimeout
        return self._inner.read(min(max_bytes, PIECE), left)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        if (left := moment.left(timeout)) <= 0:
            raise httpcore.WriteTimeout
        if self._is_fresh:
            self._is_fresh = False
            if self._inner.get_extra_info("is_readable"):
                raise httpcore.RemoteProtocolError(SPOKE_FIRST)
        self._inner.write(buffer, left)

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        if (left := moment.left(timeout)) <= 0:
            raise httpcore.ConnectTimeout
        # From here on what can be read of the socket may be TLS's own.
        return TimedStream(self._inner.start_tls(ssl_context, server_hostname, left))

    def get_extra_info(self, info: str) -> Any:
        if info == "is_readable" and self.spoiled:
            return True  # so the library closes it
        return self._inner.get_extra_info(info)


class TimedBackend(httpcore.NetworkBackend):
    """Opens such connections. A host's addresses are tried in turn within one timeout, not one each."""

    def __init__(self) -> None:
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        ends_at = time.monotonic() + moment.left(timeout)
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error
        failure: Exception = httpcore.ConnectTimeout()
        for address in dict.fromkeys(str(entry[4][0]) for entry in found):
            left = ends_at - time.monotonic()
            if left <= 0:
                break
            try:
                inner = self._inner.connect_tcp(address, port, left, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return TimedStream(inner, is_fresh=True)
        raise failure
