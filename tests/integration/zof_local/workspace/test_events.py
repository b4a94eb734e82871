"""Events reach the app, are retried as Slack retries them, and stop when told."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from zof_local.serving import Server
from zof_local.workspace import demo_seed

RELEASES = "C0RELEASES"
EVENTS = frozenset({"app_home_opened", "app_mention", "message.im"})


async def test_a_mention_a_direct_message_and_the_home(open_room, until):
    room = await open_room(seed=demo_seed(has_home=True), event_subscriptions=EVENTS)
    bolt, seen = room.bolt(), []

    @bolt.event("app_mention")
    async def on_mention(event, say):
        seen.append(("mention", event["text"]))
        await say("Here I am.")

    @bolt.event("message")
    async def on_message(event):
        seen.append((event["channel_type"], event["text"]))

    @bolt.event("app_home_opened")
    async def on_home(event, client):
        seen.append((event["tab"], event["user"]))
        header = {"type": "header", "text": {"type": "plain_text", "text": "Home"}}
        await client.views_publish(user_id=event["user"], view={"type": "home", "blocks": [header]})

    await room.connect(bolt)
    await room.dana.message(RELEASES, "nothing for the app")
    await room.dana.message(RELEASES, "@zof hello")
    messages = await room.sam.wait_for(RELEASES, lambda m: len(m) == 3)
    assert messages[2]["plain"] == "Here I am."
    channel = await room.dana.open_app("messages")
    await room.dana.message(channel, "psst")
    await room.dana.open_app("home")
    await until(lambda: len(seen) == 4)
    assert sorted(seen) == sorted(
        [("mention", "<@U0ZOFBOT|zof> hello"), ("messages", "U02DANA"), ("im", "psst"), ("home", "U02DANA")]
    )
    state = await room.dana.state()
    assert state["home"]["blocks"][0]["text"]["text"] == "Home"


class Listener:
    """An app that answers as told and keeps the headers it was sent."""

    def __init__(self, statuses: list[int], headers: dict[str, str] | None = None) -> None:
        self.statuses = statuses
        self.headers = headers or {}
        self.seen: list[tuple[str | None, str | None, str]] = []
        self.app = Starlette(routes=[Route("/slack/events", self.answer, methods=["POST"])])

    async def answer(self, request: Request) -> Response:
        body = await request.json()
        headers = request.headers
        self.seen.append(
            (headers.get("x-slack-retry-num"), headers.get("x-slack-retry-reason"), body["event_id"])
        )
        return Response(status_code=self.statuses[len(self.seen) - 1], headers=self.headers)


async def test_retries_carry_their_number_and_reason(open_room, until):
    room = await open_room(event_subscriptions=EVENTS, event_retry_delays=(0.0, 0.01, 0.01))
    listener = Listener([500, 500, 200])
    async with Server(listener.app) as server:
        room.workspace.connect_app(server.url)
        await room.dana.message(RELEASES, "@zof")
        await until(lambda: len(listener.seen) == 3)
    assert [entry[:2] for entry in listener.seen] == [(None, None), ("1", "http_error"), ("2", "http_error")]
    assert len({entry[2] for entry in listener.seen}) == 1


async def test_three_retries_and_no_more(open_room, until):
    room = await open_room(event_subscriptions=EVENTS, event_retry_delays=(0.0, 0.0, 0.0))
    listener = Listener([500] * 9)
    async with Server(listener.app) as server:
        room.workspace.connect_app(server.url)
        await room.dana.message(RELEASES, "@zof")
        await until(lambda: not room.workspace.events.busy)
    assert [entry[0] for entry in listener.seen] == [None, "1", "2", "3"]


async def test_no_retry_is_heeded(open_room, until):
    room = await open_room(event_subscriptions=EVENTS, event_retry_delays=(0.0, 0.0, 0.0))
    listener = Listener([500] * 9, {"X-Slack-No-Retry": "1"})
    async with Server(listener.app) as server:
        room.workspace.connect_app(server.url)
        await room.dana.message(RELEASES, "@zof")
        await until(lambda: len(listener.seen) == 1 and not room.workspace.events.busy)
    assert len(listener.seen) == 1


async def test_an_app_that_did_not_subscribe_hears_nothing(room, until):
    listener = Listener([200])
    async with Server(listener.app) as server:
        room.workspace.connect_app(server.url)
        await room.dana.message(RELEASES, "@zof")
        assert not room.workspace.events.busy
    assert listener.seen == []
