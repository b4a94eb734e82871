"""The loopback server: real sockets, lifespans, prompt stops."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route

from zof_local.serving import Server, ServingError, bind_loopback, url_of


async def _hello(_request: Request) -> PlainTextResponse:
    return PlainTextResponse("hello")


async def _ticks() -> AsyncIterator[bytes]:
    yield b"data: first\n\n"
    await asyncio.Event().wait()


async def _events(_request: Request) -> StreamingResponse:
    return StreamingResponse(_ticks(), media_type="text/event-stream")


def _app(**options: object) -> Starlette:
    return Starlette(routes=[Route("/", _hello), Route("/events", _events)], **options)  # type: ignore[arg-type]  # test options


async def test_it_serves_on_a_free_loopback_port_and_then_lets_it_go() -> None:
    async with Server(_app()) as server, httpx.AsyncClient() as client:
        assert server.url == f"http://127.0.0.1:{server.port}"
        assert (await client.get(server.url)).text == "hello"
        url = server.url
    async with httpx.AsyncClient() as client:
        with pytest.raises(httpx.ConnectError):
            await client.get(url)


async def test_the_lifespan_runs_from_entry_to_exit() -> None:
    seen: list[str] = []

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        seen.append("start")
        yield
        seen.append("stop")

    async with Server(_app(lifespan=lifespan)):
        assert seen == ["start"]
    assert seen == ["start", "stop"]


async def test_a_failing_start_names_its_cause_and_frees_the_port() -> None:
    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        raise ValueError("no such file: suites.toml")
        yield

    server = Server(_app(lifespan=lifespan))
    with pytest.raises(ServingError, match="no such file") as caught:
        async with server:
            pass
    assert isinstance(caught.value.__cause__, ValueError)
    bind_loopback(server.port).close()


async def test_it_stops_promptly_while_an_event_stream_is_open(caplog: pytest.LogCaptureFixture) -> None:
    server = Server(_app())
    async with httpx.AsyncClient(timeout=5) as client:
        async with server:
            request = client.build_request("GET", f"{server.url}/events")
            response = await client.send(request, stream=True)
            assert await anext(response.aiter_bytes()) == b"data: first\n\n"
            begin = asyncio.get_running_loop().time()
        assert asyncio.get_running_loop().time() - begin < 3
        await response.aclose()
    assert not caplog.records


async def test_signal_handlers_stay_as_they_were() -> None:
    before = (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM))
    async with Server(_app()):
        assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before


async def test_a_taken_port_and_a_public_address_are_refused_in_one_sentence() -> None:
    async with Server(_app()) as server:
        with pytest.raises(ServingError, match=f"Port {server.port} on 127.0.0.1 cannot be used"):
            Server(_app(), port=server.port)
    with pytest.raises(ServingError, match="not a loopback address"):
        Server(_app(), host="0.0.0.0")


async def test_a_socket_bound_before_knows_its_url() -> None:
    sock = bind_loopback()
    url = url_of(sock)
    async with Server(_app(), sock=sock) as server, httpx.AsyncClient() as client:
        assert server.url == url
        assert (await client.get(url)).status_code == 200
