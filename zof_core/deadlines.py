"""`with zof_core.deadline(20):` bounds everything inside it by one point in time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from zof_core.errors import ZofValidationError
from zof_core.validation import quoted

_YEAR_SECONDS = 366 * 86_400
_ends_at: ContextVar[float | None] = ContextVar("zof_deadline", default=None)


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
    checked_seconds("deadline", seconds)
    mine = time.monotonic() + seconds
    outer = _ends_at.get()
    token = _ends_at.set(mine if outer is None else min(mine, outer))
    try:
        yield
    finally:
        _ends_at.reset(token)


def ambient_deadline() -> float | None:
    """When the enclosing `deadline` ends, in `time.monotonic` seconds."""
    return _ends_at.get()


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
