"""A decision in plain text."""

from __future__ import annotations

from typing import Any

import pytest

from slack_bot.config import Policy, parse_policy
from slack_bot.explaining import explained, place
from slack_bot.known import ChannelFacts, Known, PersonFacts
from slack_bot.policy import Ask, Target, decide

STAGING, PRODUCTION = Target("p", "staging", "smoke"), Target("p", "production", "smoke")
FILE: dict[str, Any] = {
    "people": {"U02DANA": {"name": "Dana", "email": "dana@example.com", "roles": ["lead"]}},
    "allow": [
        {
            "name": "staging",
            "channels": ["C0RELEASES"],
            "verbs": ["run", "cancel"],
            "projects": ["p"],
            "environments": ["staging"],
            "people": ["*"],
        },
        {
            "name": "production",
            "channels": ["C0RELEASES"],
            "verbs": ["run"],
            "projects": ["p"],
            "environments": ["production"],
            "people": ["role:lead"],
            "approvals": 2,
            "approvers": ["role:lead"],
            "requires": {"suite": "smoke", "environment": "staging", "passed_within": "90m"},
        },
        {
            "name": "production again",
            "channels": ["C0RELEASES"],
            "verbs": ["run"],
            "projects": ["p"],
            "environments": ["production"],
            "people": ["role:lead"],
        },
    ],
    "deny": [{"name": "no load", "suites": ["load"], "reason": "it writes orders"}],
}
POLICY = parse_policy(FILE, source="test")


def said(
    target: Target | None, *, user: str = "U02DANA", verb: str = "run", policy: Policy = POLICY, **more: Any
) -> list[str]:
    ask = Ask(user, "C0RELEASES", verb, target, **more)
    return explained(policy, ask, decide(policy, ask))


def test_the_rule_that_decides_comes_first_then_its_demands_then_what_the_others_lack() -> None:
    lines = said(PRODUCTION)
    assert lines[:4] == [
        "Allowed by the rule “production”.",
        "Before it starts: whoever asks must confirm it.",
        "Before it starts: smoke on staging must have passed within 90 min.",
        "Before it starts: 2 others of role:lead must approve.",
    ]
    assert {*lines[4:]} == {
        "deny “no load” does not hold: suite.",
        "allow “staging” does not hold: environment.",
        "allow “production again” would allow it too, but stands after the one that decides.",
    }


def test_a_deny_says_why_and_what_would_have_allowed_it() -> None:
    lines = said(Target("p", "staging", "load"))
    assert lines[0] == "Denied by the rule “no load”: it writes orders."
    assert "allow “staging” would allow it, but a deny wins over every allow." in lines


def test_without_a_rule_each_says_what_it_lacks() -> None:
    lines = said(PRODUCTION, user="U09NOBODY")
    assert lines[0] == "Denied: no rule allows it."
    assert "allow “production” does not hold: people." in lines
    assert "allow “staging” does not hold: environment." in lines


def test_one_s_own_run_needs_no_rule() -> None:
    lines = said(STAGING, user="U09NOBODY", verb="cancel", started_by="U09NOBODY")
    assert lines[0] == "Allowed: whoever started a run may always cancel it."
    assert "allow “staging” holds too, but decides nothing about one's own run." in lines


def test_another_address_is_said() -> None:
    known = Known(
        people={"U02DANA": PersonFacts(guest=False, email="x@example.com")},
        channels={"C0RELEASES": ChannelFacts(shared=False)},
    )
    lines = said(PRODUCTION, policy=POLICY.model_copy(update={"known": known}))
    why = "the e-mail address of the Slack profile is not the one in [people]"
    assert lines[0] == f"Denied: no rule allows it. In the way: {why}."
    assert f"[people] lists U02DANA, but {why}, so the entry does not count." in lines


def test_only_the_nearest_rules_are_named_if_there_are_many() -> None:
    ask = Ask("U02DANA", "C0RELEASES", "run", STAGING)
    lines = explained(POLICY, ask, decide(POLICY, ask), most=1)
    assert lines[-1] == "2 more rules lack as much or more."
    assert len(lines) == 3


@pytest.mark.parametrize(("line", "text"), [(None, "“r”"), (7, "“r” (line 7)")])
def test_a_place(line: int | None, text: str) -> None:
    assert place("r", line) == text
