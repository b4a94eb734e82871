"""Slack's budgets, kept before Slack has to refuse. Pure: time comes in as an argument.

`chat.update` is tier 3: 50 and more a minute for the whole workspace, all runs together; `chat.postMessage` takes
about one message a second in a channel (docs.slack.dev, rate limits). We stay below, and keep a part for final
states, which go first.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Budget:
    """So many calls within any window of time.

    Args:
        limit: calls within a window.
        window: seconds.
        reserve: calls of the limit that only urgent ones may use.
    """

    limit: int
    window: float
    reserve: int = 0
    _used: deque[float] = field(default_factory=deque, repr=False)

    def take(self, now: float, *, urgent: bool = False) -> float:
        """Counts a call if there is room.

        Returns:
            0.0 if it may be made now, else the seconds after which there is room.
        """
        while self._used and self._used[0] <= now - self.window:
            self._used.popleft()
        room = self.limit - (0 if urgent else self.reserve)
        if len(self._used) < room:
            self._used.append(now)
            return 0.0
        return self._used[len(self._used) - room] + self.window - now


class CardBudgets:
    """What the cards of one workspace may spend. Lost at a restart, which Slack's own 429 then makes up for.

    Args:
        clock: seconds; any clock that does not go back.
        updates: updates a minute; a quarter of them is kept for final states.
    """

    def __init__(self, clock: Callable[[], float], updates: int) -> None:
        self._clock = clock
        self._updates = Budget(updates, 60.0, updates // 4)
        self._posts: dict[str, Budget] = {}

    def update(self, *, final: bool) -> float:
        """Asks for an update; 0.0 or the seconds to wait."""
        return self._updates.take(self._clock(), urgent=final)

    def post(self, channel: str) -> float:
        """Asks for a post to a channel; 0.0 or the seconds to wait."""
        return self._posts.setdefault(channel, Budget(1, 1.0)).take(self._clock())
