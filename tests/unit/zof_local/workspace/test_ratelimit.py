"""Rate limits over a clock that is passed in."""

from hypothesis import given
from hypothesis import strategies as st

from zof_local.workspace.ratelimit import Limiter, RateLimits, take


def test_one_message_a_second_after_a_burst():
    limiter = Limiter(RateLimits(messages_burst=2))
    assert [limiter.message("C", 0.0) for _ in range(3)] == [None, None, 1]
    assert limiter.message("D", 0.0) is None
    assert limiter.message("C", 1.0) is None
    assert limiter.message("C", 1.0) == 1


def test_tier_three_lets_fifty_a_minute_through():
    limiter = Limiter(RateLimits())
    answers = [limiter.method("chat.update", "tier3", 0.0) for _ in range(51)]
    assert answers == [None] * 50 + [2]
    assert limiter.method("chat.delete", "tier3", 0.0) is None
    assert limiter.method("chat.update", "tier3", 60.0) is None


def test_off_means_off():
    limiter = Limiter(RateLimits(enabled=False))
    assert {limiter.message("C", 0.0) for _ in range(100)} == {None}


@given(st.lists(st.floats(0, 5), max_size=60), st.floats(0.1, 10), st.integers(1, 10))
def test_never_more_than_rate_and_burst(gaps, rate, burst):
    bucket, now, taken = None, 0.0, 0
    for gap in gaps:
        now += gap
        bucket, wait = take(bucket, now, rate=rate, burst=burst)
        taken += wait == 0.0
    assert taken <= burst + now * rate + 1e-6


@given(st.floats(0.1, 10), st.integers(1, 10))
def test_waiting_as_told_is_enough(rate, burst):
    bucket, wait = None, 0.0
    while wait == 0.0:
        bucket, wait = take(bucket, 0.0, rate=rate, burst=burst)
    _, again = take(bucket, wait + 1e-6, rate=rate, burst=burst)
    assert again == 0.0
