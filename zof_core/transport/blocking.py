"""Sending from code that blocks, from any thread."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator

from zof_core.commands import Fault, HttpRequest, Reply
from zof_core.errors import ZofValidationError
from zof_core.forks import forget_at_fork
from zof_core.transport.library import httpcore, httpx
from zof_core.transport.messages import CLOSED, encoded, fault_of, http_request, more_came, reply_of, too_long
from zof_core.transport.pools import Place, place_of, pool_arguments
from zof_core.transport.timed import TimedBackend, TimedStream, moment


class _SyncHttp(httpx.HTTPTransport):
    """The library's transport over a pool of our making; its own constructor takes no network backend."""

    def __init__(self, pool: httpcore.ConnectionPool) -> None:
        self._pool = pool


class _OpenAnswer:
    """The body of an answer until it is closed: the library's has a way to the request's headers, and so to the key."""

    def __init__(self, response: httpx.Response) -> None:
        self.response: httpx.Response | None = response

    def body(self) -> Iterator[bytes]:
        """The pieces; after the last, sees to it that the connection is not used again if more came."""
        assert self.response is not None
        assert isinstance(self.response.stream, httpx.SyncByteStream)
        yield from self.response.stream
        wire = self.response.extensions.get("network_stream")
        if isinstance(wire, TimedStream) and more_came(self.response.stream):
            wire.spoiled = True

    def close(self) -> None:
        response, self.response = self.response, None
        if response is not None:
            assert isinstance(response.stream, httpx.SyncByteStream)
            response.stream.close()


class HttpTransport:
    """Sends requests from any thread.

    Args:
        ca_file: certificates in PEM form instead of the usual ones.
        http: another transport of the library, as a benchmark gives one; its network is its own affair.
    """

    def __init__(self, ca_file: str | None = None, http: httpx.BaseTransport | None = None) -> None:
        self._ca_file = ca_file
        self._given = http
        self._pools: dict[Place, httpx.BaseTransport] = {}
        self._lock = threading.Lock()
        self._closed = False
        forget_at_fork(self)

    def send(self, request: HttpRequest, timeout: float) -> Reply | Fault:
        """Sends and reads the head of the answer, within `timeout` seconds."""
        if timeout <= 0:
            return Fault("timeout", "no time was left")
        moment.ends_at = time.monotonic() + timeout
        try:
            pool = self._pool(request.url)
            if pool is None:
                return CLOSED
            response = pool.handle_request(http_request(request, timeout))
            stream = _OpenAnswer(response)
            return reply_of(response.status_code, response.headers.raw, stream, request.key)
        except ZofValidationError:
            raise
        except Exception as error:
            return fault_of(error)
        except BaseException as error:
            raise error.with_traceback(None)  # noqa: B904  # its frames hold the key

    def read(
        self, reply: Reply, write: Callable[[bytes], object], limit: int, timeout: float
    ) -> Fault | None:
        """Reads the body into `write`, at most `limit` bytes, within `timeout` seconds, and closes the answer."""
        moment.ends_at = time.monotonic() + timeout
        try:
            if fault := encoded(reply):
                return fault
            size = 0
            for chunk in reply.stream.body():
                size += len(chunk)
                if size > limit:
                    return too_long(limit)
                write(chunk)
        except Exception as error:
            return fault_of(error)
        except BaseException as error:
            raise error.with_traceback(None)  # noqa: B904  # its frames hold the key
        finally:
            self.discard(reply)
        return None

    def discard(self, reply: Reply) -> None:
        """Closes an answer."""
        with contextlib.suppress(Exception):
            reply.stream.close()

    def close(self) -> None:
        """Closes all connections; what is sent afterwards is a fault."""
        with self._lock:
            self._closed = True
            pools, self._pools = self._pools, {}
        for pool in pools.values():
            with contextlib.suppress(Exception):
                pool.close()

    def forget(self) -> None:
        """In a forked child: leaves the parent's connections alone and begins with none."""
        self._lock = threading.Lock()
        self._pools = {}

    def _pool(self, url: str) -> httpx.BaseTransport | None:
        if self._given is not None:
            return None if self._closed else self._given
        place = place_of(url)
        pool = self._pools.get(place)
        if pool is None:
            with self._lock:
                if self._closed:
                    return None
                pool = self._pools.get(place)
                if pool is None:
                    arguments = pool_arguments(place, self._ca_file)
                    pool = _SyncHttp(httpcore.ConnectionPool(network_backend=TimedBackend(), **arguments))
                    self._pools[place] = pool
        return pool
