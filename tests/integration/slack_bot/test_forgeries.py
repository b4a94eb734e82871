"""Requests that Slack did not send, or not now, not to this workspace, or not so: none is accepted, none is a fault.

`make fuzz` sends 10,000.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.integration.slack_bot.guarded import SIGNING_SECRET, Guarded, signed

STALE = st.floats(301, 1e9) | st.floats(-1e9, -301)
KINDS = st.sampled_from(["command", "click", "submission"])
HEADERS = ["X-Slack-Request-Timestamp", "X-Slack-Signature"]
AT_ONCE = 2
"""Forgeries an example."""


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
    """What is wrong with a request; it is made when it is sent, since a signature is good for five minutes.

    Args:
        how: which part is forged, with what in `with_`.
    """

    how: str
    body: bytes
    with_: Any

    def made(self) -> tuple[bytes, dict[str, str]]:
        """Body and headers."""
        body, headers = self.body, signed(self.body)
        match self.how:
            case "secret":
                return body, signed(body, secret=self.with_)
            case "stale":
                return body, signed(body, ago=self.with_)
            case "mutated":
                at, by = self.with_
                return body[:at] + bytes([body[at] ^ by]) + body[at + 1 :], headers
            case "cut":
                return body[: self.with_], headers
            case "headers":
                name, value = self.with_
                rest = {key: said for key, said in headers.items() if key != name}
                return body, rest if value is None else rest | {name: value}
            case "moved":
                later = str(int(headers[HEADERS[0]]) + self.with_)
                return body, headers | {HEADERS[0]: later}
            case _:
                return body, headers


@st.composite
def forgeries(draw: Any) -> Forgery:
    """Any one."""
    how = draw(st.sampled_from(["secret", "stale", "mutated", "cut", "headers", "team", "moved"]))
    team = "T0ZOF"
    if how == "team":
        team = draw(st.sampled_from(["T0OTHER", "T0ZOF ", "t0zof", "", "E0ZOF"]))
    body = body_of(draw(KINDS), team, f"{draw(st.integers(0, 10**9))}.1")
    within = st.integers(0, len(body) - 1)
    printable = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=80)
    with_ = {
        "secret": st.text(min_size=1, max_size=40).filter(lambda secret: secret != SIGNING_SECRET),
        "stale": STALE,
        "mutated": st.tuples(within, st.integers(1, 255)),
        "cut": within,
        "headers": st.tuples(st.sampled_from(HEADERS), st.none() | printable),
        "moved": st.integers(1, 200),
    }
    return Forgery(how, body, draw(with_.get(how, st.none())))


@pytest.fixture
def forged() -> list[Forgery]:
    """Forgeries that hypothesis made up, all before the bot runs: its threads draw random numbers of their own."""
    found: list[Forgery] = []

    @settings(database=None)
    @given(st.lists(forgeries(), min_size=AT_ONCE, max_size=AT_ONCE))
    def collect(made_up: list[Forgery]) -> None:
        found.extend(made_up)

    collect()
    return found


@pytest.mark.hypothesis
async def test_none_is_accepted_and_none_is_a_fault(forged: list[Forgery], guarded: Guarded) -> None:
    assert len(forged) >= 100 * AT_ONCE
    for one in forged:
        body, headers = one.made()
        answer = await guarded.http.post("/slack/events", content=body, headers=headers)
        assert answer.status_code < 500, (one, answer.text)
        assert answer.status_code != 200 or one.how == "team", (one, answer.text)
    assert guarded.bot.store.received() == []
    assert guarded.services.changes == []


async def test_a_right_one_is_accepted_once_however_often_it_is_replayed(guarded: Guarded) -> None:
    body = body_of("command", "T0ZOF", "7.7")
    headers = signed(body)
    codes = [
        (await guarded.http.post("/slack/events", content=body, headers=headers)).status_code
        for _ in range(5)
    ]
    assert codes == [200, 401, 401, 401, 401]
    assert [key for _, key in guarded.bot.store.received()] == ["T0ZOF:7.7"]
