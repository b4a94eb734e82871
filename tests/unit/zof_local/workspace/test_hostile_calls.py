"""Whatever is sent to the Web API or the page API, the answer is Slack's code or a sentence, never a fault."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zof_local.workspace.app import Workspace
from zof_local.workspace.errors import PageError, RateLimitedError, SlackError
from zof_local.workspace.models import Message
from zof_local.workspace.page_actions import ACTIONS
from zof_local.workspace.ratelimit import RateLimits
from zof_local.workspace.seed import demo_seed
from zof_local.workspace.settings import WorkspaceSettings
from zof_local.workspace.webapi.args import Args
from zof_local.workspace.webapi.dispatch import METHODS, WebApi

NAMES = [
    "channel", "ts", "text", "blocks", "view", "user", "users", "trigger_id", "limit", "cursor", "oldest",
    "metadata", "attachments", "thread_ts", "view_id", "hash", "external_id", "types", "message_ts", "user_id",
    "email", "usergroup", "error", "markdown_text", "include_all_metadata",
]  # fmt: skip
LEAVES = st.none() | st.booleans() | st.integers(-5, 5) | st.floats(allow_nan=False) | st.text(max_size=6)
KNOWN = st.sampled_from(
    [
        "C0RELEASES",
        "U02DANA",
        "1700000000.000001",
        "[]",
        "{}",
        '{"type":"modal"}',
        "b/a",
        "a",
        "b",
        "x",
        "select",
    ]
)
JSON = st.recursive(
    LEAVES | KNOWN,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "text", "blocks", "elements", "title", "value", "event_type"]), inner
        )
    ),
    max_leaves=8,
)


def workspace() -> Workspace:
    return Workspace(WorkspaceSettings(limits=RateLimits(enabled=False), seed=demo_seed(has_home=True)))


@given(st.sampled_from(sorted(METHODS)), st.dictionaries(st.sampled_from(NAMES), JSON, max_size=6))
@settings(max_examples=150)
def test_any_arguments_get_an_answer_or_a_code(name: str, values: dict[str, Any]):
    room = workspace()
    api = WebApi(room.store, room.settings, room.app.sockets)
    token = room.settings.app_token if METHODS[name].caller == "app" else room.settings.bot_token
    with contextlib.suppress(SlackError):
        answer = api.call(name, Args(values), authorization=f"Bearer {token}", base_url="http://127.0.0.1:1")
        assert isinstance(answer, dict)


@pytest.mark.parametrize(
    "name", sorted(name for name, method in METHODS.items() if method.caller != "anyone")
)
def test_every_method_wants_its_token(name):
    room = workspace()
    api = WebApi(room.store, room.settings, room.app.sockets)
    for authorization, code in (("", "not_authed"), ("Bearer x", "invalid_auth")):
        with pytest.raises(SlackError) as error:
            api.call(name, Args({}), authorization=authorization, base_url="")
        assert error.value.code == code


def test_limits_hold_for_every_method():
    room = Workspace(WorkspaceSettings(limits=RateLimits(factor=0.01, tier1_burst=0)))
    room.store.clock = lambda: 1_700_000_000.0
    api = WebApi(room.store, room.settings, room.app.sockets)

    def ten_calls() -> None:
        for _ in range(10):
            api.call("users.list", Args({"token": room.settings.bot_token}), authorization="", base_url="")

    with pytest.raises(RateLimitedError) as error:
        ten_calls()
    assert error.value.retry_after > 0


SELECT = {
    "type": "static_select",
    "action_id": "a",
    "options": [{"text": {"type": "plain_text", "text": "X"}, "value": "x"}],
}
ELEMENTS = [
    {"type": "button", "action_id": "a", "text": {"type": "plain_text", "text": "Go"}},
    SELECT,
    {**SELECT, "type": "multi_static_select"},
    {**SELECT, "type": "checkboxes"},
    {"type": "multi_users_select", "action_id": "a"},
    {"type": "plain_text_input", "action_id": "a"},
    {"type": "datepicker", "action_id": "a"},
    {"type": "external_select", "action_id": "a", "min_query_length": 0},
]
FIELDS = [
    "channel",
    "ts",
    "user",
    "action_id",
    "block_id",
    "value",
    "values",
    "text",
    "thread_ts",
    "query",
    "view_id",
]


@given(
    st.sampled_from(sorted(ACTIONS)),
    st.sampled_from(ELEMENTS),
    st.dictionaries(st.sampled_from(FIELDS), JSON | st.dictionaries(KNOWN, JSON, max_size=2), max_size=5),
)
@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
def test_any_page_action_is_done_or_refused_in_a_sentence(name, element, values):
    room = workspace()
    block = {"type": "actions", "block_id": "b", "elements": [element]}
    ts = "1700000000.000001"
    room.store.add_message(
        Message(channel="C0RELEASES", ts=ts, user="U0ZOFBOT", text="x", blocks=(block,), origin="app")
    )
    good = {"channel": "C0RELEASES", "ts": ts, "user": "U02DANA", "action_id": "a", "query": ""}

    async def act() -> None:
        with contextlib.suppress(PageError):
            happening = await ACTIONS[name](room.people, good | values)
            assert happening.as_json()["ok"] is True

    asyncio.run(act())
