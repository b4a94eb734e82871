"""Where an answer may be sent: to the Slack that the bot talks to, and nowhere else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slack_bot.slack_door import may_answer_at

SLACK, STAND_IN = "https://slack.com/api/", "http://127.0.0.1:8766/api/"


@pytest.mark.parametrize(
    ("base", "url"),
    [
        (SLACK, "https://hooks.slack.com/commands/T1/2/abc"),
        (SLACK, "https://hooks.slack.com/actions/T1/2/abc"),
        ("https://slack-gov.com/api/", "https://hooks.slack-gov.com/commands/T1/2/abc"),
        ("https://slack-proxy.example.com/api/", "https://hooks.slack.com/commands/T1/2/abc"),
        (STAND_IN, "http://127.0.0.1:8766/response/1"),
    ],
)
def test_slack_is_answered(base: str, url: str) -> None:
    assert may_answer_at(url, base)


@pytest.mark.parametrize("base", [SLACK, STAND_IN])
@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/commands/1",
        "http://169.254.169.254/latest/meta-data",
        "http://hooks.slack.com/commands/1",
        "https://hooks.slack.com@example.com/1",
        "https://hooks.slack.com:8443/1",
        "https://hooks.slack.com.example.com/1",
        "https://slack.com/api/chat.delete",
        "https://127.0.0.1:8766/response/1",
        "http://127.0.0.1:8767/response/1",
        "http://localhost:8766/response/1",
        "//hooks.slack.com/1",
        "file:///etc/passwd",
        "https://[",
        "",
    ],
)
def test_nobody_else_is(base: str, url: str) -> None:
    assert not may_answer_at(url, base)


@given(st.text(max_size=80))
def test_any_text_is_judged(url: str) -> None:
    may_answer_at(url, SLACK)
    assert not may_answer_at(f"https://{url}", STAND_IN)
