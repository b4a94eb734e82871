"""Pacing before a 429: what Zof says of its rate window, and who may still send in it.

Fed by `X-RateLimit-*` (`docs/api/rate-limits`), one governor for all clients of a process that share key and address. A
person's call may use the whole window; background work, such as polling, leaves the last tenth of it to people.
`Retry-After` is not its affair: that binds the call that got it.
"""

from __future__ import annotations

import hashlib
import math
import threading
import weakref
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from zof_core.assumptions import (
    RATE_RESERVE,
    RATE_WARNING_BELOW,
    RATE_WINDOW_MAX_SECONDS,
    RATE_WINDOW_SECONDS,
)
from zof_core.config import ApiKey
from zof_core.forks import ForkLock, forget_at_fork
from zof_core.retry import http_date, rate_limit_reset

Priority = Literal["person", "background"]


@dataclass(frozen=True, slots=True)
class RateWindow:
    """What is known of Zof's rate window.

    Args:
        limit: requests in a window.
        remaining: requests left, those in flight counted as used.
        resets_at: monotonic seconds at which a new window begins.
    """

    limit: int
    remaining: int
    resets_at: float


class Governor:
    """Keeps the account of one rate window. Every time is in monotonic seconds."""

    def __init__(self) -> None:
        self.limit: int | None = None
        """Requests in a window, as last heard: known also between two windows."""
        self._window: RateWindow | None = None
        self._is_assumed = False
        self._warned_until = -math.inf
        self.forget()
        forget_at_fork(self)

    def forget(self) -> None:
        """In a forked child: what was in flight is the parent's, and so may be the lock."""
        self._in_flight = 0
        self._lock = threading.Lock()

    def window(self, now: float) -> RateWindow | None:
        """The window that holds now, None if nothing is known of it."""
        window = self._window
        return window if window is not None and now < window.resets_at else None

    def wait(self, priority: Priority, now: float) -> float:
        """Takes a place in the window and gives 0, or takes none and gives the seconds until there may be one."""
        with self._lock:
            window = self.window(now) or self._next_window(now)
            if window is not None:
                reserve = math.ceil(window.limit * RATE_RESERVE) if priority == "background" else 0
                if window.remaining <= reserve:
                    return window.resets_at - now
                self._window = RateWindow(window.limit, window.remaining - 1, window.resets_at)
            self._in_flight += 1
            return 0.0

    def _next_window(self, now: float) -> RateWindow | None:
        """The window after one that is over: all who waited for it may not send more than its limit at once."""
        if self.limit is None or self._window is None:
            return None
        self._is_assumed = True
        self._window = RateWindow(self.limit, max(0, self.limit - self._in_flight), now + RATE_WINDOW_SECONDS)
        return self._window

    def ended(self, headers: Mapping[str, str] | None, now: float, wall: float) -> bool:
        """Takes note of the end of a request that had a place.

        Args:
            headers: of its answer, None if none came.
            now: monotonic seconds.
            wall: Unix time, for when the answer has no `Date`.

        Returns:
            Whether less than a tenth is left, told once a window, as Zof's documentation advises to watch for.
        """
        with self._lock:
            self._in_flight = max(0, self._in_flight - 1)
            seen = window_of(headers, now, wall) if headers else None
            if seen is None:
                if headers is not None and self._is_assumed:
                    self._window, self._is_assumed = None, False  # Zof limits no more, or says so no more
                return False
            self._is_assumed = False
            # Zof may not have counted yet what is still on its way.
            remaining = max(0, seen.remaining - self._in_flight)
            self._window = RateWindow(seen.limit, remaining, seen.resets_at)
            self.limit = seen.limit
            low = seen.remaining < seen.limit * RATE_WARNING_BELOW
            if not low or now < self._warned_until:
                return False
            self._warned_until = seen.resets_at
            return True


def window_of(headers: Mapping[str, str], now: float, wall: float) -> RateWindow | None:
    """The window an answer speaks of, or None if it says nothing that makes sense."""
    limit, remaining = _count(headers.get("x-ratelimit-limit")), _count(headers.get("x-ratelimit-remaining"))
    reset = rate_limit_reset(headers)
    if not limit or remaining is None or reset is None:
        return None
    there = http_date(headers.get("date", ""))
    left = reset - (wall if there is None else there)
    if not 0 <= left <= RATE_WINDOW_MAX_SECONDS:
        return None
    return RateWindow(limit, min(remaining, limit), now + left)


def _count(value: str | None) -> int | None:
    text = (value or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else None


class GovernorOf:
    """Finds the governor of a client and holds on to it; looks again when the key has changed."""

    def __init__(self) -> None:
        self._version = 0
        self._governor: Governor | None = None

    def find(self, base_url: str, key: ApiKey) -> Governor:
        """The governor that all clients with this address and key share."""
        if self._governor is None or self._version != key.version:
            self._version = key.version
            self._governor = governor_for(base_url, key.header())
        return self._governor


_governors: weakref.WeakValueDictionary[bytes, Governor] = weakref.WeakValueDictionary()
_governors_lock = ForkLock()


def governor_for(base_url: str, header: str) -> Governor:
    """The governor that all clients with this address and key share. Of the key, only a digest is kept."""
    name = hashlib.sha256(f"{base_url}\n{header}".encode()).digest()
    with _governors_lock:
        governor = _governors.get(name)
        if governor is None:
            governor = _governors[name] = Governor()
        return governor
