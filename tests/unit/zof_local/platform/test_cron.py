"""Cron expressions: what is one, and when its slots are. The client reckons by itself; the two must agree."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zof_core.cron import cron_problem, parse_cron
from zof_local.platform.cron import checked_cron, next_slot
from zof_local.platform.errors import ApiProblem

NOW = datetime(2026, 2, 27, 23, 59, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("cron", "slot"),
    [
        ("0 2 * * *", "2026-02-28T02:00"),
        ("*/30 8-18 * * mon-fri", "2026-03-02T08:00"),
        ("0 0 29 2 *", "2028-02-29T00:00"),
        ("0 0 13 * fri", "2026-03-06T00:00"),
        ("0 0 */2 * mon", "2026-03-09T00:00"),
        ("0 0 * * 7", "2026-03-01T00:00"),
        ("  5   4 1 JAN  * ", "2027-01-01T04:05"),
    ],
)
def test_slots(cron: str, slot: str) -> None:
    plain = checked_cron(cron, NOW)
    assert plain == " ".join(cron.split())
    assert next_slot(plain, NOW) == datetime.fromisoformat(f"{slot}+00:00")


@pytest.mark.parametrize(
    ("cron", "words"),
    [
        ("", "not five plain fields"),
        ("@daily", "not five plain fields"),
        ("0 2 * *", "not five plain fields"),
        ("0 0 2 * * *", "not five plain fields"),
        ("H 2 * * *", "not five plain fields"),
        ("R 2 * * *", "not five plain fields"),
        ("0 0 * * 1/2", "not five plain fields"),
        ("0 0 * * 1,*", "not five plain fields"),
        ("0 0 L * *", "not five plain fields"),
        ("0 0 * * 5#1", "not five plain fields"),
        ("0 0 * * 5\n", None),
        ("60 2 * * *", "out of range"),
        ("0 24 * * *", "out of range"),
        ("0 0 0 * *", "out of range"),
        ("*/0 * * * *", "out of range"),
        ("0 18-8 * * *", "runs backwards"),
        ("0 0 * * sat-mon", "runs backwards"),
        ("0 0 31 2 *", "never comes"),
    ],
)
def test_what_is_none_is_refused_with_the_reason(cron: str, words: str | None) -> None:
    if words is None:
        assert checked_cron(cron, NOW)
        return
    with pytest.raises(ApiProblem, match=words) as caught:
        checked_cron(cron, NOW)
    assert (caught.value.status, caught.value.body()["error"]["param"]) == (400, "cron")


def numbers(low: int, high: int) -> st.SearchStrategy[str]:
    number = st.integers(low, high).map(str)
    pair = st.tuples(st.integers(low, high), st.integers(low, high)).map(lambda two: f"{two[0]}-{two[1]}")
    step = st.one_of(st.just(""), st.integers(1, 7).map(lambda one: f"/{one}"))
    part = st.one_of(number, st.tuples(pair, step).map("".join))
    every = step.map(lambda one: f"*{one}")
    return st.one_of(every, st.lists(part, min_size=1, max_size=3).map(",".join))


FIELDS = st.tuples(numbers(0, 60), numbers(0, 24), numbers(0, 32), numbers(0, 13), numbers(0, 8)).map(
    " ".join
)
MOMENTS = st.integers(0, 7 * 366 * 1440).map(lambda minutes: NOW + timedelta(minutes=minutes))


@pytest.mark.hypothesis
@given(FIELDS, MOMENTS)
def test_client_and_platform_agree(cron: str, moment: datetime) -> None:
    try:
        checked_cron(cron, moment)
    except ApiProblem:
        assert cron_problem(cron)
        return
    assert cron_problem(cron) is None
    assert next_slot(cron, moment) == parse_cron(cron).next_after(moment)


def test_each_slot_comes_after_the_one_before() -> None:
    slot, seen = NOW, []
    for _ in range(5):
        slot = next_slot("*/15 * * * *", slot)
        seen.append(slot)
    assert seen == [datetime(2026, 2, 28, tzinfo=UTC) + timedelta(minutes=15 * place) for place in range(5)]
