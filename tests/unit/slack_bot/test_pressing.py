"""What a click finds that comes after others of the same button."""

from __future__ import annotations

import pytest

from slack_bot.errands import Errand, ErrandOutcome, Kind
from slack_bot.followed import Asker
from slack_bot.pressing import Earlier, Try, earlier, key_of_try
from slack_bot.results import Outcome
from tests.unit.slack_bot.conftest import MakeRow, MakeRun

FAULT, DENIED, UNKNOWN = ErrandOutcome.FAULT, ErrandOutcome.DENIED, ErrandOutcome.UNKNOWN_NAME
ANSWERED = ErrandOutcome.ANSWERED


def attempt(kind: Kind, outcome: ErrandOutcome | None, **changes: object) -> Errand:
    base = Errand(
        key="k",
        click="T:1.1",
        kind=kind,
        run_id="run_1",
        asker=Asker(id="U1X", name="x"),
        channel="C1X",
        asked_at=100.0,
        outcome=outcome,
    )
    return base.model_copy(update=changes)


@pytest.mark.parametrize(
    ("one", "found"),
    [
        (attempt(Kind.CANCEL, None), Earlier.PENDING),
        (attempt(Kind.CANCEL, FAULT), Earlier.UNDONE),
        (attempt(Kind.CANCEL, DENIED), Earlier.UNDONE),
        (attempt(Kind.CANCEL, UNKNOWN), Earlier.UNDONE),
        (attempt(Kind.CANCEL, ANSWERED), Earlier.DONE),
        (attempt(Kind.RERUN, None), Earlier.PENDING),
        (attempt(Kind.RERUN, FAULT), Earlier.UNDONE),
        # "It has not ended yet": an answer, but nothing was started.
        (attempt(Kind.RERUN, ANSWERED), Earlier.UNDONE),
        (attempt(Kind.RERUN, ANSWERED, started="k:run"), Earlier.DONE),
    ],
)
def test_only_what_did_nothing_is_tried_again(one: Errand, found: Earlier) -> None:
    assert earlier([Try(one)], "T:2.1") is found
    assert earlier([Try(one)], "T:1.1") is Earlier.ITSELF


@pytest.mark.parametrize("outcome", [None, *Outcome])
def test_a_rerun_that_zof_may_have_been_asked_for_is_done(
    make_row: MakeRow, make_run: MakeRun, outcome: Outcome | None
) -> None:
    one = attempt(Kind.RERUN, ANSWERED, started="k:run")
    before = (Outcome.REJECTED, Outcome.WITHDRAWN, Outcome.EXPIRED, Outcome.UNPROVEN)
    found = earlier([Try(one, make_row(outcome=outcome))], "T:2.1")
    assert found is (Earlier.UNDONE if outcome in before else Earlier.DONE)
    assert earlier([Try(one, make_row(make_run(), outcome=outcome))], "T:2.1") is Earlier.DONE


def test_the_last_try_counts_and_any_may_be_the_click_s_own() -> None:
    tries = [
        Try(attempt(Kind.CANCEL, FAULT)),
        Try(attempt(Kind.CANCEL, ANSWERED, key=key_of_try("k", 2), click="T:2.1")),
    ]
    assert tries[1].errand.key == "k:again2"
    assert earlier(tries, "T:3.1") is Earlier.DONE
    assert {earlier(tries, click) for click in ("T:1.1", "T:2.1")} == {Earlier.ITSELF}
