"""The engine over a real file: ticks that are late, lost, cut short or done."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from dbos import DBOS

from slack_bot.engine import Engine
from slack_bot.followed import Asker, FollowedRun, State
from slack_bot.settings import Timing
from slack_bot.store import InboxKind, InboxOutcome, InboxRow, Store
from zof_core import RunRequest

TIMING = Timing(
    queue_every=0.05,
    reconcile_every=0.2,
    overdue_after=0.3,
    finished_retention=0.1,
    stop_patience=0.3,
    poll_first=1,
)


class Bench:
    """A store and an engine whose ticks a test writes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.ticks: list[tuple[str, str, int]] = []
        self.store: Store
        self.engine: Engine

    async def advance(self, kind: str, key: str, seq: int) -> None:
        self.ticks.append((kind, key, seq))
        found = await self.engine.in_thread(self.store.load, kind, key)
        if found and found[1] == seq:
            await self.change(found[0], seq, None, state=State.ENDED)

    async def change(self, row: Any, seq: int, due: float | None, **values: Any) -> bool:
        after = row.model_copy(update=values)
        return await self.engine.in_thread(self.store.save, after, seq, due, 0.0, self.engine.enqueue)

    @asynccontextmanager
    async def run(
        self, advance: Callable[[str, str, int], Awaitable[None]] | None = None
    ) -> AsyncIterator[Engine]:
        with ThreadPoolExecutor(2) as threads:
            self.store = Store(self.path)
            self.engine = Engine(self.store, threads, TIMING, advance or self.advance)
            try:
                await self.engine.launch()
                yield self.engine
            finally:
                await self.engine.stop()
                self.store.close()

    def accept(self, key: str) -> None:
        row = FollowedRun(
            key=key,
            request=RunRequest(project_id="p", environment="e", test_suite_id="s"),
            project_name="P",
            asker=Asker(id="U1X", name="x"),
            channel="C1X",
            accepted_at=0.0,
        )
        inbox = InboxRow(
            key=key,
            kind=InboxKind.COMMAND,
            received_at=time.time(),
            team="T",
            channel="C1X",
            user_id="U1X",
            user_name="x",
            text="",
            outcome=InboxOutcome.ACCEPTED,
            entity=row,
        )
        self.store.commit_inbox([inbox])
        self.engine.wake_dispatcher()

    def state(self, key: str) -> str | None:
        row = self.store.followed_by_key(key)
        return row.state.value if row else None


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path / "bot.sqlite")


async def test_what_is_accepted_is_advanced_and_finished_ticks_are_deleted(bench: Bench, until: Any) -> None:
    async with bench.run():
        for number in range(20):
            bench.accept(f"k{number}")
        await until(lambda: all(bench.state(f"k{number}") == "ended" for number in range(20)))
        assert {key for _, key, _ in bench.ticks} == {f"k{number}" for number in range(20)}

        async def deleted() -> bool:
            return await DBOS.list_workflows_async(load_input=False) == []

        await until(deleted)


async def test_an_outdated_tick_changes_nothing(bench: Bench, until: Any) -> None:
    async with bench.run() as engine:
        bench.accept("k")
        await until(lambda: bench.state("k") == "ended")
        before = bench.store.load("run", "k")
        with bench.store.engine.begin() as connection:
            engine.enqueue(connection, "run", "k", 77, 0.0)
        await until(lambda: ("run", "k", 77) in bench.ticks)
        assert bench.store.load("run", "k") == before


async def test_a_tick_that_fails_or_is_lost_is_given_again(bench: Bench, until: Any) -> None:
    failures = ["once"]

    async def advance(kind: str, key: str, seq: int) -> None:
        if failures:
            failures.pop()
            raise RuntimeError("a fault of our own")
        await bench.advance(kind, key, seq)

    async with bench.run(advance):
        bench.accept("k")
        await until(lambda: bench.state("k") == "ended")
        assert not failures
        assert ("run", "k", 0) not in bench.ticks


async def test_a_tick_cut_short_by_a_stop_is_run_again_at_the_next_start(bench: Bench, until: Any) -> None:
    begun: list[int] = []

    async def hang(_kind: str, _key: str, seq: int) -> None:
        begun.append(seq)
        await asyncio.Event().wait()

    async with bench.run(hang):
        bench.accept("k")
        await until(lambda: begun)
    async with bench.run():
        await until(lambda: bench.state("k") == "ended")


async def test_what_was_committed_and_not_dispatched_is_found_at_the_next_start(
    bench: Bench, until: Any
) -> None:
    async with bench.run():
        pass
    bench.store = Store(bench.path)
    bench.engine.wake_dispatcher()
    bench.accept("k")
    assert bench.state("k") is None
    bench.store.close()
    async with bench.run():
        await until(lambda: bench.state("k") == "ended")


async def test_other_threads_of_the_loop_work_after_a_stop(bench: Bench) -> None:
    async with bench.run():
        assert await asyncio.to_thread(lambda: 1) == 1
    assert await asyncio.to_thread(lambda: 2) == 2
    with Store(bench.path).engine.connect() as connection:
        assert connection.execute(sa.text("PRAGMA journal_mode")).scalar() == "wal"


async def test_a_tick_cut_short_by_a_stop_has_its_threads_to_the_end_and_is_run_again(
    bench: Bench, until: Any
) -> None:
    begun, met = [], []

    async def endless(kind: str, key: str, seq: int) -> None:
        begun.append(key)
        try:
            while True:
                await asyncio.to_thread(time.time)
        except BaseException as error:
            met.append(type(error))
            raise

    async with bench.run(endless):
        bench.accept("k")
        await until(lambda: begun == ["k"])
    assert met == [asyncio.CancelledError]
    async with bench.run():
        await until(lambda: bench.state("k") == "ended")


async def test_a_tick_that_takes_long_is_late_not_lost(
    bench: Bench, until: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, late, go_on = [], [], asyncio.Event()
    overdue = Store.overdue

    def noted(store: Store, before: float) -> list[tuple[str, str, int]]:
        found = overdue(store, before)
        late.extend(found)
        return found

    async def slow(kind: str, key: str, seq: int) -> None:
        begun.append(seq)
        await go_on.wait()
        await bench.advance(kind, key, seq)

    monkeypatch.setattr(Store, "overdue", noted)
    async with bench.run(slow):
        bench.accept("k")
        await until(lambda: len(late) >= 3)
        go_on.set()
        await until(lambda: bench.state("k") == "ended")
    assert begun == [0]


async def test_one_tick_of_a_row_at_a_time(bench: Bench, until: Any) -> None:
    begun: list[int] = []
    go_on = asyncio.Event()

    async def advance(kind: str, key: str, seq: int) -> None:
        begun.append(seq)
        await go_on.wait()
        await bench.advance(kind, key, seq)

    async with bench.run(advance) as engine:
        bench.accept("k")
        await until(lambda: begun == [0])
        found = bench.store.load("run", "k")
        assert found is not None
        # News comes while the first tick is under way: it takes the row on, and its tick waits.
        assert await bench.change(found[0], 0, 0.0, read_at=1.0)
        bench.accept("other")
        await until(lambda: len(begun) == 2)
        assert engine.is_running
        assert begun == [0, 0]
        go_on.set()
        await until(lambda: bench.state("k") == "ended")
        # On a slow machine the row may have been given one more tick meanwhile; each began once.
        assert begun[2:] == sorted(set(begun[2:])) != []
