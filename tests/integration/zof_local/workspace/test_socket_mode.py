"""Socket Mode with the unmodified clients of slack_bolt and slack_sdk."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import aiohttp
import pytest
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

RELEASES = "C0RELEASES"


@contextlib.asynccontextmanager
async def handler_of(room, bolt) -> AsyncIterator[AsyncSocketModeHandler]:
    handler = AsyncSocketModeHandler(bolt, room.workspace.settings.app_token)
    await handler.connect_async()
    try:
        yield handler
    finally:
        await handler.close_async()


async def test_commands_actions_and_events_over_sockets(open_room, until):
    room = await open_room(event_subscriptions=frozenset({"app_mention"}))
    bolt, seen = room.bolt(), []

    @bolt.command("/zof")
    async def on_command(ack, command, client):
        await ack(f"You said {command['text']}")
        element = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}}
        blocks = [{"type": "actions", "elements": [element]}]
        await client.chat_postMessage(channel=RELEASES, text="go", blocks=blocks)

    @bolt.action("go")
    async def on_go(ack, respond):
        await ack()
        await respond("gone", response_type="in_channel")

    @bolt.event("app_mention")
    async def on_mention(event):
        seen.append(event["text"])

    async with handler_of(room, bolt):
        await until(lambda: room.workspace.app.sockets.connected)
        answered = await room.dana.message(RELEASES, "/zof hello")
        assert answered["delivery"]["outcome"] == "acked"
        messages = await room.dana.wait_for(RELEASES, lambda m: len(m) == 2)
        assert {m["plain"] for m in messages} == {"You said hello", "[Go]"}
        card = next(m for m in messages if not m["ephemeral"])
        await room.dana.click(RELEASES, card["ts"], "go")
        await room.dana.wait_for(RELEASES, lambda m: any(x["plain"] == "gone" for x in m))
        await room.dana.message(RELEASES, "@zof hi")
        await until(lambda: seen)
    await until(lambda: not room.workspace.app.sockets.connected)
    away = await room.dana.message(RELEASES, "/zof hello")
    assert away["delivery"]["outcome"] == "no_app"


@contextlib.asynccontextmanager
async def client_of(room, on_request) -> AsyncIterator[SocketModeClient]:
    client = SocketModeClient(app_token=room.workspace.settings.app_token, web_client=room.web)
    client.socket_mode_request_listeners.append(on_request)
    await client.connect()
    try:
        yield client
    finally:
        await client.close()


async def test_an_envelope_whose_socket_dies_goes_to_another(room, until):
    took: list[str] = []

    async def dying(client, request):
        took.append("dying")
        client.auto_reconnect_enabled = False
        await client.current_session.close()

    async def living(client, request):
        took.append("living")
        response = SocketModeResponse(envelope_id=request.envelope_id, payload={"text": "alive"})
        await client.send_socket_mode_response(response)

    async with client_of(room, dying):
        await until(lambda: room.workspace.app.sockets.count == 1)
        async with client_of(room, living):
            await until(lambda: room.workspace.app.sockets.count == 2)
            outcomes = [(await room.dana.message(RELEASES, "/zof"))["delivery"]["outcome"] for _ in range(3)]
    assert outcomes == ["acked"] * 3
    assert took.count("dying") == 1
    assert took.count("living") == 3


async def test_no_ack_in_time_is_a_timeout(open_room, until):
    room = await open_room(delivery_timeout=0.2)

    async def silent(client, request):
        pass

    async with client_of(room, silent):
        await until(lambda: room.workspace.app.sockets.connected)
        late = await room.dana.message(RELEASES, "/zof")
    assert late["delivery"]["outcome"] == "timed_out"


async def test_a_refresh_brings_a_new_socket(room, until):
    async def ack(client, request):
        await client.send_socket_mode_response(SocketModeResponse(envelope_id=request.envelope_id))

    async with client_of(room, ack):
        sockets = room.workspace.app.sockets
        await until(lambda: sockets.connected)
        opened = sockets.opened
        await sockets.refresh()
        await until(lambda: sockets.opened > opened and sockets.connected)
        assert (await room.dana.message(RELEASES, "/zof"))["delivery"]["outcome"] == "acked"


async def test_the_door_wants_the_app_token_and_a_fresh_ticket(room):
    with pytest.raises(SlackApiError) as wrong_kind:
        await room.web.apps_connections_open(app_token=room.workspace.settings.bot_token)
    assert wrong_kind.value.response["error"] == "not_allowed_token_type"
    with pytest.raises(SlackApiError) as wrong:
        await room.web.apps_connections_open(app_token="xapp-wrong")
    assert wrong.value.response["error"] == "invalid_auth"
    as_bot = AsyncWebClient(token=room.workspace.settings.app_token, base_url=f"{room.url}/api/")
    with pytest.raises(SlackApiError) as as_app:
        await as_bot.auth_test()
    assert as_app.value.response["error"] == "not_allowed_token_type"
    opened = await room.web.apps_connections_open(app_token=room.workspace.settings.app_token)
    async with aiohttp.ClientSession() as session:
        async with session.ws_connect(opened["url"]) as socket:
            assert (await socket.receive_json())["type"] == "hello"
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(opened["url"])
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(opened["url"], headers={"Origin": "http://evil.example"})


async def test_junk_on_a_socket_changes_nothing(room):
    opened = [await room.web.apps_connections_open(app_token=room.workspace.settings.app_token) for _ in "12"]
    async with aiohttp.ClientSession() as session, session.ws_connect(opened[0]["url"]) as socket:
        assert (await socket.receive_json())["type"] == "hello"
        for junk in ("[1]", "{", "[" * 5000, '{"envelope_id": {}}'):
            await socket.send_str(junk)
        await socket.send_bytes(b"\xff")
        pending = asyncio.create_task(room.dana.message(RELEASES, "/zof"))
        envelope = await socket.receive_json()
        await socket.send_json({"envelope_id": envelope["envelope_id"], "payload": {"text": "well"}})
        assert (await pending)["delivery"]["outcome"] == "acked"
    assert [m["plain"] for m in await room.dana.messages(RELEASES)] == ["well"]


async def test_half_characters_do_not_spoil_a_channel(room):
    await room.web.api_call("chat.postMessage", json={"channel": RELEASES, "text": "half \ud800 a character"})
    assert [m["plain"] for m in await room.dana.messages(RELEASES)] == ["half \ufffd a character"]
