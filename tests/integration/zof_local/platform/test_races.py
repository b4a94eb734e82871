"""Two things at once: whichever comes first holds, is told once, and nothing is lost or done twice."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from tests.integration.zof_local.platform.test_webhooks import receiving, subscribe
from zof_local.platform.files import RunFiles
from zof_local.platform.store.schedules import set_paused

GOOD = {"project_id": "proj_shop", "environment": "staging", "test_suite_id": "suite_quick"}


async def told(api, receiver, run_id: str, count: int) -> Counter[str]:
    """The types of the events about a run, once there are as many."""

    def about() -> list[str]:
        events = [json.loads(body) for body, _ in receiver.got]
        return [event["type"] for event in events if event["data"]["object"]["run_id"] == run_id]

    await api.until(lambda: len(about()) >= count)
    return Counter(about())


async def reports(api) -> int:
    return len((await api.http.get("/reports")).json()["data"])


async def test_a_cancel_after_pytest_has_ended_and_before_that_is_stored(api, monkeypatch) -> None:
    ended, go_on = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()
    keep = RunFiles.keep

    def slow_keep(*args):
        loop.call_soon_threadsafe(ended.set)
        asyncio.run_coroutine_threadsafe(go_on.wait(), loop).result()
        return keep(*args)

    monkeypatch.setattr(RunFiles, "keep", slow_keep)
    async with receiving() as receiver:
        await subscribe(api, receiver.url, "run.started", "run.completed", "run.failed")
        run = await api.start()
        await ended.wait()
        answers = await asyncio.gather(*(api.http.post(f"/runs/{run['id']}/cancel") for _ in range(2)))
        go_on.set()
        assert sorted(answer.status_code for answer in answers) == [200, 409]
        await api.until(lambda: not api.platform.dispatcher.is_executing(run["id"]))
        stored = await api.run(run["id"])
        (won,) = (answer.json() for answer in answers if answer.status_code == 200)
        assert (stored["status"], stored["completed_at"]) == ("canceled", won["completed_at"])
        assert stored["summary"] == won["summary"]
        assert await told(api, receiver, run["id"], 2) == {"run.started": 1, "run.completed": 1}
        assert await reports(api) == 1


async def test_cancels_around_the_end_agree_with_it(api) -> None:
    """Wherever the cancels fall: one answer is 200 exactly if the run ended as canceled, and it is told once."""
    async with receiving() as receiver:
        await subscribe(api, receiver.url, "run.completed")
        runs = [await api.start() for _ in range(4)]

        async def cancel_twice(place: int, run_id: str) -> list[int]:
            async def passed_enough() -> bool:
                run = await api.run(run_id)
                done = (run["summary"] or {}).get("passed", 0)
                return run["status"] not in {"queued", "running"} or done >= place

            await api.until(passed_enough)
            both = await asyncio.gather(*(api.http.post(f"/runs/{run_id}/cancel") for _ in range(2)))
            return sorted(answer.status_code for answer in both)

        codes = await asyncio.gather(*(cancel_twice(place, run["id"]) for place, run in enumerate(runs)))
        for run, answered in zip(runs, codes, strict=True):
            ended = await api.ended(run["id"])
            assert answered == ([200, 409] if ended["status"] == "canceled" else [409, 409])
            assert (await told(api, receiver, run["id"], 1))["run.completed"] == 1
        assert await reports(api) == len(runs)


@pytest.mark.parametrize("pause_first", [True, False])
async def test_a_schedule_paused_at_its_slot_starts_one_run_or_none(start_platform, pause_first) -> None:
    moment = datetime(2026, 5, 20, 11, 59, tzinfo=UTC)
    async with start_platform(now=lambda: moment, max_concurrent_runs=1) as api:
        made = (await api.http.post("/schedules", json=GOOD | {"cron": "0 * * * *"})).json()

        async def pause() -> None:
            await api.platform.database.write(
                lambda store: set_paused(store, made["id"], moment, paused=True)
            )

        async def fire() -> None:
            nonlocal moment
            moment += timedelta(minutes=1)
            api.platform.scheduler.wake()
            if not pause_first:
                await api.until(lambda: listed(api))

        await asyncio.gather(*((pause(), fire()) if pause_first else (fire(),)))
        await asyncio.gather(*(pause() for _ in range(3)))
        moment += timedelta(hours=3)
        api.platform.scheduler.wake()
        # A schedule of the same slots that is not paused: when it has fired, this one has had its chance.
        other = (await api.http.post("/schedules", json=GOOD | {"cron": "0 * * * *"})).json()
        moment += timedelta(hours=1)
        api.platform.scheduler.wake()

        async def fired() -> bool:
            return other["id"] in [run["schedule_id"] for run in await listed(api)]

        await api.until(fired)
        mine = [run for run in await listed(api) if run["schedule_id"] == made["id"]]
        assert len(mine) == (0 if pause_first else 1)
        (_, shown) = (await api.http.get("/schedules")).json()["data"]
        assert (shown["status"], shown["next_run_at"]) == ("paused", None)


async def listed(api) -> list[dict]:
    return (await api.http.get("/runs")).json()["data"]


async def test_creates_that_the_stop_cuts_off_make_one_run_each_when_sent_again(start_platform) -> None:
    names = [f"create-{number}" for number in range(30)]

    async def create(http: httpx.AsyncClient, url: str, name: str) -> str | None:
        try:
            answer = await http.post(f"{url}/v1/runs", json=GOOD, headers={"Idempotency-Key": name})
        except httpx.HTTPError:
            return None
        return answer.json()["id"] if answer.status_code == 201 else None

    async with start_platform(max_concurrent_runs=1) as api:
        secret = api.http.headers["authorization"]
        http = httpx.AsyncClient(headers={"Authorization": secret}, timeout=30)
        sent = [asyncio.create_task(create(http, api.url, name)) for name in names]
        await asyncio.wait(sent, return_when=asyncio.FIRST_COMPLETED)
    first = await asyncio.gather(*sent)
    async with start_platform(max_concurrent_runs=1) as api:
        again = [await create(http, api.url, name) for name in names]
        await http.aclose()
        assert None not in again
        assert len(set(again)) == len(names)
        told_before = {name: made for name, made in zip(names, first, strict=True) if made is not None}
        assert told_before
        assert told_before.items() <= dict(zip(names, again, strict=True)).items()
        assert {run["id"] for run in (await api.http.get("/runs?limit=100")).json()["data"]} == set(again)
