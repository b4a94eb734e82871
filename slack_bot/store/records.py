"""What the store takes and gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from slack_bot.errands import Errand, ErrandOutcome, ErrandState
from slack_bot.failures import FailureWatch
from slack_bot.followed import FollowedRun
from slack_bot.homes import HomeTab
from slack_bot.limits import Excess
from slack_bot.policy import STARTING

Entity = FollowedRun | Errand | FailureWatch | HomeTab


class InboxKind(StrEnum):
    """How something was asked."""

    COMMAND = "command"
    BUTTON = "button"
    SUBMISSION = "submission"
    SHORTCUT = "shortcut"
    EVENT = "event"


class InboxOutcome(StrEnum):
    """What became of it at once."""

    ACCEPTED = "accepted"
    ANSWERED = "answered"
    DENIED = "denied"
    USAGE = "usage"
    UNKNOWN_NAME = "unknown_name"
    MODAL = "modal"
    FAULT = "fault"


class InboxRow(BaseModel):
    """One interaction, committed before it is acked.

    Args:
        key: dedupe key; a second delivery of the same interaction finds the first one's row.
        text: as typed, or what the button or form stands for.
        rule: the rule that decided, if policy was asked.
        remark: why the author's entry in [people] did not count, if it did not.
        answer: what its author was told in the ack.
        entity: the row that is to live on because of it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str
    kind: InboxKind
    received_at: float
    team: str
    channel: str
    user_id: str
    user_name: str
    text: str
    verb: str = ""
    rule: str | None = None
    outcome: InboxOutcome
    remark: str | None = None
    answer: str | None = None
    entity: FollowedRun | Errand | HomeTab | None = None

    @property
    def asks_for_a_run(self) -> bool:
        """Whether limits count it."""
        return self.outcome is InboxOutcome.ACCEPTED and self.verb in STARTING


def refused_for(row: InboxRow, over: Excess) -> InboxRow:
    """The row of a request that came within a limit's reach: denied, and answered.

    A click's or a form's key is that of its button or modal, which may be used again when the limit lets it.
    """
    key = row.key if row.kind is InboxKind.COMMAND else f"{row.key}:over:{round(row.received_at * 1000)}"
    entity = (
        row.entity.model_copy(
            update={
                "key": key,
                "state": ErrandState.ANSWERED,
                "answer": over.sentence,
                "outcome": ErrandOutcome.DENIED,
            }
        )
        if row.kind is InboxKind.BUTTON and isinstance(row.entity, Errand)
        else None
    )
    return row.model_copy(
        update={
            "key": key,
            "rule": over.rule,
            "outcome": InboxOutcome.DENIED,
            "answer": over.sentence,
            "entity": entity,
        }
    )


@dataclass(frozen=True, slots=True)
class Committed:
    """An inbox row as it stands in the store. `fresh`: it was not there before."""

    row: InboxRow
    fresh: bool


@dataclass(frozen=True, slots=True)
class CommandOutcome:
    """What became of an interaction, read from the store.

    Args:
        key: its dedupe key.
        outcome: `passed`, `failed`, `error`, `canceled`, `unknown_name` or `fault` for a run that was to be
            started; otherwise `answered`, `denied`, `usage`, `unknown_name`, `modal` or `fault`; `accepted`
            while it is not settled.
        settled: nothing more will come of it; for a run: its card shows the end.
        answer: what its author was told at once, if anything.
        run_id: Zof's id of the run it started or is about.
        state: of the followed run or errand; None if there is none.
        rule: the policy rule that decided, if policy was asked.
    """

    key: str
    outcome: str
    settled: bool
    answer: str | None
    run_id: str | None
    state: str | None
    rule: str | None


@dataclass(frozen=True, slots=True)
class Counts:
    """How much there is: interactions by outcome, living rows by state; `late` in seconds."""

    interactions: Mapping[str, int] = field(default_factory=dict)
    runs: Mapping[str, int] = field(default_factory=dict)
    errands: Mapping[str, int] = field(default_factory=dict)
    late: float = 0.0
