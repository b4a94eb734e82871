from __future__ import annotations

import pytest

from tests.support.scripted_zof import Script, Time
from zof_core import (
    AsyncZofClient,
    Run,
    ZofClient,
    ZofConnectionError,
    ZofNotFoundError,
    ZofTimeoutError,
    ZofValidationError,
)
from zof_core.commands import Fault


def _run(status: str, passed: int = 0) -> tuple[int, dict]:
    return 200, {"id": "run_1", "status": status, "summary": {"total": 3, "passed": passed}}


def test_it_returns_the_run_as_it_ended(zof: ZofClient, script: Script) -> None:
    script.will(_run("queued"), _run("running", 1), _run("running", 1), _run("failed", 2))
    seen: list[Run] = []
    ended = zof.runs.wait_until_complete("run_1", deadline=600, on_update=seen.append)
    assert ended.status == "failed"
    assert [(run.status, run.summary and run.summary.passed) for run in seen] == [
        ("queued", 0), ("running", 1), ("failed", 2)
    ]  # fmt: skip


def test_a_run_that_has_ended_is_read_once(zof: ZofClient, script: Script, time: Time) -> None:
    script.will(_run("passed"))
    assert zof.runs.wait_until_complete("run_1").is_terminal
    assert (len(script.requests), time.slept) == (1, [])


def test_it_looks_ever_less_often(zof: ZofClient, script: Script, time: Time) -> None:
    script.will(*[_run("running")] * 12, _run("passed"))
    zof.runs.wait_until_complete("run_1", deadline=3600)
    assert time.slept == sorted(time.slept)
    assert time.slept[0] == pytest.approx(2.0, abs=0.05)
    assert time.slept[-1] == pytest.approx(30.0)


def test_it_ends_when_the_time_is_up(zof: ZofClient, script: Script, time: Time) -> None:
    script.will(_run("running"))
    began = time.now
    with pytest.raises(ZofTimeoutError) as caught:
        zof.runs.wait_until_complete("run_1", deadline=45)
    assert 43 <= time.now - began <= 45
    assert caught.value.message == 'Run "run_1" has not ended within 45 s; it was running when last read.'
    assert caught.value.subject == {"run_id": "run_1"}


def test_it_looks_once_more_just_before_the_end(zof: ZofClient, script: Script, time: Time) -> None:
    began = time.now
    script.will(lambda _: _run("passed" if time.now - began > 43.5 else "running"))
    assert zof.runs.wait_until_complete("run_1", deadline=45).status == "passed"


def test_a_fault_that_passes_does_not_end_the_wait(zof: ZofClient, script: Script) -> None:
    script.will(_run("running"), *[(503, {})] * 4, _run("passed"))
    assert zof.runs.wait_until_complete("run_1", deadline=600).status == "passed"


def test_a_zof_that_stays_away_ends_the_wait(zof: ZofClient, script: Script) -> None:
    script.will(Fault("connect", "connection refused"))
    with pytest.raises(ZofConnectionError):
        zof.runs.wait_until_complete("run_1", deadline=3600)
    assert len(script.requests) == 12


def test_a_run_that_is_not_known_ends_it_at_once(zof: ZofClient, script: Script) -> None:
    script.will((404, {}))
    with pytest.raises(ZofNotFoundError):
        zof.runs.wait_until_complete("run_1")
    assert len(script.requests) == 1


@pytest.mark.parametrize("seconds", [0, -1, float("nan"), "5", True])
def test_a_deadline_must_be_seconds(zof: ZofClient, seconds: float) -> None:
    with pytest.raises(ZofValidationError, match=r"deadline.* positive"):
        zof.runs.wait_until_complete("run_1", deadline=seconds)


async def test_the_async_client_waits_alike(async_zof: AsyncZofClient, script: Script) -> None:
    script.will(_run("queued"), _run("canceled"))
    seen: list[str] = []

    async def note(run: Run) -> None:
        seen.append(run.status)

    ended = await async_zof.runs.wait_until_complete("run_1", deadline=60, on_update=note)
    assert ended.status == "canceled"
    assert seen == ["queued", "canceled"]


def test_it_leaves_the_last_of_the_rate_window_to_people(zof: ZofClient, script: Script, time: Time) -> None:
    wall = 1_779_278_400.0 + time.now
    window = {
        "x-ratelimit-limit": "100",
        "x-ratelimit-remaining": "8",
        "x-ratelimit-reset": str(int(wall + 50)),
    }
    body = {"id": "run_1", "status": "running"}
    script.will((200, body, window), _run("passed"))
    began = time.now
    zof.runs.wait_until_complete("run_1", deadline=600)
    assert time.now - began >= 49, "it looked again in the next window only"
