"""What can come of a call to Zof or to Slack: plain values that the pure state machines take in."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from pydantic import BaseModel, ConfigDict

from zof_core import Run
from zof_core.usual import Usual

SHOWN_FAILURES: Final = 10
"""How many failed cases a run's message names."""


class Outcome(StrEnum):
    """How a followed run ended: the run's own end, or why there is none."""

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"
    CANCELED = "canceled"
    UNKNOWN_NAME = "unknown_name"
    FAULT = "fault"
    REJECTED = "rejected"
    EXPIRED = "expired"
    UNPROVEN = "unproven"
    WITHDRAWN = "withdrawn"
    DENIED = "denied"
    LAPSED = "lapsed"


class Value(BaseModel):
    """An immutable value that the store keeps as JSON."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class FailedCase(Value):
    """A case that did not pass, as the card lists it."""

    name: str
    status: str


class Findings(Value):
    """What was last read of a run: itself, its first failed cases and how many there are in all."""

    run: Run
    failures: tuple[FailedCase, ...] = ()
    failures_total: int = 0

    def names_all_of(self, total: int) -> bool:
        """Whether the failed cases of a run that has so many are named, as far as a message names them."""
        return total == self.failures_total and len(self.failures) >= min(total, SHOWN_FAILURES)


def not_passed(run: Run) -> int:
    """How many of its cases failed or ended in error, so far."""
    return (run.summary.failed or 0) + (run.summary.error or 0) if run.summary else 0


@dataclass(frozen=True, slots=True)
class Read:
    """Zof answered with the run: it was started, or looked at. `usual`: how long its suite usually takes, if known."""

    findings: Findings
    usual: Usual | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """Zof understood and said no; asking again would not help."""

    sentence: str
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class TooLate:
    """What was allowed when it was asked for is not started any more, and why."""

    sentence: str
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Proven:
    """What a rule requires has passed, in this run."""

    run_id: str


@dataclass(frozen=True, slots=True)
class Unproven:
    """What a rule requires has not passed; what is missing, in a sentence."""

    sentence: str


@dataclass(frozen=True, slots=True)
class NoSuchCase:
    """No case of the run goes by that; names of those that may have been meant."""

    meant: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unavailable:
    """Zof did not answer, or answered that it cannot just now.

    Args:
        sentence: what went wrong and what to do next.
        retry_after: seconds that Zof asked to wait.
        why: the same in a few words, for a card that is not up to date.
    """

    sentence: str
    retry_after: float | None = None
    why: str = "Zof does not answer just now"


@dataclass(frozen=True, slots=True)
class Watched:
    """The run is looked at together with all others; news of it comes by itself."""


@dataclass(frozen=True, slots=True)
class Shown:
    """The card shows what this digest stands for. `searched`: it was looked for before it was posted."""

    ts: str
    digest: str
    searched: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """The author was told."""


@dataclass(frozen=True, slots=True)
class SlackBusy:
    """Slack did not take it now. `doubtful`: it may have taken it after all."""

    retry_after: float | None = None
    doubtful: bool = False


@dataclass(frozen=True, slots=True)
class NotYet:
    """Our own budget for Slack is spent for so many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class CardMissing:
    """The message to be updated is no longer there."""


@dataclass(frozen=True, slots=True)
class SlackRefused:
    """Slack understood and said no. `layout`: because of the blocks, not because of the place."""

    sentence: str
    layout: bool = False


@dataclass(frozen=True, slots=True)
class Closed:
    """The row was found to be finished."""


@dataclass(frozen=True, slots=True)
class Overtaken:
    """The row has moved on before anything was done: its next tick does what is to be done now."""


Result = (
    Read
    | Refused
    | TooLate
    | Proven
    | Unproven
    | Unavailable
    | Watched
    | Shown
    | Said
    | SlackBusy
    | NotYet
    | CardMissing
    | SlackRefused
    | Closed
)
