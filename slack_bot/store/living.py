"""Rows with a life of their own: `seq` counts the changes of each, `due_at` says when its next tick is owed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from slack_bot.errands import Errand
from slack_bot.failures import FailureWatch
from slack_bot.followed import FollowedRun, State
from slack_bot.homes import HomeTab
from slack_bot.store.records import Entity
from slack_bot.store.tables import errands, failure_watches, followed_runs, homes

Enqueue = Callable[[sa.Connection, str, str, int, float], None]
"""Puts the tick (kind, key, seq, delay in seconds) into the engine, within the connection's transaction."""

RUN: Final = "run"
ERRAND: Final = "errand"
FAILURES: Final = "failures"
HOME: Final = "home"
TABLES: Final = {RUN: followed_runs, ERRAND: errands, FAILURES: failure_watches, HOME: homes}
_MODELS: Final[dict[str, type[Entity]]] = {
    RUN: FollowedRun,
    ERRAND: Errand,
    FAILURES: FailureWatch,
    HOME: HomeTab,
}
_KINDS: Final = {model: kind for kind, model in _MODELS.items()}


def kind_of(entity: Entity) -> str:
    """The engine's word for an entity's table."""
    return _KINDS[type(entity)]


def load(connection: sa.Connection, kind: str, key: str) -> tuple[Entity, int] | None:
    """A row and its `seq`; None if there is none."""
    table = TABLES[kind]
    row = connection.execute(sa.select(table).where(table.c.key == key)).mappings().first()
    return None if row is None else (entity_of(kind, row), int(row["seq"]))


def following(connection: sa.Connection) -> list[FollowedRun]:
    """All runs that are being followed."""
    wanted = sa.select(followed_runs).where(followed_runs.c.state == State.FOLLOWING.value)
    found = [entity_of(RUN, row) for row in connection.execute(wanted).mappings()]
    return [row for row in found if isinstance(row, FollowedRun)]


def move_on(
    connection: sa.Connection, entity: Entity, seq: int, due_at: float | None, *, outside: bool = False
) -> bool:
    """Writes a row, if its `seq` is still the one that it was loaded with.

    Args:
        outside: what one of its ticks may be noting just now, about a post, is left alone.
    """
    table = TABLES[kind_of(entity)]
    columns = columns_of(entity)
    if outside:
        columns.pop("attempts", None)
    statement = (
        sa.update(table)
        .where(table.c.key == entity.key, table.c.seq == seq)
        .values(seq=seq + 1, due_at=due_at, **columns)
        .returning(table.c.key)
    )
    return connection.execute(statement).first() is not None


def wake(connection: sa.Connection, kind: str, key: str, seq: int, now: float) -> bool:
    """Makes a row due now, as it is; False if it has moved on."""
    table = TABLES[kind]
    statement = (
        sa.update(table)
        .where(table.c.key == key, table.c.seq == seq)
        .values(seq=seq + 1, due_at=now)
        .returning(table.c.key)
    )
    return connection.execute(statement).first() is not None


def give_life(connection: sa.Connection, entity: Entity, now: float, enqueue: Enqueue) -> None:
    kind = kind_of(entity)
    table = TABLES[kind]
    columns = columns_of(entity)
    new = insert(table).values(key=entity.key, seq=0, due_at=now, **columns)
    if isinstance(entity, FailureWatch | HomeTab):
        # One to everybody, or to a person: it comes back to life as often as it is wanted.
        again = {"seq": table.c.seq + 1, "due_at": now, **columns}
        new = new.on_conflict_do_update(index_elements=["key"], set_=again)
    else:
        new = new.on_conflict_do_nothing(index_elements=["key"])
    seq = connection.execute(new.returning(table.c.seq)).scalar()
    if seq is not None:
        enqueue(connection, kind, entity.key, int(seq), 0.0)


def note_attempt(connection: sa.Connection, key: str, seq: int) -> int | None:
    """Notes that a post is about to be made, before it is made.

    Returns:
        How many were noted before and are not known to have ended; None if the row has moved on.
    """
    table = followed_runs
    statement = (
        sa.update(table)
        .where(table.c.key == key, table.c.seq == seq)
        .values(attempts=table.c.attempts + 1)
        .returning(table.c.attempts)
    )
    after = connection.execute(statement).scalar()
    return None if after is None else int(after) - 1


def overdue(connection: sa.Connection, before: float, *, limit: int = 500) -> list[tuple[str, str, int]]:
    """(kind, key, seq) of rows whose tick was owed before this Unix time."""
    found: list[tuple[str, str, int]] = []
    for kind, table in TABLES.items():
        late = sa.select(table.c.key, table.c.seq).where(table.c.due_at < before).limit(limit)
        found += [(kind, key, seq) for key, seq in connection.execute(late)]
    return found


def columns_of(entity: Entity) -> dict[str, object]:
    """What is written of an entity."""
    columns: dict[str, object] = {"state": entity.state.value, "data": entity.model_dump_json()}
    if isinstance(entity, FollowedRun):
        columns |= {"run_id": entity.run.id if entity.run else None, "attempts": entity.card.attempts}
    return columns


def entity_of(kind: str, row: sa.RowMapping) -> Entity:
    """What was written."""
    run = _MODELS[kind].model_validate_json(row["data"])
    if not isinstance(run, FollowedRun):
        return run
    return run.model_copy(update={"card": run.card.model_copy(update={"attempts": int(row["attempts"])})})
