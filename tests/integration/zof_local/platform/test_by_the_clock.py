"""What happens by the clock: schedules start runs, what is old goes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from zof_local.platform.retention import Retention

TARGET = {"project_id": "proj_shop", "environment": "staging", "test_suite_id": "suite_quick"}


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 5, 20, 11, 59, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


async def schedule(api, **more) -> dict:
    answer = await api.http.post("/schedules", json={"cron": "0 * * * *"} | TARGET | more)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def runs_of(api) -> list[dict]:
    return (await api.http.get("/runs")).json()["data"]


async def test_a_schedule_starts_its_run_when_its_slot_comes_and_goes_on_after_a_restart(
    start_platform, until
) -> None:
    clock = Clock()
    async with start_platform(now=clock) as api:
        made = await schedule(api)
        assert made["next_run_at"] == "2026-05-20T12:00:00.000000Z"
        assert await runs_of(api) == []
        clock.move(minutes=1)
        api.platform.scheduler.wake()
        (run,) = await until(lambda: runs_of(api))
        assert (run["source"], run["schedule_id"]) == ("schedule", made["id"])
        assert (await api.ended(run["id"]))["status"] == "passed"
    clock.move(hours=30)
    async with start_platform(now=clock) as api:
        await until(lambda: _count(api, 2))
        (listed,) = (await api.http.get("/schedules")).json()["data"]
        assert listed == made | {"next_run_at": "2026-05-21T19:00:00.000000Z"}
        late, first = await runs_of(api)
        assert (late["source"], first["id"]) == ("schedule", run["id"])
        await api.ended(late["id"])


async def _count(api, wanted: int) -> bool:
    return len(await runs_of(api)) == wanted


async def test_wrong_schedules_are_refused_with_the_field(api) -> None:
    for changes, status, param, words in (
        ({"cron": "@daily"}, 400, "cron", "not five plain fields"),
        ({"cron": "0 0 31 2 *"}, 400, "cron", "never comes"),
        ({"cron": 5}, 400, "cron", "must be a text"),
        ({"test_suite_id": "suite_nope"}, 404, "test_suite_id", "no suite 'suite_nope'"),
        ({"environment": "qa"}, 404, "environment", "no environment 'qa'"),
        ({"project_id": "proj_elsewhere"}, 404, "project_id", "no project"),
        ({"test_suite_id": None, "test_case_ids": ["tc_nope"]}, 404, "test_case_ids", "no case 'tc_nope'"),
    ):
        answer = await api.http.post("/schedules", json={"cron": "0 * * * *"} | TARGET | changes)
        error = answer.json()["error"]
        assert (answer.status_code, error["param"]) == (status, param)
        assert words in error["message"]
    assert (await api.http.get("/schedules")).json()["data"] == []


async def test_a_schedule_is_made_once_for_one_key_and_only_by_who_may(start_platform) -> None:
    async with start_platform() as api:
        body = {"cron": "0 * * * *"} | TARGET
        first, second = [
            await api.http.post("/schedules", json=body, headers={"Idempotency-Key": "nightly"})
            for _ in range(2)
        ]
        assert (first.status_code, first.json()) == (201, second.json())
        assert len((await api.http.get("/schedules")).json()["data"]) == 1
    async with start_platform(role="Engineer") as api:
        assert (await api.http.get("/schedules")).status_code == 200
        answer = await api.http.post("/schedules", json=body)
        assert (answer.status_code, "schedules:manage" in answer.json()["error"]["message"]) == (403, True)


async def test_what_old_runs_left_goes_and_the_run_stays(start_platform) -> None:
    clock = Clock()
    async with start_platform(now=clock, retention_days=30) as api:
        old = await api.ended((await api.start())["id"])
        clock.move(days=20)
        new = await api.ended((await api.start())["id"])
        clock.move(days=11)
        retention = Retention(api.platform.database, api.platform.files, clock, timedelta(days=30))
        assert await retention.remove_old() == 1
        assert await retention.remove_old() == 0
        for run, left in ((old, 0), (new, 3)):
            assert len(await api.results(run["id"])) == left
            for part in ("logs", "artifacts"):
                page = (await api.http.get(f"/runs/{run['id']}/{part}")).json()["data"]
                assert bool(page) is bool(left)
        assert (await api.run(old["id"])) == old
        assert [path.name for path in api.platform.files.root.iterdir()] == [new["id"]]


async def test_what_came_of_age_while_the_platform_was_down_goes_at_its_start(start_platform, until) -> None:
    clock = Clock()
    async with start_platform(now=clock) as api:
        run = await api.ended((await api.start())["id"])
        (artifact, _) = (await api.http.get(f"/runs/{run['id']}/artifacts")).json()["data"]
        assert (await api.http.get(f"/artifacts/{artifact['id']}/content")).status_code == 200
    clock.move(days=91)
    async with start_platform(now=clock) as api:

        async def gone() -> bool:
            return (await api.http.get(f"/artifacts/{artifact['id']}/content")).status_code == 404

        await until(gone)
        assert (await api.run(run["id"]))["summary"]["passed"] == 3
