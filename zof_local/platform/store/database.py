"""The SQLite file: one writer and one reader, each on a thread of its own, off the event loop.

All writes pass one connection one after another. So a function given to `write` may read, decide and change
without any other lock: that is what makes idempotency keys and status changes atomic.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from zof_local.platform.store.schema import migrate

T = TypeVar("T")
_BUSY_SECONDS = 10.0
_OWNER_ONLY = 0o600


def connect(path: Path) -> sqlite3.Connection:
    """Opens the database in WAL mode, making or upgrading its tables; only the owner may read its files.

    The connection is in autocommit mode: `BEGIN` is ours to say.
    """
    _make_private(path)
    connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA foreign_keys = ON")
    migrate(connection)
    return connection


def _make_private(path: Path) -> None:
    # SQLite gives the files that it makes beside the database the database's own mode.
    path.touch(mode=_OWNER_ONLY)
    for file in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
        with contextlib.suppress(FileNotFoundError):
            file.chmod(_OWNER_ONLY)


def transact(connection: sqlite3.Connection, work: Callable[[sqlite3.Connection], T]) -> T:
    """Runs `work` in one write transaction: all of it is kept, or on an exception none."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        outcome = work(connection)
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")
    return outcome


class Database:
    """An open database for asyncio code."""

    def __init__(self, path: Path) -> None:
        self._writer = connect(path)
        self._reader = connect(path)
        self._write_thread = ThreadPoolExecutor(1, "platform-write")
        self._read_thread = ThreadPoolExecutor(1, "platform-read")

    async def write(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Runs `work` in one write transaction."""
        loop = asyncio.get_running_loop()
        # A transaction that has begun runs to its end even if nobody waits for it any more.
        return await asyncio.shield(loop.run_in_executor(self._write_thread, transact, self._writer, work))

    async def read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Runs `work`, which only reads, on what is committed."""
        return await asyncio.get_running_loop().run_in_executor(self._read_thread, work, self._reader)

    def close(self) -> None:
        """Waits for what is under way and closes the file."""
        self._write_thread.shutdown()
        self._read_thread.shutdown()
        self._reader.close()
        self._writer.close()
