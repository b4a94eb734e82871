"""Time that stands still until somebody sleeps."""

from __future__ import annotations

from zof_core.clock import Clock

_EPOCH = 1_779_278_400.0
"""20 May 2026, 12:00 UTC: where virtual time begins."""


class VirtualTime:
    """Sleeping moves it, nothing else does.

    Args:
        chance: what every throw of the dice gives, 0 to below 1; jitter comes from it.
    """

    def __init__(self, chance: float = 0.5) -> None:
        self.now = 0.0
        self.chance = chance

    @property
    def wall(self) -> float:
        """Unix time."""
        return _EPOCH + self.now

    def sleep(self, seconds: float) -> None:
        """Moves time on."""
        self.now += max(0.0, seconds)

    async def async_sleep(self, seconds: float) -> None:
        """Moves time on."""
        self.sleep(seconds)

    def clock(self) -> Clock:
        """For a client."""
        return Clock(
            monotonic=lambda: self.now,
            wall=lambda: self.wall,
            random=lambda: self.chance,
            sleep=self.sleep,
            async_sleep=self.async_sleep,
        )
