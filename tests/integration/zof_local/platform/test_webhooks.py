"""Webhooks over real sockets: signed, in the documented envelope, repeated until they arrive."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from zof_local.platform import PlatformError, admin, webhooks
from zof_local.platform.assumptions import EVENT_TYPES
from zof_local.platform.store.delivery_log import newest_deliveries, send_again
from zof_local.serving import Server

FAST = (0.02, 0.02, 0.02)


@dataclass
class Receiver:
    """Answers with the statuses it is given, the last one for ever; not at all to the first `silent` events."""

    statuses: list[int] = field(default_factory=lambda: [200])
    got: list[tuple[bytes, str]] = field(default_factory=list)
    url: str = ""
    silent: int = 0
    go_on: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self, request) -> Response:
        self.got.append((await request.body(), request.headers["x-zof-signature"]))
        if self.silent >= len(self.got):
            await self.go_on.wait()
        return Response(status_code=self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0])

    def events(self) -> list[dict]:
        return [json.loads(body) for body, _ in self.got]


@asynccontextmanager
async def receiving(*statuses: int):
    receiver = Receiver(list(statuses) or [200])
    async with Server(Starlette(routes=[Route("/hook", receiver.take, methods=["POST"])])) as server:
        receiver.url = f"{server.url}/hook"
        yield receiver


async def subscribe(api, url: str, *events: str, **more: str) -> dict:
    answer = await api.http.post("/webhooks", json={"url": url, "events": list(events), **more})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_a_runs_events_arrive_signed_in_the_documented_envelope(api) -> None:
    async with receiving() as receiver:
        hook = await subscribe(api, receiver.url, "run.started", "run.completed", "run.failed")
        run = await api.ended((await api.start("suite_mixed"))["id"])
        await api.until(lambda: len(receiver.got) == 3)
        events = receiver.events()
        assert sorted(event["type"] for event in events) == ["run.completed", "run.failed", "run.started"]
        assert len({event["id"] for event in events}) == 3
        for event in events:
            assert event["id"].startswith("evt_")
            assert event["created"].endswith("Z")
            thing = {"id": run["id"], "organization_id": "org_local", "run_id": run["id"]}
            assert event["data"] == {"object": thing}
        for body, signed in receiver.got:
            assert signed == hmac.new(hook["secret"].encode(), body, hashlib.sha256).hexdigest()


async def test_only_wanted_events_of_the_own_organization_are_sent(api, start_platform) -> None:
    async with receiving() as receiver:
        await subscribe(api, receiver.url, "run.failed")
        await api.ended((await api.start("suite_quick"))["id"])
        test = await subscribe(api, receiver.url, "run.completed")
        await api.http.post(f"/webhooks/{test['id']}/test")
        await api.until(lambda: receiver.got)
        (event,) = receiver.events()
        assert event["data"]["object"]["run_id"] == "run_test"


async def test_failures_are_repeated_with_the_same_event(start_platform) -> None:
    async with start_platform(webhook_retry_seconds=FAST) as api, receiving(500, 302, 204) as receiver:
        hook = await subscribe(api, receiver.url, "run.completed")
        sent = (await api.http.post(f"/webhooks/{hook['id']}/test")).json()
        await api.until(lambda: len(receiver.got) == 3)
        assert len(set(receiver.got)) == 1
        assert receiver.events()[0] == sent


async def test_it_gives_up_after_the_last_pause(start_platform, caplog) -> None:
    async with start_platform(webhook_retry_seconds=FAST) as api, receiving(500) as receiver:
        hook = await subscribe(api, receiver.url, "run.completed")
        await api.http.post(f"/webhooks/{hook['id']}/test")
        await api.until(lambda: "could not be delivered" in caplog.text)
        assert len(receiver.got) == 1 + len(FAST)
        assert hook["secret"] not in caplog.text


async def test_pending_events_outlive_a_restart(start_platform) -> None:
    async with receiving(500, 200) as receiver:
        async with start_platform(webhook_retry_seconds=(0.5,)) as api:
            hook = await subscribe(api, receiver.url, "run.completed")
            await api.http.post(f"/webhooks/{hook['id']}/test")
            await api.until(lambda: receiver.got)
        async with start_platform() as api:
            await api.until(lambda: len(receiver.got) == 2)
        assert len({event["id"] for event in receiver.events()}) == 1


async def test_each_documented_event_can_be_subscribed_and_sent_by_hand(start_platform, world) -> None:
    async with start_platform() as api, receiving() as receiver:
        await subscribe(api, receiver.url, *EVENT_TYPES)
        for event in EVENT_TYPES:
            assert await asyncio.to_thread(admin.emit, world.data, event) == 1
        api.platform.deliverer.wake()
        await api.until(lambda: len(receiver.got) == len(EVENT_TYPES))
        events = {event["type"]: event for event in receiver.events()}
        assert set(events) == set(EVENT_TYPES)
        thing = {"id": "agent_test", "organization_id": "org_local", "run_id": "run_test"}
        assert events["agent.offline"]["data"] == {"object": thing}
        with pytest.raises(PlatformError, match="no event 'agent"):
            await asyncio.to_thread(admin.emit, world.data, "agent.online")


async def test_who_does_not_answer_in_time_is_asked_again(start_platform, monkeypatch) -> None:
    monkeypatch.setattr(webhooks, "WEBHOOK_TIMEOUT_SECONDS", 0.2)
    async with start_platform(webhook_retry_seconds=FAST) as api, receiving() as receiver:
        receiver.silent = 1
        hook = await subscribe(api, receiver.url, "run.completed")
        await api.http.post(f"/webhooks/{hook['id']}/test")
        await api.until(lambda: len(receiver.got) == 2)

        def attempts(connection):
            return [one.answer for one in newest_deliveries(connection, 1)[0].attempts]

        async def both() -> bool:
            return len(await api.platform.database.read(attempts)) == 2

        await api.until(both)
        assert await api.platform.database.read(attempts) == ["no answer within 0.2 s", "HTTP 200"]
        receiver.go_on.set()


async def test_a_delivery_can_be_sent_once_more_with_the_same_bytes(start_platform) -> None:
    async with start_platform(webhook_retry_seconds=()) as api, receiving(500, 200) as receiver:
        hook = await subscribe(api, receiver.url, "run.completed")
        await api.http.post(f"/webhooks/{hook['id']}/test")

        async def state() -> str:
            newest = await api.platform.database.read(lambda connection: newest_deliveries(connection, 1))
            return newest[0].state

        async def given_up() -> bool:
            return await state() == "given_up"

        await api.until(given_up)
        await api.platform.database.write(lambda connection: send_again(connection, 1, api.platform.now()))
        api.platform.deliverer.wake()
        await api.until(lambda: len(receiver.got) == 2)
        assert len(set(receiver.got)) == 1


async def test_secrets_are_told_once_and_lists_are_pages(api) -> None:
    mine = await subscribe(api, "https://hooks.example.com/a", "run.failed", "run.failed", secret="s" * 16)
    assert (mine["secret"], mine["events"]) == ("s" * 16, ["run.failed"])
    made = await subscribe(api, "https://hooks.example.com/b", "agent.offline")
    assert made["secret"].startswith("whsec_")
    page = (await api.http.get("/webhooks")).json()
    assert [hook["id"] for hook in page["data"]] == [made["id"], mine["id"]]
    assert "secret" not in page["data"][0]
    assert not page["has_more"]


@pytest.mark.parametrize(
    ("changes", "param", "words"),
    [
        ({"url": "http://hooks.example.com"}, "url", "must be an https:// address"),
        ({"events": ["run.exploded"]}, "events", "Known events: run.started, run.completed"),
        ({"events": []}, "events", "must not be empty"),
        ({"secret": "short"}, "secret", "at least 16 characters"),
    ],
)
async def test_wrong_endpoints_are_refused(api, changes, param, words) -> None:
    body = {"url": "https://hooks.example.com/", "events": ["run.failed"]} | changes
    answer = await api.http.post("/webhooks", json=body)
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, param)
    assert words in answer.json()["error"]["message"]


async def test_webhooks_need_their_permission_and_exist(start_platform) -> None:
    async with start_platform(role="Engineer") as api:
        answer = await api.http.get("/webhooks")
        assert answer.status_code == 403
        assert "webhooks:manage" in answer.json()["error"]["message"]
    async with start_platform() as api:
        assert (await api.http.post("/webhooks/wh_nope/test")).status_code == 404
