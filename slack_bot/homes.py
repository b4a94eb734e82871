"""Somebody's home tab while they look at it: opened, refreshed for a while, then left as it is. Pure.

Slack says when a home is opened, never that it is closed, so it is kept fresh for a time after each opening.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from slack_bot.results import NotYet, Shown, SlackBusy, SlackRefused, Value
from slack_bot.settings import Timing
from slack_bot.transitions import pause

TRIES: Final = 20


class HomeState(StrEnum):
    """Whether it is kept fresh."""

    OPEN = "open"
    LEFT = "left"


class HomeTab(Value):
    """The row. Times are Unix seconds.

    Args:
        key: one to a person.
        opened_at: last.
        shown: digest of what it shows; None if that is not known.
        plain: Slack refused the blocks; only a sentence is sent.
    """

    key: str
    user: str
    team: str
    opened_at: float
    state: HomeState = HomeState.OPEN
    shown: str | None = None
    tries: int = 0
    not_before: float = 0.0
    plain: bool = False


@dataclass(frozen=True, slots=True)
class Publish:
    """Show how things are now. `last`: and say that it is not refreshed any more."""

    last: bool


def decide_home(row: HomeTab, now: float, timing: Timing) -> Publish | float | None:
    """What to do: publish, wait until a Unix time, or nothing any more (None)."""
    if row.state is HomeState.LEFT:
        return None
    if now < row.not_before:
        return row.not_before
    return Publish(last=now - row.opened_at >= timing.home_open)


def after_publishing(
    row: HomeTab,
    publish: Publish,
    result: Shown | SlackBusy | NotYet | SlackRefused,
    now: float,
    timing: Timing,
) -> HomeTab:
    """The row after a try to publish."""
    match result:
        case Shown(_, digest):
            state = HomeState.LEFT if publish.last else HomeState.OPEN
            changes: dict[str, object] = {
                "state": state,
                "shown": digest,
                "tries": 0,
                "not_before": now + timing.home_every,
            }
        case NotYet(seconds):
            changes = {"not_before": now + seconds}
        case SlackBusy(retry_after) if row.tries < TRIES:
            tries = row.tries + 1
            changes = {"tries": tries, "not_before": now + pause(tries, timing, retry_after)}
        case SlackRefused(_, layout=True) if not row.plain:
            changes = {"plain": True}
        case _:
            changes = {"state": HomeState.LEFT}
    return row.model_copy(update=changes)
