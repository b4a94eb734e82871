from __future__ import annotations

import threading
import traceback
from collections.abc import Callable
from typing import Any

import pytest

import zof_core
from zof_core import (
    AsyncZofClient,
    Run,
    ZofClient,
    ZofNotFoundError,
    ZofTimeoutError,
    ZofValidationError,
    async_wait_all,
    async_wait_any,
    wait_all,
    wait_any,
)
from zof_core.clock import SYSTEM
from zof_core.handles import make_token, read_token
from zof_core.testing import FakeZof


@pytest.fixture
def fake(request: pytest.FixtureRequest) -> FakeZof:
    fake = FakeZof(
        key=f"zk_{request.node.name}", latency=0.001
    )  # a key of its own: pollers are shared by key
    fake.add_project("proj_abc")
    return fake


def _starter(zof: ZofClient) -> Callable[[], Run]:
    return lambda: zof.runs.create(project_id="proj_abc", environment="staging", test_suite_id="suite_1")


async def _start(zof: AsyncZofClient) -> Run:
    return await zof.runs.create(project_id="proj_abc", environment="staging", test_suite_id="suite_1")


def test_waiting_for_one(fake: FakeZof) -> None:
    fake.runs_take(60, outcome="failed", failed=1)
    seen: list[tuple[str, bool]] = []
    mine = threading.current_thread()
    with fake.client() as zof:
        handle = zof.runs.watch(_starter(zof)())
        ended = handle.wait(
            deadline=600, on_update=lambda run: seen.append((run.status, threading.current_thread() is mine))
        )
    assert (ended.status, handle.latest) == ("failed", ended)
    assert seen[-1] == ("failed", True)


def test_waiting_for_any_and_for_all(fake: FakeZof) -> None:
    with fake.client() as zof:
        start = _starter(zof)
        fake.runs_take(500)
        slow = zof.runs.watch(start())
        fake.runs_take(20, outcome="error")
        quick = zof.runs.watch(start())
        assert wait_any([slow, quick], deadline=600) is quick
        assert [run.status for run in wait_all([slow, quick], deadline=600)] == ["passed", "error"]
        assert [run.status for run in wait_all([slow, quick], deadline=600)] == ["passed", "error"], "at once"


def test_a_run_that_is_not_known(fake: FakeZof) -> None:
    with fake.client() as zof, pytest.raises(ZofNotFoundError):
        zof.runs.watch("run_none").wait(deadline=600)


def test_the_time_is_up(fake: FakeZof) -> None:
    with fake.client(clock=SYSTEM) as zof:
        run = _starter(zof)()
        with pytest.raises(
            ZofTimeoutError, match=f'Run "{run.id}" has not ended within 300 ms; it was queued'
        ):
            zof.runs.watch(run).wait(deadline=0.3)
        with zof_core.deadline(0.2), pytest.raises(ZofTimeoutError):
            zof.runs.watch(run).wait(deadline=60)


def test_a_webhook_ends_the_wait_at_once(fake: FakeZof) -> None:
    class Event:
        def __init__(self, run_id: str) -> None:
            self.run_id = run_id

    fake.runs_take(0, queued=0.5)
    with fake.client(clock=SYSTEM) as zof:
        handle = zof.runs.watch(_starter(zof)())
        first = threading.Event()
        ended: list[Run] = []
        waiting = threading.Thread(
            target=lambda: ended.append(handle.wait(deadline=600, on_update=lambda _: first.set()))
        )
        zof.runs.create(project_id="proj_abc", environment="staging", test_suite_id="suite_2")
        waiting.start()
        fake.time.sleep(100)
        handle.notify(Event("run_of_others"))
        with pytest.raises(ZofValidationError, match=r"webhooks\.verify gives, not dict"):
            handle.notify({"run_id": handle.id})
        handle.notify(Event(handle.id))
        waiting.join(15)
        assert [run.status for run in ended] == ["passed"]


def test_another_process_can_resume(fake: FakeZof) -> None:
    fake.runs_take(30)
    with fake.client() as zof:
        token = zof.runs.watch(_starter(zof)()).token
    assert fake.key not in token
    with fake.client() as other:
        handle = other.runs.resume(token)
        assert handle.wait(deadline=600).status == "passed"


@pytest.mark.parametrize(
    "token", ["", "x", "e30=", make_token("../evil", None), make_token("a b", "p"), "ü", "W10="]
)
def test_what_is_no_token_is_refused(token: str) -> None:
    with pytest.raises(ZofValidationError):
        read_token(token)


def test_tokens_name_run_and_project() -> None:
    assert read_token(make_token("run_1", "proj_1")) == ("run_1", "proj_1")


def test_a_handle_reads_and_cancels(fake: FakeZof) -> None:
    with fake.client() as zof:
        handle = zof.runs.watch(_starter(zof)().id)
        assert "not seen yet" in repr(handle)
        assert handle.refresh().status == "queued"
        assert handle.cancel().status == "canceled"
        assert handle.wait(deadline=5).status == "canceled"


def test_nothing_to_wait_for() -> None:
    with pytest.raises(ZofValidationError):
        wait_all([])


@pytest.mark.parametrize("handles", [None, "run_1", ["run_1"], [None], 5])
def test_what_are_no_handles_is_refused(handles: Any) -> None:
    for wait in (wait_all, wait_any):
        with pytest.raises(ZofValidationError, match=r"runs\.watch"):
            wait(handles)


async def test_handles_of_the_other_client_are_refused(fake: FakeZof) -> None:
    """Else `wait_all` would be over at once: what it made of them nobody would await."""
    async with fake.async_client() as zof:
        mixed: Any = [zof.runs.watch(await _start(zof))]
        with pytest.raises(ZofValidationError, match="async_wait_all"):
            wait_all(mixed)
    with fake.client() as other:
        mixed = [other.runs.watch(_starter(other)())]
        with pytest.raises(ZofValidationError, match="use wait_any and wait_all"):
            await async_wait_all(mixed)


def test_what_cannot_be_told_of_a_change_is_refused(fake: FakeZof) -> None:
    silent: Any = "print"
    with fake.client() as zof, pytest.raises(ZofValidationError, match="on_update must be a function"):
        zof.runs.wait_until_complete(_starter(zof)().id, on_update=silent)


def test_the_poller_rests_when_nothing_is_watched(fake: FakeZof) -> None:
    fake.runs_take(5)
    with fake.client() as zof:
        zof.runs.watch(_starter(zof)()).wait(deadline=600)
        assert zof.stats().watched == 0
        assert zof.stats().watch_rounds >= 1


async def test_the_async_client_waits_alike(fake: FakeZof) -> None:
    fake.runs_take(40, outcome="failed")
    seen: list[str] = []

    async def note(run: Run) -> None:
        seen.append(run.status)

    async with fake.async_client() as zof:
        handles = [zof.runs.watch(await _start(zof)) for _ in range(5)]
        assert (await async_wait_any(handles, deadline=600)).latest is not None
        ended = await async_wait_all(handles, deadline=600, on_update=note)
        assert [run.status for run in ended] == ["failed"] * 5
        assert (await handles[0].wait(deadline=5)).status == "failed"
    assert "failed" in seen


async def test_the_async_time_is_up(fake: FakeZof) -> None:
    async with fake.async_client(clock=SYSTEM) as zof:
        handle = zof.runs.watch(await _start(zof))
        with pytest.raises(ZofTimeoutError):
            await handle.wait(deadline=0.2)


@pytest.mark.parametrize("project", ["", "a b", "a/b", "p" * 5000], ids=range(4))
def test_a_token_of_an_odd_project_keeps_nobody_from_the_end(fake: FakeZof, project: str) -> None:
    fake.runs_take(20)
    with fake.client() as zof:
        start = _starter(zof)
        handles = [zof.runs.resume(make_token(start().id, project)) for _ in range(4)]
        assert [run.status for run in wait_all(handles, deadline=600)] == ["passed"] * 4


def test_a_refused_token_says_where_one_comes_from() -> None:
    with pytest.raises(
        ZofValidationError, match=r'"x" is no token of a run handle\. Give what handle\.token gave'
    ):
        read_token("x")


def test_a_refused_handle_can_be_shown_by_a_traceback_with_locals(fake: FakeZof) -> None:
    with fake.client() as zof, pytest.raises(ZofValidationError) as caught:
        zof.runs.watch("run/1")
    shown = "".join(traceback.TracebackException.from_exception(caught.value, capture_locals=True).format())
    assert "self = <RunHandle>" in shown
