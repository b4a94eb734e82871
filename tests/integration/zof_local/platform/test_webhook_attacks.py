"""Endpoints that mean no good: what they cost stays bounded, and nobody else's events wait for them or are lost."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from tests.integration.zof_local.platform.test_webhooks import FAST, receiving, subscribe
from zof_local.platform import webhooks
from zof_local.platform.store.delivery_log import LoggedDelivery, newest_deliveries

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
SECRET = "whsec_nobody-may-read-this"


@asynccontextmanager
async def speaking(talk: Talk) -> AsyncIterator[str]:
    """A server that says what it likes."""
    talks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        talks.add(task)
        try:
            await reader.readuntil(b"\r\n\r\n")
            await talk(reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook"
    finally:
        server.close()
        for task in talks:
            task.cancel()
        await asyncio.gather(*talks, return_exceptions=True)


async def log_of(api, count: int = 20) -> list[LoggedDelivery]:
    return await api.platform.database.read(lambda connection: newest_deliveries(connection, count))


async def given_up(api) -> LoggedDelivery:
    async def ended() -> LoggedDelivery | None:
        (newest,) = await log_of(api, 1)
        return newest if newest.state == "given_up" else None

    return await api.until(ended)


async def send_test(api, url: str, **more: str) -> None:
    hook = await subscribe(api, url, "run.completed", **more)
    assert (await api.http.post(f"/webhooks/{hook['id']}/test")).status_code == 200


async def says_an_endless_head(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        writer.write(b"X-More: " + b"x" * 60_000 + b"\r\n")
        await writer.drain()


async def drips_a_head(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        await writer.drain()
        await asyncio.sleep(0.01)


async def says_nonsense(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"SSH-2.0-OpenSSH_9.9 \xff\xfe\r\n\r\n")
    await writer.drain()


@pytest.mark.parametrize("talk", [says_an_endless_head, drips_a_head, says_nonsense])
async def test_a_bad_answer_is_no_answer_and_comes_to_an_end(
    start_platform, monkeypatch, caplog, talk
) -> None:
    monkeypatch.setattr(webhooks, "WEBHOOK_TIMEOUT_SECONDS", 0.3)
    async with speaking(talk) as url, start_platform(webhook_retry_seconds=(0.02,)) as api:
        await send_test(api, url, secret=SECRET)
        log = await given_up(api)
        assert len(log.attempts) == 2
        assert all(one.took_ms < 5_000 and len(one.answer) <= 300 for one in log.attempts)
    assert SECRET not in caplog.text + repr(log)


async def test_an_answers_body_is_not_read(start_platform) -> None:
    said = 0

    async def goes_on(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal said
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n")
        while said < 500_000_000:
            writer.write(b"x" * 100_000)
            await writer.drain()
            said += 100_000

    async with speaking(goes_on) as url, start_platform(webhook_retry_seconds=()) as api:
        await send_test(api, url)

        async def delivered() -> bool:
            return (await log_of(api, 1))[0].state == "delivered"

        await api.until(delivered)
    assert said < 50_000_000


async def test_redirects_are_not_followed(start_platform) -> None:
    async with receiving() as elsewhere:

        async def sends_on(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            head = f"HTTP/1.1 307 Go\r\nLocation: {elsewhere.url}\r\nContent-Length: 0\r\n\r\n"
            writer.write(head.encode())
            await writer.drain()

        async with speaking(sends_on) as url, start_platform(webhook_retry_seconds=(0.02,)) as api:
            await send_test(api, url)
            log = await given_up(api)
        assert [one.answer for one in log.attempts] == ["HTTP 307", "HTTP 307"]
        assert elsewhere.got == []


async def test_what_one_endpoint_sets_as_a_cookie_goes_to_nobody(start_platform) -> None:
    heads: list[bytes] = []

    async def sets(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 500 No\r\nSet-Cookie: session=mine; Path=/\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()

    async with speaking(sets) as url, start_platform(webhook_retry_seconds=()) as api:
        await send_test(api, url)
        await given_up(api)

        server = await asyncio.start_server(lambda r, w: _hear(r, w, heads), "127.0.0.1", 0)
        async with server:
            await send_test(api, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/")
            await api.until(lambda: heads)
    assert b"cookie" not in heads[0].lower()


async def _hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, heads: list[bytes]) -> None:
    heads.append(await reader.readuntil(b"\r\n\r\n"))
    writer.write(b"HTTP/1.1 204 Fine\r\n\r\n")
    await writer.drain()
    writer.close()


async def test_the_platform_itself_as_an_endpoint_does_nothing(start_platform) -> None:
    async with start_platform(webhook_retry_seconds=(0.02,)) as api:
        run = await api.ended((await api.start())["id"])
        for path in (
            "/v1/runs",
            f"/v1/runs/{run['id']}/cancel",
            "/webhooks/emit",
            "/webhooks/deliveries/1/again",
        ):
            await send_test(api, f"{api.url}{path}")

        async def all_ended() -> bool:
            return all(one.state == "given_up" for one in await log_of(api))

        await api.until(all_ended)
        log = await log_of(api)
        assert {one.answer for entry in log for one in entry.attempts} == {"HTTP 401", "HTTP 403"}
        assert len((await api.http.get("/runs")).json()["data"]) == 1


async def test_who_does_not_answer_keeps_nobody_else_waiting(start_platform) -> None:
    async def says_nothing(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with speaking(says_nothing) as slow, receiving() as receiver, start_platform() as api:
        hook = await subscribe(api, slow, "run.completed")
        for _ in range(40):
            await api.http.post(f"/webhooks/{hook['id']}/test")
        await send_test(api, receiver.url)
        await api.until(lambda: receiver.got, seconds=webhooks.WEBHOOK_TIMEOUT_SECONDS / 2)


async def test_many_events_to_one_endpoint_all_arrive(start_platform) -> None:
    async with receiving() as receiver, start_platform() as api:
        hook = await subscribe(api, receiver.url, "run.completed")
        sent = {(await api.http.post(f"/webhooks/{hook['id']}/test")).json()["id"] for _ in range(40)}
        await api.until(lambda: len(receiver.got) == 40)
        assert {json.loads(body)["id"] for body, _ in receiver.got} == sent


async def test_an_address_that_the_client_cannot_take_is_given_up_like_any_other(
    start_platform, caplog
) -> None:
    async with start_platform(webhook_retry_seconds=FAST) as api:
        await send_test(api, "https://xn--a/", secret=SECRET)
        log = await given_up(api)
        assert len(log.attempts) == 1 + len(FAST)
        assert "codepoint" in log.attempts[0].answer.lower()
    assert "never retrieved" not in caplog.text
    assert SECRET not in caplog.text


async def test_deliveries_go_on_after_the_store_was_in_trouble(start_platform, monkeypatch) -> None:
    troubles = 2
    real = webhooks.due_deliveries

    def troubled(*args):
        nonlocal troubles
        troubles -= 1
        if troubles >= 0:
            raise OSError("disk on fire")
        return real(*args)

    monkeypatch.setattr(webhooks, "_LONGEST_SLEEP", 0.05)
    monkeypatch.setattr(webhooks, "due_deliveries", troubled)
    async with receiving() as receiver, start_platform() as api:
        await send_test(api, receiver.url)
        await api.until(lambda: receiver.got)
        assert troubles < 0
