"""The bot's tables. Truth stands here; the engine only wakes it up.

A row with a life of its own (a followed run, an errand) has `state`, `seq` and `due_at`: `seq` counts its
changes, so that a late or doubled tick finds itself outdated; `due_at` says when the next tick is owed, None
meaning never.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

metadata: Final = sa.MetaData()

inbox: Final = sa.Table(
    "inbox",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("key", sa.Text, nullable=False, unique=True),
    sa.Column("received_at", sa.Float, nullable=False),
    sa.Column("outcome", sa.Text, nullable=False),
    sa.Column("dispatched", sa.Boolean, nullable=False),
    sa.Column("data", sa.Text, nullable=False),
    sa.Index("inbox_waiting", "dispatched", sqlite_where=sa.text("dispatched = 0")),
)

audit: Final = sa.Table(
    "audit",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("hash", sa.Text, nullable=False),
)
AUDIT_CHANNEL: Final = "CASE WHEN json_valid(note) THEN json_extract(note, '$.channel') END"
"""The channel that an entry's note names, which its hash covers; the column `channel` is a copy outside the hash."""
# Files of older versions get it too; there is none as long as the expression is not word for word the same.
sa.event.listen(
    metadata,
    "after_create",
    sa.DDL(f"CREATE INDEX IF NOT EXISTS audit_said_channel ON audit ({AUDIT_CHANNEL}, number)"),  # type: ignore[no-untyped-call]
)

uses: Final = sa.Table(
    "uses",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("at", sa.Float, nullable=False, index=True),
    sa.Column("person", sa.Text, nullable=False),
    sa.Column("channel", sa.Text, nullable=False),
)
"""Requests to start a run that were accepted lately: what the limits count."""

zof_events: Final = sa.Table(
    "zof_events",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("received_at", sa.Float, nullable=False, index=True),
)


def _living(name: str, *columns: sa.Column[str] | sa.Column[int]) -> sa.Table:
    return sa.Table(
        name,
        metadata,
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("due_at", sa.Float, nullable=True),
        sa.Column("data", sa.Text, nullable=False),
        *columns,
        sa.Index(f"{name}_due", "due_at", sqlite_where=sa.text("due_at IS NOT NULL")),
    )


followed_runs: Final = _living(
    "followed_runs",
    sa.Column("run_id", sa.Text, nullable=True, index=True),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
)
errands: Final = _living("errands")
failure_watches: Final = _living("failure_watches")
homes: Final = _living("homes")

subscriptions: Final = sa.Table(
    "subscriptions",
    metadata,
    sa.Column("channel", sa.Text, primary_key=True),
    sa.Column("project", sa.Text, primary_key=True),
    sa.Column("data", sa.Text, nullable=False),
)
