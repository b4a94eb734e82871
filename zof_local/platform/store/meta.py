"""Single values that outlive a restart."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable


def kept(connection: sqlite3.Connection, name: str, make: Callable[[], str]) -> str:
    """The stored value of a name; made and stored at the first time."""
    row = connection.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
    if row is not None:
        return str(row["value"])
    value = make()
    connection.execute("INSERT INTO meta (name, value) VALUES (?, ?)", (name, value))
    return value
