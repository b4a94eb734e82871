"""The two drivers: each carries out what a machine asks for, one by blocking, one by awaiting. They decide nothing."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Generator
from typing import Any, Protocol, TypeVar

from zof_core.clock import Clock
from zof_core.commands import (
    Command,
    Fault,
    Hear,
    HttpRequest,
    Notify,
    Read,
    RenewKey,
    Reply,
    Send,
    Sleep,
)
from zof_core.errors import ZofApiError, ZofAuthenticationError, ZofTimeoutError

T = TypeVar("T")


class Transport(Protocol):
    """What sends requests. It raises nothing for what a network or a server does: that is a `Fault`."""

    def send(self, request: HttpRequest, timeout: float) -> Reply | Fault:
        """Sends and reads the head of the answer, within `timeout` seconds."""

    def read(
        self, reply: Reply, write: Callable[[bytes], object], limit: int, timeout: float
    ) -> Fault | None:
        """Reads the body into `write`, at most `limit` bytes, within `timeout` seconds, and closes the answer."""

    def discard(self, reply: Reply) -> None:
        """Closes an answer that is not read."""

    def close(self) -> None:
        """Closes all connections."""


class AsyncTransport(Protocol):
    """The same, awaited."""

    async def send(self, request: HttpRequest, timeout: float) -> Reply | Fault:
        """Sends and reads the head of the answer, within `timeout` seconds."""

    async def read(
        self, reply: Reply, write: Callable[[bytes], object], limit: int, timeout: float
    ) -> Fault | None:
        """Reads the body into `write`, at most `limit` bytes, within `timeout` seconds, and closes the answer."""

    async def discard(self, reply: Reply) -> None:
        """Closes an answer that is not read."""

    async def aclose(self) -> None:
        """Closes all connections of the running loop."""


class Driver:
    """Runs machines in the calling thread.

    Args:
        transport: what sends.
        clock: time and chance.
        renew: reads a key anew; of an asynchronous source, `renewed_apart`.
    """

    def __init__(
        self, transport: Transport, clock: Clock, renew: Callable[[RenewKey], bool] | None = None
    ) -> None:
        self._transport = transport
        self._clock = clock
        self._renew = renew or _renewed

    def drive(self, machine: Generator[Command, Any, T]) -> T:
        """Runs a machine to its end and gives what it returns."""
        unread: Reply | None = None
        answer: Any = None
        try:
            while True:
                try:
                    command = machine.send(answer)
                except StopIteration as stop:
                    return stop.value  # type: ignore[no-any-return]  # a generator's value is typed by its machine
                match command:
                    case Send():
                        answer = self._transport.send(
                            command.request, command.ends_at - self._clock.monotonic()
                        )
                        unread = answer if isinstance(answer, Reply) else None
                    case Read():
                        timeout = command.ends_at - self._clock.monotonic()
                        unread = None
                        answer = self._transport.read(command.reply, command.write, command.limit, timeout)
                    case Sleep():
                        self._clock.sleep(command.seconds)
                        answer = None
                    case RenewKey():
                        answer = self._renew(command)
                    case Notify():
                        command.tell(command.run)
                        answer = None
                    case Hear():
                        answer = command.inbox.get(command.seconds)
        finally:
            machine.close()
            if unread is not None:
                self._transport.discard(unread)


class AsyncDriver:
    """Runs machines in the running event loop."""

    def __init__(self, transport: AsyncTransport, clock: Clock) -> None:
        self._transport = transport
        self._clock = clock

    async def drive(self, machine: Generator[Command, Any, T]) -> T:
        """Runs a machine to its end and gives what it returns."""
        unread: Reply | None = None
        answer: Any = None
        try:
            while True:
                try:
                    command = machine.send(answer)
                except StopIteration as stop:
                    return stop.value  # type: ignore[no-any-return]  # a generator's value is typed by its machine
                match command:
                    case Send():
                        timeout = command.ends_at - self._clock.monotonic()
                        answer = await self._transport.send(command.request, timeout)
                        unread = answer if isinstance(answer, Reply) else None
                    case Read():
                        timeout = command.ends_at - self._clock.monotonic()
                        unread = None
                        answer = await self._transport.read(
                            command.reply, command.write, command.limit, timeout
                        )
                    case Sleep():
                        await self._clock.async_sleep(command.seconds)
                        answer = None
                    case RenewKey():
                        answer = await _renewed_later(command)
                    case Notify():
                        told = command.tell(command.run)
                        answer = await told if inspect.isawaitable(told) else None
                    case Hear():
                        answer = await command.inbox.aget(command.seconds)
        finally:
            machine.close()
            if unread is not None:
                await self._transport.discard(unread)


def _renewed(command: RenewKey) -> bool:
    got = _fetched(command)
    if inspect.isawaitable(got[0]):
        if inspect.iscoroutine(got[0]):
            got[0].close()
        raise ZofAuthenticationError(
            "The function given as api_key is asynchronous; ZofClient needs a plain one."
        )
    return command.key.take(got.pop())


async def _renewed_later(command: RenewKey) -> bool:
    import asyncio  # noqa: PLC0415  # see `clock`

    got = _fetched(command)
    failed = None
    try:
        async with asyncio.timeout(max(0.0, command.seconds)) as limit:
            if inspect.isawaitable(got[0]):
                got.append(await got.pop())
    except ZofApiError:
        raise
    except Exception as error:
        failed = type(error).__name__
    if failed and limit.expired():
        raise ZofTimeoutError(f"The function given as api_key gave no key within {command.seconds:.3g} s.")
    if failed is not None:
        raise _source_failed(failed)
    return command.key.take(got.pop())


def renewed_apart(command: RenewKey) -> bool:
    """Reads a key anew in an event loop of its own: for a thread that has none."""
    import asyncio  # noqa: PLC0415  # see `clock`

    return asyncio.run(_renewed_later(command))


def _fetched(command: RenewKey) -> list[Any]:
    """What the source gave, in a list: whoever takes it out has it in no local variable when that fails."""
    try:
        return [command.key.fetch()]
    except ZofApiError:
        raise
    except Exception as error:
        failed = type(error).__name__
    raise _source_failed(failed)


def _source_failed(kind: str) -> ZofAuthenticationError:
    """The function that gives the key raised; only the kind is kept, since its traceback may hold a key."""
    return ZofAuthenticationError(f"The function given as api_key failed with {kind}.")
