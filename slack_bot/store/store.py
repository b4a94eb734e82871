"""The store: one SQLite file (WAL). Synchronous; the bot calls it from threads, never on the loop."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Concatenate, Final, Literal, ParamSpec, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from slack_bot.audit import Entry, Note, chained
from slack_bot.demands import Limits
from slack_bot.errands import Errand, ErrandState
from slack_bot.failures import FailureWatch, FailureWatchState, Subscription
from slack_bot.following import FollowedRun, State
from slack_bot.homes import HomeState, HomeTab
from slack_bot.limits import excess, span
from slack_bot.notes import note_of_request
from slack_bot.store import questions, subscriptions
from slack_bot.store.records import (
    CommandOutcome,
    Committed,
    Counts,
    Entity,
    InboxOutcome,
    InboxRow,
    refused_for,
)
from slack_bot.store.tables import (
    audit,
    errands,
    failure_watches,
    followed_runs,
    homes,
    inbox,
    metadata,
    uses,
    zof_events,
)
from slack_bot.store.turns import WriteTurns
from zof_core.assumptions import WEBHOOK_REMEMBER_SECONDS

P = ParamSpec("P")
T = TypeVar("T")
Enqueue = Callable[[sa.Connection, str, str, int, float], None]
"""Puts the tick (kind, key, seq, delay in seconds) into the engine, within the connection's transaction."""

RUN: Final = "run"
ERRAND: Final = "errand"
FAILURES: Final = "failures"
HOME: Final = "home"
_TABLES: Final = {RUN: followed_runs, ERRAND: errands, FAILURES: failure_watches, HOME: homes}
_MODELS: Final[dict[str, type[Entity]]] = {
    RUN: FollowedRun,
    ERRAND: Errand,
    FAILURES: FailureWatch,
    HOME: HomeTab,
}
_KINDS: Final = {model: kind for kind, model in _MODELS.items()}
_CHANGE_TRIES: Final = 8
NO_LIMITS: Final = Limits()
_LONGEST_LIMIT: Final = 24 * 3600.0
_SOON: Final = 1.0
"""Seconds; events of Zof's come in swarms."""
_DISPATCHED_AT_ONCE: Final = 16
"""An ack waits for such a transaction at the longest; each tick costs more than a millisecond to put into the queue."""
# Made once: to build a statement costs more than to run it.
_INTO_INBOX: Final = insert(inbox).on_conflict_do_nothing(index_elements=["key"]).returning(inbox.c.key)
_IN_INBOX: Final = sa.select(inbox.c.data).where(inbox.c.key == sa.bindparam("key"))
_WAITING: Final = sa.select(inbox.c.id, inbox.c.data).where(~inbox.c.dispatched).order_by(inbox.c.id)
_DISPATCHED: Final = (
    sa.update(inbox).where(inbox.c.id.in_(sa.bindparam("numbers", expanding=True))).values(dispatched=True)
)
_LAST_ENTRY: Final = sa.select(audit).order_by(audit.c.number.desc()).limit(1)
_INTO_AUDIT: Final = sa.insert(audit)


def kind_of(entity: Entity) -> str:
    """The engine's word for an entity's table."""
    return _KINDS[type(entity)]


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


class Store:
    """Inbox, followed runs and errands.

    Args:
        path: the SQLite file; it is made if it is not there.
    """

    def __init__(self, path: Path) -> None:
        # FULL: an ack is a promise, so what was committed must outlive a power cut too.
        self.path: Final = path
        self.engine = create_engine(path)
        self._turns = WriteTurns()
        metadata.create_all(self.engine)

    def close(self) -> None:
        """Closes the connections."""
        self.engine.dispose()

    @contextmanager
    def _writing(self, *, urgent: bool = False) -> Iterator[sa.Connection]:
        """A transaction that writes, when it is its turn."""
        with self._turns.turn(urgent=urgent), self.engine.begin() as connection:
            yield connection

    # ---- inbox

    def commit_inbox(self, rows: Sequence[InboxRow], limits: Limits = NO_LIMITS) -> list[Committed]:
        """Commits interactions in one transaction; for one that is there already, gives that row.

        Args:
            limits: a request to start a run that goes beyond them is committed as denied.
        """
        if not rows:
            return []
        with self._writing(urgent=True) as connection:
            judged = [self._within(connection, row, limits) for row in rows]
            # One statement for all of them: a batch of 32 costs little more than one row.
            fresh = set(connection.execute(_INTO_INBOX, [_inbox_columns(row) for row in judged]).scalars())
            committed = [_committed(row, fresh) for row in judged]
            notes = [note_of_request(one.row) for one in committed if one is not None and _is_judged(one.row)]
            self._append(connection, notes)
            return [one or _found(connection, row) for one, row in zip(committed, judged, strict=True)]

    def _within(self, connection: sa.Connection, row: InboxRow, limits: Limits) -> InboxRow:
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

    def dispatch(self, enqueue: Enqueue, *, limit: int = _DISPATCHED_AT_ONCE) -> int:
        """Turns committed interactions into living rows with a first tick, in one transaction.

        Returns:
            How many there were.
        """
        waiting = _WAITING.limit(limit)
        with self._writing() as connection:
            found = connection.execute(waiting).all()
            if not found:
                return 0
            for _, data in found:
                row = InboxRow.model_validate_json(data)
                if row.entity is not None:
                    self._give_life(connection, row.entity, row.received_at, enqueue)
            connection.execute(_DISPATCHED, {"numbers": [number for number, _ in found]})
        return len(found)

    def begin(self, entity: Entity, now: float, enqueue: Enqueue) -> None:
        """Makes a row that nobody asked for by an interaction; one that is there already stays as it is."""
        with self.engine.begin() as connection:
            self._give_life(connection, entity, now, enqueue)

    def _give_life(self, connection: sa.Connection, entity: Entity, now: float, enqueue: Enqueue) -> None:
        kind = kind_of(entity)
        table = _TABLES[kind]
        columns = _columns(entity)
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

    # ---- living rows

    def load(self, kind: str, key: str) -> tuple[Entity, int] | None:
        """A row and its `seq`; None if there is none."""
        table = _TABLES[kind]
        with self.engine.connect() as connection:
            row = connection.execute(sa.select(table).where(table.c.key == key)).mappings().first()
        return None if row is None else (_entity(kind, row), int(row["seq"]))

    def save(
        self,
        entity: Entity,
        seq: int,
        due_at: float | None,
        now: float,
        enqueue: Enqueue,
        *,
        outside: bool = False,
        begun: Sequence[FollowedRun] = (),
        notes: Sequence[Note] = (),
    ) -> bool:
        """Commits a change together with the next tick.

        Args:
            entity: the row as it is to be.
            seq: the `seq` it was loaded with.
            due_at: Unix time of the next tick; None if nothing is left to do.
            now: Unix time.
            enqueue: puts the tick into the engine.
            outside: the change comes from outside the row's ticks, one of which may be posting just now: what
                it noted about that is left alone.
            begun: runs that are to be started or shown because of the change.
            notes: for the audit trail.

        Returns:
            False if somebody else changed the row first: then nothing was written.
        """
        kind = kind_of(entity)
        table = _TABLES[kind]
        columns = _columns(entity)
        if outside:
            columns.pop("attempts", None)
        statement = (
            sa.update(table)
            .where(table.c.key == entity.key, table.c.seq == seq)
            .values(seq=seq + 1, due_at=due_at, **columns)
            .returning(table.c.key)
        )
        with self._writing() as connection:
            if connection.execute(statement).first() is None:
                return False
            if due_at is not None:
                enqueue(connection, kind, entity.key, seq + 1, max(due_at - now, 0.0))
            for row in begun:
                self._give_life(connection, row, now, enqueue)
            self._append(connection, notes)
        return True

    def following(self) -> list[FollowedRun]:
        """All runs that are being followed."""
        table = followed_runs
        wanted = sa.select(table).where(table.c.state == State.FOLLOWING.value)
        with self.engine.connect() as connection:
            found = [_entity(RUN, row) for row in connection.execute(wanted).mappings()]
        return [row for row in found if isinstance(row, FollowedRun)]

    def change_run(
        self,
        key: str,
        change: Callable[[FollowedRun], FollowedRun],
        now: float,
        enqueue: Enqueue,
        *,
        due: Callable[[FollowedRun], float] | None = None,
        notes: Callable[[FollowedRun, FollowedRun], Sequence[Note]] = lambda _before, _after: (),
    ) -> bool:
        """Changes a followed run from outside its ticks and wakes it. False if it is gone or has ended.

        Args:
            due: when the changed row has something to do; at once if it is not given.
            notes: for the audit trail, of the row before and after.
        """
        for _ in range(_CHANGE_TRIES):
            found = self.load(RUN, key)
            if found is None or not isinstance(found[0], FollowedRun) or found[0].state is State.ENDED:
                return False
            after = change(found[0])
            due_at = now if due is None else due(after)
            told = notes(found[0], after)
            if self.save(after, found[1], due_at, now, enqueue, outside=True, notes=told):
                return True
        return False

    def note_attempt(self, key: str, seq: int) -> int | None:
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
        with self._writing() as connection:
            after = connection.execute(statement).scalar()
        return None if after is None else int(after) - 1

    def overdue(self, before: float, *, limit: int = 500) -> list[tuple[str, str, int]]:
        """(kind, key, seq) of rows whose tick was owed before this Unix time: the engine has lost it."""
        found: list[tuple[str, str, int]] = []
        with self.engine.connect() as connection:
            for kind, table in _TABLES.items():
                late = sa.select(table.c.key, table.c.seq).where(table.c.due_at < before).limit(limit)
                found += [(kind, key, seq) for key, seq in connection.execute(late)]
        return found

    def wake(self, late: Iterable[tuple[str, str, int]], now: float, enqueue: Enqueue) -> int:
        """Gives rows a new tick, by the same kind of transaction as any change. Returns how many."""
        woken = 0
        for kind, key, seq in late:
            table = _TABLES[kind]
            statement = (
                sa.update(table)
                .where(table.c.key == key, table.c.seq == seq)
                .values(seq=seq + 1, due_at=now)
                .returning(table.c.key)
            )
            with self._writing() as connection:
                if connection.execute(statement).first() is not None:
                    enqueue(connection, kind, key, seq + 1, 0.0)
                    woken += 1
        return woken

    # ---- the audit trail

    def _append(self, connection: sa.Connection, notes: Sequence[Note]) -> None:
        """Adds notes at the end. The transaction holds the only write lock, so nothing comes between."""
        if not notes:
            return
        last = connection.execute(_LAST_ENTRY).first()
        entry = Entry(last.number, last.note, last.hash) if last else None
        rows = []
        for note in notes:
            entry = chained(entry, note)
            rows.append(
                {"number": entry.number, "channel": note.channel, "note": entry.note, "hash": entry.hash}
            )
        connection.execute(_INTO_AUDIT, rows)

    def trail(self, *, channel: str | None = None, newest: int | None = None) -> list[Entry]:
        """Entries in order.

        Args:
            channel: only of this one.
            newest: only so many, the last ones.
        """
        wanted = sa.select(audit).order_by(audit.c.number.desc())
        if channel is not None:
            wanted = wanted.where(audit.c.channel == channel)
        with self.engine.connect() as connection:
            rows = connection.execute(wanted.limit(newest)).all()
        return [Entry(row.number, row.note, row.hash) for row in reversed(rows)]

    # ---- figures

    def counts(self, now: float) -> Counts:
        """How much there is of everything, and how late the oldest tick is."""
        with self.engine.connect() as connection:

            def grouped(column: sa.Column[str]) -> dict[str, int]:
                rows = connection.execute(sa.select(column, sa.func.count()).group_by(column))
                return {str(name): int(count) for name, count in rows}

            due = [
                connection.execute(sa.select(sa.func.min(table.c.due_at))).scalar()
                for table in _TABLES.values()
            ]
            return Counts(
                interactions=grouped(inbox.c.outcome),
                runs=grouped(followed_runs.c.state),
                errands=grouped(errands.c.state),
                late=max((now - at for at in due if at is not None), default=0.0),
            )

    # ---- events of Zof's

    def knows_event(self, event_id: str) -> bool:
        """Whether an event was taken before."""
        with self.engine.connect() as connection:
            return (
                connection.execute(sa.select(zof_events.c.id).where(zof_events.c.id == event_id)).first()
                is not None
            )

    def note_event(self, event_id: str, now: float) -> None:
        """Notes that an event was taken; those that Zof repeats no more are forgotten."""
        with self._writing() as connection:
            connection.execute(
                insert(zof_events)
                .values(id=event_id, received_at=now)
                .on_conflict_do_nothing(index_elements=["id"])
            )
            connection.execute(
                sa.delete(zof_events).where(zof_events.c.received_at < now - WEBHOOK_REMEMBER_SECONDS)
            )

    # ---- questions

    def followed_by_run_id(self, run_id: str) -> FollowedRun | None:
        """The followed run with this id of Zof's, if this bot follows or followed it; the one that started it first."""
        keys = self.asked(questions.rows_of_run, run_id)
        return self.followed_by_key(keys[0]) if keys else None

    def asked(
        self, question: Callable[Concatenate[sa.Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """The answer to one of `slack_bot.store.questions`."""
        with self.engine.connect() as connection:
            return question(connection, *args, **kwargs)

    def subscribe(self, one: Subscription, now: float, enqueue: Enqueue) -> bool:
        """Notes that a channel wants to hear of failures, and has somebody look out. False if it was noted before."""
        with self._writing() as connection:
            is_new = subscriptions.add(connection, one)
            self._give_life(connection, FailureWatch(), now, enqueue)
        return is_new

    def look_out(self, now: float, enqueue: Enqueue) -> None:
        """Has somebody look out for failures in a moment, if somebody does at all; many calls make one look."""
        soon = now + _SOON
        with self._writing() as connection:
            waiting = sa.update(failure_watches).where(failure_watches.c.due_at > soon)
            again = waiting.values(seq=failure_watches.c.seq + 1, due_at=soon).returning(
                failure_watches.c.key, failure_watches.c.seq
            )
            for key, seq in connection.execute(again).all():
                enqueue(connection, FAILURES, str(key), int(seq), _SOON)

    def unsubscribe(self, channel: str, project: str | None) -> list[str]:
        """Forgets what a channel wanted to hear of a project, or of all; gives the projects."""
        with self._writing() as connection:
            return subscriptions.remove(connection, channel, project)

    def subscriptions(self) -> list[Subscription]:
        """What all channels want to hear of."""
        return self.asked(subscriptions.all_of)

    def followed_by_key(self, key: str) -> FollowedRun | None:
        """The followed run that came of this interaction."""
        found = self.load(RUN, key)
        return found[0] if found and isinstance(found[0], FollowedRun) else None

    def received(self, *, after: int = 0) -> list[tuple[int, str]]:
        """(number, dedupe key) of the interactions after this number, in the order they came."""
        statement = sa.select(inbox.c.id, inbox.c.key).where(inbox.c.id > after).order_by(inbox.c.id)
        with self.engine.connect() as connection:
            return [(int(number), str(key)) for number, key in connection.execute(statement)]

    def command_outcome(self, key: str) -> CommandOutcome | None:
        """What became of the interaction with this dedupe key; None if it is not known."""
        with self.engine.connect() as connection:
            data = connection.execute(sa.select(inbox.c.data).where(inbox.c.key == key)).scalar()
        if data is None:
            return None
        row = InboxRow.model_validate_json(data)
        if row.entity is None:
            outcome = row.outcome.value
            return CommandOutcome(key, outcome, True, row.answer, None, None, row.rule)
        found = self.load(kind_of(row.entity), row.entity.key)
        entity = found[0] if found else row.entity
        if isinstance(entity, Errand) and entity.started is not None:
            entity = self.followed_by_key(entity.started) or entity
        ended = entity.state in (State.ENDED, ErrandState.ENDED, HomeState.LEFT, FailureWatchState.IDLE)
        if isinstance(entity, HomeTab | FailureWatch):
            return CommandOutcome(key, row.outcome.value, ended, None, None, entity.state.value, row.rule)
        run_id = entity.run_id if isinstance(entity, Errand) else entity.run.id if entity.run else None
        result = entity.outcome.value if entity.outcome and ended else InboxOutcome.ACCEPTED.value
        return CommandOutcome(key, result, ended, row.answer, run_id, entity.state.value, row.rule)


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


def _columns(entity: Entity) -> dict[str, object]:
    columns: dict[str, object] = {"state": entity.state.value, "data": entity.model_dump_json()}
    if isinstance(entity, FollowedRun):
        columns |= {"run_id": entity.run.id if entity.run else None, "attempts": entity.card.attempts}
    return columns


def _entity(kind: str, row: sa.RowMapping) -> Entity:
    run = _MODELS[kind].model_validate_json(row["data"])
    if not isinstance(run, FollowedRun):
        return run
    return run.model_copy(update={"card": run.card.model_copy(update={"attempts": int(row["attempts"])})})
