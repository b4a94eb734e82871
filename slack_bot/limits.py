"""How many runs one may ask for in a while: judged when a request is committed, so that none slips by another. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from slack_bot.demands import Limit, Limits


@dataclass(frozen=True, slots=True)
class Excess:
    """A limit that is reached.

    Args:
        rule: its name, as rules have one.
        sentence: what is the matter and when to try again.
    """

    rule: str
    sentence: str


_AHEAD: Final = 60.0
"""Seconds by which a time may be ahead and still count: requests that come together are not judged in their order."""


def span(limits: Limits) -> float:
    """How far back the longest limit looks, in seconds; 0 if there is none."""
    return max((limit.minutes * 60.0 for limit in (limits.person, limits.channel) if limit), default=0.0)


def excess(limits: Limits, person: Sequence[float], channel: Sequence[float], now: float) -> Excess | None:
    """Which limit another run would break; None if none.

    Args:
        person, channel: Unix times of the runs asked for lately by the person, and in the channel.
        now: Unix time.
    """
    kinds = (
        ("person", "You have", limits.person, person),
        ("channel", "This channel has", limits.channel, channel),
    )
    for name, who, limit, times in kinds:
        wait = _wait(limit, times, now) if limit else 0.0
        if limit and wait > 0:
            runs = "run" if limit.runs == 1 else "runs"
            return Excess(
                f"limits.{name}",
                f"{who} asked for {limit.runs} {runs} within {limit.minutes} min, which is all that zofops.toml "
                f"([limits] {name}) lets through. Nothing was started; try again in {_said(wait)}.",
            )
    return None


def _wait(limit: Limit, times: Sequence[float], now: float) -> float:
    """Seconds until another one fits. What stands in the future was asked for before the clock was set back."""
    ends = (at + limit.minutes * 60.0 for at in times if at <= now + _AHEAD)
    counted = sorted(end for end in ends if end > now)
    return counted[-limit.runs] - now if len(counted) >= limit.runs else 0.0


def _said(seconds: float) -> str:
    return f"{math.ceil(seconds)} s" if seconds < 120 else f"{math.ceil(seconds / 60)} min"
