"""Searching selects, shortcuts, user groups, the home tab and scopes, with an unmodified Bolt app."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from slack_sdk.errors import SlackApiError

from zof_local.workspace import Shortcut, demo_seed

RELEASES = "C0RELEASES"


def plain(text: str):
    return {"type": "plain_text", "text": text}


def search(block_id: str = "b"):
    element = {
        "type": "external_select",
        "action_id": "suite",
        "min_query_length": 0,
        "placeholder": plain("Suite"),
    }
    return {"type": "input", "block_id": block_id, "label": plain("Suite"), "element": element}


async def error_of(call) -> dict:
    with pytest.raises(SlackApiError) as error:
        await call
    return error.value.response.data


async def test_a_searching_select_asks_the_app(room):
    bolt, asked, submitted = room.bolt(), [], []

    @bolt.command("/zof")
    async def on_command(ack, client, command):
        view = {
            "type": "modal",
            "callback_id": "v",
            "title": plain("t"),
            "submit": plain("s"),
            "blocks": [search()],
        }
        await client.views_open(trigger_id=command["trigger_id"], view=view)
        await ack()

    @bolt.options("suite")
    async def on_options(ack, payload, body):
        asked.append((payload["value"], body["view"]["callback_id"]))
        names = [name for name in ("smoke", "regression") if payload["value"] in name]
        await ack(options=[{"text": plain(name.title()), "value": name} for name in names])

    @bolt.view("v")
    async def on_view(ack, view):
        submitted.append(view["state"]["values"]["b"]["suite"]["selected_option"]["value"])
        await ack()

    await room.connect(bolt)
    await room.dana.message(RELEASES, "/zof")
    view = await room.dana.wait_for_view()
    offered = await room.dana.options("suite", "reg", view_id=view["id"])
    assert [option["value"] for option in offered] == ["regression"]
    assert offered[0]["label"] == "Regression"
    assert asked == [("reg", "v")]
    await room.dana.submit(view["id"], {"suite": "regression"})
    assert submitted == ["regression"]


async def test_a_choice_that_was_never_offered_is_refused(room):
    bolt = room.bolt()

    @bolt.command("/zof")
    async def on_command(ack, client, command):
        view = {"type": "modal", "title": plain("t"), "submit": plain("s"), "blocks": [search()]}
        await client.views_open(trigger_id=command["trigger_id"], view=view)
        await ack()

    await room.connect(bolt)
    await room.dana.message(RELEASES, "/zof")
    view = await room.dana.wait_for_view()
    with pytest.raises(Exception, match="not one of the options"):
        await room.dana.submit(view["id"], {"suite": "invented"})


async def test_shortcuts(open_room):
    shortcuts = (Shortcut("new", "New run"), Shortcut("rerun", "Re-run", on_messages=True))
    room = await open_room(seed=demo_seed(shortcuts=shortcuts))
    bolt, seen = room.bolt(), []

    @bolt.shortcut("new")
    async def on_new(ack, body, client):
        await ack()
        seen.append(body["type"])
        view = {"type": "modal", "title": plain("New run"), "blocks": [{"type": "divider"}]}
        await client.views_open(trigger_id=body["trigger_id"], view=view)

    @bolt.shortcut("rerun")
    async def on_rerun(ack, body, respond):
        await ack()
        seen.append((body["type"], body["message"]["text"], body["channel"]["name"]))
        await respond("Again.")

    await room.connect(bolt)
    written = await room.dana.message(RELEASES, "run_1 failed")
    await room.sam.shortcut("new")
    assert (await room.sam.wait_for_view())["title"]["text"] == "New run"
    await room.sam.shortcut("rerun", channel=RELEASES, ts=written["ts"])
    assert seen == ["shortcut", ("message_action", "run_1 failed", "releases")]
    messages = await room.sam.wait_for(RELEASES, lambda m: len(m) == 2)
    assert (messages[1]["plain"], messages[1]["ephemeral"]) == ("Again.", True)
    with pytest.raises(Exception, match="no such shortcut"):
        await room.sam.shortcut("rerun")


async def test_user_groups(room):
    groups = await room.web.usergroups_list(include_users=True)
    assert groups["usergroups"][0]["users"] == ["U02DANA", "U03SAM"]
    assert (await room.web.usergroups_users_list(usergroup="S0RELMAN"))["users"] == ["U02DANA", "U03SAM"]
    assert (await error_of(room.web.usergroups_users_list(usergroup="S404")))["error"] == "no_such_subteam"
    await room.dana.message(RELEASES, "@release-managers please")
    [message] = await room.sam.messages(RELEASES)
    assert message["text"].startswith("<!subteam^S0RELMAN|@release-managers>")
    assert message["plain"] == "@release-managers please"


async def test_the_home_tab_and_its_hash(open_room):
    room = await open_room(seed=demo_seed(has_home=True))
    home = {"type": "home", "blocks": [{"type": "header", "text": plain("Checkout")}]}
    first = await room.web.views_publish(user_id="U02DANA", view=home)
    second = await room.web.views_publish(user_id="U02DANA", view=home, hash=first["view"]["hash"])
    assert second["view"]["id"] == first["view"]["id"]
    stale = await error_of(room.web.views_publish(user_id="U02DANA", view=home, hash=first["view"]["hash"]))
    assert stale["error"] == "hash_conflict"
    state = await room.dana.state()
    assert state["home"]["blocks"][0]["text"]["text"] == "Checkout"
    assert (await room.sam.state())["home"] is None
    wrong = await error_of(room.web.views_publish(user_id="U02DANA", view={**home, "type": "modal"}))
    assert wrong["error"] == "invalid_arguments"


async def test_views_update_wants_the_newest_hash(room):
    bolt, opened = room.bolt(), {}

    @bolt.command("/zof")
    async def on_command(ack, client, command):
        view = {
            "type": "modal",
            "external_id": "mine",
            "title": plain("one"),
            "blocks": [{"type": "divider"}],
        }
        opened.update((await client.views_open(trigger_id=command["trigger_id"], view=view))["view"])
        again = await error_of(client.views_open(trigger_id=command["trigger_id"], view=view))
        assert again["error"] == "exchanged_trigger_id"
        await ack()

    await room.connect(bolt)
    assert (await room.dana.message(RELEASES, "/zof"))["delivery"]["outcome"] == "acked"
    view = {"type": "modal", "external_id": "mine", "title": plain("two"), "blocks": [{"type": "divider"}]}
    await room.web.views_update(external_id="mine", hash=opened["hash"], view=view)
    assert (await room.dana.views())[0]["title"]["text"] == "two"
    stale = await error_of(room.web.views_update(view_id=opened["id"], hash=opened["hash"], view=view))
    assert stale["error"] == "hash_conflict"
    await room.dana.close(opened["id"])
    assert (await error_of(room.web.views_update(view_id=opened["id"], view=view)))["error"] == "not_found"


async def test_scopes_are_enforced(open_room):
    room = await open_room(scopes=frozenset({"chat:write", "users:read"}))
    await room.web.chat_postMessage(channel=RELEASES, text="x")
    refused = await error_of(room.web.users_lookupByEmail(email="dana@example.com"))
    assert (refused["error"], refused["needed"], refused["provided"]) == (
        "missing_scope",
        "users:read.email",
        "chat:write,users:read",
    )
    dana = await room.web.users_info(user="U02DANA")
    assert "email" not in dana["user"]["profile"]
    assert (await room.web.auth_test()).headers["x-oauth-scopes"] == "chat:write,users:read"


async def test_scopes_count_for_each_kind_of_conversation(open_room):
    room = await open_room(scopes=frozenset({"chat:write", "channels:read", "im:write", "im:history"}))
    assert (await room.web.conversations_info(channel=RELEASES))["channel"]["id"] == RELEASES
    direct = (await room.web.conversations_open(users="U02DANA"))["channel"]["id"]
    assert (await error_of(room.web.conversations_info(channel=direct)))["needed"] == "im:read"
    assert (await room.web.conversations_history(channel=direct))["messages"] == []
    assert (await error_of(room.web.conversations_history(channel=RELEASES)))["needed"] == "channels:history"
    assert (await error_of(room.web.conversations_list(types="public_channel,im")))["needed"] == "im:read"


async def test_buttons_in_attachments_and_carousels_can_be_used(room):
    bolt, used = room.bolt(), []

    @bolt.action("go")
    async def on_go(ack, action):
        await ack()
        used.append(action["value"])

    await room.connect(bolt)
    first, second = (
        {"type": "button", "action_id": "go", "text": plain("Go"), "value": value} for value in "12"
    )
    attached = [{"color": "#36a64f", "blocks": [{"type": "actions", "elements": [first]}]}]
    one = await room.web.chat_postMessage(channel=RELEASES, text="x", attachments=attached)
    carousel = {"type": "carousel", "elements": [{"type": "card", "title": plain("t"), "actions": [second]}]}
    two = await room.web.chat_postMessage(channel=RELEASES, text="x", blocks=[carousel])
    for posted in (one, two):
        answer = await room.dana.click(RELEASES, posted["ts"], "go")
        assert answer["delivery"]["outcome"] == "acked"
    assert used == ["1", "2"]


async def test_a_response_url_is_used_five_times_however_many_come_at_once(room):
    bolt, given = room.bolt(), {}

    @bolt.command("/zof")
    async def on_command(ack, command):
        await ack()
        given.update(command)

    await room.connect(bolt)
    await room.dana.message(RELEASES, "/zof")
    async with httpx.AsyncClient(trust_env=False) as http:
        posts = [http.post(given["response_url"], json={"text": str(n)}) for n in range(12)]
        statuses = sorted(answer.status_code for answer in await asyncio.gather(*posts))
    assert statuses == [200] * 5 + [404] * 7
    assert len(await room.dana.messages(RELEASES)) == 5
