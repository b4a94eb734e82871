"""The inbox: interactions as they came, each once, and how many of them a person or a channel may send."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from slack_bot.audit import Note
from slack_bot.demands import Limits
from slack_bot.limits import excess, span
from slack_bot.notes import note_of_request
from slack_bot.store.records import Committed, InboxOutcome, InboxRow, refused_for
from slack_bot.store.tables import inbox, uses

_LONGEST_LIMIT: Final = 24 * 3600.0
# Made once: to build a statement costs more than to run it.
_INTO_INBOX: Final = insert(inbox).on_conflict_do_nothing(index_elements=["key"]).returning(inbox.c.key)
_IN_INBOX: Final = sa.select(inbox.c.data).where(inbox.c.key == sa.bindparam("key"))
_WAITING: Final = sa.select(inbox.c.id, inbox.c.data).where(~inbox.c.dispatched).order_by(inbox.c.id)
_DISPATCHED: Final = (
    sa.update(inbox).where(inbox.c.id.in_(sa.bindparam("numbers", expanding=True))).values(dispatched=True)
)


def commit(
    connection: sa.Connection, rows: Sequence[InboxRow], limits: Limits
) -> tuple[list[Committed], list[Note]]:
    """Writes rows, or finds those that are there already; with what the audit trail is to say of them."""
    judged = [_within(connection, row, limits) for row in rows]
    # One statement for all of them: a batch of 32 costs little more than one row.
    fresh = set(connection.execute(_INTO_INBOX, [_inbox_columns(row) for row in judged]).scalars())
    committed = [_committed(row, fresh) for row in judged]
    notes = [note_of_request(one.row) for one in committed if one is not None and _is_judged(one.row)]
    found = [one or _found(connection, row) for one, row in zip(committed, judged, strict=True)]
    return found, notes


def waiting(connection: sa.Connection, limit: int) -> list[tuple[int, InboxRow]]:
    """(number, row) of those that have not been handed over yet, oldest first."""
    found = connection.execute(_WAITING.limit(limit))
    return [(int(number), InboxRow.model_validate_json(data)) for number, data in found]


def hand_over(connection: sa.Connection, numbers: Sequence[int]) -> None:
    """Notes that rows were handed over."""
    connection.execute(_DISPATCHED, {"numbers": list(numbers)})


def keys(connection: sa.Connection, *, after: int = 0) -> list[tuple[int, str]]:
    """(number, dedupe key) of the interactions after this number, in the order they came."""
    found = sa.select(inbox.c.id, inbox.c.key).where(inbox.c.id > after).order_by(inbox.c.id)
    return [(int(number), str(key)) for number, key in connection.execute(found)]


def row_of(connection: sa.Connection, key: str) -> InboxRow | None:
    """The interaction with this dedupe key."""
    data = connection.execute(_IN_INBOX, {"key": key}).scalar()
    return None if data is None else InboxRow.model_validate_json(data)


def _within(connection: sa.Connection, row: InboxRow, limits: Limits) -> InboxRow:
    """The row, or that of its denial; counts it if it is let through."""
    seconds, now = span(limits), row.received_at
    if not seconds or not row.asks_for_a_run:
        return row
    if connection.execute(sa.select(inbox.c.id).where(inbox.c.key == row.key)).first() is not None:
        return row

    def times(column: sa.Column[str], value: str) -> list[float]:
        found = connection.execute(sa.select(uses.c.at).where(column == value, uses.c.at > now - seconds))
        return [float(at) for (at,) in found]

    over = excess(limits, times(uses.c.person, row.user_id), times(uses.c.channel, row.channel), now)
    if over is not None:
        return refused_for(row, over)
    connection.execute(sa.delete(uses).where(uses.c.at < now - _LONGEST_LIMIT))
    connection.execute(
        insert(uses)
        .values(key=row.key, at=now, person=row.user_id, channel=row.channel)
        .on_conflict_do_nothing(index_elements=["key"])
    )
    return row


def _committed(row: InboxRow, fresh: set[str]) -> Committed | None:
    """The row if it is new; a batch may hold the same one twice, of which the first is."""
    if row.key not in fresh:
        return None
    fresh.discard(row.key)
    return Committed(row, fresh=True)


def _found(connection: sa.Connection, row: InboxRow) -> Committed:
    """The row that was there before, under the same key."""
    data = connection.execute(_IN_INBOX, {"key": row.key}).scalar_one()
    return Committed(InboxRow.model_validate_json(data), fresh=False)


def _is_judged(row: InboxRow) -> bool:
    """Whether it is a matter of the audit trail."""
    return row.rule is not None or row.outcome is InboxOutcome.DENIED or row.remark is not None


def _inbox_columns(row: InboxRow) -> dict[str, object]:
    return {
        "key": row.key,
        "received_at": row.received_at,
        "outcome": row.outcome.value,
        "dispatched": row.entity is None,
        "data": row.model_dump_json(),
    }
