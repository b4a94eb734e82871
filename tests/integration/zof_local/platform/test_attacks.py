"""What hostile or broken clients do to the platform."""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress

import httpx
import pytest

from zof_local import connections
from zof_local.platform import PlatformError, gateway
from zof_local.serving import ServingError

GOOD = {"project_id": "proj_shop", "environment": "staging", "test_suite_id": "suite_quick"}


def address(api) -> tuple[str, int]:
    url = httpx.URL(api.url)
    return url.host, url.port


async def spoken(api, data: bytes) -> bytes:
    """All that comes back on a connection that says this and then waits."""

    def talk() -> bytes:
        heard = b""
        with socket.create_connection(address(api), timeout=20) as sock:
            sock.sendall(data)
            with suppress(ConnectionResetError):
                while piece := sock.recv(65536):
                    heard += piece
        return heard

    return await asyncio.to_thread(talk)


async def test_a_client_that_never_ends_its_head_is_hung_up_on(monkeypatch, start_platform) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.2)
    async with start_platform() as api:
        assert await spoken(api, b"") == b""
        assert await spoken(api, b"GET /v1/runs HTTP/1.1\r\nX-Slow: ") == b""
        assert (await api.http.get("/runs")).status_code == 200


async def test_a_client_that_never_ends_its_body_is_told_and_hung_up_on(monkeypatch, start_platform) -> None:
    monkeypatch.setattr(gateway, "BODY_SECONDS", 0.2)
    async with start_platform() as api:
        head = f"POST /v1/runs HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: {api.http.headers['authorization']}\r\n"
        heard = await spoken(api, f"{head}Content-Length: 1000\r\n\r\n{{".encode())
        assert heard.startswith(b"HTTP/1.1 400")
        assert b"did not arrive" in heard


@pytest.mark.parametrize(
    "path",
    ["/v1/../v1/runs", "/v1/runs/../../etc/passwd", "/v1/runs/%2e%2e%2fkeys", "/v1//runs", "/v1/runs/%00", "//v1/runs",
     "/assets/../app.py", "/assets/%2e%2e%2fapp.py", "/v1/artifacts/%2e%2e%2f%2e%2e%2fplatform.sqlite3/content"],
)  # fmt: skip
async def test_path_tricks_lead_nowhere(api, path) -> None:
    head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
    heard = await spoken(api, f"{head}Authorization: {api.http.headers['authorization']}\r\n\r\n".encode())
    assert heard.split(b" ")[1] in {b"400", b"401", b"404"}, heard


async def test_one_key_from_many_connections_makes_one_run(api) -> None:
    async def alone() -> httpx.Response:
        async with httpx.AsyncClient(headers=api.http.headers, timeout=30) as http:
            return await http.post(f"{api.url}/v1/runs", json=GOOD, headers={"Idempotency-Key": "one"})

    answers = await asyncio.gather(*(alone() for _ in range(40)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert len((await api.http.get("/runs")).json()["data"]) == 1


async def test_of_many_cancels_one_succeeds_and_the_end_holds(api) -> None:
    run = await api.start("suite_holds")
    await api.until((api.world.marks / "holding").exists)
    answers = await asyncio.gather(*(api.http.post(f"/runs/{run['id']}/cancel") for _ in range(12)))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 11
    assert (await api.ended(run["id"]))["status"] == "canceled"
    await api.until(lambda: not api.world.alive())


async def test_a_second_platform_on_the_directory_is_refused(api, start_platform) -> None:
    with pytest.raises((PlatformError, ServingError)) as caught:
        async with start_platform():
            pass
    assert "already uses" in f"{caught.value}{caught.value.__cause__}"
    assert (await api.http.get("/runs")).status_code == 200


@pytest.mark.parametrize("key", ["\x7f", "a\tb", "ключ".encode(), "x" * 256])
async def test_an_idempotency_key_of_other_bytes_is_refused(api, key) -> None:
    answer = await api.http.post("/runs", json=GOOD, headers={b"Idempotency-Key": key})
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, "Idempotency-Key")
