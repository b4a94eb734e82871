"""The rate limit (`docs/api/rate-limits`): a number of requests in a fixed window, for each organization."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a request may know about its window; `reset` is a Unix time in seconds."""

    allowed: bool
    limit: int
    remaining: int
    reset: int
    retry_after: int

    def headers(self) -> dict[str, str]:
        """The documented headers, with Retry-After when the request is refused."""
        headers = {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.remaining),
            "X-RateLimit-Reset": str(self.reset),
        }
        if not self.allowed:
            headers["Retry-After"] = str(self.retry_after)
        return headers


@dataclass(slots=True)
class FixedWindow:
    """Counts requests of each caller in windows of `window` seconds; the clock comes in as an argument."""

    limit: int
    window: int
    _counts: dict[str, int] = field(default_factory=dict)
    _window_index: int = -1

    def take(self, caller: str, now: float) -> Allowance:
        """Counts one request of a caller at Unix time `now`."""
        index = int(now // self.window)
        if index != self._window_index:
            self._window_index = index
            self._counts.clear()
        count = self._counts.get(caller, 0) + 1
        self._counts[caller] = count
        reset = (index + 1) * self.window
        return Allowance(
            allowed=count <= self.limit,
            limit=self.limit,
            remaining=max(0, self.limit - count),
            reset=reset,
            retry_after=max(1, int(reset - now + 0.999)),
        )
