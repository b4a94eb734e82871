"""Delivers events to webhook endpoints: signed, at least once, again after a failure, for a bounded time."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
import random
import sqlite3
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import httpx

from zof_local.platform.assumptions import (
    SHUFFLE_SECONDS,
    SIGNATURE_HEADER,
    WEBHOOK_JITTER,
    WEBHOOK_TIMEOUT_SECONDS,
)
from zof_local.platform.faults import FaultSwitches
from zof_local.platform.store.database import Database
from zof_local.platform.store.webhooks import (
    DELIVERED,
    GIVEN_UP,
    PENDING,
    Delivery,
    due_deliveries,
    hold_back,
    let_go,
    next_due,
    note_attempt,
)

_AT_ONCE = 16
_LONGEST_SLEEP = 5.0
"""Another process may have stored an event."""

log = logging.getLogger(__name__)


def signature(secret: str, body: bytes) -> str:
    """The lowercase hex HMAC-SHA256 of the raw body (`docs/examples/webhook-signature-verify`)."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def pause_after(attempts: int, pauses: Sequence[float], jitter: float) -> float | None:
    """Seconds until the next attempt when `attempts` have failed; None if it is time to give up.

    Args:
        attempts: how many were made.
        pauses: the pause after the first, second, … attempt.
        jitter: from 0 to 1; moves the pause by up to WEBHOOK_JITTER of it.
    """
    if attempts > len(pauses):
        return None
    return pauses[attempts - 1] * (1 + WEBHOOK_JITTER * (2 * jitter - 1))


@dataclass(slots=True)
class Deliverer:
    """Sends what is due, and sleeps until something is."""

    database: Database
    now: Callable[[], datetime]
    pauses: tuple[float, ...]
    faults: FaultSwitches
    chance: Callable[[], float] = random.random
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _under_way: dict[int, asyncio.Task[None]] = field(default_factory=dict)
    _loop: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Takes up what is pending, also from before a restart."""
        self._loop = asyncio.create_task(self._deliver_all(), name="webhook deliveries")

    async def stop(self) -> None:
        """Stops; attempts under way count as not made and are repeated after the next start."""
        tasks = [task for task in (self._loop, *self._under_way.values()) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def wake(self) -> None:
        """Something may be due."""
        self._wake.set()

    async def _deliver_all(self) -> None:
        async with httpx.AsyncClient(timeout=WEBHOOK_TIMEOUT_SECONDS, trust_env=False) as http:
            while True:
                self._wake.clear()
                await self._take_up_due(http)
                await self._sleep()

    async def _take_up_due(self, http: httpx.AsyncClient) -> None:
        now = self.now()
        # Twice as many as may be under way: the first of them may be under way already.
        due = await self.database.read(lambda connection: due_deliveries(connection, now, 2 * _AT_ONCE))
        held = [delivery.seq for delivery in due if self._is_held(delivery)]
        if held:
            until = now.timestamp() + SHUFFLE_SECONDS
            await self.database.write(lambda connection: hold_back(connection, held, until))
        for delivery in due:
            if delivery.seq in held:
                continue
            if delivery.seq not in self._under_way and len(self._under_way) < _AT_ONCE:
                self._under_way[delivery.seq] = asyncio.create_task(self._deliver(http, delivery))

    def _is_held(self, delivery: Delivery) -> bool:
        """Whether a run's start waits for its end, once."""
        fresh = delivery.attempts == 0 and delivery.last_answer is None
        return fresh and delivery.event_type == "run.started" and "shuffle" in self._faults_of(delivery)

    def _faults_of(self, delivery: Delivery) -> frozenset[str]:
        return self.faults.of_webhooks() | frozenset(delivery.faults.split())

    async def _sleep(self) -> None:
        under_way = list(self._under_way)
        due = await self.database.read(lambda connection: next_due(connection, under_way))
        seconds = _LONGEST_SLEEP
        if due is not None and len(under_way) < _AT_ONCE:
            seconds = min(seconds, max(0.0, due - self.now().timestamp()))
        try:
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        except TimeoutError:
            return

    async def _deliver(self, http: httpx.AsyncClient, delivery: Delivery) -> None:
        try:
            begun = time.monotonic()
            answer, arrived = await self._attempt(http, delivery)
            took_ms = round((time.monotonic() - begun) * 1000)
            await self._note(delivery, answer, took_ms, arrived=arrived)
        finally:
            self._under_way.pop(delivery.seq, None)
            self._wake.set()

    async def _attempt(self, http: httpx.AsyncClient, delivery: Delivery) -> tuple[str, bool]:
        body = delivery.body.encode()
        headers = {"Content-Type": "application/json", SIGNATURE_HEADER: signature(delivery.secret, body)}
        try:
            async with (
                asyncio.timeout(WEBHOOK_TIMEOUT_SECONDS),
                http.stream("POST", delivery.url, content=body, headers=headers) as answer,
            ):
                return f"HTTP {answer.status_code}", answer.is_success
        except TimeoutError:
            return f"no answer within {WEBHOOK_TIMEOUT_SECONDS:g} s", False
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            return f"{type(error).__name__}: {error}"[:300], False

    async def _note(self, delivery: Delivery, answer: str, took_ms: int, *, arrived: bool) -> None:
        now = self.now()
        pause = None if arrived else pause_after(delivery.attempts + 1, self.pauses, self.chance())
        state = DELIVERED if arrived else GIVEN_UP if pause is None else PENDING
        if state == GIVEN_UP:
            log.warning(
                "event %s could not be delivered to %s: %s", delivery.event_id, delivery.webhook_id, answer
            )
        due = now.timestamp() + (pause or 0.0)

        def note(connection: sqlite3.Connection) -> None:
            note_attempt(
                connection,
                delivery.seq,
                state=state,
                answer=answer,
                took_ms=took_ms,
                due_at=due,
                now=now,
            )
            if arrived:
                let_go(connection, delivery.webhook_id, now)

        await self.database.write(note)
