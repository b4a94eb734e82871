"""Slack's budgets."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from slack_bot.pacing import Budget, CardBudgets


def test_a_window_holds_so_many_and_says_when_there_is_room() -> None:
    budget = Budget(2, 60.0)
    assert [budget.take(at) for at in (0, 10, 20, 59)] == [0.0, 0.0, 40.0, 1.0]
    assert budget.take(60) == 0.0
    assert budget.take(61) == 9.0


def test_a_part_is_kept_for_what_is_urgent() -> None:
    budget = Budget(3, 60.0, reserve=1)
    assert [budget.take(0), budget.take(0), budget.take(1)] == [0.0, 0.0, 59.0]
    assert budget.take(1, urgent=True) == 0.0
    assert budget.take(1, urgent=True) > 0


@given(st.lists(st.tuples(st.floats(0, 5), st.booleans()), max_size=200))
def test_no_window_ever_holds_more_and_what_is_promised_is_kept(calls: list[tuple[float, bool]]) -> None:
    budget, now, made = Budget(5, 10.0, reserve=2), 0.0, []
    for step, urgent in calls:
        now += step
        wait = budget.take(now, urgent=urgent)
        if wait == 0:
            made.append(now)
        else:
            assert 0 < wait <= 10
    for first, sixth in zip(made, made[5:], strict=False):
        assert sixth - first >= 10


def test_a_workspace_spends_at_most_forty_updates_a_minute_and_a_channel_one_post_a_second() -> None:
    now = [0.0]
    budgets = CardBudgets(lambda: now[0], 40)
    plain = sum(budgets.update(final=False) == 0 for _ in range(100))
    final = sum(budgets.update(final=True) == 0 for _ in range(100))
    assert (plain, final) == (30, 10)
    assert [budgets.post("C1"), budgets.post("C1"), budgets.post("C2")] == [0.0, 1.0, 0.0]
    now[0] = 60.0
    assert budgets.update(final=False) == 0
