"""What is asked of the followed runs, beside the ticks: who started what, what is shown where, what waits."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa

from slack_bot.followed import FollowedRun, State, Via
from slack_bot.store.tables import followed_runs


def _said(path: str) -> Any:
    """A text of the row's JSON."""
    return sa.func.json_extract(followed_runs.c.data, path)


_CARD_TS = _said("$.card.ts")
_CHANNEL = _said("$.channel")
_ASKER = _said("$.asker.id")
_NAME = _said("$.asker.name")
# Rows of an older version do not say how they came to be: they were all started from Slack.
_VIA: Any = sa.func.coalesce(_said("$.via"), Via.STARTED.value)


def rows_of_run(connection: sa.Connection, run_id: str) -> list[str]:
    """Keys of the rows that follow a run; the one that started it first."""
    rows = sa.select(followed_runs.c.key).where(followed_runs.c.run_id == run_id)
    return list(connection.execute(rows.order_by(Via.STARTED.value != _VIA, followed_runs.c.key)).scalars())


def key_of_message(connection: sa.Connection, channel: str, stamps: Sequence[str]) -> str | None:
    """Key of the row whose card is one of these messages."""
    found = sa.select(followed_runs.c.key).where(channel == _CHANNEL, _CARD_TS.in_(stamps))
    return connection.execute(found).scalar()


def starters(connection: sa.Connection, run_ids: Collection[str]) -> dict[str, str]:
    """Run id → name of who started it from Slack."""
    found = sa.select(followed_runs.c.run_id, _NAME).where(
        followed_runs.c.run_id.in_(run_ids), Via.STARTED.value == _VIA
    )
    return {str(run_id): str(name) for run_id, name in connection.execute(found)}


def started_by(connection: sa.Connection, user: str) -> frozenset[str]:
    """Ids of the runs that somebody started from Slack."""
    found = sa.select(followed_runs.c.run_id).where(
        user == _ASKER, Via.STARTED.value == _VIA, followed_runs.c.run_id.is_not(None)
    )
    return frozenset(connection.execute(found).scalars())


def shown_in(connection: sa.Connection, run_ids: Collection[str]) -> set[tuple[str, str]]:
    """(channel, run id) of those of the runs that have a message, or are to have one."""
    found = sa.select(_CHANNEL, followed_runs.c.run_id).where(followed_runs.c.run_id.in_(run_ids))
    return {(str(channel), str(run_id)) for channel, run_id in connection.execute(found)}


def awaiting(connection: sa.Connection) -> list[FollowedRun]:
    """The requests that wait for approval, oldest first."""
    rows = sa.select(followed_runs.c.data).where(followed_runs.c.state == State.AWAITING.value)
    found = [FollowedRun.model_validate_json(data) for data in connection.execute(rows).scalars()]
    return sorted((row for row in found if not row.is_over), key=lambda row: row.accepted_at)
