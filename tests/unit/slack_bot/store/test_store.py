"""The store: one file, each change together with the tick it owes."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from slack_bot.audit import Note, first_break
from slack_bot.errands import Errand, ErrandOutcome, ErrandState, Kind
from slack_bot.errors import StoreInUseError, StoreUnusableError
from slack_bot.followed import Asker, Card, FollowedRun, State
from slack_bot.results import Findings, Outcome
from slack_bot.store import InboxKind, InboxOutcome, InboxRow, Store, StoreLock, trail
from slack_bot.store.tables import AUDIT_CHANNEL, audit
from tests.support.unwritable import unwritable
from zof_core import Run, RunRequest


class Ticks(list[tuple[str, str, int, float]]):
    """Notes what is put into the queue."""

    def enqueue(self, _connection: sa.Connection, kind: str, key: str, seq: int, delay: float) -> None:
        self.append((kind, key, seq, delay))


@pytest.fixture
def store(tmp_path: Path) -> Any:
    made = Store(tmp_path / "deep" / "bot.sqlite")
    yield made
    made.close()


def run_row(key: str = "k1") -> FollowedRun:
    return FollowedRun(
        key=key,
        request=RunRequest(project_id="p", environment="e", test_suite_id="s"),
        project_name="P",
        asker=Asker(id="U1X", name="x"),
        channel="C1X",
        accepted_at=100.0,
    )


def errand_row(key: str = "e1") -> Errand:
    return Errand(
        key=key,
        kind=Kind.STATUS,
        run_id="run_1",
        asker=Asker(id="U1X", name="x"),
        channel="C1X",
        asked_at=100.0,
    )


def inbox(key: str, entity: FollowedRun | Errand | None = None, **changes: Any) -> InboxRow:
    fields: dict[str, Any] = {
        "key": key,
        "kind": InboxKind.COMMAND,
        "received_at": 100.0,
        "team": "T1",
        "channel": "C1X",
        "user_id": "U1X",
        "user_name": "x",
        "text": "/zof run",
        "outcome": InboxOutcome.ACCEPTED if entity else InboxOutcome.ANSWERED,
        "entity": entity,
    }
    return InboxRow(**{**fields, **changes})


def test_the_file_is_for_its_owner_only(store: Store) -> None:
    assert store.engine.url.database is not None
    path = Path(store.engine.url.database)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_first_delivery_is_kept_and_later_ones_find_it(store: Store) -> None:
    [first] = store.commit_inbox([inbox("k1", answer="first")])
    [again, other] = store.commit_inbox([inbox("k1", answer="second"), inbox("k2")])
    assert (first.fresh, again.fresh, other.fresh) == (True, False, True)
    assert again.row.answer == "first"
    assert [key for _, key in store.received()] == ["k1", "k2"]


def test_interactions_become_living_rows_with_a_first_tick_once(store: Store) -> None:
    ticks = Ticks()
    store.commit_inbox([inbox("k1", run_row()), inbox("plain"), inbox("e1", errand_row())])
    assert store.dispatch(ticks.enqueue) == 2
    assert ticks == [("run", "k1", 0, 0.0), ("errand", "e1", 0, 0.0)]
    assert store.dispatch(ticks.enqueue) == 0
    assert store.load("run", "k1") == (run_row(), 0)
    assert store.load("errand", "e1") == (errand_row(), 0)
    assert store.load("run", "nothing") is None


def test_nothing_is_dispatched_if_the_tick_cannot_be_put_in(store: Store) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError("queue")

    store.commit_inbox([inbox("k1", run_row())])
    with pytest.raises(RuntimeError, match="queue"):
        store.dispatch(broken)
    assert store.load("run", "k1") is None
    ticks = Ticks()
    assert store.dispatch(ticks.enqueue) == 1


def alive(store: Store) -> Ticks:
    ticks = Ticks()
    store.commit_inbox([inbox("k1", run_row())])
    store.dispatch(ticks.enqueue)
    ticks.clear()
    return ticks


def test_the_first_change_wins(store: Store) -> None:
    ticks = alive(store)
    changed = run_row().model_copy(update={"state": State.STARTING})
    assert store.save(changed, 0, 107.5, 100.0, ticks.enqueue)
    assert not store.save(run_row(), 0, 100.0, 100.0, ticks.enqueue)
    assert ticks == [("run", "k1", 1, 7.5)]
    assert store.load("run", "k1") == (changed, 1)


def test_a_row_at_its_end_owes_no_tick(store: Store) -> None:
    ticks = alive(store)
    assert store.save(run_row().model_copy(update={"state": State.ENDED}), 0, None, 100.0, ticks.enqueue)
    assert ticks == []
    assert store.overdue(1e12) == []
    assert not store.change_run("k1", lambda row: row, 100.0, ticks.enqueue)


def test_a_row_that_lost_its_tick_gets_a_new_one(store: Store) -> None:
    ticks = alive(store)
    assert store.overdue(99.0) == []
    late = store.overdue(101.0)
    assert late == [("run", "k1", 0)]
    assert store.wake(late, 170.0, ticks.enqueue) == 1
    assert store.wake(late, 170.0, ticks.enqueue) == 0
    assert ticks == [("run", "k1", 1, 0.0)]


def test_attempts_are_noted_before_and_survive_a_change_from_outside(store: Store) -> None:
    ticks = alive(store)
    assert store.note_attempt("k1", 0) == 0
    assert store.note_attempt("k1", 0) == 1
    assert store.note_attempt("k1", 7) is None
    stale = run_row()
    assert store.change_run("k1", lambda _: stale, 100.0, ticks.enqueue)
    found = store.load("run", "k1")
    assert found is not None
    assert isinstance(found[0], FollowedRun)
    assert found[0].card.attempts == 2
    shown = found[0].model_copy(update={"card": Card(ts="1.1")})
    assert store.save(shown, found[1], 100.0, 100.0, ticks.enqueue)
    assert store.note_attempt("k1", found[1] + 1) == 0


def test_a_run_is_found_by_zofs_id(store: Store) -> None:
    ticks = alive(store)
    assert store.followed_by_run_id("run_1") is None
    row = run_row().model_copy(update={"findings": Findings(run=Run(id="run_1", status="running"))})
    store.save(row, 0, 100.0, 100.0, ticks.enqueue)
    assert store.followed_by_run_id("run_1") == row
    assert store.followed_by_key("k1") == row


def test_what_became_of_a_command(store: Store) -> None:
    ticks = alive(store)
    store.commit_inbox([inbox("denied", outcome=InboxOutcome.DENIED, answer="no", rule="no rule")])
    denied = store.command_outcome("denied")
    assert denied is not None
    assert (denied.outcome, denied.settled, denied.answer, denied.rule) == ("denied", True, "no", "no rule")
    assert store.command_outcome("unknown") is None
    going = store.command_outcome("k1")
    assert going is not None
    assert (going.outcome, going.settled, going.state) == ("accepted", False, "accepted")
    ended = run_row().model_copy(
        update={
            "state": State.ENDED,
            "outcome": Outcome.FAILED,
            "findings": Findings(run=Run(id="run_1", status="failed")),
        }
    )
    store.save(ended, 0, None, 100.0, ticks.enqueue)
    over = store.command_outcome("k1")
    assert over is not None
    assert (over.outcome, over.settled, over.run_id, over.state) == ("failed", True, "run_1", "ended")
    waiting = errand_row().model_copy(update={"outcome": ErrandOutcome.DENIED, "state": ErrandState.ANSWERED})
    store.commit_inbox([inbox("e1", waiting)])
    unsaid = store.command_outcome("e1")
    assert unsaid is not None
    assert (unsaid.outcome, unsaid.settled, unsaid.run_id) == ("accepted", False, "run_1")


def test_a_store_has_one_bot(tmp_path: Path) -> None:
    path = tmp_path / "bot.sqlite"
    first, second = StoreLock(path), StoreLock(path)
    first.acquire()
    with pytest.raises(StoreInUseError, match=r"bot\.sqlite: another bot \(process \d+\)"):
        second.acquire()
    other_name = tmp_path / "other.sqlite"
    other_name.symlink_to(path)
    with pytest.raises(StoreInUseError):
        StoreLock(other_name).acquire()
    first.release()
    second.acquire()
    second.release()


def test_what_is_no_store_is_named_and_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "notes.sqlite"
    path.write_text("no database " * 1000)
    with pytest.raises(StoreUnusableError, match=r"notes\.sqlite cannot be used.*not a database.*Keep it"):
        Store(path)
    assert path.read_text() == "no database " * 1000
    with pytest.raises(StoreUnusableError, match="ZOFOPS_STORE"):
        Store(tmp_path / "notes.sqlite" / "bot.sqlite")


def test_damage_inside_is_found(tmp_path: Path) -> None:
    path = tmp_path / "bot.sqlite"
    store = Store(path)
    store.commit_inbox([inbox(f"k{n}") for n in range(200)])
    assert store.damage() is None
    store.close()
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 4096 // 2 * 4096)
        file.write(b"\xff" * 8192)
    store = Store(path)
    assert store.damage() is not None
    with pytest.raises(StoreUnusableError, match=r"bot\.sqlite cannot be used.*Keep it"):
        store.check()
    store.close()


def test_a_store_that_cannot_be_written_says_so_until_it_can(store: Any) -> None:
    assert store.trouble() is None
    with unwritable(store):
        with pytest.raises(sa.exc.OperationalError):
            store.commit_inbox([inbox("k1")])
        assert not store.knows("k1")
        assert store.trouble() == "attempt to write a readonly database"
    assert store.trouble() is None
    assert store.commit_inbox([inbox("k1")])[0].fresh


def test_an_entry_filed_under_another_channel_is_found_out_and_shown_where_it_belongs(store: Any) -> None:
    notes = [
        Note(
            at=1.0,
            event="asked",
            outcome="accepted",
            person="U1",
            person_name="x",
            channel=channel,
            request="r",
        )
        for channel in ("C1", "C2")
    ]
    with store.engine.begin() as connection:
        trail.append(connection, notes)
    assert first_break(store.trail()) is None
    with store.engine.begin() as connection:
        connection.execute(sa.update(audit).values(channel="C2"))
    assert [entry.number for entry in store.trail(channel="C1")] == [1]
    assert [entry.number for entry in store.trail(channel="C2", newest=5)] == [2]
    assert first_break(store.trail()) == "Entry 1 is filed under another channel than its note names."
    with store.engine.begin() as connection:
        connection.execute(sa.update(audit).values(note="{"))
    assert store.trail(channel="C1") == []


def test_the_trail_of_a_channel_is_found_by_an_index_in_older_files_too(tmp_path: Path) -> None:
    for _ in range(2):
        store = Store(tmp_path / "bot.sqlite")
        with store.engine.begin() as connection:
            wanted = f"SELECT * FROM audit WHERE ({AUDIT_CHANNEL}) = 'C1' ORDER BY number DESC LIMIT 9"
            [plan] = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {wanted}").all()
            assert "audit_said_channel" in str(plan)
            connection.exec_driver_sql("DROP INDEX audit_said_channel")
        store.close()
