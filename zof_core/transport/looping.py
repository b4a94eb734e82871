"""Sending from event loops: each loop has its own connections."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Coroutine
from typing import Any

from zof_core.commands import Fault, HttpRequest, Reply
from zof_core.errors import ZofValidationError
from zof_core.forks import forget_at_fork
from zof_core.transport.library import httpcore
from zof_core.transport.messages import CLOSED, core_request, encoded, fault_of, more_came, reply_of, too_long
from zof_core.transport.pools import POOL_SIZE, AsyncConnection, Place, async_connection, place_of


def _is_stale(connection: AsyncConnection) -> bool:
    """Whether the server has closed it meanwhile. A pool, which leads through a proxy, sees to that itself."""
    return isinstance(connection, httpcore.AsyncHTTPConnection) and (
        connection.is_closed() or connection.has_expired()
    )


class _LoopPools:
    """The connections of one event loop: a gate that lets so many requests in, and what each of them may use.

    Each request has a connection to itself. In the library's pool an idle connection is given to several waiting
    requests, all but one of which have to queue again: the cost grows with the square of their number.
    """

    def __init__(self) -> None:
        self.gate = asyncio.Semaphore(POOL_SIZE)
        self.idle: dict[Place, list[AsyncConnection]] = defaultdict(list)


class _OpenAnswer:
    """The body of an answer, and what is to be done once when it is closed.

    Args:
        response: the library's.
        leave: told whether the connection can be used again.
    """

    def __init__(
        self, response: httpcore.Response, leave: Callable[[bool], Coroutine[Any, Any, None]]
    ) -> None:
        self.response: httpcore.Response | None = response
        self.reusable = False
        self._leave: Callable[[bool], Coroutine[Any, Any, None]] | None = leave

    async def close(self) -> None:
        """Closes the body and gives back the place at the gate."""
        leave, self._leave = self._leave, None
        # The library's has a way to the request's headers, and so to the key.
        response, self.response = self.response, None
        if leave is None or response is None:
            return
        closed = False
        try:
            with contextlib.suppress(Exception):
                await response.aclose()
                closed = True
        finally:
            await leave(self.reusable and closed)


class AsyncHttpTransport:
    """Sends requests from any event loop: each loop has its own connections.

    Args:
        ca_file: certificates in PEM form instead of the usual ones.
    """

    def __init__(self, ca_file: str | None = None) -> None:
        self._ca_file = ca_file
        self._loops: dict[asyncio.AbstractEventLoop, _LoopPools] = {}
        self._lock = threading.Lock()
        self._closed = False
        forget_at_fork(self)

    async def send(self, request: HttpRequest, timeout: float) -> Reply | Fault:
        """Sends and reads the head of the answer, within `timeout` seconds."""
        if timeout <= 0:
            return Fault("timeout", "no time was left")
        try:
            async with asyncio.timeout(timeout):
                return await self._send(request, timeout)
        except ZofValidationError:
            raise
        except Exception as error:
            return fault_of(error)
        except BaseException as error:
            raise error.with_traceback(None)  # noqa: B904  # its frames hold the key

    async def _send(self, request: HttpRequest, timeout: float) -> Reply | Fault:
        if self._closed:
            return CLOSED
        pools = self._loop_pools()
        place = place_of(request.url)
        await pools.gate.acquire()
        connection: AsyncConnection | None = None
        try:
            connection = await self._connection(pools, place)
            response = await connection.handle_async_request(core_request(request, timeout))
        except BaseException:
            await self._leave(pools, place, connection, reusable=False)
            raise

        async def leave(reusable: bool) -> None:
            await self._leave(pools, place, connection, reusable=reusable)

        return reply_of(response.status, response.headers, _OpenAnswer(response, leave), request.key)

    async def _leave(
        self, pools: _LoopPools, place: Place, connection: AsyncConnection | None, *, reusable: bool
    ) -> None:
        """A request is over: another may come in, and use its connection if nothing broke or was cut off on it."""
        pools.gate.release()
        if connection is None:
            return
        if reusable and not self._closed:
            pools.idle[place].append(connection)
            return
        with contextlib.suppress(Exception):
            await connection.aclose()

    async def read(
        self, reply: Reply, write: Callable[[bytes], object], limit: int, timeout: float
    ) -> Fault | None:
        """Reads the body into `write`, at most `limit` bytes, within `timeout` seconds, and closes the answer."""
        try:
            if fault := encoded(reply):
                return fault
            size = 0
            ends_at = time.monotonic() + timeout
            async with asyncio.timeout(timeout):
                async for chunk in reply.stream.response.stream:
                    size += len(chunk)
                    if size > limit:
                        return too_long(limit)
                    if time.monotonic() > ends_at:  # of what is here already, chunks come without giving way
                        return Fault("timeout", "time ran out")
                    write(chunk)
            reply.stream.reusable = not more_came(reply.stream.response.stream)
        except Exception as error:
            return fault_of(error)
        except BaseException as error:
            raise error.with_traceback(None)  # noqa: B904  # its frames hold the key
        finally:
            await self.discard(reply)
        return None

    async def discard(self, reply: Reply) -> None:
        """Closes an answer."""
        await reply.stream.close()

    async def aclose(self) -> None:
        """Closes the connections of the running loop, and drops those of loops that have ended."""
        self._closed = True
        mine = self._loops.pop(asyncio.get_running_loop(), None)
        self._drop_ended()
        for connection in [one for idle in mine.idle.values() for one in idle] if mine else ():
            with contextlib.suppress(Exception):
                await connection.aclose()

    def forget(self) -> None:
        """In a forked child: leaves the parent's connections alone and begins with none."""
        self._lock = threading.Lock()
        self._loops = {}

    def _loop_pools(self) -> _LoopPools:
        loop = asyncio.get_running_loop()
        pools = self._loops.get(loop)
        if pools is None:
            with self._lock:
                # A pool's connections hold their loop, so no weak reference would ever let go of it.
                self._drop_ended()
                pools = self._loops[loop] = _LoopPools()
        return pools

    def _drop_ended(self) -> None:
        for loop in [loop for loop in self._loops if loop.is_closed()]:
            self._loops.pop(loop, None)

    async def _connection(self, pools: _LoopPools, place: Place) -> AsyncConnection:
        idle = pools.idle[place]
        while idle:
            connection = idle.pop()
            if not _is_stale(connection):
                return connection
            with contextlib.suppress(Exception):
                await connection.aclose()
        return async_connection(place, self._ca_file)
