"""The audit trail: entries that are only ever added, each chained to the one before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import sqlalchemy as sa

from slack_bot.audit import Entry, Note, chained
from slack_bot.store.tables import AUDIT_CHANNEL, audit

_LAST_ENTRY: Final = sa.select(audit).order_by(audit.c.number.desc()).limit(1)
_CHANNEL: Any = sa.literal_column(AUDIT_CHANNEL, sa.Text)
_INTO_AUDIT: Final = sa.insert(audit)


def append(connection: sa.Connection, notes: Sequence[Note]) -> None:
    """Adds notes at the end. The transaction holds the only write lock, so nothing comes between."""
    if not notes:
        return
    last = connection.execute(_LAST_ENTRY).first()
    entry = Entry(last.number, last.note, last.hash) if last else None
    rows = []
    for note in notes:
        entry = chained(entry, note)
        rows.append({"number": entry.number, "channel": note.channel, "note": entry.note, "hash": entry.hash})
    connection.execute(_INTO_AUDIT, rows)


def entries(
    connection: sa.Connection, *, channel: str | None = None, newest: int | None = None
) -> list[Entry]:
    """Entries in order.

    Args:
        channel: only those whose note names this one.
        newest: only so many, the last ones.
    """
    wanted = sa.select(audit).order_by(audit.c.number.desc())
    if channel is not None:
        wanted = wanted.where(channel == _CHANNEL)
    rows = connection.execute(wanted.limit(newest)).all()
    return [Entry(row.number, row.note, row.hash, row.channel) for row in reversed(rows)]
