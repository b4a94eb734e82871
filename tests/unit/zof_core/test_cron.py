from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zof_core.cron import cron_problem, parse_cron

NOW = datetime(2026, 5, 20, 12, 0, 30, tzinfo=UTC)  # a Wednesday


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("0 2 * * *", "2026-05-21T02:00"),
        ("* * * * *", "2026-05-20T12:01"),
        ("*/15 * * * *", "2026-05-20T12:15"),
        ("0 12 * * *", "2026-05-21T12:00"),
        ("30 8-10 * * mon-fri", "2026-05-21T08:30"),
        ("0 9 * * SUN", "2026-05-24T09:00"),
        ("0 9 * * 7", "2026-05-24T09:00"),
        ("0 0 1 jan *", "2027-01-01T00:00"),
        ("0 0 29 2 *", "2028-02-29T00:00"),
        ("0 0 1,15 * *", "2026-06-01T00:00"),
        ("0 0 13 * 5", "2026-05-22T00:00"),
        ("5/20 3 * * *", "2026-05-21T03:05"),
    ],
)
def test_when_it_is_next_due(text: str, due: str) -> None:
    assert parse_cron(text).next_after(NOW) == datetime.fromisoformat(due).replace(tzinfo=UTC)


def test_times_are_utc_whatever_the_clock_says() -> None:
    there = timezone(timedelta(hours=5, minutes=30))
    assert parse_cron("0 2 * * *").next_after(NOW.astimezone(there)) == datetime(2026, 5, 21, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "0 fields, not five"),
        ("0 2 * *", "4 fields, not five"),
        ("60 2 * * *", "the minute 60 is not from 0 to 59"),
        ("0 24 * * *", "the hour 24"),
        ("0 0 0 * *", "the day of month 0"),
        ("0 0 * foo *", 'the month "foo" is no number'),
        ("0 0 * * 8", "the day of week 8"),
        ("5-1 * * * *", "5-1 runs backwards"),
        ("*/0 * * * *", "the minute 0"),
        ("0 0 30 2 *", "is never due"),
        ("@daily", "1 fields, not five"),
        (7, "must be text"),
    ],
)
def test_what_is_wrong_is_named(text: object, said: str) -> None:
    assert said in (cron_problem(text) or "")


@given(st.text())
def test_no_text_breaks_the_reading(text: str) -> None:
    problem = cron_problem(text)
    assert problem is None or problem.isprintable()


@given(
    st.integers(0, 20 * 365 * 24 * 60).map(lambda minutes: NOW + timedelta(minutes=minutes, seconds=7)),
    st.integers(0, 59), st.integers(0, 23),
)  # fmt: skip
def test_the_next_time_is_later_and_fits(now: datetime, minute: int, hour: int) -> None:
    due = parse_cron(f"{minute} {hour} * * *").next_after(now)
    assert due is not None
    assert timedelta(0) < due - now <= timedelta(days=1, minutes=1)
    assert (due.minute, due.hour) == (minute, hour)
