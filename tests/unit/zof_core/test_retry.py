from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zof_core.retry import GiveUp, RetryPolicy, Wait, backoff, decide, retry_after_seconds, worth_retrying

POLICY = RetryPolicy(max_retries=3, base=0.5, cap=8.0)
NOW = 1_779_278_400.0


def _date(seconds: float) -> str:
    return format_datetime(datetime.fromtimestamp(NOW, UTC) + timedelta(seconds=seconds), usegmt=True)


@pytest.mark.parametrize(
    ("status", "headers", "seconds"),
    [
        (429, {"retry-after": "17"}, 17.0),
        (429, {"retry-after": " 0 "}, 0.0),
        (503, {"retry-after": "2.5"}, 2.5),
        (429, {"retry-after": _date(30)}, 30.0),
        (429, {"retry-after": _date(-30)}, 0.0),
        (429, {"retry-after": _date(30), "date": _date(10)}, 20.0),
        (429, {"x-ratelimit-reset": str(int(NOW) + 40)}, 40.0),
        (429, {"x-ratelimit-reset": str(int(NOW) + 40), "date": _date(15)}, 25.0),
        (429, {"retry-after": "5", "x-ratelimit-reset": str(int(NOW) + 40)}, 5.0),
        (429, {"retry-after": "soon", "x-ratelimit-reset": str(int(NOW) + 40)}, 40.0),
        (500, {"x-ratelimit-reset": str(int(NOW) + 40)}, None),
        (429, {}, None),
        (429, {"retry-after": "-5"}, None),
        (429, {"retry-after": "nan"}, None),
        (429, {"retry-after": "1e9"}, None),
        (429, {"retry-after": "٣"}, None),
        (429, {"retry-after": "Mon, 99 Foo 2026 00:00:00 GMT"}, None),
        (429, {"x-ratelimit-reset": "later"}, None),
    ],
)
def test_what_zof_asks_to_wait(status: int, headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after_seconds(status, headers, NOW) == seconds


@given(st.text(), st.text(), st.text(), st.integers(100, 599))
def test_no_header_breaks_the_reading(retry_after: str, reset: str, date: str, status: int) -> None:
    headers = {"retry-after": retry_after, "x-ratelimit-reset": reset, "date": date}
    seconds = retry_after_seconds(status, headers, NOW)
    assert seconds is None or seconds >= 0


@pytest.mark.parametrize("status", [429, 500, 501, 502, 503, 504, 599])
def test_what_may_pass_is_tried_again(status: int) -> None:
    assert worth_retrying(status)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422, 302])
def test_what_will_not_pass_is_not(status: int) -> None:
    assert not worth_retrying(status)


@given(st.integers(1, 10_000), st.floats(0, 1, exclude_max=True))
def test_backoff_has_full_jitter_within_its_cap(attempt: int, chance: float) -> None:
    seconds = backoff(attempt, chance, POLICY)
    assert 0 <= seconds <= POLICY.cap
    assert seconds <= POLICY.base * 2 ** min(attempt - 1, 50)


def _decide(**change: object) -> Wait | GiveUp:
    facts: dict = {
        "attempt": 1, "retriable": True, "retry_after": None, "time_left": 60.0, "chance": 0.5, "policy": POLICY
    }  # fmt: skip
    return decide(**{**facts, **change})


def test_backoff_doubles() -> None:
    assert [_decide(attempt=n) for n in (1, 2, 3)] == [Wait(0.25), Wait(0.5), Wait(1.0)]


def test_after_the_last_retry_it_gives_up() -> None:
    assert _decide(attempt=4) == GiveUp()
    assert _decide(policy=RetryPolicy(max_retries=0)) == GiveUp()


def test_what_cannot_pass_is_given_up_at_once() -> None:
    assert _decide(retriable=False, retry_after=1.0) == GiveUp()


def test_a_wait_that_zof_asks_for_is_kept_to_the_full() -> None:
    verdict = _decide(retry_after=1.0)
    assert isinstance(verdict, Wait)
    assert 1.0 <= verdict.seconds <= 1.1


def test_a_wait_longer_than_the_time_left_is_not_begun() -> None:
    assert _decide(retry_after=3600.0) == GiveUp(out_of_time=True)
    assert _decide(time_left=0.2) == GiveUp(out_of_time=True)


@given(st.floats(0, 100), st.floats(0.001, 100), st.floats(0, 1, exclude_max=True))
def test_no_wait_outlasts_the_time_left(retry_after: float, left: float, chance: float) -> None:
    verdict = _decide(retry_after=retry_after, time_left=left, chance=chance)
    if isinstance(verdict, Wait):
        assert retry_after <= verdict.seconds <= left
