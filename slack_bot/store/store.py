"""The store: one SQLite file (WAL). Synchronous; the bot calls it from threads, never on the loop."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Concatenate, Final, ParamSpec, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from slack_bot.audit import Entry, Note
from slack_bot.demands import Limits
from slack_bot.errands import Errand, ErrandState
from slack_bot.failures import FailureWatch, FailureWatchState, Subscription
from slack_bot.followed import FollowedRun, State
from slack_bot.homes import HomeState, HomeTab
from slack_bot.store import arrivals, figures, living, questions, subscriptions, trail
from slack_bot.store.living import FAILURES, RUN, Enqueue, kind_of
from slack_bot.store.opening import create_engine, told_of_trouble, unusable
from slack_bot.store.records import CommandOutcome, Committed, Counts, Entity, InboxOutcome, InboxRow
from slack_bot.store.tables import failure_watches, metadata, zof_events
from slack_bot.store.turns import WriteTurns
from zof_core.assumptions import WEBHOOK_REMEMBER_SECONDS

P = ParamSpec("P")
T = TypeVar("T")
_CHANGE_TRIES: Final = 8
NO_LIMITS: Final = Limits()
_SOON: Final = 1.0
"""Seconds; events of Zof's come in swarms."""
_DISPATCHED_AT_ONCE: Final = 16
"""An ack waits for such a transaction at the longest; each tick costs more than a millisecond to put into the queue."""


class Store:
    """Inbox, followed runs and errands.

    Args:
        path: the SQLite file; it is made if it is not there.

    Raises:
        StoreUnusableError: the file cannot be used.
    """

    def __init__(self, path: Path) -> None:
        self.path: Final = path
        self._turns = WriteTurns()
        self._trouble: str | None = None
        with told_of_trouble(path):
            # FULL: an ack is a promise, so what was committed must outlive a power cut too.
            self.engine = create_engine(path)
            metadata.create_all(self.engine)

    def close(self) -> None:
        """Closes the connections."""
        self.engine.dispose()

    @contextmanager
    def _writing(self, *, urgent: bool = False) -> Iterator[sa.Connection]:
        """A transaction that writes, when it is its turn."""
        try:
            with self._turns.turn(urgent=urgent), self.engine.begin() as connection:
                yield connection
        except sa.exc.DatabaseError as error:
            if not isinstance(error, sa.exc.IntegrityError):
                self._trouble = str(error.orig)
            raise

    def damage(self) -> str | None:
        """What SQLite finds wrong with the whole file; None if nothing. Reads all of it."""
        with self.engine.connect() as connection:
            found = str(connection.exec_driver_sql("PRAGMA quick_check(1)").scalar())
        return None if found == "ok" else " ".join(found.split())

    def check(self) -> None:
        """Reads the whole file: a bot on a damaged one would fail at whatever it reads there.

        Raises:
            StoreUnusableError: it is damaged.
        """
        with told_of_trouble(self.path):
            damage = self.damage()
        if damage is not None:
            raise unusable(self.path, damage, damaged=True)

    def trouble(self) -> str | None:
        """Why nothing can be written down just now; None if something can. After a failure it tries."""
        if self._trouble is not None:
            with suppress(sa.exc.DatabaseError), self._writing() as connection:
                connection.exec_driver_sql("PRAGMA user_version = 0")  # writes a page, and nothing new
                self._trouble = None
        return self._trouble

    # ---- inbox

    def commit_inbox(self, rows: Sequence[InboxRow], limits: Limits = NO_LIMITS) -> list[Committed]:
        """Commits interactions in one transaction; for one that is there already, gives that row.

        Args:
            limits: a request to start a run that goes beyond them is committed as denied.
        """
        if not rows:
            return []
        with self._writing(urgent=True) as connection:
            committed, notes = arrivals.commit(connection, rows, limits)
            trail.append(connection, notes)
        return committed

    def dispatch(self, enqueue: Enqueue, *, limit: int = _DISPATCHED_AT_ONCE) -> int:
        """Turns committed interactions into living rows with a first tick, in one transaction.

        Returns:
            How many there were.
        """
        with self._writing() as connection:
            found = arrivals.waiting(connection, limit)
            for _, row in found:
                if row.entity is not None:
                    living.give_life(connection, row.entity, row.received_at, enqueue)
            if found:
                arrivals.hand_over(connection, [number for number, _ in found])
        return len(found)

    def begin(self, entity: Entity, now: float, enqueue: Enqueue) -> None:
        """Makes a row that nobody asked for by an interaction; one that is there already stays as it is."""
        with self._writing() as connection:
            living.give_life(connection, entity, now, enqueue)

    # ---- living rows

    def load(self, kind: str, key: str) -> tuple[Entity, int] | None:
        """A row and its `seq`; None if there is none."""
        return self.asked(living.load, kind, key)

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
        with self._writing() as connection:
            if not living.move_on(connection, entity, seq, due_at, outside=outside):
                return False
            if due_at is not None:
                enqueue(connection, kind_of(entity), entity.key, seq + 1, max(due_at - now, 0.0))
            for row in begun:
                living.give_life(connection, row, now, enqueue)
            trail.append(connection, notes)
        return True

    def following(self) -> list[FollowedRun]:
        """All runs that are being followed."""
        return self.asked(living.following)

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
            if after == found[0]:
                # Its tick is there already, and costs nothing until there is something to do.
                return True
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
        with self._writing() as connection:
            return living.note_attempt(connection, key, seq)

    def overdue(self, before: float, *, limit: int = 500) -> list[tuple[str, str, int]]:
        """(kind, key, seq) of rows whose tick was owed before this Unix time."""
        return self.asked(living.overdue, before, limit=limit)

    def wake(self, late: Sequence[tuple[str, str, int]], now: float, enqueue: Enqueue) -> int:
        """Gives rows a new tick, some in each transaction. Returns how many."""
        woken = 0
        for start in range(0, len(late), _DISPATCHED_AT_ONCE):
            with self._writing() as connection:
                for kind, key, seq in late[start : start + _DISPATCHED_AT_ONCE]:
                    if living.wake(connection, kind, key, seq, now):
                        enqueue(connection, kind, key, seq + 1, 0.0)
                        woken += 1
        return woken

    # ---- the audit trail

    def trail(self, *, channel: str | None = None, newest: int | None = None) -> list[Entry]:
        """Entries of the audit trail in order: of one channel, or only the last so many."""
        return self.asked(trail.entries, channel=channel, newest=newest)

    # ---- figures

    def counts(self, now: float) -> Counts:
        """How much there is of everything, and how late the oldest tick is."""
        return self.asked(figures.counts, now)

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
        """Notes who wants a channel to hear of failures, and has somebody look out. False if it was noted before."""
        with self._writing() as connection:
            is_new = subscriptions.add(connection, one)
            living.give_life(connection, FailureWatch(), now, enqueue)
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

    def unsubscribe(self, channel: str, projects: Collection[str]) -> list[str]:
        """Forgets that a channel wanted to hear of projects; gives those of which it did."""
        with self._writing() as connection:
            return subscriptions.remove(connection, channel, projects)

    def subscriptions(self) -> list[Subscription]:
        """What all channels want to hear of."""
        return self.asked(subscriptions.all_of)

    def followed_by_key(self, key: str) -> FollowedRun | None:
        """The followed run that came of this interaction."""
        found = self.load(RUN, key)
        return found[0] if found and isinstance(found[0], FollowedRun) else None

    def received(self, *, after: int = 0) -> list[tuple[int, str]]:
        """(number, dedupe key) of the interactions after this number, in the order they came."""
        return self.asked(arrivals.keys, after=after)

    def knows(self, key: str) -> bool:
        """Whether an interaction with this dedupe key was taken."""
        return self.asked(arrivals.row_of, key) is not None

    def command_outcome(self, key: str) -> CommandOutcome | None:
        """What became of the interaction with this dedupe key; None if it is not known."""
        row = self.asked(arrivals.row_of, key)
        if row is None:
            return None
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
