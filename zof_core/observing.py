"""What can be seen of a client at work: log lines, hooks, counts. None of it can make a call fail."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from zof_core.errors import Attempt, ZofValidationError, clean_text
from zof_core.forks import forget_at_fork

log = logging.getLogger("zof_core")


@dataclass(frozen=True, slots=True)
class AttemptStarted:
    """A try that is about to be sent.

    Args:
        operation: such as `runs.create`.
        method: the HTTP method.
        number: 1 for the first try.
        host: where it goes.
    """

    operation: str
    method: str
    number: int
    host: str


@dataclass(frozen=True, slots=True)
class AttemptEnded:
    """A try that has ended.

    Args:
        started: what was sent.
        attempt: what came of it.
    """

    started: AttemptStarted
    attempt: Attempt


@runtime_checkable
class Middleware(Protocol):
    """Sees each try, and may add headers to it, such as a trace's."""

    def before(self, started: AttemptStarted) -> Mapping[str, str] | None:
        """Called before a try is sent. Gives headers to add, if any; not `Authorization`, not `Idempotency-Key`."""

    def after(self, ended: AttemptEnded) -> None:
        """Called when a try has ended."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What a client has done."""

    requests: int = 0
    retries: int = 0
    failures: int = 0
    seconds_waited: float = 0.0


class Observer:
    """Tells log and middleware of each try, and counts.

    Args:
        middleware: in the order they are called.

    Raises:
        ZofValidationError: one of them is no `Middleware`.
    """

    def __init__(self, middleware: Sequence[Middleware] = ()) -> None:
        for one in middleware:
            if isinstance(one, type) or not isinstance(one, Middleware):
                raise ZofValidationError(
                    f"middleware {clean_text(one, 80)} lacks the methods before(started) and after(ended).",
                    param="middleware",
                )
        self._middleware = tuple(middleware)
        self._counts = Counts()
        self._sunsets: set[str] = set()
        self.forget()
        forget_at_fork(self)

    def forget(self) -> None:
        """In a forked child: a thread of the parent may hold the lock."""
        self._lock = threading.Lock()

    @property
    def counts(self) -> Counts:
        """What was done so far."""
        return self._counts

    def before(self, started: AttemptStarted) -> list[tuple[str, str]]:
        """Headers that middleware adds."""
        added: list[tuple[str, str]] = []
        for one in self._middleware:
            try:
                added += [_header(name, value) for name, value in (one.before(started) or {}).items()]
            except Exception as error:
                _complain(one, error)
        return added

    def after(self, started: AttemptStarted, attempt: Attempt, headers: Mapping[str, str] | None) -> None:
        """A try has ended."""
        failed = attempt.fault is not None or attempt.status is None or attempt.status >= 400
        with self._lock:
            counts = self._counts
            self._counts = Counts(
                counts.requests + 1,
                counts.retries + (attempt.number > 1),
                counts.failures + failed,
                counts.seconds_waited + attempt.wait,
            )
        if log.isEnabledFor(logging.DEBUG):
            log.debug("%s", _Line(started, attempt))
        if headers is not None and ("sunset" in headers or "deprecation" in headers):
            self._retiring(started.operation, headers)
        for one in self._middleware:
            try:
                one.after(AttemptEnded(started, attempt))
            except Exception as error:
                _complain(one, error)

    def rate_limit_low(self, limit: int, remaining: int) -> None:
        """Less than a tenth of the rate window is left."""
        log.warning(
            "Zof's rate limit is nearly used up: %d of %d requests are left in this window.", remaining, limit
        )

    def _retiring(self, operation: str, headers: Mapping[str, str]) -> None:
        """`Sunset` marks a deprecated endpoint (`docs/api/versioning`): told once an operation."""
        with self._lock:
            if operation in self._sunsets:
                return
            self._sunsets.add(operation)
        when = clean_text(headers.get("sunset") or "a date that was not given", 60)
        log.warning("Zof will retire %s on %s: update this client before.", operation, when)


class _Line:
    """A log line of an allow-list of fields; put together only if it is written."""

    def __init__(self, started: AttemptStarted, attempt: Attempt) -> None:
        self._started = started
        self._attempt = attempt

    def __str__(self) -> str:
        started, attempt = self._started, self._attempt
        outcome = attempt.fault or attempt.status
        return (
            f"{started.operation} {started.method} {started.host} try {attempt.number}: {outcome} "
            f"in {attempt.duration:.3f} s, request {attempt.request_id}, waited {attempt.wait:.3f} s"
        )


_RESERVED = frozenset(
    {"authorization", "idempotency-key", "host", "content-length", "content-type", "cookie"}
)


def _header(name: Any, value: Any) -> tuple[str, str]:
    text = f"{name}{value}"
    if not isinstance(name, str) or not name or name.lower() in _RESERVED or not text.isascii():
        raise ValueError("a header that middleware may not set")
    if not all(char.isalnum() or char in "-_" for char in name) or not text.isprintable():
        raise ValueError("a header that cannot be sent")
    return name, str(value)


def _complain(one: object, error: Exception) -> None:
    # Only the kind: a middleware's exception may quote what it should not.
    log.warning("Middleware %s failed with %s; the call goes on.", type(one).__name__, type(error).__name__)
