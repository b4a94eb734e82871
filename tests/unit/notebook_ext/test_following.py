import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from notebook_ext.cases import RESULTS_KEPT
from notebook_ext.following import Follower
from notebook_ext.pace import Pace
from notebook_ext.view import Snapshot
from zof_core import (
    Artifact,
    Page,
    Result,
    Run,
    RunSummary,
    ZofApiError,
    ZofConflictError,
    ZofConnectionError,
    ZofNotFoundError,
    ZofPermissionError,
)
from zof_core.usual import Usual

PACE = Pace(0.001, 1.0, 0.001)


class Script:
    """A client that gives what it is told, one answer for each reading; the last answer stays."""

    def __init__(self, *answers: Run | ZofApiError | Exception, results: list[Result] | None = None) -> None:
        self.answers = list(answers)
        self.all_results = results or []
        self.asked: list[dict[str, Any]] = []
        self.cancels = 0
        self.cancel_error: ZofApiError | None = None
        self.read_count = 0
        self.reading = asyncio.Condition()
        self.runs = self
        self.results = _Results(self)
        self.artifacts = _Artifacts()

    async def retrieve(self, _run_id: str) -> Run:
        async with self.reading:
            self.read_count += 1
            self.reading.notify_all()
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def read_times(self, number: int) -> None:
        async with self.reading:
            await asyncio.wait_for(self.reading.wait_for(lambda: self.read_count >= number), 10)

    async def cancel(self, _run_id: str) -> Run:
        self.cancels += 1
        if self.cancel_error:
            raise self.cancel_error
        self.answers = [run("canceled")]
        return self.answers[0]


class _Results:
    def __init__(self, script: Script) -> None:
        self.script = script

    async def list(self, **query: Any) -> Page[Result]:
        self.script.asked.append(query)
        found = [r for r in self.script.all_results if query.get("status") in {None, r.status}]
        return Page[Result](data=found[: query["limit"]], has_more=len(found) > query["limit"])


class _Artifacts:
    async def list(self, _run_id: str, **_query: Any) -> Page[Artifact]:
        return Page[Artifact](data=[Artifact(id="art_1", name="junit.xml")], has_more=False)


def run(status: str, **counts: int) -> Run:
    return Run(id="run_1", status=status, summary=RunSummary(total=9, **counts))


def follower(script: Script, known: Run | None = None, clock: Callable[[], float] = lambda: 50.0) -> Follower:
    client: Any = script
    return Follower(lambda: client, "run_1", pace=lambda: PACE, clock=clock, run=known)


class Log:
    def __init__(self) -> None:
        self.seen: list[Snapshot] = []

    async def __call__(self, snapshot: Snapshot) -> None:
        self.seen.append(snapshot)


async def test_it_reads_until_the_end_and_tells_everybody_first() -> None:
    script = Script(run("queued"), run("running", passed=1), run("passed", passed=9))
    log, one = Log(), follower(script)
    one.listen(log)
    snapshot = await one.ended()
    assert snapshot.run == run("passed", passed=9)
    assert [s.run.status for s in log.seen if s.run] == ["queued", "running", "passed"]
    assert log.seen[-1].as_of == 50.0


async def test_a_run_that_is_known_is_told_at_once() -> None:
    one = follower(Script(run("passed")), known=run("passed", passed=9))
    log = Log()
    one.listen(log)
    await asyncio.sleep(0)
    assert log.seen
    assert log.seen[0].run == run("passed", passed=9)


async def test_nobody_looking_means_nothing_is_read() -> None:
    script = Script(run("running"))
    one = follower(script)
    leave = one.listen(Log())
    await script.read_times(3)
    leave()
    await asyncio.sleep(0)
    before = script.read_count
    await asyncio.sleep(0.02)
    assert script.read_count == before


async def test_an_outage_keeps_what_is_known_and_passes() -> None:
    script = Script(run("running", passed=1), ZofConnectionError("refused"), run("passed", passed=9))
    log, one = Log(), follower(script)
    one.listen(log)
    await one.ended()
    out = next(snapshot for snapshot in log.seen if snapshot.trouble)
    assert out.run == run("running", passed=1)
    assert out.trouble == "Zof is not answering, retrying."
    assert log.seen[-1].trouble == ""
    assert one.error is None


async def test_no_such_run_is_the_end() -> None:
    one = follower(Script(ZofNotFoundError("no", status=404, subject={"run_id": "run_1"})))
    snapshot = await one.ended()
    assert snapshot.trouble_final
    assert "knows no run" in snapshot.trouble
    assert isinstance(one.error, ZofNotFoundError)


async def test_a_fault_of_ours_is_said_and_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    log, one = Log(), follower(Script(KeyError("oops"), run("passed")))
    one.listen(log)
    assert (await one.ended()).run == run("passed")
    assert "could not be read (KeyError)" in log.seen[0].trouble
    assert "Run run_1 could not be read" in caplog.text


async def test_a_listener_that_fails_stops_nobody(caplog: pytest.LogCaptureFixture) -> None:
    async def broken(_snapshot: Snapshot) -> None:
        raise ValueError("panel")

    log, one = Log(), follower(Script(run("passed")))
    one.listen(broken)
    one.listen(log)
    await one.ended()
    assert [snapshot.run for snapshot in log.seen] == [run("passed")]
    assert "could not be updated" in caplog.text


async def test_results_are_read_when_counts_change_and_failures_are_kept() -> None:
    failed = Result(id="res_1", status="failed")
    others = [Result(id=f"res_{n}", status="passed") for n in range(2, 150)]
    script = Script(
        run("running"),
        run("running"),
        run("running", failed=1),
        run("failed", failed=1),
        results=[*others, failed],
    )
    snapshot = await follower(script).ended()
    assert failed in snapshot.results
    assert {"run_id": "run_1", "status": "failed", "limit": 100} in script.asked
    assert not any(query.get("status") == "error" for query in script.asked)
    assert len([query for query in script.asked if "status" not in query]) == 3


async def test_cancel_shows_that_it_was_asked_for_and_the_end_comes_from_reading() -> None:
    script = Script(run("running"))
    log, one = Log(), follower(script)
    one.listen(log)
    await one.cancel()
    assert (await one.ended()).run == run("canceled")
    assert any(snapshot.cancelling for snapshot in log.seen)
    assert not log.seen[-1].cancelling
    await one.cancel()
    assert script.cancels == 1


async def test_a_refused_cancel_says_why_and_stays_said() -> None:
    script = Script(run("running"))
    script.cancel_error = ZofPermissionError("no", status=403, operation="runs.cancel")
    log, one = Log(), follower(script)
    one.listen(log)
    with pytest.raises(ZofPermissionError):
        await one.cancel()
    await script.read_times(script.read_count + 2)
    assert one.snapshot.refusal.startswith(
        "The run was not cancelled. The API key is valid, but its role may not cancel runs"
    )
    assert not one.snapshot.cancelling


async def test_a_cancel_that_comes_too_late_is_no_error() -> None:
    script = Script(run("running"), run("passed"))
    script.cancel_error = ZofConflictError("ended", status=409)
    one = follower(script)
    await one.cancel()
    assert (await one.ended()).run == run("passed")


async def test_cases_are_named_when_they_are_counted_not_before() -> None:
    ahead = [Result(id="res_1", status="failed"), Result(id="res_2", status="failed")]
    script = Script(run("running", failed=1), run("failed", failed=2), results=ahead)
    log, one = Log(), follower(script)
    one.listen(log)
    await one.ended()
    named = [[result.id for result in snapshot.results] for snapshot in log.seen]
    assert named == [["res_1"], ["res_1", "res_2"]]


async def test_a_runs_artifacts_are_named_at_its_end() -> None:
    log, one = Log(), follower(Script(run("running"), run("passed")))
    one.listen(log)
    await one.ended()
    assert [[artifact.name for artifact in snapshot.artifacts] for snapshot in log.seen] == [
        [],
        ["junit.xml"],
    ]


async def test_the_usual_duration_is_asked_once_and_only_while_it_runs() -> None:
    asked: list[Run] = []

    async def usual(like: Run) -> Usual:
        asked.append(like)
        return Usual(seconds=60, definition="of the test")

    client: Any = Script(run("running"), run("running"), run("passed"))
    one = Follower(lambda: client, "run_1", pace=lambda: PACE, clock=lambda: 50.0, usual=usual)
    snapshot = await one.ended()
    assert asked == [run("running")]
    assert snapshot.usual == Usual(seconds=60, definition="of the test")
    client = Script(run("passed"))
    await Follower(lambda: client, "run_1", pace=lambda: PACE, clock=lambda: 50.0, usual=usual).ended()
    assert len(asked) == 1


async def test_of_many_results_the_newest_and_all_that_failed_are_kept() -> None:
    made = datetime(2026, 5, 20, tzinfo=UTC)
    results = [
        Result(
            id=f"res_{n:03}", status="failed" if n == 0 else "passed", created_at=made + timedelta(seconds=n)
        )
        for n in range(RESULTS_KEPT + 50)
    ]
    one = follower(Script(run("running")))
    for start in range(0, len(results), 100):  # as pages come, one reading after the other
        one._keep(Page[Result](data=results[start : start + 100], has_more=True), None, whole=False)
    kept = [int(name.removeprefix("res_")) for name in one._found]
    assert kept == [0, *range(50, RESULTS_KEPT + 50)]
