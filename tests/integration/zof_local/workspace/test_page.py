"""The page's door: token, Host, Origin, headers, live events."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import httpx
import pytest

from zof_local.workspace.client import WorkspaceClientError

RELEASES = "C0RELEASES"


@pytest.fixture
async def browser(room) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=room.url, trust_env=False, follow_redirects=False) as http:
        yield http


async def test_the_token_becomes_a_cookie(room, browser):
    locked = await browser.get("/")
    assert locked.status_code == 401
    assert "locked" in locked.text
    assert (await browser.get("/?token=wrong")).status_code == 401
    opened = await browser.get(room.workspace.page_path())
    assert (opened.status_code, opened.headers["location"]) == (303, "/")
    cookie = opened.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert room.workspace.settings.page_token not in cookie
    page = await browser.get("/")
    assert page.status_code == 200
    assert "/static/app.js" in page.text


async def test_strict_headers(room, browser):
    await browser.get(room.workspace.page_path())
    for path in ("/", "/static/app.js", "/page/api/state"):
        answer = await browser.get(path)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"


async def test_files_outside_static_are_not_served(browser):
    for path in ("/static/../app.py", "/static/%2e%2e%2fapp.py", "/static/index.html", "/static/none.js"):
        assert (await browser.get(path)).status_code == 404


async def test_the_page_api_wants_the_token(browser):
    assert (await browser.get("/page/api/state?user=U02DANA")).status_code == 401
    assert (await browser.get("/page/api/events?user=U02DANA")).status_code == 401
    assert (await browser.post("/page/api/message", json={})).status_code == 401
    wrong = {"Authorization": "Bearer wrong"}
    assert (await browser.get("/page/api/state", headers=wrong)).status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "127.0.0.1.evil.example"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
    ],
)
async def test_other_hosts_and_origins_are_refused(room, browser, headers):
    await browser.get(room.workspace.page_path())
    for path in ("/", "/page/api/state", "/api/api.test"):
        assert (await browser.get(path, headers=headers)).status_code == 403


async def test_another_port_of_this_machine_cannot_ride_on_the_cookie(room, browser):
    await browser.get(room.workspace.page_path())
    answer = await browser.get("/page/api/state", headers={"Sec-Fetch-Site": "same-site"})
    assert answer.status_code == 401


async def test_the_page_api_refuses_in_sentences(room):
    http = httpx.AsyncClient(
        base_url=room.url,
        headers={"Authorization": f"Bearer {room.workspace.settings.page_token}"},
        trust_env=False,
    )
    async with http:
        for body, status in (
            ({"channel": RELEASES, "user": "U02DANA", "text": " "}, 400),
            ({"channel": "C404", "user": "U02DANA", "text": "x"}, 404),
            ({"channel": RELEASES, "user": "U404", "text": "x"}, 404),
            ({"channel": RELEASES, "user": 7, "text": "x"}, 400),
        ):
            answer = await http.post("/page/api/message", json=body)
            assert answer.status_code == status
            assert answer.json()["error"].endswith(".")
        form = await http.post("/page/api/message", data={"text": "x"})
        assert form.status_code == 415
        broken = await http.post(
            "/page/api/message", content="{", headers={"Content-Type": "application/json"}
        )
        assert broken.status_code == 400
        assert (await http.post("/page/api/nonsense", json={})).status_code == 404
        gone = {"channel": RELEASES, "ts": "1.2", "action_id": "a", "user": "U02DANA"}
        assert (await http.post("/page/api/click", json=gone)).status_code == 404


async def read_events(http: httpx.AsyncClient, user: str, count: int, after: str | None = None):
    headers = {"Last-Event-ID": after} if after is not None else {}
    found: list[dict] = []
    async with (
        asyncio.timeout(10),
        http.stream("GET", f"/page/api/events?user={user}", headers=headers) as answer,
    ):
        event: dict = {}
        async for line in answer.aiter_lines():
            key, _, value = line.partition(": ")
            if key in ("id", "event", "data"):
                event[key] = value
            elif not line and event:
                found.append({**event, "data": json.loads(event["data"])})
                event = {}
                if len(found) == count:
                    return found
    return found


async def test_events_come_live_and_are_replayed(room):
    headers = {"Authorization": f"Bearer {room.workspace.settings.page_token}"}
    async with httpx.AsyncClient(base_url=room.url, headers=headers, trust_env=False) as http:
        live = asyncio.create_task(read_events(http, "U02DANA", 3, after="0"))
        await room.dana.message(RELEASES, "one")
        posted = await room.web.chat_postMessage(channel=RELEASES, text="two")
        await room.web.chat_postEphemeral(channel=RELEASES, user="U03SAM", text="not for dana")
        await room.web.chat_update(channel=RELEASES, ts=posted["ts"], text="three")
        seen = await live
        assert [(e["event"], e["data"]["message"]["text"]) for e in seen] == [
            ("message", "one"),
            ("message", "two"),
            ("message_changed", "three"),
        ]
        again = await read_events(http, "U02DANA", 2, after=seen[0]["id"])
        assert again == seen[1:]
        sams = await read_events(http, "U03SAM", 4, after="0")
        assert "not for dana" in [e["data"]["message"]["text"] for e in sams]
        [reset] = await read_events(http, "U02DANA", 1, after="999999")
        assert reset["event"] == "reset"


async def test_hostile_text_travels_as_data(room):
    nasty = "<script>alert(1)</script> <img src=x onerror=alert(1)>"
    await room.dana.message(RELEASES, nasty)
    [message] = await room.dana.messages(RELEASES)
    assert message["plain"] == nasty
    assert message["nodes"] == [{"t": "text", "text": nasty}]


async def test_people_and_channels_are_named_as_people_name_them(room):
    dana = room.client.user("dana")
    await dana.message("#general", "hello")
    assert [m["plain"] for m in await room.client.user("@sam").messages("#general")] == ["hello"]
    await room.web.chat_postMessage(channel="U02DANA", text="for you")
    assert [m["plain"] for m in await dana.messages("@zof")] == ["for you"]
    assert await room.client.user("sam").messages("@zof") == []
    with pytest.raises(WorkspaceClientError, match="There is no person 'nobody'"):
        await room.client.user("nobody").message("#general", "x")
    with pytest.raises(WorkspaceClientError, match="There is no channel '#nowhere'"):
        await dana.message("#nowhere", "x")


async def test_waiting_ends_with_the_event(room):
    seq = str((await room.dana.state())["seq"])
    waiting = asyncio.create_task(room.client.get("wait", {"after": seq, "timeout": "10"}))
    await room.sam.message("#general", "now")
    assert (await asyncio.wait_for(waiting, 5))["seq"] > int(seq)
    assert (await room.client.get("wait", {"after": "999", "timeout": "nan"}))["ok"]
    with pytest.raises(WorkspaceClientError, match="numbers"):
        await room.client.get("wait", {"after": "x", "timeout": "1"})
