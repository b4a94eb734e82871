"""Requests that Slack did not send, or not now, not to this workspace, or not so: none is accepted, none is a fault.

Four requests an example, so `make fuzz` sends 20,000.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import httpx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.integration.slack_bot import test_matrix

bot = test_matrix.bot
SECRET = "matrix"
STALE = st.floats(301, 1e9) | st.floats(-1e9, -301)
KINDS = st.sampled_from(["command", "click", "submission"])


def body_of(kind: str, team: str, trigger: str) -> bytes:
    if kind == "command":
        fields = {
            "team_id": team,
            "channel_id": "C0OPEN",
            "user_id": "U0LEAD",
            "command": "/zof",
            "text": "run proj production suite_1",
            "trigger_id": trigger,
        }
        return urlencode(fields).encode()
    common = {"team": {"id": team}, "user": {"id": "U0LEAD"}, "trigger_id": trigger}
    value = json.dumps({"key": "T0ZOF:1.1", "nonce": "0"})
    click = {
        "type": "block_actions",
        "channel": {"id": "C0OPEN"},
        "container": {"type": "message", "message_ts": "1.1", "channel_id": "C0OPEN"},
        "actions": [{"type": "button", "action_id": "approve_run", "value": value}],
    }
    chosen = {
        name: {"choice": {"selected_option": {"value": "x"}}} for name in ("project", "environment", "suite")
    }
    submission = {
        "type": "view_submission",
        "view": {
            "id": f"V{trigger}",
            "type": "modal",
            "callback_id": "run_form",
            "private_metadata": '{"channel": "C0OPEN"}',
            "state": {"values": chosen},
        },
    }
    return urlencode({"payload": json.dumps(common | (click if kind == "click" else submission))}).encode()


@dataclass(frozen=True)
class Forgery:
    body: bytes
    headers: dict[str, str]


def headers(body: bytes, *, secret: str = SECRET, ago: float = 0.0) -> dict[str, str]:
    stamp = str(int(time.time() - ago))
    mac = hmac.new(secret.encode(), b"v0:" + stamp.encode() + b":" + body, hashlib.sha256).hexdigest()
    return {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": f"v0={mac}",
    }


@st.composite
def forgeries(draw: Any) -> Forgery:
    body = body_of(draw(KINDS), "T0ZOF", f"{draw(st.integers(0, 10**9))}.1")
    how = draw(st.sampled_from(["secret", "stale", "mutated", "cut", "headers", "team", "moved"]))
    if how == "secret":
        return Forgery(
            body, headers(body, secret=draw(st.text(min_size=1, max_size=40).filter(lambda s: s != SECRET)))
        )
    if how == "stale":
        return Forgery(body, headers(body, ago=draw(STALE)))
    if how == "mutated":
        at, by = draw(st.integers(0, len(body) - 1)), draw(st.integers(1, 255))
        return Forgery(body[:at] + bytes([body[at] ^ by]) + body[at + 1 :], headers(body))
    if how == "cut":
        return Forgery(body[: draw(st.integers(0, len(body) - 1))], headers(body))
    if how == "headers":
        made = headers(body)
        name = draw(st.sampled_from(["X-Slack-Request-Timestamp", "X-Slack-Signature"]))
        made.pop(name)
        if draw(st.booleans()):
            made[name] = draw(st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=80))
        return Forgery(body, made)
    if how == "team":
        foreign = body_of(
            draw(KINDS), draw(st.sampled_from(["T0OTHER", "T0ZOF ", "t0zof", "", "E0ZOF"])), "1.2"
        )
        return Forgery(foreign, headers(foreign))
    made = headers(body)
    later = str(int(made["X-Slack-Request-Timestamp"]) + draw(st.integers(1, 200)))
    return Forgery(body, made | {"X-Slack-Request-Timestamp": later})


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(forgeries(), min_size=4, max_size=4))
async def test_none_is_accepted_and_none_is_a_fault(bot: Any, forged: list[Forgery]) -> None:
    app, services, _ = bot
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://bot") as http:
        for one in forged:
            answer = await http.post("/slack/events", content=one.body, headers=one.headers)
            assert answer.status_code < 500, (one, answer.text)
            assert answer.status_code != 200 or b"T0ZOF%22" not in one.body, (one, answer.text)
    assert app.store.received() == []
    assert services.changes == []


async def test_a_right_one_is_accepted_once_however_often_it_is_replayed(bot: Any) -> None:
    app, _, _ = bot
    body = body_of("command", "T0ZOF", "7.7")
    signed = headers(body)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://bot") as http:
        codes = [
            (await http.post("/slack/events", content=body, headers=signed)).status_code for _ in range(5)
        ]
    assert codes[0] == 200
    assert max(codes) < 500
    assert [key for _, key in app.store.received()] == ["T0ZOF:7.7"]
