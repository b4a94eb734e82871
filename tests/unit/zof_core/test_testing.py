from __future__ import annotations

import io
import json
from typing import Any

import pytest

from zof_core import (
    Run,
    ZofAuthenticationError,
    ZofConflictError,
    ZofNotFoundError,
    ZofServerError,
    ZofValidationError,
)
from zof_core.testing import FakeZof, Fault

pytest_plugins = ["zof_core.testing.plugin"]

SUITE = {"project_id": "proj_abc", "environment": "staging", "test_suite_id": "suite_1"}


def test_a_run_lives_in_virtual_time(fake_zof: FakeZof) -> None:
    fake_zof.runs_take(90, outcome="failed", passed=12, failed=1)
    seen: list[str] = []
    with fake_zof.client() as zof:
        run = zof.runs.create(**SUITE)
        ended = zof.runs.wait_until_complete(
            run.id, deadline=600, on_update=lambda run: seen.append(run.status)
        )
        assert ended.status == "failed"
        assert ended.summary is not None
        assert (ended.summary.passed, ended.summary.failed, ended.summary.total) == (12, 1, 13)
        results = list(zof.results.list_auto(run_id=run.id, limit=5))
    assert seen == ["queued", "running", "failed"]
    assert [result.status for result in results].count("failed") == 1


@pytest.mark.parametrize(
    "fault",
    ["503", None, 5, True, (429,), (429, None), ("429", {}), Fault("weird", "x")],  # type: ignore[arg-type]
)
def test_what_is_no_fault_is_refused_when_it_is_ordered(fake_zof: FakeZof, fault: Any) -> None:
    with pytest.raises(ZofValidationError, match=r"is no fault|is none of"):
        fake_zof.will_fail(500, fault)
    with fake_zof.client(max_retries=0) as zof:
        zof.projects.list()  # of the order nothing was taken


def test_faults_on_order(fake_zof: FakeZof) -> None:
    fake_zof.will_fail(503, Fault("read", "connection reset"), (429, {"retry-after": "7"}))
    with fake_zof.client() as zof:
        before = fake_zof.time.now
        run = zof.runs.create(**SUITE)
        assert fake_zof.time.now - before >= 7
        assert [one.id for one in zof.runs.list()] == [run.id], "four tries, one run"
    fake_zof.will_fail(500)
    with fake_zof.client(max_retries=0) as zof, pytest.raises(ZofServerError):
        zof.projects.list()


def test_it_refuses_as_zof_does(fake_zof: FakeZof) -> None:
    with fake_zof.client() as zof:
        with pytest.raises(ZofNotFoundError):
            zof.runs.create(**{**SUITE, "project_id": "proj_other"})
        run = zof.runs.create(**SUITE, idempotency_key="k1")
        assert zof.runs.create(**SUITE, idempotency_key="k1").id == run.id
        with pytest.raises(ZofConflictError):
            zof.runs.create(**{**SUITE, "environment": "production"}, idempotency_key="k1")
        assert zof.runs.cancel(run.id).status == "canceled"
        with pytest.raises(ZofConflictError):
            zof.runs.cancel(run.id)
    with fake_zof.client(api_key="zk_wrong") as zof, pytest.raises(ZofAuthenticationError):
        zof.projects.list()


def test_pages_walk_through_everything(fake_zof: FakeZof) -> None:
    with fake_zof.client() as zof:
        made = [zof.runs.create(**SUITE).id for _ in range(45)]
        assert [run.id for run in zof.runs.list_auto(limit=10)] == made[::-1]


def test_its_rate_limit_paces_the_client() -> None:
    fake = FakeZof(rate_limit=10, key="zk_rated")
    fake.add_project("proj_abc")
    with fake.client(timeout=120) as zof:
        began = fake.time.now
        for _ in range(25):
            zof.projects.list()
        assert zof.stats().failures == 0, "the client waited before Zof had to refuse"
    assert fake.time.now - began >= 120


async def test_the_async_client_of_the_same_zof(fake_zof: FakeZof) -> None:
    async with fake_zof.async_client() as zof:
        run: Run = await zof.runs.create(**SUITE)
        assert (await zof.runs.wait_until_complete(run.id)).status == "passed"


def test_a_run_leaves_a_log_and_a_report(fake_zof: FakeZof) -> None:
    with fake_zof.client() as zof:
        run = zof.runs.create(**SUITE)
        assert [line.message for line in zof.runs.logs(run.id)] == [f"{run.id} is queued"]
        assert len(zof.runs.artifacts.list(run.id)) == 0
        ended = zof.runs.wait_until_complete(run.id)
        lines = list(zof.runs.logs_auto(run.id, limit=2))
        assert [line.message.split()[-1] for line in lines] == ["queued", "running", "passed"]
        assert lines[-1].timestamp == ended.completed_at
        [report] = zof.runs.artifacts.list(run.id)
        file = io.BytesIO()
        zof.runs.artifacts.download(report, file)
        assert json.loads(file.getvalue())["status"] == "passed"
        canceled = zof.runs.cancel(zof.runs.create(**SUITE).id)
        assert [line.message.split()[-1] for line in zof.runs.logs(canceled.id)] == ["queued", "canceled"]


def test_a_webhook_shows_its_secret_once(fake_zof: FakeZof) -> None:
    with fake_zof.client() as zof:
        made = zof.webhooks.create(url="https://example.test/hook", events=["run.completed"])
        assert made.secret
        [listed] = zof.webhooks.list()
        assert (listed.id, listed.url, listed.secret) == (made.id, made.url, None)
        zof.webhooks.test(made.id)
        assert fake_zof.tested_webhooks == [made.id]
        with pytest.raises(ZofNotFoundError):
            zof.webhooks.test("wh_other")


def test_two_fakes_share_nothing() -> None:
    for outcome in ("passed", "failed"):
        fake = FakeZof(rate_limit=50)
        fake.add_project("proj_abc")
        fake.runs_take(5, outcome=outcome)
        with fake.client() as zof:
            assert zof.runs.watch(zof.runs.create(**SUITE)).wait(deadline=600).status == outcome
