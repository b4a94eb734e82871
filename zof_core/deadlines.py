"""`with zof_core.deadline(20):` bounds everything inside it by one point in time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from zof_core.clock import Clock
from zof_core.errors import ZofValidationError
from zof_core.validation import quoted

_YEAR_SECONDS = 366 * 86_400


class _Deadline:
    """A point in time, on whichever clock a client goes by: on one that is not the system's, from its first use on."""

    def __init__(self, seconds: float, outer: _Deadline | None) -> None:
        self._seconds = seconds
        self._outer = outer
        self._by_clock = {time.monotonic: time.monotonic() + seconds}

    def ends_at(self, clock: Clock) -> float:
        mine = self._by_clock.get(clock.monotonic)
        if mine is None:
            mine = self._by_clock[clock.monotonic] = clock.monotonic() + self._seconds
        return mine if self._outer is None else min(mine, self._outer.ends_at(clock))


_deadline: ContextVar[_Deadline | None] = ContextVar("zof_deadline", default=None)


@contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Bounds all calls inside it, with their retries and waits, by one deadline. Of nested ones the nearer holds.

    It works in `async` code too, and tasks started inside it inherit it.

    Args:
        seconds: from now.

    Raises:
        ZofValidationError: if that is not a positive number.
        ZofTimeoutError: raised by the call that it ends.
    """
    token = _deadline.set(_Deadline(checked_seconds("deadline", seconds), _deadline.get()))
    try:
        yield
    finally:
        _deadline.reset(token)


def ambient_deadline(clock: Clock) -> float | None:
    """When the enclosing `deadline` ends, in monotonic seconds of a clock."""
    enclosing = _deadline.get()
    return None if enclosing is None else enclosing.ends_at(clock)


def checked_seconds(name: str, value: float) -> float:
    """A positive number of seconds, a year at most: for more, a socket's and a lock's own limits are too small.

    Raises:
        ZofValidationError: if it is none.
    """
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not 0 < value <= _YEAR_SECONDS:  # `not <` also catches NaN
        raise ZofValidationError(
            f"{name} {quoted(value)} is not a positive number of seconds (a year at most).",
            code="invalid_request",
            param=name,
        )
    return float(value)
