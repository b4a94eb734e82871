"""The client against the platform: every operation that the client has, over a real socket."""

from __future__ import annotations

import io
import xml.etree.ElementTree as ET
from collections.abc import AsyncIterator

import pytest

from zof_core import AsyncZofClient
from zof_core.operations import OPERATIONS

SUITE = {"project_id": "proj_shop", "environment": "staging", "test_suite_id": "suite_mixed"}


@pytest.fixture
async def zof(start_platform, world) -> AsyncIterator[AsyncZofClient]:
    with world.suites.open("a") as file:
        file.write('\n[[integrations]]\nid = "int_github"\nprovider = "github"\nstatus = "failing"\n')
    async with start_platform(role="Organization Admin", max_concurrent_runs=1) as api:
        key = api.http.headers["authorization"].removeprefix("Bearer ")
        async with AsyncZofClient(key, base_url=f"{api.url}/v1") as client:
            client.api = api
            yield client


async def test_every_operation_does_what_it_says(zof) -> None:
    done: list[str] = []

    async def call(name: str, /, *args, **kwargs):
        done.append(name)
        step = zof
        for part in name.split("."):
            step = getattr(step, part)
        return await step(*args, **kwargs)

    assert [project.id for project in await call("projects.list")] == ["proj_shop"]
    run = await call("runs.create", **SUITE)
    other = await call("runs.create", **SUITE)
    assert (await call("runs.cancel", other.id)).status == "canceled"
    run = await zof.api.ended(run.id)
    run = await call("runs.retrieve", run["id"])
    assert (run.status, run.summary.total, run.source) == ("failed", 9, "manual")
    assert [one.id for one in await call("runs.list")] == [other.id, run.id]
    assert any("test session starts" in line.message for line in await call("runs.logs", run.id))
    artifacts = {one.name: one for one in await call("runs.artifacts.list", run.id)}
    assert {one.type for one in artifacts.values()} == {"report", "log"}
    results = await call("results.list", run_id=run.id)
    assert len(results) == 9
    assert await call("results.retrieve", results[0].id) == results[0]
    reports = await call("reports.list", scope="proj_shop")
    assert [report.url for report in reports] == [run.url, other.url]

    schedule = await call("schedules.create", cron="0  2 * * *", **SUITE)
    assert (schedule.cron, schedule.status, schedule.next_run_at[11:16]) == ("0 2 * * *", "active", "02:00")
    assert (await call("schedules.list")).data == [schedule]

    team = await call("teams.create", name="Payments", metadata={"owner": "Dana Ruiz"})
    changed = await call("teams.update", team.id, metadata={"description": "Pays"})
    assert (changed.name, changed.owner, changed.description) == ("Payments", "Dana Ruiz", "Pays")
    assert await call("teams.retrieve", team.id) == changed
    assert (await call("teams.list")).data == [changed]
    assert (await call("teams.invite", team.id, email="mira@example.com", role="Engineer")).team_id == team.id
    (member,) = await call("teams.members", team.id)
    assert (member.email, member.role) == ("mira@example.com", "Engineer")

    urls = {"staging": "https://staging.shop.example.com"}
    application = await call("applications.create", name="Shop", type="web", team_id=team.id, urls=urls)
    renamed = await call("applications.update", application.id, name="Web shop")
    assert (renamed.name, renamed.urls, renamed.team_id) == ("Web shop", urls, team.id)

    (integration,) = await call("integrations.list")
    assert (integration.provider, integration.status) == ("github", "failing")

    webhook = await call("webhooks.create", url="http://127.0.0.1:9/", events=["run.completed"])
    assert (await call("webhooks.test", webhook.id)).type == "run.completed"
    assert [one.id for one in await call("webhooks.list")] == [webhook.id]

    assert set(done) == {operation.name for operation in OPERATIONS}


async def test_the_files_of_a_run_can_be_downloaded(zof) -> None:
    run = await zof.runs.create(**SUITE)
    await zof.api.ended(run.id)
    files = {}
    for artifact in await zof.runs.artifacts.list(run.id):
        into = io.BytesIO()
        await zof.runs.artifacts.download(artifact, into)
        files[artifact.name] = into.getvalue()
        assert len(files[artifact.name]) == artifact.size_bytes
    (suite,) = ET.fromstring(files["junit.xml"])
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("9", "2", "1")
    assert "2 failed, 3 passed" in files["log.txt"].decode()
