"""The Web API as the unmodified slack_sdk calls it."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from zof_local.workspace import RateLimits

RELEASES = "C0RELEASES"


def section(text: str):
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


async def refused(call) -> dict:
    with pytest.raises(SlackApiError) as error:
        await call
    return error.value.response.data


async def test_auth(room):
    who = await room.web.auth_test()
    assert (who["team_id"], who["user_id"], who["bot_id"]) == ("T0ZOF", "U0ZOFBOT", "B0ZOF")
    wrong = AsyncWebClient(token="xoxb-wrong", base_url=f"{room.url}/api/")
    assert (await refused(wrong.auth_test()))["error"] == "invalid_auth"
    nobody = AsyncWebClient(base_url=f"{room.url}/api/")
    assert (await refused(nobody.auth_test()))["error"] == "not_authed"
    assert (await refused(room.web.api_call("nonsense.method")))["error"] == "unknown_method"


async def test_post_update_delete_and_read_back(room):
    posted = await room.web.chat_postMessage(
        channel=RELEASES,
        text="one",
        blocks=[section("one")],
        metadata={"event_type": "zof_run", "event_payload": {"run": "run_1"}},
    )
    ts = posted["ts"]
    assert posted["message"]["blocks"][0]["block_id"]
    reply = await room.web.chat_postMessage(channel=RELEASES, text="reply", thread_ts=ts)
    history = await room.web.conversations_history(channel=RELEASES, include_all_metadata=True)
    assert [m["ts"] for m in history["messages"]] == [ts]
    assert history["messages"][0]["metadata"]["event_payload"] == {"run": "run_1"}
    assert history["messages"][0]["reply_count"] == 1
    plain = await room.web.conversations_history(channel=RELEASES)
    assert "metadata" not in plain["messages"][0]
    replies = await room.web.conversations_replies(channel=RELEASES, ts=ts)
    assert [m["ts"] for m in replies["messages"]] == [ts, reply["ts"]]
    updated = await room.web.chat_update(channel=RELEASES, ts=ts, text="two")
    assert updated["message"]["text"] == "two"
    assert "blocks" not in updated["message"]
    assert updated["message"]["metadata"]["event_type"] == "zof_run"
    link = await room.web.chat_getPermalink(channel=RELEASES, message_ts=ts)
    assert link["permalink"] == f"{room.url}/archives/{RELEASES}/p{ts.replace('.', '')}"
    await room.web.chat_delete(channel=RELEASES, ts=ts)
    gone = await refused(room.web.chat_update(channel=RELEASES, ts=ts, text="x"))
    assert gone["error"] == "message_not_found"


async def test_refusals(room):
    web = room.web
    assert (await refused(web.chat_postMessage(channel="C404", text="x")))["error"] == "channel_not_found"
    assert (await refused(web.chat_postMessage(channel=RELEASES, text=" ")))["error"] == "no_text"
    assert (await refused(web.chat_postMessage(channel=RELEASES, text="x", blocks="{")))[
        "error"
    ] == "invalid_blocks_format"
    bad = await refused(web.chat_postMessage(channel=RELEASES, text="x", blocks=[section("x" * 3001)]))
    assert bad["error"] == "invalid_blocks"
    assert bad["response_metadata"]["messages"] == [
        "[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]"
    ]
    own = await room.dana.message(RELEASES, "mine")
    assert (await refused(web.chat_update(channel=RELEASES, ts=own["ts"], text="x")))[
        "error"
    ] == "cant_update_message"
    assert (await refused(web.chat_delete(channel=RELEASES, ts=own["ts"])))["error"] == "cant_delete_message"
    posted = await web.chat_postMessage(channel=RELEASES, text="x")
    long = await refused(web.chat_update(channel=RELEASES, ts=posted["ts"], text="x" * 4001))
    assert long["error"] == "msg_too_long"
    many = [section("x" * 2900) for _ in range(5)]
    assert (await refused(web.chat_postMessage(channel=RELEASES, text="x", blocks=many)))[
        "error"
    ] == "msg_blocks_too_long"
    assert (await refused(web.views_open(trigger_id="x", view={"type": "modal"})))[
        "error"
    ] == "invalid_trigger_id"
    assert (await refused(web.users_info(user="U404")))["error"] == "user_not_found"
    outsider = await refused(web.chat_postEphemeral(channel=RELEASES, user="U404", text="x"))
    assert outsider["error"] == "user_not_in_channel"
    assert (await refused(web.conversations_history(channel=RELEASES, limit=0)))["error"] == "invalid_limit"


async def test_ephemeral_messages_are_for_one_person(room):
    answer = await room.web.chat_postEphemeral(channel=RELEASES, user="U02DANA", text="psst")
    assert [m["plain"] for m in await room.dana.messages(RELEASES)] == ["psst"]
    assert await room.sam.messages(RELEASES) == []
    assert (await room.web.conversations_history(channel=RELEASES))["messages"] == []
    update = await refused(room.web.chat_update(channel=RELEASES, ts=answer["message_ts"], text="x"))
    assert update["error"] == "message_not_found"


async def test_people_and_channels(room):
    users = await room.web.users_list()
    assert {user["name"] for user in users["members"]} == {"dana", "sam", "mira", "zof"}
    dana = await room.web.users_lookupByEmail(email="Dana@example.com")
    assert dana["user"]["id"] == "U02DANA"
    info = await room.web.conversations_info(channel=RELEASES)
    assert (info["channel"]["name"], info["channel"]["is_member"]) == ("releases", True)
    first = await room.web.conversations_list(limit=1)
    second = await room.web.conversations_list(limit=1, cursor=first["response_metadata"]["next_cursor"])
    assert [first["channels"][0]["id"], second["channels"][0]["id"]] == [RELEASES, "C0GENERAL"]
    assert second["response_metadata"]["next_cursor"] == ""
    direct = await room.web.conversations_open(users="U02DANA")
    again = await room.web.chat_postMessage(channel="U02DANA", text="hello")
    assert again["channel"] == direct["channel"]["id"]
    assert [m["plain"] for m in await room.dana.messages(direct["channel"]["id"])] == ["hello"]


async def test_rate_limits_answer_429(open_room):
    room = await open_room(limits=RateLimits(messages_burst=1))
    await room.web.chat_postMessage(channel=RELEASES, text="one")
    with pytest.raises(SlackApiError) as error:
        await room.web.chat_postMessage(channel=RELEASES, text="two")
    response = error.value.response
    assert (response.status_code, response["error"], response.headers["Retry-After"]) == (
        429,
        "ratelimited",
        "1",
    )


async def test_forms_queries_and_json_are_one(room):
    headers = {"Authorization": f"Bearer {room.workspace.settings.bot_token}"}
    async with httpx.AsyncClient(base_url=room.url, headers=headers, trust_env=False) as http:
        form = await http.post(
            "/api/chat.postMessage", data={"channel": RELEASES, "text": "x", "blocks": "[]"}
        )
        query = await http.get("/api/conversations.info", params={"channel": RELEASES})
        token = await http.post("/api/auth.test", data={"token": "no"}, headers={"Authorization": ""})
        broken = await http.post(
            "/api/chat.postMessage", content="{", headers={"Content-Type": "application/json"}
        )
        odd = await http.post("/api/chat.postMessage", content="x", headers={"Content-Type": "text/plain"})
    assert form.json()["ok"]
    assert query.json()["ok"]
    assert [r.json()["error"] for r in (token, broken, odd)] == [
        "invalid_auth",
        "invalid_json",
        "invalid_post_type",
    ]


async def test_response_urls_over_http(room):
    entry = room.workspace.store.new_response_url(channel=RELEASES, user="U02DANA")
    webhook = AsyncWebhookClient(f"{room.url}/response/{entry.id}")
    answers = [await webhook.send(text=str(n)) for n in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [404]
    assert answers[0].body == "ok"
    assert "used_url" in answers[5].body
    unknown = await AsyncWebhookClient(f"{room.url}/response/unknown").send(text="x")
    assert (unknown.status_code, "expired_url" in unknown.body) == (404, True)


async def test_many_at_once_keep_their_order(room):
    await asyncio.gather(
        *(room.web.chat_postMessage(channel=c, text="x") for c in (RELEASES, "C0GENERAL") for _ in range(3))
    )
    stamps = [m["ts"] for m in await room.dana.messages(RELEASES)]
    assert stamps == sorted(stamps)
    assert len(set(stamps)) == 3
