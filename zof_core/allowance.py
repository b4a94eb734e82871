"""How much of Zof's rate limit watching runs may use: so many requests in any sixty seconds, and not one more."""

from __future__ import annotations

from collections import deque

from zof_core.assumptions import POLL_SHARE, RATE_LIMIT_USUAL

_WINDOW_SECONDS = 60.0
_AT_ONCE_SECONDS = 1e-6
_FOR_HINTS = 6
"""One part in six is kept for runs of which something is said to have happened."""


class Allowance:
    """The account of the last sixty seconds. Every time is in monotonic seconds."""

    def __init__(self) -> None:
        self._spent: deque[float] = deque()
        self._most = 1
        self._window = _WINDOW_SECONDS
        self.limit(None)

    def limit(self, rate_limit: int | None) -> None:
        """Takes note of `X-RateLimit-Limit`, requests a minute; None if it is not known."""
        share = POLL_SHARE * (rate_limit or RATE_LIMIT_USUAL)
        self._most = max(1, int(share))
        self._window = _WINDOW_SECONDS / min(1.0, share)  # of less than one a minute: one in so many minutes

    def spend(self, now: float, requests: int = 1) -> None:
        """Requests were sent."""
        self._spent.extend([now] * requests)

    def spent(self, now: float) -> int:
        """Requests of the last minute."""
        while self._spent and self._spent[0] <= now - self._window:
            self._spent.popleft()
        return len(self._spent)

    def is_half_spent(self, now: float) -> bool:
        """Whether half of what may be sent was sent in the last minute."""
        return 2 * self.spent(now) >= self._most

    def wait(self, now: float, requests: int = 1, *, hinted: bool = False) -> float:
        """Seconds until so many requests may be sent; of more than fit at all, as many as do.

        Args:
            hinted: whether they are for runs of which something is said to have happened.
        """
        most = self._most if hinted else self._most - self._most // _FOR_HINTS
        too_many = self.spent(now) + min(requests, most) - most
        wait = self._spent[too_many - 1] + self._window - now if too_many > 0 else 0.0
        return wait if wait > _AT_ONCE_SECONDS else 0.0
