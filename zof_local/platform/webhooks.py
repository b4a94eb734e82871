"""Delivers events to webhook endpoints: signed, at least once, again after a failure, for a bounded time."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
import random
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy

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
_AT_ONCE_TO_ONE = 4
"""So that an endpoint that is slow to answer keeps nobody else waiting."""
_LONGEST_SLEEP = 5.0
"""Another process may have stored an event."""
_NO_COOKIES = DefaultCookiePolicy(allowed_domains=())
"""Cookies know no ports: what one endpoint on this machine sets would go to all others."""

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
    _going_to: Counter[str] = field(default_factory=Counter)
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
        jar = CookieJar(_NO_COOKIES)
        async with httpx.AsyncClient(timeout=WEBHOOK_TIMEOUT_SECONDS, trust_env=False, cookies=jar) as http:
            while True:
                self._wake.clear()
                try:
                    await self._take_up_due(http)
                    due = await self._next_due()
                except Exception:
                    log.exception("webhook deliveries could not be looked at; they are again soon")
                    due = None
                await self._sleep(due)

    async def _take_up_due(self, http: httpx.AsyncClient) -> None:
        now = self.now()
        under_way, full = list(self._under_way), self._full()
        room = _AT_ONCE - len(under_way)
        due = await self.database.read(
            lambda connection: due_deliveries(connection, now, room, under_way, full)
        )
        held = [delivery.seq for delivery in due if self._is_held(delivery)]
        if held:
            until = now.timestamp() + SHUFFLE_SECONDS
            await self.database.write(lambda connection: hold_back(connection, held, until))
        for delivery in due:
            if delivery.seq not in held and self._going_to[delivery.webhook_id] < _AT_ONCE_TO_ONE:
                self._going_to[delivery.webhook_id] += 1
                self._under_way[delivery.seq] = asyncio.create_task(self._deliver(http, delivery))

    def _full(self) -> list[str]:
        """The endpoints that get no more at the moment."""
        return [webhook for webhook, count in self._going_to.items() if count >= _AT_ONCE_TO_ONE]

    def _is_held(self, delivery: Delivery) -> bool:
        """Whether a run's start waits for its end, once."""
        fresh = delivery.attempts == 0 and delivery.last_answer is None
        return fresh and delivery.event_type == "run.started" and "shuffle" in self._faults_of(delivery)

    def _faults_of(self, delivery: Delivery) -> frozenset[str]:
        return self.faults.of_webhooks() | frozenset(delivery.faults.split())

    async def _next_due(self) -> float | None:
        """The Unix time at which something is due that there is room for; None if nothing is."""
        under_way, full = list(self._under_way), self._full()
        if len(under_way) >= _AT_ONCE:
            return None
        return await self.database.read(lambda connection: next_due(connection, under_way, full))

    async def _sleep(self, due: float | None) -> None:
        seconds = _LONGEST_SLEEP
        if due is not None:
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
            if arrived and "duplicate" in self._faults_of(delivery):
                await self._attempt(http, delivery)
            await self._note(delivery, answer, took_ms, arrived=arrived)
        except Exception:
            # It is still due and will be sent again, but not at once and for ever.
            log.exception("the attempt to deliver event %s could not be noted", delivery.event_id)
            await asyncio.sleep(_LONGEST_SLEEP)
        finally:
            self._under_way.pop(delivery.seq, None)
            self._going_to[delivery.webhook_id] -= 1
            if not self._going_to[delivery.webhook_id]:
                del self._going_to[delivery.webhook_id]
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
        except Exception as error:  # whatever an endpoint or its address brings about is its answer
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
