"""Slack's budgets, kept before Slack has to refuse. Pure: time comes in as an argument.

`chat.update` is tier 3: 50 and more a minute for the whole workspace, all runs together; `chat.postMessage` takes
about one message a second in a channel (docs.slack.dev, rate limits). We stay below, and keep a part for final
states, which go first.
"""

from __future__ import annotations

import math
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
    _free: deque[float] = field(default_factory=deque, repr=False)
    """When each call that was made leaves the window. Rounded once, here, so that who comes then finds room."""

    def take(self, now: float, *, urgent: bool = False) -> float:
        """Counts a call if there is room.

        Returns:
            0.0 if it may be made now, else the seconds after which there is room.
        """
        while self._free and self._free[0] <= now:
            self._free.popleft()
        room = self.limit - (0 if urgent else self.reserve)
        if len(self._free) < room:
            self._free.append(now + self.window)
            return 0.0
        return self._free[len(self._free) - room] - now


class Turns:
    """A budget that many share: each is promised a turn, one after the other, evenly apart, and comes back then.

    Without turns all that wait would come back at once, for one call, and the same ones could lose every time.

    Args:
        budget: what there is.
    """

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._apart = budget.window / max(1, budget.limit - budget.reserve)
        self._promised: dict[str, float] = {}
        self._last = -math.inf

    def take(self, key: str, now: float, *, urgent: bool = False) -> float:
        """Counts a call if it is this one's turn; 0.0, or the seconds until it is."""
        turn = self._promised.pop(key, None)
        if urgent:
            return self._budget.take(now, urgent=True)
        if turn is None:
            turn = self._last = max(now, self._last + self._apart)
        wait = turn - now if turn > now else self._budget.take(now)
        if wait > 0:
            self._promised[key] = now + wait
            # Whoever has not come for its turn (its run has ended, its message is gone) does not come any more.
            self._promised = {one: at for one, at in self._promised.items() if at > now - self._budget.window}
        return wait


class CardBudgets:
    """What the cards of one workspace may spend. Lost at a restart, which Slack's own 429 then makes up for.

    Args:
        clock: seconds; any clock that does not go back.
        updates: updates a minute; an eighth of them is kept for final states.
    """

    def __init__(self, clock: Callable[[], float], updates: int) -> None:
        self._clock = clock
        self._updates = Turns(Budget(updates, 60.0, max(1, updates // 8)))
        self._posts: dict[str, Budget] = {}

    def update(self, key: str, *, final: bool) -> float:
        """Asks for an update of a card; 0.0 or the seconds to wait."""
        return self._updates.take(key, self._clock(), urgent=final)

    def post(self, channel: str) -> float:
        """Asks for a post to a channel; 0.0 or the seconds to wait."""
        return self._posts.setdefault(channel, Budget(1, 1.0)).take(self._clock())
