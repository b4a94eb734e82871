"""A followed run's life, as a table."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slack_bot import following
from slack_bot.approvals import vote
from slack_bot.config import AllowRule, Policy
from slack_bot.confirmations import confirmed, prepared
from slack_bot.demands import Confirm
from slack_bot.followed import Asker, Card, FollowedRun, State
from slack_bot.following import Done, Expire, Finish, Poll, Say, Show, Start, Wait, decide
from slack_bot.policy import Ask, Target
from slack_bot.policy import decide as judge
from slack_bot.results import (
    CardMissing,
    Closed,
    FailedCase,
    Findings,
    NotYet,
    Outcome,
    Proven,
    Read,
    Refused,
    Said,
    Shown,
    SlackBusy,
    SlackRefused,
    Unavailable,
    Unproven,
    Watched,
)
from slack_bot.settings import Timing
from slack_bot.transitions import (
    DOUBLE_TRIES,
    LEAST_TRIES,
    MAX_FAULTS,
    after_fault,
    apply,
    look_again_soon,
    lost_sight,
    pause,
    sighted,
)
from slack_bot.zof_door import ZofDoor
from zof_core import AsyncZofClient, Result, Run, RunRequest, RunSummary

NEW, OLD = "new", "old"


class TestDecide:
    """What to do with a row in each of its conditions."""

    @pytest.mark.parametrize(
        ("changes", "now", "expected"),
        [
            ({}, 1000, Start()),
            ({"state": State.STARTING, "next_try_at": 1004}, 1003, Wait(1004)),
            ({"state": State.STARTING, "next_try_at": 1004}, 1004, Start()),
            ({"state": State.STARTING, "next_try_at": 1004, "notice": "wait"}, 1001, Say("wait")),
            (
                {"state": State.STARTING, "next_try_at": 1009, "notice": "wait", "notice_not_before": 1005},
                1001,
                Wait(1005),
            ),
            ({"outcome": Outcome.FAULT, "notice": "no"}, 1001, Say("no")),
            ({"outcome": Outcome.FAULT}, 1001, Finish()),
            ({"state": State.ENDED, "outcome": Outcome.FAULT}, 1001, Done()),
        ],
    )
    def test_before_there_is_a_run(
        self, make_row: Any, changes: dict[str, Any], now: float, expected: Any
    ) -> None:
        assert decide(make_row(**changes), now, "") == expected

    @pytest.mark.parametrize(
        ("changes", "card", "now", "expected"),
        [
            ({}, {}, 1000, Show()),
            ({}, {"not_before": 1002}, 1000, Poll("run_1")),
            ({"next_poll_at": 1005}, {"not_before": 1002}, 1000, Wait(1002)),
            ({"next_poll_at": 1005}, {"ts": "1.1", "shown": NEW}, 1000, Wait(1005)),
            ({"next_poll_at": 1005}, {"ts": "1.1", "shown": OLD}, 1000, Show()),
            ({"next_poll_at": 1005}, {"ts": "1.1", "shown": OLD, "not_before": 1009}, 1001, Wait(1005)),
            ({"next_poll_at": 1005}, {"ts": "1.1", "shown": NEW}, 1005, Poll("run_1")),
            ({"next_poll_at": 1005}, {"given_up": "gone"}, 1000, Wait(1005)),
            ({"outcome": Outcome.PASSED}, {"ts": "1.1", "shown": OLD}, 1005, Show()),
            ({"outcome": Outcome.PASSED}, {"ts": "1.1", "shown": OLD, "not_before": 1009}, 1005, Wait(1009)),
            ({"outcome": Outcome.PASSED}, {"ts": "1.1", "shown": NEW}, 1005, Finish()),
            ({"outcome": Outcome.PASSED}, {"given_up": "gone"}, 1005, Finish()),
            (
                {"outcome": Outcome.PASSED, "notice": "it passed"},
                {"given_up": "gone"},
                1005,
                Say("it passed"),
            ),
        ],
    )
    def test_while_there_is_a_run(
        self,
        make_row: Any,
        make_run: Any,
        changes: dict[str, Any],
        card: dict[str, Any],
        now: float,
        expected: Any,
    ) -> None:
        assert decide(make_row(make_run(), **changes, card=Card(**card)), now, NEW) == expected


class TestStarting:
    """From accepted to following, or to an end without a run."""

    def test_a_started_run_is_followed_and_shown(self, make_row: Any, make_run: Any, timing: Timing) -> None:
        row = apply(make_row(), Start(), Read(Findings(run=make_run("queued"))), 1001, timing)
        assert (row.state, row.run.id, row.read_at, row.next_poll_at) == (
            State.FOLLOWING,
            "run_1",
            1001,
            1601,
        )
        assert decide(row, 1001, NEW) == Show()

    def test_a_refusal_is_told_to_its_author_and_nothing_is_posted(
        self, make_row: Any, timing: Timing
    ) -> None:
        row = apply(make_row(), Start(), Refused("No such suite.", Outcome.UNKNOWN_NAME), 1001, timing)
        assert decide(row, 1001, "") == Say("No such suite. Nothing was started.")
        row = apply(row, Say("No such suite."), Said(), 1002, timing)
        assert decide(row, 1002, "") == Finish()
        row = apply(row, Finish(), Closed(), 1002, timing)
        assert (row.state, row.outcome) == (State.ENDED, Outcome.UNKNOWN_NAME)

    def test_after_a_doubtful_try_a_refusal_does_not_say_that_nothing_was_started(
        self, make_row: Any, timing: Timing
    ) -> None:
        row = apply(make_row(start_tries=1), Start(), Refused("No.", Outcome.FAULT), 1001, timing)
        assert row.notice == "No."

    def test_an_outage_is_told_once_and_the_start_is_tried_again(self, make_row: Any, timing: Timing) -> None:
        row = apply(make_row(), Start(), Unavailable("Zof is away."), 1001, timing)
        assert row.state is State.STARTING
        assert row.notice is not None
        assert "Zof is away. Nothing is lost: I keep trying for 120 s" in row.notice
        assert row.next_try_at == 1003
        row = apply(row, Say(row.notice), Said(), 1001, timing)
        row = apply(row, Start(), Unavailable("Zof is away."), 1003, timing)
        assert row.notice is None
        assert row.next_try_at == 1007

    def test_what_zof_asks_to_wait_is_waited(self, make_row: Any, timing: Timing) -> None:
        row = apply(make_row(), Start(), Unavailable("Too many.", retry_after=30), 1001, timing)
        assert row.next_try_at == 1031

    def test_the_last_try_is_at_the_end_of_the_patience(self, make_row: Any, timing: Timing) -> None:
        late = make_row(state=State.STARTING, start_tries=9, told_outage=True, outage_since=1000.0)
        row = apply(late, Start(), Unavailable("Zof is away."), 1110, timing)
        assert row.next_try_at == 1120
        row = apply(row, Start(), Unavailable("Zof is away."), 1120, timing)
        assert row.outcome is Outcome.FAULT
        assert row.notice is not None
        assert "I tried for 120 s" in row.notice
        assert "type the command again" in row.notice

    def test_a_bot_that_was_away_has_not_tried(self, make_row: Any, timing: Timing) -> None:
        row, now = make_row(), 1000 + 10 * timing.start_patience
        for _ in range(LEAST_TRIES - 1):
            row = apply(row, Start(), Unavailable("Zof is away."), now, timing)
            assert row.outcome is None
            now = max(now + 10 * timing.start_patience, row.next_try_at)
        assert apply(row, Start(), Unavailable("Zof is away."), now, timing).outcome is Outcome.FAULT


class TestFollowing:
    """From started to its end."""

    def test_it_has_no_look_of_its_own_unless_something_happened(
        self, make_row: Any, make_run: Any, timing: Timing
    ) -> None:
        row = apply(make_row(make_run()), Poll("run_1"), Watched(), 2000, timing)
        assert (row.look, row.next_poll_at) == (False, 2000 + timing.look_anyway)
        woken = look_again_soon(row, 2010)
        assert (woken.look, woken.next_poll_at) == (True, 2010)
        read = apply(woken, Poll("run_1"), Read(Findings(run=make_run())), 2011, timing)
        assert (read.look, read.next_poll_at) == (False, 2011 + timing.look_anyway)

    def test_what_a_list_shows_is_taken_as_it_is(self, make_row: Any, make_run: Any, timing: Timing) -> None:
        outage = make_row(make_run(), outage_since=1000.0)
        row = sighted(outage, make_run("passed"), 1010, timing)
        assert (row.outcome, row.read_at, row.outage_since, row.look) == (Outcome.PASSED, 1010, None, False)

    def test_newly_failed_cases_need_a_look_and_the_end_waits_for_it(
        self, make_row: Any, make_run: Any, timing: Timing
    ) -> None:
        failing = make_run().model_copy(update={"summary": RunSummary(total=3, failed=1)})
        row = sighted(make_row(make_run()), failing, 1010, timing)
        assert (row.look, row.next_poll_at, row.outcome) == (True, 1010, None)
        named = (FailedCase(name="login", status="failed"),)
        seen = make_row(failing).model_copy(
            update={"findings": Findings(run=failing, failures=named, failures_total=1)}
        )
        more = failing.model_copy(update={"summary": RunSummary(total=3, failed=2)})
        row = sighted(seen, more, 1010, timing)
        assert (row.look, row.findings.failures_total, row.findings.failures) == (False, 2, named)
        ended = more.model_copy(update={"status": "failed"})
        assert sighted(seen, ended, 1010, timing).look
        # The count was taken over while it ran; the names were not.
        assert sighted(row, ended, 1020, timing).look
        both = (*named, FailedCase(name="logout", status="failed"))
        named_all = Findings(run=more, failures=both, failures_total=2)
        at_end = sighted(seen.model_copy(update={"findings": named_all}), ended, 1030, timing)
        assert (at_end.look, at_end.outcome, at_end.findings.failures) == (False, Outcome.FAILED, both)

    async def test_the_door_reads_names_again_unless_it_has_them_all(self, make_run: Any) -> None:
        summary = RunSummary(total=5, failed=3)
        ended = make_run("failed").model_copy(update={"summary": summary})
        asked: list[str] = []

        class Runs:
            async def retrieve(self, _run_id: str) -> Any:
                return ended

        class Results:
            async def list(self, *, run_id: str, status: str, limit: int) -> Any:
                asked.append(status)
                names = ("a", "b", "c") if status == "failed" else ()
                return SimpleNamespace(data=[Result(id=f"res_{n}", name=n, status=status) for n in names])

        door = ZofDoor(cast("AsyncZofClient", SimpleNamespace(runs=Runs(), results=Results())))
        one = Findings(run=ended, failures=(FailedCase(name="a", status="failed"),), failures_total=3)
        read = await door.read("run_1", one)
        assert isinstance(read, Read)
        assert [case.name for case in read.findings.failures] == ["a", "b", "c"]
        asked.clear()
        again = await door.read("run_1", read.findings)
        assert isinstance(again, Read)
        assert (again.findings, asked) == (read.findings, [])

    def test_out_of_sight_is_an_outage_and_it_has_itself_watched_anew(
        self, make_row: Any, make_run: Any, timing: Timing
    ) -> None:
        row = lost_sight(make_row(make_run(), look=True), Unavailable("Zof is away."), 1010, timing)
        assert (row.look, row.outage_since) == (False, 1010)
        assert row.next_poll_at == 1010 + timing.look_anyway

    def test_an_outage_is_written_down_once_until_patience_is_over(
        self, make_row: Any, make_run: Any, timing: Timing
    ) -> None:
        away = Unavailable("Zof is away.")
        row = lost_sight(make_row(make_run()), away, 1010, timing)
        assert lost_sight(row, away, 1040, timing) is row
        other = lost_sight(row, Unavailable("No.", why="Zof refuses the bot's API key"), 1040, timing)
        assert (other.outage_since, other.outage) == (1010, "Zof refuses the bot's API key")
        assert lost_sight(row, away, 1010 + timing.follow_patience, timing).lost is not None

    def test_an_end_does_not_wait_for_a_turn_only_for_slack(
        self, make_row: Any, make_run: Any, timing: Timing
    ) -> None:
        row = make_row(make_run(), card=Card(ts="1.1", shown=OLD), next_poll_at=5000.0)
        row = apply(row, Show(), NotYet(50.0), 1010, timing)
        assert decide(row, 1010, NEW) == Wait(1060)
        ended = apply(row, Poll("run_1"), Read(Findings(run=make_run("passed"))), 1020, timing)
        assert decide(ended, 1020, NEW) == Show()
        # Even what is kept for ends is spent.
        ended = apply(ended, Show(), NotYet(5.0), 1020, timing)
        assert decide(ended, 1020, NEW) == Wait(1025)

    def test_a_second_card_is_asked_for_until_slack_answers(
        self, make_row: Any, make_run: Any, timing: Timing
    ) -> None:
        card = Card(ts="1.1", shown=NEW, doubted=True)
        row = make_row(make_run("passed"), card=card, outcome=Outcome.PASSED)
        assert decide(row, 1010, NEW) == Finish()
        row = apply(row, Finish(), SlackBusy(7.0), 1010, timing)
        assert row.state is not State.ENDED
        assert decide(row, 1010, NEW) == Wait(1017)
        assert decide(row, 1017, NEW) == Finish()
        assert apply(row, Finish(), Closed(), 1017, timing).state is State.ENDED
        for _ in range(DOUBLE_TRIES):
            row = apply(row, Finish(), SlackBusy(), 1017, timing)
        assert row.state is State.ENDED

    @pytest.mark.parametrize(
        ("status", "outcome"),
        [
            ("passed", Outcome.PASSED),
            ("failed", Outcome.FAILED),
            ("error", Outcome.ERROR),
            ("canceled", Outcome.CANCELED),
            ("cancelled", Outcome.CANCELED),
        ],
    )
    def test_the_end_is_shown_and_then_it_is_over(
        self, make_row: Any, make_run: Any, timing: Timing, status: str, outcome: Outcome
    ) -> None:
        row = make_row(make_run(), card=Card(ts="1.1", shown=OLD))
        row = apply(row, Poll("run_1"), Read(Findings(run=make_run(status))), 1010, timing)
        assert row.outcome is outcome
        assert decide(row, 1010, NEW) == Show()
        row = apply(row, Show(), Shown("1.1", NEW), 1010, timing)
        assert decide(row, 1010, NEW) == Finish()

    def test_an_outage_is_remembered_until_zof_answers_again(
        self, make_row: Any, make_run: Any, timing: Timing
    ) -> None:
        row = apply(make_row(make_run()), Poll("run_1"), Unavailable("Zof is away."), 1010, timing)
        assert (row.outage_since, row.read_at, row.outcome) == (1010, 1000.0, None)
        assert row.next_poll_at > 1010
        row = apply(row, Poll("run_1"), Read(Findings(run=make_run())), 1020, timing)
        assert (row.outage_since, row.read_at) == (None, 1020)

    def test_following_ends_after_a_day_of_silence(
        self, make_row: Any, make_run: Any, timing: Timing
    ) -> None:
        row = make_row(make_run(), outage_since=1000.0, card=Card(ts="1.1", shown=OLD))
        row = apply(row, Poll("run_1"), Unavailable("Zof is away."), 1000 + timing.follow_patience, timing)
        assert row.outcome is Outcome.FAULT
        assert row.lost == "Zof is away. I no longer follow this run."

    def test_a_run_that_zof_no_longer_knows_ends_with_a_clear_card(
        self, make_row: Any, make_run: Any, timing: Timing
    ) -> None:
        row = apply(make_row(make_run()), Poll("run_1"), Refused("Gone.", Outcome.UNKNOWN_NAME), 1010, timing)
        assert (row.outcome, row.lost) == (Outcome.FAULT, "Gone.")
        assert decide(row, 1010, NEW) == Show()

    def test_a_cancel_makes_it_look_at_once_and_can_rearm_the_button(
        self, make_row: Any, make_run: Any
    ) -> None:
        row = make_row(make_run(), next_poll_at=2000.0)
        woken = look_again_soon(row, 1010, canceled_by="Dana Ruiz", rearm=False)
        assert (woken.next_poll_at, woken.canceled_by, woken.cancel_round) == (1010, "Dana Ruiz", 0)
        rearmed = look_again_soon(woken, 1011, canceled_by=None, rearm=True)
        assert (rearmed.canceled_by, rearmed.cancel_round) == ("Dana Ruiz", 1)


class TestCard:
    """What Slack may say to a post or an update."""

    def test_a_doubtful_post_is_noted_so_that_it_is_looked_for(
        self, make_row: Any, make_run: Any, timing: Timing
    ) -> None:
        row = apply(make_row(make_run()), Show(), SlackBusy(doubtful=True), 1010, timing)
        assert (row.card.attempts, row.card.doubted) == (1, True)
        assert row.card.not_before >= 1010 + timing.doubt_pause

    def test_a_post_that_slack_put_off_is_not_in_doubt(
        self, make_row: Any, make_run: Any, timing: Timing
    ) -> None:
        row = apply(make_row(make_run()), Show(), SlackBusy(retry_after=40), 1010, timing)
        assert (row.card.attempts, row.card.not_before, row.card.doubted) == (0, 1050, False)

    def test_updates_keep_a_distance(self, make_row: Any, make_run: Any, timing: Timing) -> None:
        row = apply(make_row(make_run()), Show(), Shown("1.1", OLD), 1010, timing)
        assert (row.card.ts, row.card.shown, row.card.not_before) == ("1.1", OLD, 1010 + timing.card_every)

    def test_refused_blocks_become_text(self, make_row: Any, make_run: Any, timing: Timing) -> None:
        row = apply(make_row(make_run()), Show(), SlackRefused("blocks", layout=True), 1010, timing)
        assert row.card.plain
        row = apply(row, Show(), SlackRefused("blocks", layout=True), 1010, timing)
        assert row.card.given_up == "blocks"

    def test_a_deleted_card_is_posted_anew_once(self, make_row: Any, make_run: Any, timing: Timing) -> None:
        row = make_row(make_run(), card=Card(ts="1.1", shown=OLD))
        row = apply(row, Show(), CardMissing(), 1010, timing)
        assert (row.card.ts, row.card.reposts) == (None, 1)
        row = apply(
            row.model_copy(update={"card": Card(ts="2.2", reposts=1)}), Show(), CardMissing(), 1010, timing
        )
        assert row.card.given_up is not None

    def test_without_a_place_to_post_the_author_is_told_now_and_at_the_end(
        self, make_row: Any, make_run: Any, timing: Timing
    ) -> None:
        row = apply(make_row(make_run()), Show(), SlackRefused("I am not in this channel."), 1010, timing)
        assert row.notice == "I am not in this channel. Run run_1 goes on; /zof status run_1 shows it."
        row = apply(row, Say(row.notice), Said(), 1010, timing)
        assert decide(row, 1010, NEW) == Poll("run_1")
        row = apply(row, Poll("run_1"), Read(Findings(run=make_run("failed"))), 1020, timing)
        assert row.notice == "Run run_1 has ended: failed. (I am not in this channel.)"

    def test_slack_is_tried_for_a_day(self, make_row: Any, make_run: Any, timing: Timing) -> None:
        row = make_row(make_run("passed"), outcome=Outcome.PASSED, card=Card(ts="1.1", shown=OLD, tries=500))
        row = apply(row, Show(), SlackBusy(), 5000, timing)
        assert row.card.given_up is None
        row = apply(row, Show(), SlackBusy(), 5000 + timing.follow_patience, timing)
        assert row.card.given_up is not None

    def test_a_bot_that_was_away_has_not_tried(self, make_row: Any, make_run: Any, timing: Timing) -> None:
        row, now = make_row(make_run("passed"), outcome=Outcome.PASSED), 1000.0
        for _ in range(LEAST_TRIES - 1):
            now += 10 * timing.follow_patience
            row = apply(row, Show(), SlackBusy(doubtful=True), now, timing)
            assert row.card.given_up is None
        shown = apply(row, Show(), Shown("1.1", "digest"), now, timing)
        assert (shown.card.tries, shown.card.busy_since) == (0, None)
        row = apply(row, Show(), SlackBusy(), now + timing.follow_patience, timing)
        assert row.card.given_up is not None


def test_a_card_says_that_updates_are_slow_only_where_they_are(
    make_row: Any, make_run: Any, timing: Timing
) -> None:
    row = make_row(make_run(), card=Card(ts="1.1", shown=OLD))
    assert not apply(row, Show(), NotYet(1.5), 1010, timing).card.late
    assert not apply(make_row(make_run()), Show(), SlackBusy(5.0), 1010, timing).card.late
    slow = apply(row, Show(), NotYet(20.0), 1010, timing)
    assert slow.card.late
    assert not apply(slow, Show(), NotYet(0.2), 1030, timing).card.late
    shown = apply(slow, Show(), Shown("1.1", NEW), 1030, timing)
    assert shown.card.late
    busy = apply(row, Show(), SlackBusy(5.0), 1010, timing)
    assert busy.card.late
    assert apply(busy, Show(), NotYet(0.2), 1016, timing).card.late
    # The next one goes through at once, so it is slow no more.
    assert not apply(shown, Show(), Shown("1.1", NEW), 1040, timing).card.late


def test_pauses_double_up_to_a_limit_and_never_undercut_what_was_asked(timing: Timing) -> None:
    assert [pause(tries, timing) for tries in (1, 2, 3, 4, 5, 50, 5000)] == [2, 4, 8, 16, 30, 30, 30]
    assert pause(1, timing, 90) == 90


def test_faults_of_our_own_are_tried_a_few_times_and_then_said(
    make_row: Any, make_run: Any, timing: Timing
) -> None:
    row = make_row(make_run())
    for number in range(1, MAX_FAULTS):
        row = after_fault(row, 1000, timing)
        assert (row.faults, row.outcome) == (number, None)
        assert decide(row, 1000, NEW) == Wait(1000 + pause(number, timing))
    row = after_fault(row, 1000, timing)
    assert row.outcome is Outcome.FAULT
    assert row.notice is not None
    for _ in range(MAX_FAULTS):
        row = after_fault(row, 1000, timing)
    assert row.state is State.ENDED


def test_a_row_survives_the_store_unchanged(make_row: Any, make_run: Any) -> None:
    findings = Findings(run=make_run(new_field={"a": 1}), failures=(FailedCase(name="t", status="failed"),))
    row = make_row(make_run(), findings=findings, card=Card(ts="1.1", shown=OLD), outcome=Outcome.ERROR)
    again = FollowedRun.model_validate_json(row.model_dump_json())
    assert again == row
    assert "hooks.slack.com" not in repr(row)


_RESULTS = st.one_of(
    st.builds(
        lambda status, failed: Read(
            Findings(
                run=Run(id="run_1", status=status, summary={"total": 3, "failed": failed}),
                failures_total=failed,
            )
        ),
        st.sampled_from(["queued", "running", "passed", "failed", "error", "canceled", "new_status"]),
        st.integers(0, 3),
    ),
    st.builds(Refused, st.just("no"), st.sampled_from([Outcome.UNKNOWN_NAME, Outcome.FAULT])),
    st.builds(Unavailable, st.just("away"), st.none() | st.floats(0, 100)),
    st.just(Shown("1.1", NEW)),
    st.just(Said()),
    st.builds(SlackBusy, st.none() | st.floats(0, 100), st.booleans()),
    st.just(CardMissing()),
    st.builds(SlackRefused, st.just("no"), st.booleans()),
    st.just(Closed()),
    st.just(Proven("run_0")),
    st.just(Unproven("no")),
)


_RULE = AllowRule.model_validate(
    {
        "name": "production",
        "channels": ("C1X",),
        "verbs": ("run",),
        "projects": ("p",),
        "environments": ("e",),
        "people": ("*",),
        "approvals": 1,
        "approvers": ("*",),
        "requires": {"suite": "s", "environment": "staging", "passed_within": "4h"},
    }
)
_CONFIRMED = Policy(allow=(_RULE,), confirm=Confirm(environments=("e",)))


@given(
    st.lists(_RESULTS, max_size=60),
    st.lists(st.floats(0, 60), min_size=60, max_size=60),
    st.none() | st.integers(0, 20),
)
def test_no_order_of_results_loses_or_doubles_anything(
    results: list[Any], steps: list[float], approved_after: int | None
) -> None:
    """Whatever happens in whatever order: no start once a run is known, nothing done after the end, no dead end."""
    timing, now = Timing(), 1000.0
    row = FollowedRun(
        key="k",
        request=RunRequest(project_id="p", environment="e", test_suite_id="s"),
        project_name="p",
        asker=Asker(id="U1X", name="x"),
        channel="C1X",
        accepted_at=now,
    )
    if approved_after is not None:
        decision = judge(_CONFIRMED, Ask("U1X", "C1X", "run", Target("p", "e", "s"), at=now))
        row = prepared(row, decision, _CONFIRMED, now)
        assert row.state is State.CONFIRMING
    for number, (result, step) in enumerate(zip(results, steps, strict=False)):
        if number == approved_after:
            row = confirmed(row, _CONFIRMED, now)
        if approved_after is not None and number == approved_after + 5:
            row = vote(row, Asker(id="U2Y", name="y"), now, approve=True, policy=_CONFIRMED)
        todo = decide(row, now, NEW if row.run or row.approval else "")
        if isinstance(todo, Done):
            assert row.outcome is not None
            return
        if isinstance(todo, Wait):
            assert todo.until > now
            now = max(todo.until, now + step)
            continue
        if isinstance(todo, Start) and approved_after is not None:
            assert row.confirmation is not None
            assert row.confirmation.confirmed_at is not None
            assert row.evidence is not None
            assert row.evidence.at >= row.may_start_from
        if isinstance(todo, Start):
            assert row.run is None
            assert row.approval is None or row.approval.approved_at is not None
        if isinstance(todo, Show):
            assert row.run is not None or row.approval is not None
        if isinstance(todo, Finish):
            assert row.outcome is not None
            assert row.notice is None
        before = row
        row = apply(row, todo, Closed() if isinstance(todo, Finish | Expire) else result, now, timing)
        assert following.FollowedRun.model_validate_json(row.model_dump_json()) == row
        if before.outcome is not None:
            assert row.outcome is before.outcome
        now += step
