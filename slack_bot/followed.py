"""The row of a followed run: what is known, wanted and shown of it. What to do with it says `slack_bot.following`."""

from __future__ import annotations

from enum import StrEnum

from pydantic import ConfigDict, Field

from slack_bot.demands import Requirement
from slack_bot.results import Findings, Outcome, Value
from zof_core import Run, RunRequest
from zof_core.usual import Usual


class State(StrEnum):
    """Where a followed run stands."""

    CONFIRMING = "confirming"
    AWAITING = "awaiting"
    ACCEPTED = "accepted"
    STARTING = "starting"
    FOLLOWING = "following"
    ENDED = "ended"


class Via(StrEnum):
    """How a run came to have a card: started from Slack, watched on somebody's wish, or by a subscription."""

    STARTED = "started"
    WATCH = "watch"
    SUBSCRIPTION = "subscription"


class Asker(Value):
    """The person who asked: Slack user id, and the name to show."""

    id: str
    name: str


class Card(Value):
    """The one message of a run.

    Args:
        ts: Slack's id of the message; None until it is posted.
        shown: digest of what it shows.
        attempts: posts begun and not known to have ended; above 0 the channel is searched before the next.
        not_before: Unix time before which Slack is left alone.
        turn_at: Unix time of its turn in our own budget, which a final state does not wait for.
        tries: failures in a row.
        busy_since: Unix time of the first of them.
        plain: Slack refused the blocks; only text is sent.
        reposts: how often it was posted anew because somebody deleted it.
        doubted: a post's outcome was unknown once, so at the end the channel is searched for a double.
        given_up: why there is no card, if there can be none.
        late: Slack has refused an update just now, or our own budget makes one wait for long, so the card says as of
            when it is.
    """

    ts: str | None = None
    shown: str | None = None
    attempts: int = 0
    not_before: float = 0.0
    turn_at: float = 0.0
    tries: int = 0
    busy_since: float | None = None
    plain: bool = False
    reposts: int = 0
    doubted: bool = False
    given_up: str | None = None
    late: bool = False


class ThreadReply(Value):
    """The failures in the card's thread, posted once at the run's end.

    Args:
        done: it is posted, or cannot be.
    """

    done: bool = False
    tries: int = 0
    not_before: float = 0.0


class Approval(Value):
    """What others must say before a run is started.

    Args:
        rule: the allow rule that demands it.
        needed: how many must approve.
        approvers: who may, as the rule listed them when it was asked; at a vote the rule is asked anew.
        digest: of exactly what will run.
        expires_at: Unix time.
        by: who approved.
        approved_at: since when it is enough.
        rejected_by: who rejected it.
    """

    rule: str
    needed: int
    approvers: tuple[str, ...]
    digest: str
    expires_at: float
    by: tuple[Asker, ...] = ()
    approved_at: float | None = None
    rejected_by: Asker | None = None


class Confirmation(Value):
    """What the asker themselves must say before anything else.

    Args:
        digest: of exactly what will run.
        expires_at: Unix time.
        rule: the rule that allows it.
        confirmed_at: when they said yes.
    """

    # Rows of an older version also say whether the question was put.
    model_config = ConfigDict(frozen=True, extra="ignore")

    digest: str
    expires_at: float
    rule: str
    confirmed_at: float | None = None


class Evidence(Value):
    """The run that proves what a rule requires, as it was found `at` this Unix time."""

    run_id: str
    at: float


class FollowedRun(Value):
    """The row. Times are Unix seconds.

    Args:
        via: how it came to have a card; of a run that was not started from Slack, `asker` is who wants it shown.
        key: dedupe key of the interaction; Zof's Idempotency-Key and the card's metadata come from it.
        request: what is to run.
        project_name, suite_name: names from the catalogue, as they were when it was asked.
        again_of: id of the run that this one repeats.
        suite_for_rules: suite that cases to be run again come from: the rules judge them as that suite.
        confirmation: what the asker must say first, where a run must be confirmed.
        approval: what others must say first, where a rule demands it.
        requires: what must have passed, where a rule demands it; `evidence` is the run that did.
        response_url: where its author can be answered, for 30 minutes.
        outage_since: since when Zof has not answered.
        outage: what is the matter, in a few words.
        told_outage: the author knows.
        notice: what is still to be said to the author.
        findings: what was last read, at `read_at`; `changed_at` is when something new was read.
        look: something happened to the run that only a look of its own shows; else news comes by the lookout.
        usual: how long its suite usually takes.
        thread: the failures in the card's thread.
        cancel_round: part of the Cancel button's value; grows when a cancel failed: it can be pressed again.
        canceled_by: name of who had it cancelled from Slack.
        lost: why following ended before the run did.
    """

    key: str
    via: Via = Via.STARTED
    state: State = State.ACCEPTED
    request: RunRequest
    project_name: str
    suite_name: str | None = None
    again_of: str | None = None
    suite_for_rules: str | None = None
    confirmation: Confirmation | None = None
    approval: Approval | None = None
    requires: Requirement | None = None
    evidence: Evidence | None = None
    asker: Asker
    team: str = ""
    channel: str
    response_url: str | None = Field(default=None, repr=False)
    accepted_at: float
    start_tries: int = 0
    next_try_at: float = 0.0
    outage_since: float | None = None
    outage: str = ""
    told_outage: bool = False
    notice: str | None = None
    notice_tries: int = 0
    notice_not_before: float = 0.0
    findings: Findings | None = None
    read_at: float | None = None
    changed_at: float | None = None
    usual: Usual | None = None
    thread: ThreadReply = ThreadReply()
    polls: int = 0
    look: bool = False
    next_poll_at: float = 0.0
    card: Card = Card()
    cancel_round: int = 0
    canceled_by: str | None = None
    lost: str | None = None
    faults: int = 0
    outcome: Outcome | None = None

    @property
    def run(self) -> Run | None:
        """The run as last read."""
        return self.findings.run if self.findings else None

    @property
    def started_by(self) -> Asker | None:
        """Who started it from Slack; None if it was started elsewhere."""
        return self.asker if self.via is Via.STARTED else None

    @property
    def may_start_from(self) -> float:
        """Unix time from which on it could be started."""
        approved_at = self.approval.approved_at if self.approval else None
        confirmed_at = self.confirmation.confirmed_at if self.confirmation else None
        return approved_at or confirmed_at or self.accepted_at

    @property
    def lacks_proof(self) -> bool:
        """Whether what a rule requires is still to be looked up: once it is asked for, and anew once approved."""
        if self.requires is None or self.run is not None or self.is_over or self.start_tries:
            return False
        if self.state not in (State.AWAITING, State.ACCEPTED):
            return False
        return self.evidence is None or self.evidence.at < self.may_start_from

    @property
    def judged_suite(self) -> str | None:
        """The suite as which the rules judge it; None for single cases."""
        return self.suite_for_rules or self.request.test_suite_id

    @property
    def is_over(self) -> bool:
        """Nothing more will change on the card."""
        return self.outcome is not None
