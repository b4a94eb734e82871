"""How the file is opened: WAL, and how much a commit is worth."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Literal

import sqlalchemy as sa
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from slack_bot.errors import StoreUnusableError

_SEE_TO_IT: Final = "See to its place (room, permissions), or name another file in ZOFOPS_STORE."
_KEEP_IT: Final = (
    "It is damaged, or no store. Keep it, since what the bot has promised stands in it; put a copy back in its "
    "place, or name another file in ZOFOPS_STORE."
)


@contextmanager
def told_of_trouble(path: Path) -> Iterator[None]:
    """What keeps the file from being used, in a sentence.

    Raises:
        StoreUnusableError: that.
    """
    try:
        yield
    except sa.exc.OperationalError as error:  # room, rights, a lock: nothing is wrong with what is in it
        problem = unusable(path, str(error.orig), damaged=False)
    except sa.exc.DatabaseError as error:
        problem = unusable(path, str(error.orig), damaged=True)
    except OSError as error:
        problem = unusable(path, error.strerror or type(error).__name__, damaged=False)
    else:
        return
    raise problem


def unusable(path: Path, problem: str, *, damaged: bool) -> StoreUnusableError:
    """The error that says why a file is not used, and what to do."""
    then = _KEEP_IT if damaged else _SEE_TO_IT
    return StoreUnusableError(f"{path} cannot be used as the bot's store: {problem}. {then}")


def create_engine(path: Path, synchronous: Literal["FULL", "NORMAL"] = "FULL") -> sa.Engine:
    """An engine on the file, which is made readable by its owner only: it holds response URLs.

    Args:
        synchronous: `FULL` syncs each commit, so that it outlives a power cut; with `NORMAL` a commit is on disk with
            the next one that is synced, as both go into the same log one after the other.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    engine = sa.create_engine(f"sqlite:///{path}", pool_size=8)

    @sa.event.listens_for(engine, "connect")
    def _prepare(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
        # Writers queue up at the first write instead of failing half-way.
        connection.isolation_level = "IMMEDIATE"
        pragmas = ("journal_mode=WAL", f"synchronous={synchronous}", "busy_timeout=30000", "foreign_keys=ON")
        cursor = connection.cursor()
        for pragma in pragmas:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    return engine
