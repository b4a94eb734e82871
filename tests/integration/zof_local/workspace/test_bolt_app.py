"""An unmodified Bolt app does its work in the workspace: command, answer, click, update, modal."""

from __future__ import annotations

import asyncio
from typing import Any

RELEASES = "C0RELEASES"


def section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def button(action_id: str, text: str) -> dict[str, Any]:
    return {
        "type": "button",
        "action_id": action_id,
        "text": {"type": "plain_text", "text": text},
        "value": "v",
    }


async def test_a_command_gets_all_of_slacks_fields(room):
    bolt, seen = room.bolt(), {}

    @bolt.command("/zof")
    async def on_command(ack, body):
        seen.update(body)
        await ack()

    await room.connect(bolt)
    happened = await room.dana.message(RELEASES, "/zof run <proj> for @sam & #general")
    assert happened["kind"] == "command"
    assert happened["delivery"]["outcome"] == "acked"
    assert seen["text"] == "run &lt;proj&gt; for <@U03SAM|sam> &amp; <#C0GENERAL|general>"
    assert seen["trigger_id"] == happened["trigger_id"]
    assert seen["response_url"].startswith(f"{room.url}/response/")
    assert {k: seen[k] for k in ("team_id", "team_domain", "channel_id", "channel_name")} == {
        "team_id": "T0ZOF",
        "team_domain": "checkout-co",
        "channel_id": RELEASES,
        "channel_name": "releases",
    }
    assert (seen["user_id"], seen["user_name"], seen["api_app_id"]) == ("U02DANA", "dana", "A0ZOF")
    assert await room.dana.messages(RELEASES) == []


async def test_from_command_to_card_to_click_to_update(room):
    bolt = room.bolt()

    @bolt.command("/zof")
    async def on_command(ack, client, command):
        await ack()
        blocks = [
            section("Run started"),
            {"type": "actions", "block_id": "b", "elements": [button("cancel", "Cancel")]},
        ]
        await client.chat_postMessage(channel=command["channel_id"], text="Run started", blocks=blocks)

    @bolt.action("cancel")
    async def on_cancel(ack, client, body):
        await ack()
        assert body["message"]["blocks"][1]["block_id"] == "b"
        assert body["actions"][0]["value"] == "v"
        assert body["actions"][0]["action_ts"]
        await client.chat_update(
            channel=body["channel"]["id"],
            ts=body["container"]["message_ts"],
            text="Cancelled",
            blocks=[section("Cancelled")],
        )

    await room.connect(bolt)
    await room.dana.message(RELEASES, "/zof run")
    [card] = await room.sam.wait_for(RELEASES, lambda messages: len(messages) == 1)
    assert card["plain"] == "Run started\n[Cancel]"
    clicked = await room.sam.click(RELEASES, card["ts"], "cancel")
    assert clicked["delivery"]["outcome"] == "acked"
    [card] = await room.dana.wait_for(RELEASES, lambda messages: messages[0]["plain"] == "Cancelled")
    assert card["text"] == "Cancelled"


async def test_an_ack_with_text_is_seen_only_by_its_author(room):
    bolt = room.bolt()

    @bolt.command("/zof")
    async def on_command(ack):
        await ack("You may not do this here.")

    await room.connect(bolt)
    await room.dana.message(RELEASES, "/zof run")
    [answer] = await room.dana.messages(RELEASES)
    assert answer["ephemeral"]
    assert answer["plain"] == "You may not do this here."
    assert await room.sam.messages(RELEASES) == []


async def test_an_in_channel_ack_shows_the_command_too(room):
    bolt = room.bolt()

    @bolt.command("/zof")
    async def on_command(ack):
        await ack(text="Hello all", response_type="in_channel")

    await room.connect(bolt)
    await room.dana.message(RELEASES, "/zof help")
    assert [m["plain"] for m in await room.sam.messages(RELEASES)] == ["/zof help", "Hello all"]


async def test_response_url_answers_and_replaces(room):
    bolt = room.bolt()

    @bolt.command("/zof")
    async def on_command(ack, respond):
        await ack()
        await respond(text="Pick", blocks=[{"type": "actions", "elements": [button("again", "Again")]}])

    @bolt.action("again")
    async def on_again(ack, respond, body):
        await ack()
        assert body["container"]["is_ephemeral"] is True
        assert "message" not in body
        await respond(text="Replaced", replace_original=True)
        await respond(text="For all", response_type="in_channel", replace_original=False)

    await room.connect(bolt)
    await room.dana.message(RELEASES, "/zof run")
    [pick] = await room.dana.wait_for(RELEASES, lambda messages: len(messages) == 1)
    assert pick["ephemeral"]
    await room.dana.click(RELEASES, pick["ts"], "again")
    seen = await room.dana.wait_for(RELEASES, lambda messages: len(messages) == 2)
    assert [(m["plain"], m["ephemeral"]) for m in seen] == [("Replaced", True), ("For all", False)]
    assert [m["plain"] for m in await room.sam.messages(RELEASES)] == ["For all"]


def modal(title: str = "Start a run") -> dict[str, Any]:
    return {
        "type": "modal",
        "callback_id": "run",
        "private_metadata": "m",
        "title": {"type": "plain_text", "text": title},
        "submit": {"type": "plain_text", "text": "Start"},
        "blocks": [
            {
                "type": "input",
                "block_id": "env",
                "label": {"type": "plain_text", "text": "Environment"},
                "element": {
                    "type": "static_select",
                    "action_id": "pick",
                    "options": [
                        {"text": {"type": "plain_text", "text": name}, "value": name}
                        for name in ("staging", "production")
                    ],
                },
            },
            {
                "type": "input",
                "block_id": "why",
                "label": {"type": "plain_text", "text": "Why"},
                "element": {"type": "plain_text_input", "action_id": "text", "initial_value": "because"},
            },
        ],
    }


async def test_a_modal_with_errors_then_submission(room):
    bolt, submitted = room.bolt(), []

    @bolt.command("/zof")
    async def on_command(ack, client, command):
        await client.views_open(trigger_id=command["trigger_id"], view=modal())
        await ack()

    @bolt.view("run")
    async def on_run(ack, view):
        values = view["state"]["values"]
        submitted.append(values)
        if values["env"]["pick"]["selected_option"]["value"] == "production":
            await ack(response_action="errors", errors={"env": "Not from here."})
        else:
            await ack()

    await room.connect(bolt)
    await room.dana.message(RELEASES, "/zof run")
    [view] = await room.dana.views()
    assert await room.sam.views() == []
    missing = await room.dana.submit(view["id"])
    assert list(missing["errors"]) == ["env"]
    assert submitted == []
    refused = await room.dana.submit(view["id"], {"pick": "production"})
    assert refused["errors"] == {"env": "Not from here."}
    assert len(await room.dana.views()) == 1
    accepted = await room.dana.submit(view["id"], {"env/pick": "staging"})
    assert accepted["errors"] == {}
    assert await room.dana.views() == []
    assert submitted[-1]["why"]["text"]["value"] == "because"
    assert submitted[-1]["env"]["pick"]["selected_option"]["value"] == "staging"


async def test_an_app_that_is_late_or_broken_or_away(open_room):
    room = await open_room(delivery_timeout=0.2)
    away = await room.dana.message(RELEASES, "/zof help")
    assert away["delivery"]["outcome"] == "no_app"
    bolt = room.bolt()
    release = asyncio.Event()

    @bolt.command("/zof")
    async def on_command(ack, command):
        if command["text"] == "slow":
            await release.wait()
        if command["text"] == "broken":
            raise RuntimeError("broken on purpose")
        await ack()

    await room.connect(bolt)
    late = await room.dana.message(RELEASES, "/zof slow")
    release.set()
    assert late["delivery"]["outcome"] == "timed_out"
    assert "operation_timeout" in late["notice"]
    broken = await room.dana.message(RELEASES, "/zof broken")
    assert (broken["delivery"]["outcome"], broken["delivery"]["status"]) == ("failed", 500)
    assert "dispatch_failed" in broken["notice"]
    room.workspace.connect_app("http://127.0.0.1:1")
    gone = await room.dana.message(RELEASES, "/zof help")
    assert gone["delivery"]["code"] == "dispatch_failed"
    unknown = await room.dana.message(RELEASES, "/nope")
    assert "/zof" in unknown["notice"]
    notices = [m for m in await room.dana.messages(RELEASES) if m["origin"] == "notice"]
    assert len(notices) == 5
    assert await room.sam.messages(RELEASES) == []
