"""Group commit."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from slack_bot.errands import Errand, Kind
from slack_bot.followed import Asker
from slack_bot.store import Committed, InboxKind, InboxOutcome, InboxRow, InboxWriter


def row(key: str, *, lives: bool = False) -> InboxRow:
    errand = Errand(
        key=key, kind=Kind.STATUS, run_id="r", asker=Asker(id="U1", name="x"), channel="C1", asked_at=1.0
    )
    return InboxRow(
        key=key,
        kind=InboxKind.COMMAND,
        received_at=1.0,
        team="T",
        channel="C1",
        user_id="U1",
        user_name="x",
        text="",
        outcome=InboxOutcome.ACCEPTED,
        entity=errand if lives else None,
    )


class Disk:
    """Commits when it is let."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.free = threading.Event()
        self.error: Exception | None = None

    def commit(self, rows: Sequence[InboxRow]) -> list[Committed]:
        assert self.free.wait(5)
        self.batches.append([item.key for item in rows])
        if self.error:
            raise self.error
        return [Committed(item, fresh=True) for item in rows]


async def test_what_comes_during_a_commit_shares_the_next_and_nobody_returns_before_it() -> None:
    disk, woken = Disk(), []
    with ThreadPoolExecutor(1) as threads:
        writer = InboxWriter(disk.commit, threads, lambda: woken.append(True))
        first = asyncio.create_task(writer.write(row("a", lives=True)))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        others = [asyncio.create_task(writer.write(row(str(n)))) for n in range(300)]
        await asyncio.sleep(0)
        assert not first.done()
        disk.free.set()
        done = await asyncio.gather(first, *others)
        await writer.stop()
    assert [item.row.key for item in done] == ["a", *map(str, range(300))]
    assert [len(batch) for batch in disk.batches] == [1, 256, 44]
    assert woken == [True]


async def test_every_caller_learns_of_a_failed_commit_and_the_next_one_works() -> None:
    disk = Disk()
    disk.free.set()
    disk.error = OSError("disk full")
    with ThreadPoolExecutor(1) as threads:
        writer = InboxWriter(disk.commit, threads, lambda: None)
        results = await asyncio.gather(*(writer.write(row(key)) for key in "abc"), return_exceptions=True)
        assert all(isinstance(result, OSError) for result in results)
        disk.error = None
        assert (await writer.write(row("d"))).fresh


async def test_a_caller_that_leaves_does_not_take_the_batch_with_it() -> None:
    disk = Disk()
    with ThreadPoolExecutor(1) as threads:
        writer = InboxWriter(disk.commit, threads, lambda: None)
        leaving, staying = (asyncio.create_task(writer.write(row(key))) for key in "ab")
        await asyncio.sleep(0)
        leaving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await leaving
        disk.free.set()
        assert (await staying).row.key == "b"
    assert disk.batches == [["a", "b"]]
