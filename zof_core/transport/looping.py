"""Sending from event loops: each loop has its own connections."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from urllib.parse import urlsplit

from zof_core.commands import Fault, HttpRequest, Reply
from zof_core.errors import ZofValidationError
from zof_core.forks import forget_at_fork
from zof_core.transport.lines import AnyLine, open_line
from zof_core.transport.messages import CLOSED, encoded, fault_of, reply_of, too_long
from zof_core.transport.pools import POOL_SIZE, Place


class _LoopPools:
    """The connections of one event loop: a gate that lets so many requests in, and what each of them may use.

    Each request has a connection to itself. In the library's pool an idle connection is given to several waiting
    requests, all but one of which have to queue again: the cost grows with the square of their number.
    """

    def __init__(self) -> None:
        self.gate = asyncio.Semaphore(POOL_SIZE)
        self.idle: dict[Place, list[AnyLine]] = defaultdict(list)


class _OpenAnswer:
    """The body of an answer. When it is closed, its connection rests or ends, and another request may come in.

    Args:
        line: that it comes by.
        pools: where the line rests afterwards.
        place: where it leads to.
    """

    def __init__(self, line: AnyLine, pools: _LoopPools, place: Place) -> None:
        self.line = line
        self.reusable = False
        self._pools = pools
        self._place = place
        self._is_open = True

    async def close(self, *, keep: bool) -> None:
        """Once.

        Args:
            keep: whether a line that can be used again is wanted.
        """
        if not self._is_open:
            return
        self._is_open = False
        self._pools.gate.release()
        if self.reusable and keep:
            self._pools.idle[self._place].append(self.line)
            return
        with contextlib.suppress(Exception):
            await self.line.aclose()


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
        if self._closed:
            return CLOSED
        try:
            return await self._send(request, time.monotonic() + timeout)
        except ZofValidationError:
            raise
        except Exception as error:
            return fault_of(error)
        except BaseException as error:
            raise error.with_traceback(None)  # noqa: B904  # its frames hold the key

    async def _send(self, request: HttpRequest, ends_at: float) -> Reply:
        parts = urlsplit(request.url)
        place = parts.scheme, parts.netloc
        pools = self._loop_pools()
        await _acquire(pools.gate, ends_at)
        try:
            line = await self._line(pools.idle[place], place, ends_at)
        except BaseException:
            pools.gate.release()
            raise
        answer = _OpenAnswer(line, pools, place)
        try:
            status, headers = await line.ask(request, parts, ends_at)
        except BaseException:
            await answer.close(keep=False)
            raise
        return reply_of(status, headers, answer, request.key)

    async def _line(self, idle: list[AnyLine], place: Place, ends_at: float) -> AnyLine:
        while idle:
            line = idle.pop()
            if not line.is_stale():
                return line
            with contextlib.suppress(Exception):
                await line.aclose()
        async with asyncio.timeout(ends_at - time.monotonic()):
            return await open_line(place, self._ca_file)

    async def read(
        self, reply: Reply, write: Callable[[bytes], object], limit: int, timeout: float
    ) -> Fault | None:
        """Reads the body into `write`, at most `limit` bytes, within `timeout` seconds, and closes the answer."""
        answer: _OpenAnswer = reply.stream
        try:
            if fault := encoded(reply):
                return fault
            size = 0
            ends_at = time.monotonic() + timeout
            while (piece := await answer.line.piece(ends_at)) is not None:
                size += len(piece)
                if size > limit:
                    return too_long(limit)
                if time.monotonic() > ends_at:  # what is here already comes without giving way
                    return Fault("timeout", "time ran out")
                write(piece)
            answer.reusable = await answer.line.rest()
        except Exception as error:
            return fault_of(error)
        except BaseException as error:
            raise error.with_traceback(None)  # noqa: B904  # its frames hold the key
        finally:
            await self.discard(reply)
        return None

    async def discard(self, reply: Reply) -> None:
        """Closes an answer."""
        answer: _OpenAnswer = reply.stream
        await answer.close(keep=not self._closed)

    async def aclose(self) -> None:
        """Closes the connections of the running loop, and drops those of loops that have ended."""
        self._closed = True
        mine = self._loops.pop(asyncio.get_running_loop(), None)
        self._drop_ended()
        for line in [one for idle in mine.idle.values() for one in idle] if mine else ():
            with contextlib.suppress(Exception):
                await line.aclose()

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


async def _acquire(gate: asyncio.Semaphore, ends_at: float) -> None:
    """A place at the gate; the clock is asked only if there is something to wait for."""
    if not gate.locked():
        await gate.acquire()
        return
    async with asyncio.timeout(ends_at - time.monotonic()):
        await gate.acquire()
