"""Slack's rate limits as token buckets: pure arithmetic over a clock that is passed in.

Source: docs.slack.dev/apis/web-api/rate-limits (tiers per method and workspace, one message a second per
channel). Slack publishes tiers as "20+ per minute"; that the plus is nothing, and how large a burst may be,
is our choice.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Literal

Tier = Literal["tier1", "tier2", "tier3", "tier4", "special"]

PER_MINUTE: dict[Tier, float] = {"tier1": 1, "tier2": 20, "tier3": 50, "tier4": 100, "special": 600}


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimits:
    """Which limits hold. ``messages_burst`` messages may come at once, then ``messages_per_second``.

    Args:
        enabled: False switches all limits off.
        factor: multiplies the calls a minute of every tier.
        tier1_burst: tier 1 allows one call a minute; Slack lets a few through at once, as app start-up needs.
    """

    enabled: bool = True
    messages_per_second: float = 1.0
    messages_burst: int = 5
    factor: float = 1.0
    tier1_burst: int = 10


@dataclass(frozen=True, slots=True)
class Bucket:
    """Tokens left at a time (seconds)."""

    tokens: float
    at: float


def take(bucket: Bucket | None, now: float, *, rate: float, burst: float) -> tuple[Bucket, float]:
    """Take one token.

    Args:
        bucket: the bucket before, or None for one never used (full).
        now: seconds on any monotonic clock.
        rate: tokens gained a second.
        burst: how many tokens the bucket holds.

    Returns:
        The bucket after, and the seconds to wait until a token is there (0.0 when one was taken).
    """
    before = bucket or Bucket(burst, now)
    tokens = min(burst, before.tokens + max(0.0, now - before.at) * rate)
    if tokens >= 1:
        return Bucket(tokens - 1, now), 0.0
    return Bucket(tokens, now), (1 - tokens) / rate


@dataclass(slots=True)
class Limiter:
    """The buckets of a workspace."""

    limits: RateLimits
    _buckets: dict[str, Bucket] = field(default_factory=dict)

    def method(self, name: str, tier: Tier, now: float) -> int | None:
        """Count a call of a method; the Retry-After in whole seconds when it is over its tier."""
        per_minute = PER_MINUTE[tier] * self.limits.factor
        burst = max(per_minute, self.limits.tier1_burst) if tier == "tier1" else per_minute
        return self._take(f"method:{name}", now, rate=per_minute / 60, burst=burst)

    def message(self, channel: str, now: float) -> int | None:
        """Count a message to a channel; the Retry-After in whole seconds when it comes too soon."""
        rate = self.limits.messages_per_second
        return self._take(f"channel:{channel}", now, rate=rate, burst=self.limits.messages_burst)

    def _take(self, key: str, now: float, *, rate: float, burst: float) -> int | None:
        if not self.limits.enabled:
            return None
        self._buckets[key], wait = take(self._buckets.get(key), now, rate=rate, burst=burst)
        return math.ceil(wait) if wait > 0 else None
