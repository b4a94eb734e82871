"""A clock that stands still until it is told to go on, and a Zof that answers from a script."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from zof_core.clock import Clock
from zof_core.commands import Fault, HttpRequest, Reply

BASE = "https://zof.test/v1"


class Time:
    """Virtual time: sleeping moves it."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []
        self.chance = 0.5

    def clock(self) -> Clock:
        async def async_sleep(seconds: float) -> None:
            self.sleep(seconds)

        return Clock(
            monotonic=lambda: self.now,
            wall=lambda: 1_779_278_400.0 + self.now,
            random=lambda: self.chance,
            sleep=self.sleep,
            async_sleep=async_sleep,
        )

    def sleep(self, seconds: float) -> None:
        assert seconds >= 0
        self.slept.append(seconds)
        self.now += seconds


Step = Fault | tuple[int, Any] | tuple[int, Any, dict[str, str]] | Callable[[HttpRequest], Any]


class Script:
    """Answers requests in turn; the last answer repeats. Each takes `latency` seconds of virtual time."""

    def __init__(self, time: Time) -> None:
        self.time = time
        self.steps: list[Step] = []
        self.requests: list[HttpRequest] = []
        self.open = 0
        self.latency = 0.01
        self.closed = False

    def will(self, *steps: Step) -> None:
        self.steps.extend(steps)

    def next(self, request: HttpRequest, timeout: float) -> Reply | Fault:
        self.requests.append(request)
        step = self.steps.pop(0) if len(self.steps) > 1 else self.steps[0]
        if callable(step):
            step = step(request)
        if self.latency >= timeout:
            self.time.now += timeout
            return Fault("timeout", "time ran out")
        self.time.now += self.latency
        if isinstance(step, Fault):
            return step
        status, body, headers = step if len(step) == 3 else (*step, {})
        raw = body if isinstance(body, bytes | Fault) else json.dumps(body).encode()
        self.open += 1
        return Reply(status, {"x-request-id": f"req_{len(self.requests)}", **headers}, raw)

    def finish(self, reply: Reply, write: Callable[[bytes], object] | None = None) -> Fault | None:
        self.open -= 1
        if isinstance(reply.stream, Fault):
            return reply.stream
        if write is not None:
            write(reply.stream)
        return None


class SyncScript:
    """A `Transport` over a script."""

    def __init__(self, script: Script) -> None:
        self.script = script

    def send(self, request: HttpRequest, timeout: float) -> Reply | Fault:
        return self.script.next(request, timeout)

    def read(
        self, reply: Reply, write: Callable[[bytes], object], limit: int, timeout: float
    ) -> Fault | None:
        return self.script.finish(reply, write)

    def discard(self, reply: Reply) -> None:
        self.script.finish(reply)

    def close(self) -> None:
        self.script.closed = True


class AsyncScript:
    """An `AsyncTransport` over a script."""

    def __init__(self, script: Script) -> None:
        self.script = script

    async def send(self, request: HttpRequest, timeout: float) -> Reply | Fault:
        return self.script.next(request, timeout)

    async def read(
        self, reply: Reply, write: Callable[[bytes], object], limit: int, timeout: float
    ) -> Fault | None:
        return self.script.finish(reply, write)

    async def discard(self, reply: Reply) -> None:
        self.script.finish(reply)

    async def aclose(self) -> None:
        self.script.closed = True
