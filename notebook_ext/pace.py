"""How often a run is read, and what a failed reading means. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from zof_core import (
    ZofApiError,
    ZofAuthenticationError,
    ZofConnectionError,
    ZofInvalidRequestError,
    ZofNotFoundError,
    ZofPermissionError,
    ZofRateLimitError,
    ZofTimeoutError,
)
from zof_core.assumptions import POLL_CAP_SECONDS, POLL_FACTOR, POLL_FIRST_SECONDS
from zof_core.config import is_loopback
from zof_core.wording import error_sentences

LOOPBACK = (1.0, 1.25, 3.0)
"""First wait, growth and longest wait in seconds for a Zof on this machine: nobody else's rate limit is touched."""

_REFUSED_SECONDS = 10.0


@dataclass(frozen=True)
class Pace:
    """The seconds between two readings: `first`, then longer by `growth` until `most`; anew when something changed.

    By default the client's own, for polling every few seconds is discouraged (`docs/limits/api-rate-limits`).
    """

    first: float = POLL_FIRST_SECONDS
    growth: float = POLL_FACTOR
    most: float = POLL_CAP_SECONDS

    def after(self, idle: int) -> float:
        """The wait when the last `idle` readings brought nothing new."""
        return float(min(self.first * self.growth ** min(idle, 32), self.most))


def pace_for(base_url: str, seconds: float | None = None) -> Pace:
    """The pace for a Zof: `seconds` if given, quick on this machine, else gentle."""
    if seconds is not None:
        return Pace(seconds, 1.0, max(seconds, POLL_CAP_SECONDS))
    return Pace(*LOOPBACK) if is_loopback(urlsplit(base_url).hostname or "") else Pace()


@dataclass(frozen=True)
class Setback:
    """What a failed reading means: a sentence, and the wait before the next; None if trying again is of no use."""

    sentence: str
    wait: float | None


def setback(error: ZofApiError, pace: Pace, failures: int) -> Setback:
    """What to say and when to read again after the `failures`-th failure in a row (1 for the first)."""
    if isinstance(error, ZofNotFoundError | ZofInvalidRequestError):
        return Setback(error_sentences(error), None)
    backoff = min(pace.first * 2.0 ** min(failures - 1, 16), pace.most)
    if isinstance(error, ZofConnectionError | ZofTimeoutError):
        return Setback("Zof is not answering, retrying.", backoff)
    if isinstance(error, ZofAuthenticationError | ZofPermissionError):
        return Setback(f"{error_sentences(error)} Retrying.", max(backoff, _REFUSED_SECONDS))
    if isinstance(error, ZofRateLimitError):
        return Setback(f"{error_sentences(error)} Retrying.", max(backoff, error.retry_after or 0.0))
    return Setback(f"{error_sentences(error)} Retrying.", backoff)
