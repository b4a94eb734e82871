"""How much there is of everything."""

from __future__ import annotations

import sqlalchemy as sa

from slack_bot.store.living import TABLES
from slack_bot.store.records import Counts
from slack_bot.store.tables import errands, followed_runs, inbox


def counts(connection: sa.Connection, now: float) -> Counts:
    """How much there is of everything, and how late the oldest tick is."""

    def grouped(column: sa.Column[str]) -> dict[str, int]:
        rows = connection.execute(sa.select(column, sa.func.count()).group_by(column))
        return {str(name): int(count) for name, count in rows}

    due = [connection.execute(sa.select(sa.func.min(table.c.due_at))).scalar() for table in TABLES.values()]
    return Counts(
        interactions=grouped(inbox.c.outcome),
        runs=grouped(followed_runs.c.state),
        errands=grouped(errands.c.state),
        late=max((now - at for at in due if at is not None), default=0.0),
    )
