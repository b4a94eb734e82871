"""What the bot makes of Slack's answers, good and bad, from a server that gives what a test says."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from slack_bot.results import CardMissing, Said, Shown, SlackBusy, SlackRefused
from slack_bot.slack_door import SlackDoor
from slack_bot.views.blocks import note

CARD = note("A card.")


class FakeSlack:
    """Gives the answers it was told to give, in order, and notes what it was asked."""

    def __init__(self) -> None:
        self.answers: list[web.Response | str] = []
        self.asked: list[tuple[str, dict[str, Any]]] = []

    async def handle(self, request: web.Request) -> web.Response:
        body = await request.text()
        self.asked.append((request.path, json.loads(body) if body.startswith("{") else {}))
        answer = self.answers.pop(0)
        if answer == "hang":
            await asyncio.sleep(30)
        assert isinstance(answer, web.Response)
        return answer


def ok(**fields: Any) -> web.Response:
    return web.json_response({"ok": True, **fields})


def no(code: str, status: int = 200, **headers: str) -> web.Response:
    return web.json_response({"ok": False, "error": code}, status=status, headers=headers)


@pytest_asyncio.fixture
async def slack() -> AsyncIterator[tuple[SlackDoor, FakeSlack, str]]:
    fake = FakeSlack()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", fake.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    assert site._server is not None
    port = site._server.sockets[0].getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=0.5)) as session:
        client = AsyncWebClient(token="xoxb-t", base_url=f"{url}/api/", session=session, retry_handlers=[])
        yield SlackDoor(client, session), fake, url
    await runner.cleanup()


@pytest.mark.parametrize(
    ("answer", "result"),
    [
        (ok(ts="1.1"), Shown("1.1", CARD.digest())),
        (no("ratelimited", 429, **{"Retry-After": "30"}), SlackBusy(30.0)),
        (no("ratelimited"), SlackBusy(None)),
        (no("internal_error"), SlackBusy(None, doubtful=True)),
        (no("", 503), SlackBusy(None, doubtful=True)),
        (web.Response(status=502, text="<html>"), SlackBusy(None, doubtful=True)),
        (
            web.Response(status=200, text="not json", content_type="application/json"),
            SlackBusy(None, doubtful=True),
        ),
        ("hang", SlackBusy(None, doubtful=True)),
        (no("invalid_blocks"), SlackRefused("Slack refused the message (invalid_blocks).", layout=True)),
        (
            no("not_in_channel"),
            SlackRefused("I am not in this channel. Invite me with /invite @Zof."),
        ),
        (no("something_new"), SlackRefused("Slack refused the message (something_new).")),
    ],
)
async def test_a_post(slack: tuple[SlackDoor, FakeSlack, str], answer: Any, result: Any) -> None:
    door, fake, _ = slack
    fake.answers = [answer]
    assert await door.post_card("C1", CARD, "key", "run_1") == result
    assert len(fake.asked) == 1, "a post must never be repeated by itself"
    sent = fake.asked[0][1]
    assert sent["text"] == "A card."
    assert sent["metadata"]["event_payload"] == {"key": "key", "run_id": "run_1"}


@pytest.mark.parametrize(
    ("answer", "result"),
    [
        (ok(ts="1.1"), Shown("1.1", CARD.digest())),
        (no("message_not_found"), CardMissing()),
        (no("internal_error"), SlackBusy(None)),
    ],
)
async def test_an_update(slack: tuple[SlackDoor, FakeSlack, str], answer: Any, result: Any) -> None:
    door, fake, _ = slack
    fake.answers = [answer]
    assert await door.update_card("C1", "1.1", CARD, "key", "run_1") == result


async def test_cards_are_found_by_their_metadata_over_all_pages(
    slack: tuple[SlackDoor, FakeSlack, str],
) -> None:
    door, fake, _ = slack

    def card(ts: str, key: Any, kind: str = "zof_run") -> dict[str, Any]:
        return {"ts": ts, "metadata": {"event_type": kind, "event_payload": {"key": key}}}

    fake.answers = [
        ok(
            messages=[card("3.0", "key"), card("2.9", "other"), {"ts": "2.8"}],
            response_metadata={"next_cursor": "n"},
        ),
        ok(messages=[card("2.0", "key"), card("1.9", "key", "other"), {"ts": "1.8", "metadata": 3}]),
    ]
    assert await door.find_cards("C1", "key", 1.0) == ["2.0", "3.0"]
    fake.answers = [no("ratelimited", 429, **{"Retry-After": "5"})]
    assert await door.find_cards("C1", "key", 1.0) == SlackBusy(5.0)


async def test_a_person_is_told_by_response_url_and_else_in_the_channel(
    slack: tuple[SlackDoor, FakeSlack, str],
) -> None:
    door, fake, url = slack
    fake.answers = [web.Response(text="ok")]
    assert await door.tell("C1", "U1", CARD, f"{url}/response/1") == Said()
    assert fake.asked[-1][0] == "/response/1"
    assert fake.asked[-1][1]["response_type"] == "ephemeral"
    assert fake.asked[-1][1]["replace_original"] is False
    fake.answers = [no("used_url", 404), ok()]
    assert await door.tell("C1", "U1", CARD, f"{url}/response/1") == Said()
    assert fake.asked[-1][0] == "/api/chat.postEphemeral"
    fake.answers = [web.Response(status=429, headers={"Retry-After": "3"})]
    assert await door.tell("C1", "U1", CARD, f"{url}/response/1") == SlackBusy(3.0)
    fake.answers = [ok()]
    assert await door.tell("C1", "U1", CARD, "http://169.254.169.254/latest") == Said()
    assert fake.asked[-1][0] == "/api/chat.postEphemeral"


async def test_a_form_that_slack_does_not_open_in_time_is_given_up(
    slack: tuple[SlackDoor, FakeSlack, str],
) -> None:
    door, fake, _ = slack
    fake.answers = ["hang", no("expired_trigger_id"), ok()]
    assert not await door.open_modal("t", {"type": "modal"}, 0.1)
    assert not await door.open_modal("t", {"type": "modal"}, 1.0)
    assert await door.open_modal("t", {"type": "modal"}, 1.0)
