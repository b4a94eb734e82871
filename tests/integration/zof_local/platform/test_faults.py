"""Faults on purpose, seen from the other end of a real socket."""

from __future__ import annotations

import asyncio
import json
import socket
import time

import httpx
import pytest

from tests.integration.zof_local.platform.test_webhooks import receiving, subscribe
from zof_core import AsyncZofClient, ZofApiError
from zof_local.platform import ApiKey, FaultSwitches, new_secret

FAULT = "X-Zof-Local-Fault"
GOOD = {"project_id": "proj_shop", "environment": "staging", "test_suite_id": "suite_quick"}


async def raw(api, fault: str, path: str = "/v1/projects") -> tuple[list[tuple[float, bytes]], str]:
    """Each piece of an answer with its time, and how the connection ended: "end" or "reset"."""
    host, port = httpx.URL(api.url).host, httpx.URL(api.url).port
    key = api.http.headers["authorization"]

    def ask() -> tuple[list[tuple[float, bytes]], str]:
        pieces: list[tuple[float, bytes]] = []
        with socket.create_connection((host, port), timeout=20) as sock:
            head = f"GET {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: {key}\r\nConnection: close\r\n"
            sock.sendall(f"{head}{FAULT}: {fault}\r\n\r\n".encode())
            try:
                while piece := sock.recv(65536):
                    pieces.append((time.monotonic(), piece))
            except ConnectionResetError:
                return pieces, "reset"
        return pieces, "end"

    return await asyncio.to_thread(ask)


@pytest.mark.parametrize("fault", ["hangup", "drop"])
async def test_a_dropped_connection_is_reset_without_a_byte(api, fault) -> None:
    assert await raw(api, fault) == ([], "reset")
    assert (await api.http.get("/projects")).status_code == 200


async def test_hangup_comes_before_the_operation_and_drop_after_it(api) -> None:
    for fault, runs in (("hangup", 0), ("drop", 1)):
        with pytest.raises(httpx.TransportError):
            await api.http.post("/runs", json=GOOD, headers={FAULT: fault, "Idempotency-Key": "once"})
        assert len((await api.http.get("/runs")).json()["data"]) == runs
    answer = await api.http.post("/runs", json=GOOD, headers={"Idempotency-Key": "once"})
    assert answer.status_code == 201
    assert [run["id"] for run in (await api.http.get("/runs")).json()["data"]] == [answer.json()["id"]]


async def test_a_truncated_body_is_shorter_than_its_length_says(api) -> None:
    pieces, end = await raw(api, "truncate")
    head, _, body = b"".join(piece for _, piece in pieces).partition(b"\r\n\r\n")
    (length,) = (int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length"))
    whole = (await api.http.get("/projects")).content
    assert (length, end) == (len(whole), "end")
    assert body == whole[: length // 2]
    with pytest.raises(httpx.RemoteProtocolError):
        await api.http.get("/projects", headers={FAULT: "truncate"})


async def test_a_dripping_body_comes_byte_by_byte_and_whole(api) -> None:
    whole = (await api.http.get("/projects")).content
    pieces, end = await raw(api, "drip=0.005")
    body = b"".join(piece for _, piece in pieces).partition(b"\r\n\r\n")[2]
    assert (body, end) == (whole, "end")
    assert len(pieces) > len(whole) / 2
    assert pieces[-1][0] - pieces[0][0] >= 0.005 * (len(whole) - 1) * 0.9


async def test_latency_storm_and_status(api) -> None:
    began = time.monotonic()
    answer = await api.http.get("/projects", headers={FAULT: "latency=0.3"})
    assert (answer.status_code, time.monotonic() - began >= 0.3) == (200, True)
    answer = await api.http.get("/projects", headers={FAULT: "storm=7"})
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "7")
    assert answer.json()["error"]["code"] == "rate_limit_exceeded"
    answer = await api.http.post("/runs", json=GOOD, headers={FAULT: "status=502"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (502, "internal_error")
    assert (await api.http.get("/runs")).json()["data"] == []
    answer = await api.http.get("/projects", headers={FAULT: "earthquake"})
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, FAULT)


async def test_switches_hit_one_key_and_can_be_turned_while_it_runs(start_platform) -> None:
    switches = FaultSwitches()
    ill = ApiKey(new_secret(), name="ill")
    async with start_platform(keys=(ill,), faults=switches) as api:
        switches.set("status=500*2", key="ill")
        headers = {"Authorization": f"Bearer {ill.secret}"}
        statuses = [(await api.http.get("/runs", headers=headers)).status_code for _ in range(3)]
        assert statuses == [500, 500, 200]
        assert (await api.http.get("/runs")).status_code == 200
        switches.set("status=503")
        assert (await api.http.get("/runs")).status_code == 503
        switches.clear()
        assert (await api.http.get("/runs")).status_code == 200


@pytest.mark.parametrize(
    "faults", ["drop*1", "hangup*1", "truncate*1", "status=503*1", "storm=0*1", "drip=0.001"]
)
async def test_the_client_gets_one_run_through_every_fault(start_platform, faults) -> None:
    switches = FaultSwitches(faults)
    async with start_platform(faults=switches) as api:
        secret = api.http.headers["authorization"].removeprefix("Bearer ")
        async with AsyncZofClient(secret, base_url=f"{api.url}/v1") as zof:
            run = await zof.runs.create(**GOOD)
        switches.clear()
        assert [one["id"] for one in (await api.http.get("/runs")).json()["data"]] == [run.id]


async def test_the_client_tells_of_a_fault_that_does_not_end(start_platform) -> None:
    async with start_platform(faults=FaultSwitches("status=500")) as api:
        secret = api.http.headers["authorization"].removeprefix("Bearer ")
        async with AsyncZofClient(secret, base_url=f"{api.url}/v1", max_retries=1) as zof:
            with pytest.raises(ZofApiError) as caught:
                await zof.runs.create(**GOOD)
    assert caught.value.status == 500


@pytest.mark.parametrize("everywhere", [False, True])
async def test_duplicate_events_come_twice_with_one_id(start_platform, everywhere) -> None:
    switches = FaultSwitches("duplicate" if everywhere else "")
    async with start_platform(faults=switches) as api, receiving() as receiver:
        if not everywhere:
            api.http.headers[FAULT] = "duplicate"
        await subscribe(api, receiver.url, "run.completed")
        await api.ended((await api.start())["id"])
        await api.until(lambda: len(receiver.got) == 2)
        assert receiver.got[0] == receiver.got[1]


async def test_shuffled_events_tell_a_runs_start_after_its_end(api) -> None:
    async with receiving() as receiver:
        made = {"url": receiver.url, "events": ["run.started", "run.completed"]}
        assert (await api.http.post("/webhooks", json=made, headers={FAULT: "shuffle"})).status_code == 201
        await api.ended((await api.start())["id"])
        await api.until(lambda: len(receiver.got) == 2)
        types = [json.loads(body)["type"] for body, _ in receiver.got]
        assert types == ["run.completed", "run.started"]
