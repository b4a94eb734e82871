"""The published test kit with unmodified Bolt apps: async and sync over HTTP, and over Socket Mode."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import Any

import httpx
import pytest
from slack_bolt import App
from slack_bolt.adapter.asgi import SlackRequestHandler
from slack_bolt.adapter.asgi.async_handler import AsyncSlackRequestHandler
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from zof_local.testing import LocalSlack, LocalZof
from zof_local.workspace import RateLimits, Shortcut, WorkspaceSettings, demo_seed

pytest_plugins = ["zof_local.testing.plugin"]


def _text(text: str) -> dict[str, str]:
    return {"type": "plain_text", "text": text}


def _option(label: str) -> dict[str, Any]:
    return {"text": _text(label), "value": label.lower()}


MODAL: dict[str, Any] = {
    "type": "modal",
    "callback_id": "run",
    "title": _text("Start a run"),
    "submit": _text("Start"),
    "blocks": [
        {
            "type": "input",
            "block_id": "env",
            "label": _text("Environment"),
            "element": {
                "type": "static_select",
                "action_id": "pick",
                "options": [_option("Staging"), _option("Production")],
            },
        },
        {
            "type": "input",
            "block_id": "suite",
            "label": _text("Suite"),
            "element": {"type": "external_select", "action_id": "find", "min_query_length": 1},
        },
    ],
}
BUTTONS = [{"type": "actions", "elements": [{"type": "button", "action_id": "go", "text": _text("Go on")}]}]


def an_async_app(slack: LocalSlack) -> AsyncApp:
    """A small app as Bolt's documentation writes it."""
    web = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)
    app = AsyncApp(client=web, signing_secret=slack.signing_secret, process_before_response=True)

    @app.command("/zof")
    async def on_command(ack: Any, command: Any, client: Any, respond: Any) -> None:
        await ack()
        if command["text"] == "form":
            await client.views_open(trigger_id=command["trigger_id"], view=MODAL)
        else:
            await client.chat_postMessage(channel=command["channel_id"], text="Shall I?", blocks=BUTTONS)
            await respond("Only you see this.")

    @app.action("go")
    async def on_go(ack: Any, body: Any, client: Any) -> None:
        await ack()
        said = f"<@{body['user']['id']}> goes on"
        where = {"channel": body["channel"]["id"], "thread_ts": body["message"]["ts"]}
        await client.chat_postMessage(text=said, **where)

    @app.options("find")
    async def on_find(ack: Any, body: Any) -> None:
        await ack(options=[{"text": _text(f"Suite {body['value']}"), "value": f"suite_{body['value']}"}])

    @app.view("run")
    async def on_run(ack: Any, body: Any, client: Any) -> None:
        values = body["view"]["state"]["values"]
        chosen = values["env"]["pick"]["selected_option"]["value"]
        if chosen == "production":
            await ack(response_action="errors", errors={"env": "Not from here."})
            return
        await ack()
        suite = values["suite"]["find"]["selected_option"]["value"]
        await client.chat_postMessage(channel="C0RELEASES", text=f"{suite} on {chosen}")

    @app.event("app_home_opened")
    async def on_home(event: Any, client: Any) -> None:
        view = {"type": "home", "blocks": [{"type": "section", "text": _text("Welcome")}, *BUTTONS]}
        await client.views_publish(user_id=event["user"], view=view)

    @app.shortcut("about")
    async def on_about(ack: Any, shortcut: Any, client: Any) -> None:
        await ack()
        where = {"channel": shortcut["channel"]["id"], "thread_ts": shortcut["message_ts"]}
        await client.chat_postMessage(text="About that", **where)

    return app


async def _talk(slack: LocalSlack) -> None:
    """A whole conversation, whichever way the app is connected."""
    await slack.command("#releases", "/zof go", user="dana")
    asked = await slack.until("#releases", lambda message: message.buttons, user="sam")
    assert asked.buttons == ["Go on"]
    assert (await slack.until("#releases", "Only you see this.", user="dana")).private
    assert not [m for m in await slack.messages("#releases", user="sam") if "Only you" in m.text]
    await slack.click(asked, "Go on", user="sam")
    assert (await slack.until("#releases", "@sam goes on", user="mira")).thread == asked.ts

    await slack.command("#releases", "/zof form", user="dana")
    modal = await slack.until_modal("Start a run", user="dana")
    assert [control.label for control in modal.controls] == ["Environment", "Suite"]
    assert await slack.modal(user="sam") is None
    assert await slack.options("Suite", "smoke", user="dana") == ["Suite smoke"]
    filled = {"Environment": "Production", "Suite": "suite_smoke"}
    assert await slack.submit(filled, user="dana") == {"env": "Not from here."}
    assert await slack.submit({**filled, "Environment": "Staging"}, user="dana") == {}
    await slack.until("#releases", "suite_smoke on staging", user="sam")


async def test_an_async_app_over_http(local_slack: LocalSlack) -> None:
    await local_slack.serve(AsyncSlackRequestHandler(an_async_app(local_slack)))
    await _talk(local_slack)


async def test_an_app_over_socket_mode(local_slack: LocalSlack) -> None:
    handler = AsyncSocketModeHandler(an_async_app(local_slack), local_slack.app_token)
    await handler.connect_async()
    try:
        await _talk(local_slack)
    finally:
        await handler.close_async()


async def test_a_sync_app_over_socket_mode(local_slack: LocalSlack) -> None:
    web = WebClient(token=local_slack.bot_token, base_url=local_slack.api_url)
    app = App(client=web, signing_secret=local_slack.signing_secret, token_verification_enabled=False)

    @app.command("/zof")
    def on_command(ack: Any, command: Any) -> None:
        ack(f"You said {command['text']}")

    handler = SocketModeHandler(app, local_slack.app_token)
    await asyncio.to_thread(handler.connect)  # it blocks, and the workspace answers in this loop
    try:
        await local_slack.command("#general", "/zof hello", user="mira")
        assert (await local_slack.until("#general", "You said hello", user="mira")).private
    finally:
        await asyncio.to_thread(handler.close)


def an_echo(slack: LocalSlack) -> App:
    web = WebClient(token=slack.bot_token, base_url=slack.api_url)
    app = App(client=web, signing_secret=slack.signing_secret, token_verification_enabled=False)

    @app.command("/zof")
    def on_command(ack: Any, command: Any, client: Any) -> None:
        client.chat_postMessage(channel=command["channel_id"], text=f"before the ack: {command['text']}")
        ack(f"You said {command['text']}")

    return app


async def test_a_sync_app_over_http(local_slack: LocalSlack) -> None:
    await local_slack.serve(SlackRequestHandler(an_echo(local_slack)), in_thread=True)
    sent = await local_slack.command("#general", "/zof hi", user="mira")
    assert sent["delivery"]["outcome"] == "acked"
    seen = [(m.text, m.private) for m in await local_slack.messages("#general", user="mira")]
    assert seen == [("before the ack: hi", False), ("You said hi", True)]


async def test_sockets_are_refreshed_and_cut(local_slack: LocalSlack) -> None:
    handler = AsyncSocketModeHandler(an_async_app(local_slack), local_slack.app_token)
    await handler.connect_async()
    try:
        await local_slack.connected()
        for disturb in (local_slack.refresh_sockets, local_slack.cut_sockets):
            await disturb()
            nobody = await local_slack.command("#releases", "/zof go", user="dana")
            assert nobody["delivery"]["outcome"] == "no_app"
            await local_slack.connected()
            sent = await local_slack.command("#releases", "/zof go", user="dana")
            assert sent["delivery"]["outcome"] == "acked"
    finally:
        await handler.close_async()


MANIFEST = {
    "display_information": {"name": "Zof two", "description": "Runs."},
    "features": {
        "app_home": {"home_tab_enabled": True},
        "slash_commands": [{"command": "/zof", "description": "Runs", "should_escape": True}],
        "shortcuts": [{"name": "About this", "type": "message", "callback_id": "about", "description": "x"}],
    },
    "oauth_config": {"scopes": {"bot": ["chat:write", "commands"]}},
    "settings": {"event_subscriptions": {"bot_events": ["app_home_opened"]}},
}


async def test_an_app_is_installed_as_its_manifest_says() -> None:
    async with LocalSlack.with_app(MANIFEST) as slack:
        await slack.serve(AsyncSlackRequestHandler(an_async_app(slack)))
        await _talk(slack)
        await slack.open_home(user="dana")
        home = await slack.until_home("Welcome", user="dana")
        assert home.blocks[0]["text"] == _text("Welcome")
        message = await slack.until("#releases", "suite_smoke on staging", user="dana")
        await slack.shortcut("About this", user="dana", message=message)
        await slack.until("#releases", "About that", user="sam")
        web = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)
        with pytest.raises(SlackApiError, match="missing_scope"):
            await web.users_info(user="U02DANA")


async def test_trigger_ids_and_response_urls_grow_old(local_slack: LocalSlack) -> None:
    web = AsyncWebClient(token=local_slack.bot_token, base_url=local_slack.api_url)
    app = AsyncApp(client=web, signing_secret=local_slack.signing_secret)
    given: dict[str, Any] = {}

    @app.command("/zof")
    async def on_command(ack: Any, command: Any, respond: Any) -> None:
        await ack()
        given.update(trigger_id=command["trigger_id"], respond=respond)

    await local_slack.serve(AsyncSlackRequestHandler(app))
    await local_slack.command("#releases", "/zof", user="dana")
    local_slack.pass_time(4)
    with pytest.raises(SlackApiError, match="expired_trigger_id"):
        await web.views_open(trigger_id=given["trigger_id"], view=MODAL)
    local_slack.pass_time(30 * 60)
    assert (await given["respond"]("late")).status_code == 404
    again = await local_slack.command("#releases", "/zof", user="dana")
    assert again["delivery"]["outcome"] == "acked"  # the app's own clock did not move


async def test_the_home_tab_and_a_shortcut_on_a_message() -> None:
    seed = demo_seed(has_home=True, shortcuts=(Shortcut("about", "About this", on_messages=True),))
    events = frozenset({"app_home_opened"})
    settings = WorkspaceSettings(seed=seed, event_subscriptions=events, limits=RateLimits(enabled=False))
    async with LocalSlack(settings) as slack:
        await slack.serve(AsyncSlackRequestHandler(an_async_app(slack)))
        await slack.open_home(user="dana")
        home = await slack.until_home("Welcome", user="dana")
        assert home.control("Go on").action_id == "go"
        assert await slack.home(user="sam") is None
        ts = await slack.say("#releases", "look here", user="sam")
        message = await slack.until("#releases", "look here", user="dana")
        assert message.ts == ts
        await slack.shortcut("About this", user="dana", message=message)
        assert (await slack.until("#releases", "About that", user="sam")).thread == ts


async def test_what_is_not_there_is_one_sentence(local_slack: LocalSlack) -> None:
    with pytest.raises(LookupError, match="nobody named 'dan' here; there are: dana, sam, mira"):
        await local_slack.command("#releases", "/zof help", user="dan")
    with pytest.raises(LookupError, match="no channel '#release' here; there are: #releases, #general"):
        await local_slack.messages("#release", user="dana")
    with pytest.raises(TimeoutError, match=r"No such message in #releases within 0.05 s\. There is:\n\(noth"):
        await local_slack.until("#releases", "nothing", user="dana", timeout=0.05)
    with pytest.raises(RuntimeError, match="not open"):
        await LocalSlack().messages("#releases", user="dana")


async def test_a_zof_runs_the_suites_it_is_given(local_zof: LocalZof) -> None:
    headers = {"Authorization": f"Bearer {local_zof.key}"}
    async with httpx.AsyncClient(base_url=local_zof.url, headers=headers, trust_env=False) as http:
        body = {"project_id": "proj_abc", "environment": "staging", "test_suite_id": "suite_smoke"}
        run = (await http.post("/runs", json=body)).json()
        assert run["status"] in {"queued", "running"}
        wrong = await http.post("/runs", json={**body, "test_suite_id": "suite_nope"})
        assert wrong.status_code == 404
    assert local_zof.key not in repr(local_zof)


def test_a_suite_without_an_id_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(ValueError, match="'no/such' is no suite id"):
        asyncio.run(LocalZof({"no/such": ""}).__aenter__())
    assert [*tmp_path.iterdir()] == []
