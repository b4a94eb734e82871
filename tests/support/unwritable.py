"""A store that cannot be written for a while, as on a disk without room."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from slack_bot.store import Store


@contextmanager
def unwritable(store: Store) -> Iterator[None]:
    """While it lasts, SQLite refuses each write of the store's connections. Those of the engine are its own."""
    refuse = True

    def prepare(connection: Any, *_: object) -> None:
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA query_only = {int(refuse)}")
        cursor.close()

    sa.event.listen(store.engine, "checkout", prepare)
    try:
        yield
    finally:
        refuse = False  # the listener stays: a connection is given back its rights when it is next taken
