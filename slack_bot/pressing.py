"""Pressing a button again whose work did not come off. Pure.

A button that does something has one key (`Click.effect_key`), which the errand of its first click takes: a double
click and a copy of the button find it taken. An errand that ended without doing anything would leave the button dead,
so a new click then takes `KEY:again2`, after that `KEY:again3`: each key is one try. Why nothing is done twice:

- There is a next try only once the last one has its outcome, which never changes, and by which nothing was done. A
  rerun has done nothing as long as it has no row of a run; that row is committed together with the outcome, and the
  run's Idempotency-Key comes from the try's own key. So whatever is killed goes on under the key it had. A rerun
  whose row ended before Zof can have been asked to start anything has done nothing either; one that broke off later
  may have, and is not tried again. A cancel may be repeated freely: a run is cancelled once.
- Two clicks at one moment find the same next key, and the inbox takes it once.
- A click that is delivered again (by Slack, or after a kill between commit and ack) finds its own try by
  `Errand.click`, or the row of its answer by its own key, however that went, and is no new click.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from slack_bot.errands import Errand, ErrandOutcome, Kind
from slack_bot.followed import FollowedRun
from slack_bot.results import Outcome

_BEFORE_ANY_START: Final = (Outcome.REJECTED, Outcome.WITHDRAWN, Outcome.EXPIRED, Outcome.UNPROVEN)
"""Ends of a request that nothing was asked of Zof for."""


@dataclass(frozen=True, slots=True)
class Try:
    """A click's errand, and the row of the run that it began, if it began one."""

    errand: Errand
    begun: FollowedRun | None = None


class Earlier(StrEnum):
    """What a click finds that comes after others of the same button."""

    ITSELF = "itself"
    PENDING = "pending"
    DONE = "done"
    UNDONE = "undone"


def earlier(tries: Sequence[Try], click: str) -> Earlier:
    """What was there before a click.

    Args:
        tries: all of the button's, in order; at least one.
        click: the click's own key.
    """
    if any(one.errand.click == click for one in tries):
        return Earlier.ITSELF
    last = tries[-1]
    if last.errand.outcome is None:
        return Earlier.PENDING
    return Earlier.UNDONE if _is_undone(last) else Earlier.DONE


def key_of_try(base: str, number: int) -> str:
    """The key of a button's first try, which is the button's own, or of a later one."""
    return base if number == 1 else f"{base}:again{number}"


def _is_undone(last: Try) -> bool:
    if last.errand.kind is Kind.RERUN:
        begun = last.begun
        never_started = begun is not None and begun.run is None and begun.outcome in _BEFORE_ANY_START
        return last.errand.started is None or never_started
    return last.errand.outcome is not ErrandOutcome.ANSWERED
