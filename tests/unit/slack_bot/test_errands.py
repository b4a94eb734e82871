"""Status and cancel, as a table."""

from __future__ import annotations

import pytest

from slack_bot.errand_ticks import ask_of
from slack_bot.errands import (
    Answer,
    CancelRun,
    Errand,
    ErrandOutcome,
    ErrandState,
    Inquire,
    Kind,
    Permitted,
    Reply,
    Rest,
    apply,
    decide,
)
from slack_bot.followed import Asker
from slack_bot.results import Said, SlackBusy, SlackRefused, Unavailable
from slack_bot.settings import Timing
from tests.unit.slack_bot.conftest import MakeRun

TIMING = Timing()


def errand(kind: Kind = Kind.CANCEL, **changes: object) -> Errand:
    base = Errand(
        key="k", kind=kind, run_id="run_1", asker=Asker(id="U1X", name="x"), channel="C1X", asked_at=100.0
    )
    return base.model_copy(update=changes)


@pytest.mark.parametrize(
    ("row", "now", "todo"),
    [
        (errand(), 100, Inquire()),
        (errand(not_before=105.0), 100, Rest(105.0)),
        (errand(allowed=True), 100, CancelRun()),
        (errand(Kind.STATUS, allowed=True), 100, Inquire()),
        (errand(answer="x", state=ErrandState.ANSWERED), 100, Reply()),
        (errand(answer="x", state=ErrandState.ENDED), 100, Rest(None)),
    ],
)
def test_what_to_do(row: Errand, now: float, todo: object) -> None:
    assert decide(row, now) == todo


def test_a_cancel_asks_first_then_cancels_then_answers() -> None:
    row = apply(errand(), Permitted(), 100, TIMING)
    assert decide(row, 100) == CancelRun()
    row = apply(row, Answer("done", ErrandOutcome.ANSWERED), 101, TIMING)
    assert (row.state, row.answer, row.outcome) == (ErrandState.ANSWERED, "done", ErrandOutcome.ANSWERED)
    row = apply(row, Said(), 102, TIMING)
    assert decide(row, 102) == Rest(None)


def test_a_zof_that_is_away_is_asked_again_for_a_while() -> None:
    row = apply(errand(), Unavailable("Away.", retry_after=9), 100, TIMING)
    assert decide(row, 100) == Rest(109)
    row = apply(row, Unavailable("Away."), 100 + TIMING.answer_patience, TIMING)
    assert row.answer == "Away. The run was not cancelled; please try again."
    assert row.outcome is ErrandOutcome.FAULT
    shown = apply(errand(Kind.STATUS), Unavailable("Away."), 1000, TIMING)
    assert shown.answer == "Away. The run was not shown; please try again."


def test_an_answer_that_slack_does_not_take_is_tried_again_or_dropped() -> None:
    answered = errand(answer="x", state=ErrandState.ANSWERED)
    later = apply(answered, SlackBusy(retry_after=7), 100, TIMING)
    assert decide(later, 100) == Rest(107)
    assert decide(apply(answered, SlackRefused("no"), 100, TIMING), 100) == Rest(None)


def test_an_errand_survives_the_store_and_shows_no_response_url() -> None:
    row = errand(response_url="https://hooks.slack.com/x")
    assert Errand.model_validate_json(row.model_dump_json()) == row
    assert "hooks" not in repr(row)


def test_a_long_retry_after_does_not_outlast_the_patience_for_an_answer() -> None:
    row = apply(errand(), Unavailable("Away.", retry_after=9e9), 100, TIMING)
    assert row.not_before == 100.0 + TIMING.answer_patience
    row = apply(row, Unavailable("Away.", retry_after=9e9), row.not_before, TIMING)
    assert row.answer == "Away. The run was not cancelled; please try again."


def test_what_was_asked_in_a_modal_or_the_home_is_judged_so_again(make_run: MakeRun) -> None:
    for present in (True, False):
        asked = Errand.model_validate_json(errand(present=present).model_dump_json())
        assert ask_of(asked, make_run(), None, 100.0).present is present
    assert Errand.model_validate_json(errand().model_dump_json(exclude={"present"})).present
