from __future__ import annotations

import pytest

from tests.support.scripted_zof import Script
from zof_core import ZofClient, ZofServerError
from zof_core.budget import RetryBudget


def test_a_retry_costs_and_a_success_gives_it_back() -> None:
    budget = RetryBudget(12)
    taken = budget.take(after_timeout=False)
    assert (taken, budget.left) == (5, 7)
    assert budget.take(after_timeout=True) is None
    budget.give_back(taken)
    assert budget.left == 12


def test_a_success_at_the_first_try_gives_a_little() -> None:
    budget = RetryBudget(12)
    budget.take(after_timeout=True)
    budget.give_back(0)
    assert budget.left == 3
    for _ in range(100):
        budget.give_back(0)
    assert budget.left == 12


def test_when_everything_fails_retries_end(zof: ZofClient, script: Script) -> None:
    script.will((503, {}))
    for _ in range(10):
        with pytest.raises(ZofServerError):
            zof.runs.retrieve("run_1")
    assert len(script.requests) == 10 + 20
    assert zof.stats().retry_tokens == 0
    script.steps = [(200, {"id": "run_1", "status": "passed"})]
    zof.runs.retrieve("run_1")
    assert zof.stats().retry_tokens == 1
