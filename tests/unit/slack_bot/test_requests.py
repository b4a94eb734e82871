"""What Slack sends, parsed once."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slack_bot.requests import (
    ButtonValue,
    button_value,
    click,
    home_opened,
    idempotency_key,
    mention,
    shortcut,
    slash_command,
    submission,
)

COMMAND = {
    "team_id": "T0ZOF",
    "channel_id": "C0RELEASES",
    "user_id": "U02DANA",
    "user_name": "dana",
    "command": "/zof",
    "text": "run a b c",
    "trigger_id": "1.2.abc",
    "response_url": "https://hooks.slack.com/commands/x",
}
CLICK = {
    "type": "block_actions",
    "team": {"id": "T0ZOF"},
    "user": {"id": "U02DANA", "username": "dana", "name": "dana"},
    "container": {"type": "message", "message_ts": "17.1", "channel_id": "C0RELEASES"},
    "channel": {"id": "C0RELEASES", "name": "releases"},
    "trigger_id": "1.2.abc",
    "response_url": "https://hooks.slack.com/actions/x",
    "actions": [{"action_id": "cancel_run", "value": '{"key": "T0ZOF:1", "nonce": "0"}'}],
}
SUBMISSION = {
    "type": "view_submission",
    "team": {"id": "T0ZOF"},
    "user": {"id": "U02DANA", "name": "dana"},
    "trigger_id": "1.2.def",
    "view": {"id": "V1", "callback_id": "run_form", "state": {"values": {}}},
}


def test_a_command() -> None:
    request = slash_command(COMMAND)
    assert request is not None
    assert (request.key, request.text, request.user.name) == ("T0ZOF:1.2.abc", "run a b c", "dana")
    assert "hooks.slack.com" not in repr(request)


def test_a_click() -> None:
    request = click(CLICK)
    assert request is not None
    assert request.key == "T0ZOF:1.2.abc"
    assert request.effect_key("0") == "T0ZOF:cancel_run:0"
    assert button_value(request.value) == ButtonValue("T0ZOF:1", "0")


def test_a_submission_acts_once_for_a_modal_but_each_try_is_known() -> None:
    request = submission(SUBMISSION)
    assert request is not None
    assert (request.effect_key, request.key) == ("T0ZOF:V1", "T0ZOF:1.2.def")


@pytest.mark.parametrize("missing", ["team_id", "channel_id", "user_id", "trigger_id"])
def test_a_command_that_lacks_something_is_none(missing: str) -> None:
    assert slash_command({key: value for key, value in COMMAND.items() if key != missing}) is None


@pytest.mark.parametrize(
    "value", ["", "{", "[]", "null", '{"key": 1, "nonce": "0"}', '{"key": "k"}', "[" * 100_000]
)
def test_a_value_that_is_not_ours_is_none(value: str) -> None:
    assert button_value(value) is None


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
_KEYS = [
    "team",
    "user",
    "channel",
    "container",
    "actions",
    "view",
    "trigger_id",
    "team_id",
    "user_id",
    "channel_id",
    "event",
    "event_id",
]


@pytest.mark.parametrize("parse", [slash_command, click, submission, shortcut, home_opened, mention])
@given(body=st.dictionaries(st.sampled_from(_KEYS), _JSON | st.just({"id": "x"})))
def test_no_payload_raises(parse: Any, body: dict[str, Any]) -> None:
    parse(body)


def test_the_idempotency_key_is_the_same_at_every_attempt_and_opaque() -> None:
    assert idempotency_key("T0ZOF:1") == idempotency_key("T0ZOF:1")
    assert idempotency_key("T0ZOF:1") != idempotency_key("T0ZOF:2")
    assert idempotency_key("T0ZOF:1").isascii()
    assert len(idempotency_key("x" * 10_000)) <= 64
