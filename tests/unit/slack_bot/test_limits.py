"""How many runs one may ask for in a while."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from slack_bot.demands import Limit, Limits
from slack_bot.limits import excess, span

TWO = Limit(runs=2, minutes=10)


def test_without_limits_nothing_is_too_much() -> None:
    assert span(Limits()) == 0.0
    assert excess(Limits(), [1.0] * 1000, [1.0] * 1000, 1.0) is None


def test_it_looks_back_as_far_as_the_longest_limit() -> None:
    assert span(Limits(person=TWO, channel=Limit(runs=1, minutes=60))) == 3600.0


def test_the_sentence_names_the_limit_and_when_to_try_again() -> None:
    over = excess(Limits(person=TWO), [100.0, 500.0], [], 640.0)
    assert over is not None
    assert over.rule == "limits.person"
    assert over.sentence == (
        "You have asked for 2 runs within 10 min, which is all that zofops.toml ([limits] person) lets through. "
        "Nothing was started; try again in 60 s."
    )
    over = excess(Limits(channel=Limit(runs=1, minutes=60)), [], [0.0], 60.0)
    assert over is not None
    assert over.rule == "limits.channel"
    assert over.sentence.startswith("This channel has asked for 1 run within 60 min")
    assert over.sentence.endswith("try again in 59 min.")


def test_a_person_s_limit_is_said_before_the_channel_s() -> None:
    over = excess(Limits(person=TWO, channel=TWO), [1.0, 2.0], [1.0, 2.0], 3.0)
    assert over is not None
    assert over.rule == "limits.person"


@given(st.lists(st.floats(0, 10_000), max_size=60), st.integers(1, 5), st.integers(1, 60))
@example([60.0, 1.1754943508222875e-38], 1, 1)
def test_in_no_stretch_of_its_length_are_there_more_than_it_says(
    asked: list[float], runs: int, minutes: int
) -> None:
    limits = Limits(person=Limit(runs=runs, minutes=minutes))
    let_through: list[float] = []
    for now in sorted(asked):
        if excess(limits, let_through, [], now) is None:
            let_through.append(now)
    for end in let_through:
        assert sum(at <= end < at + minutes * 60.0 for at in let_through) <= runs


@given(st.lists(st.integers(0, 600), min_size=2, max_size=30))
def test_whoever_waits_as_long_as_was_said_is_let_through(asked: list[int]) -> None:
    now = 600.0
    over = excess(Limits(person=TWO), asked, [], now)
    counted = sorted(at for at in asked if at > now - 600.0)
    if over is None:
        assert len(counted) < 2
    else:
        assert excess(Limits(person=TWO), asked, [], counted[-2] + 600.0) is None


def test_a_clock_that_was_set_back_an_hour_holds_nobody_up_for_that_hour() -> None:
    limits, now = Limits(person=TWO), 10_000.0
    before = [now + 3590.0, now + 3600.0]
    assert excess(limits, before, [], now) is None
    assert excess(limits, [*before, now, now + 1.0], [], now + 2.0) is not None
    # Requests of the same moment may have been written down in another order than they came in.
    assert excess(limits, [now + 1.0, now + 2.0], [], now) is not None
