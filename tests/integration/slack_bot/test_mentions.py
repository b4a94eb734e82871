"""Somebody writes to the app in a channel: what can be typed is shown to them alone."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.slack_bot.conftest import eventually
from tests.integration.slack_bot.guarded import HIDDEN, Guarded, guarded_bot


@pytest.fixture
async def guarded(tmp_path: Path) -> AsyncIterator[Guarded]:
    async with guarded_bot(tmp_path) as bot:
        yield bot


def mentioned(number: int, *, user: str = "U0PLAIN", channel: str = "C0OPEN", **more: Any) -> dict[str, Any]:
    event = {"type": "app_mention", "user": user, "channel": channel, "text": "<@U0ZOF> run it", "ts": "5.1"}
    return {"type": "event_callback", "team_id": "T0ZOF", "event_id": f"Ev{number}", "event": event | more}


def told(guarded: Guarded) -> list[dict[str, Any]]:
    return [args for name, args in guarded.services.calls if name == "chat.postEphemeral"]


async def test_its_author_alone_is_shown_what_can_be_typed_in_the_thread(guarded: Guarded) -> None:
    for delivery in range(2):  # Slack repeats what was acked too late
        body = mentioned(1, thread_ts="4.2") | {"event_time": delivery}
        assert (await guarded.event(body)).status_code == 200
    await guarded.event(mentioned(2, user="U0LEAD"))
    await eventually(lambda: len(told(guarded)) == 2 and guarded.at_rest())
    by_user = {one["user"]: one for one in told(guarded)}
    assert by_user["U0PLAIN"]["thread_ts"] == "4.2"
    assert "thread_ts" not in by_user["U0LEAD"]
    typed = await guarded.command("help", number=3, user="U0PLAIN")
    assert by_user["U0PLAIN"]["text"] == typed
    assert "/zof run PROJECT" in json.dumps(by_user["U0PLAIN"]["blocks"])
    assert len(told(guarded)) == 2
    assert guarded.services.changes == [], "whatever a mention says, nothing is started by it"


async def test_who_may_do_nothing_where_they_are_is_shown_where_they_may(guarded: Guarded) -> None:
    await guarded.event(mentioned(1, channel="C0UNLISTED"))
    [one] = await eventually(lambda: told(guarded))
    assert "<#C0OPEN>" in json.dumps(one)
    assert not HIDDEN.search(json.dumps(one))


async def test_an_app_that_mentions_this_one_gets_no_answer(guarded: Guarded) -> None:
    await guarded.event(mentioned(1, bot_id="B0OTHER"))
    await guarded.event(mentioned(2))
    await eventually(lambda: told(guarded) and guarded.at_rest())
    assert [one["user"] for one in told(guarded)] == ["U0PLAIN"]
    assert len(told(guarded)) == 1
