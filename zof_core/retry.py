"""Whether to try again, and when. Pure: time and chance come in as arguments.

Rules of `docs/api/rate-limits`, `docs/api/errors` and the endpoint pages: 429 waits for `Retry-After`, then backs off
with jitter; 5xx are tried again for GETs, and for POSTs only with an idempotency key; 409 never.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from zof_core.assumptions import BACKOFF_BASE_SECONDS, BACKOFF_CAP_SECONDS, MAX_RETRIES

_SECONDS = re.compile(r"\d{1,300}(\.\d{1,9})?", re.ASCII)
_LONGEST_SECONDS = 366 * 86_400.0
"""Of a wait that is asked for: whoever asks for more means "never", and dates reach no further."""

_JITTER_ON_TOP = 0.1


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often and how patiently.

    Args:
        max_retries: tries after the first.
        base: seconds; the first backoff is at most this.
        cap: seconds; no backoff is longer.
    """

    max_retries: int = MAX_RETRIES
    base: float = BACKOFF_BASE_SECONDS
    cap: float = BACKOFF_CAP_SECONDS


STANDARD = RetryPolicy()


@dataclass(frozen=True, slots=True)
class Wait:
    """Try again after so many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class GiveUp:
    """Do not try again.

    Args:
        out_of_time: whether only the deadline forbids it.
    """

    out_of_time: bool = False


def backoff(attempt: int, chance: float, policy: RetryPolicy) -> float:
    """Full jitter: anything between nought and a bound that doubles.

    Args:
        attempt: 1 after the first try.
        chance: 0 to below 1.
    """
    bound = min(policy.cap, policy.base * 2.0 ** min(attempt - 1, 32))
    return chance * bound


def worth_retrying(status: int) -> bool:
    """Whether the same request may get another answer later."""
    return status == 429 or status >= 500


def decide(
    *,
    attempt: int,
    retriable: bool,
    retry_after: float | None,
    time_left: float,
    chance: float,
    policy: RetryPolicy,
) -> Wait | GiveUp:
    """What to do after a try that failed.

    Args:
        attempt: which try failed, 1 for the first.
        retriable: whether its failure may pass.
        retry_after: seconds that Zof asked to wait.
        time_left: seconds to the deadline.
        chance: 0 to below 1.
    """
    if not retriable or attempt > policy.max_retries:
        return GiveUp()
    if retry_after is None:
        pause = backoff(attempt, chance, policy)
        return Wait(pause) if pause < time_left else GiveUp(out_of_time=True)
    if retry_after >= time_left:
        return GiveUp(out_of_time=True)
    # Zof's wait is kept to the full; the jitter on top spreads those who were told the same moment.
    return Wait(
        min(retry_after + backoff(attempt, chance, policy) * _JITTER_ON_TOP, (retry_after + time_left) / 2)
    )


def retry_after_seconds(status: int, headers: Mapping[str, str], now: float) -> float | None:
    """How long Zof asks to wait: `Retry-After` in seconds or as an HTTP date, then for a 429 `X-RateLimit-Reset`.

    Args:
        headers: by lower-case name.
        now: Unix time; the answer's own `Date`, if it has one, counts instead, since clocks differ.

    Returns:
        Seconds, never negative, a year at most; None if nothing is said, or nothing that can be read.
    """
    value = headers.get("retry-after", "").strip()
    if _SECONDS.fullmatch(value):
        return min(float(value), _LONGEST_SECONDS)
    then = http_date(value)
    if then is None and status == 429:
        then = rate_limit_reset(headers)
    if then is None:
        return None
    there = http_date(headers.get("date", ""))
    return min(max(0.0, then - (now if there is None else there)), _LONGEST_SECONDS)


def rate_limit_reset(headers: Mapping[str, str]) -> float | None:
    """Unix time at which the rate window begins anew (`docs/api/rate-limits`)."""
    value = headers.get("x-ratelimit-reset", "").strip()
    return float(value) if _SECONDS.fullmatch(value) else None


def http_date(value: str) -> float | None:
    """Unix time of an HTTP date, or None if it is none."""
    if not value or len(value) > 64:
        return None
    from email.utils import parsedate_to_datetime  # noqa: PLC0415  # slow to load, and the HTTP library loads it

    try:
        stamp = parsedate_to_datetime(value).timestamp()
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    return stamp if math.isfinite(stamp) else None
