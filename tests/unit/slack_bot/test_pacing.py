"""Slack's budgets."""

from __future__ import annotations

import heapq
from itertools import pairwise

from hypothesis import example, given
from hypothesis import strategies as st

from slack_bot.pacing import Budget, CardBudgets

ROUNDING = 1e-9


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
@example([(1.9338388264423925, False), (3.0, False), (0.0, False), (0.0, True), (0.0, False)])
def test_no_window_ever_holds_more_and_what_is_promised_is_kept(calls: list[tuple[float, bool]]) -> None:
    budget, now, made = Budget(5, 10.0, reserve=2), 0.0, []
    for step, urgent in calls:
        now += step
        wait = budget.take(now, urgent=urgent)
        if wait == 0:
            made.append(now)
        else:
            assert 0 < wait <= 10 + ROUNDING
    for first, sixth in zip(made, made[5:], strict=False):
        assert sixth >= first + 10


def test_a_workspace_spends_at_most_forty_updates_a_minute_and_a_channel_one_post_a_second() -> None:
    now = [0.0]
    budgets = CardBudgets(lambda: now[0], 40)
    plain = sum(budgets.update(f"a{n}", final=False) == 0 for n in range(100))
    final = sum(budgets.update(f"b{n}", final=True) == 0 for n in range(100))
    assert (plain, final) == (1, 39)
    assert [budgets.post("C1"), budgets.post("C1"), budgets.post("C2")] == [0.0, 1.0, 0.0]


def test_fifty_cards_that_always_have_news_are_all_shown_within_ninety_seconds() -> None:
    now = [0.0]
    budgets = CardBudgets(lambda: now[0], 40)
    wakes: list[tuple[float, str]] = [(0.0, f"run{n}") for n in range(50)]
    shown: dict[str, list[float]] = {f"run{n}": [0.0] for n in range(50)}
    updates, asked = [], 0
    heapq.heapify(wakes)
    while wakes[0][0] < 1200:
        now[0], key = heapq.heappop(wakes)
        asked += 1
        wait = budgets.update(key, final=False)
        if wait == 0:
            shown[key].append(now[0])
            updates.append(now[0])
            wait = 1.0
        heapq.heappush(wakes, (now[0] + wait, key))
    assert max(b - a for times in shown.values() for a, b in pairwise([*times, 1200.0])) <= 90
    assert all(b - a >= 60 for a, b in zip(updates, updates[40:], strict=False))
    assert asked < 3 * len(updates), "who waits is not asked again and again"
    assert [budgets.update(f"run{n}", final=True) for n in range(5)] == [0.0] * 5
