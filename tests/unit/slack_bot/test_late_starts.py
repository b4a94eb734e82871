"""A request that could not be started at once is judged anew."""

from __future__ import annotations

from typing import Any

import pytest

from slack_bot.config import AllowRule, Policy, Rule
from slack_bot.followed import State
from slack_bot.following import Start
from slack_bot.late_starts import AT_ONCE, is_late, refusal_to_start
from slack_bot.results import Outcome, TooLate
from slack_bot.settings import Timing
from slack_bot.transitions import apply

EVERYTHING: dict[str, Any] = {
    "name": "releases",
    "channels": ("C0RELEASES",),
    "verbs": ("run", "rerun"),
    "projects": ("*",),
    "environments": ("*",),
    "suites": ("*",),
    "people": ("*",),
}
ALLOW = AllowRule.model_validate(EVERYTHING)
ALLOWED = Policy(allow=(ALLOW,))
FROZEN = Policy(allow=(ALLOW,), deny=(Rule.model_validate({**EVERYTHING, "name": "freeze", "reason": "no"}),))
APPROVED = Policy(allow=(AllowRule.model_validate({**EVERYTHING, "approvals": 1, "approvers": ("*",)}),))
CONFIRMED = ALLOWED.model_copy(
    update={"confirm": ALLOWED.confirm.model_copy(update={"environments": ("staging",)})}
)
WITHIN = 3600.0


def test_only_a_first_try_that_comes_late_is_judged_anew(make_row: Any) -> None:
    assert not is_late(make_row(), 1000.0 + AT_ONCE - 1)
    assert is_late(make_row(), 1000.0 + AT_ONCE)
    assert not is_late(make_row(start_tries=1, state=State.STARTING), 1000.0 + 10 * WITHIN)


@pytest.mark.parametrize(
    ("policy", "after", "outcome", "words"),
    [
        (ALLOWED, AT_ONCE, None, ""),
        (ALLOWED, WITHIN, Outcome.LAPSED, "60 minutes ago"),
        (FROZEN, AT_ONCE, Outcome.DENIED, "no longer let you run it (no)"),
        (Policy(), AT_ONCE, Outcome.DENIED, "no longer let you run it."),
        (APPROVED, AT_ONCE, Outcome.DENIED, "the rules ask for more"),
        (CONFIRMED, AT_ONCE, Outcome.DENIED, "the rules ask for more"),
    ],
)
def test_what_the_rules_say_by_then_holds(
    make_row: Any, timing: Timing, policy: Policy, after: float, outcome: Outcome | None, words: str
) -> None:
    row, now = make_row(), 1000.0 + after
    refusal = refusal_to_start(row, policy, now, WITHIN)
    if outcome is None:
        assert refusal is None
        return
    assert isinstance(refusal, TooLate)
    assert refusal.outcome is outcome
    over = apply(row, Start(), refusal, now, timing)
    assert (over.outcome, over.run) == (outcome, None)
    assert over.notice is not None
    assert words in over.notice
    # A try that was cut off is known to nobody, so nothing is claimed of it.
    assert "Nothing was started" not in over.notice
