"""Webhook endpoints, and the events that are still to be delivered to them.

An event is stored in the transaction of the change that it tells of, so neither can exist without the other.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from zof_local.platform.assumptions import EXAMPLE_OBJECTS, TEST_RUN, timestamp
from zof_local.platform.errors import not_found
from zof_local.platform.ids import new_id
from zof_local.platform.paging import PageRequest
from zof_local.platform.store.filters import Conditions

PENDING = "pending"
DELIVERED = "delivered"
GIVEN_UP = "given_up"
HELD_BACK = "held back by the fault 'shuffle'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """An endpoint that wants to hear of events; without its secret, which only deliveries read."""

    seq: int
    id: str
    organization_id: str
    url: str
    events: tuple[str, ...]
    created_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One event on its way to one endpoint; `attempts` were made already."""

    seq: int
    webhook_id: str
    url: str
    secret: str
    event_id: str
    event_type: str
    body: str
    attempts: int
    last_answer: str | None
    faults: str

    def __repr__(self) -> str:
        return f"Delivery({self.event_id} to {self.webhook_id}, attempts={self.attempts})"


_COLUMNS = ", ".join(Webhook.__slots__)


def _webhook(row: sqlite3.Row) -> Webhook:
    values = dict(row)
    return Webhook(**(values | {"events": tuple(json.loads(values["events"]))}))


def insert_webhook(
    connection: sqlite3.Connection,
    *,
    organization_id: str,
    url: str,
    events: tuple[str, ...],
    secret: str,
    now: datetime,
    faults: frozenset[str] = frozenset(),
) -> Webhook:
    """Adds an endpoint; `faults` are what goes wrong on purpose with its events."""
    row = connection.execute(
        f"""INSERT INTO webhooks (id, organization_id, url, events, secret, created_at, faults)
            VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING {_COLUMNS}""",  # noqa: S608 - constant column names
        (new_id("wh_"), organization_id, url, json.dumps(events), secret, timestamp(now), " ".join(faults)),
    ).fetchone()
    return _webhook(row)


def list_webhooks(connection: sqlite3.Connection, organization_id: str, page: PageRequest) -> list[Webhook]:
    """One entry more than the page's limit, if there are as many; newest first."""
    where = Conditions(organization_id=organization_id)
    where.below("seq", page.position)
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM webhooks WHERE {where.text} ORDER BY seq DESC LIMIT ?",  # noqa: S608 - constant names
        (*where.values, page.limit + 1),
    )
    return [_webhook(row) for row in rows]


def visible_webhook(
    connection: sqlite3.Connection, webhook_id: str, organization_id: str | None = None
) -> Webhook:
    """The endpoint with this id, of any organization without one, else 404."""
    row = connection.execute(
        f"SELECT {_COLUMNS} FROM webhooks WHERE id = ?",  # noqa: S608 - constant names
        (webhook_id,),
    ).fetchone()
    if row is None or organization_id not in {None, row["organization_id"]}:
        raise not_found(
            f"There is no webhook '{webhook_id[:80]}' in this organization. List them with GET /v1/webhooks."
        )
    return _webhook(row)


def event_body(
    event_type: str, organization_id: str, run_id: str, now: datetime, *, object_id: str | None = None
) -> dict[str, Any]:
    """The documented envelope (`docs/webhooks/events/run-completed`); it is about the run without an object."""
    return {
        "id": new_id("evt_"),
        "type": event_type,
        "created": timestamp(now),
        "data": {"object": {"id": object_id or run_id, "organization_id": organization_id, "run_id": run_id}},
    }


def emit(
    connection: sqlite3.Connection, event_type: str, organization_id: str, run_id: str, now: datetime
) -> None:
    """Stores an event of a run for every endpoint of the organization that wants its type."""
    wanting = _wanting(connection, event_type).get(organization_id, [])
    if wanting:
        event = event_body(event_type, organization_id, run_id, now)
        for webhook_id in wanting:
            enqueue(connection, webhook_id, event, now)


def emit_by_hand(connection: sqlite3.Connection, event_type: str, now: datetime) -> int:
    """Stores an event about things that do not exist for every endpoint that wants it; returns how many do.

    So each event of the catalog can be tried, also those that nothing on this machine causes.
    """
    wanting = _wanting(connection, event_type)
    for organization_id, webhook_ids in wanting.items():
        example = EXAMPLE_OBJECTS.get(event_type, TEST_RUN)
        event = event_body(event_type, organization_id, TEST_RUN, now, object_id=example)
        for webhook_id in webhook_ids:
            enqueue(connection, webhook_id, event, now)
    return sum(map(len, wanting.values()))


def _wanting(connection: sqlite3.Connection, event_type: str) -> dict[str, list[str]]:
    """The endpoints that want an event, by organization."""
    found: dict[str, list[str]] = {}
    for row in connection.execute("SELECT id, organization_id, events FROM webhooks ORDER BY seq"):
        if event_type in json.loads(row["events"]):
            found.setdefault(row["organization_id"], []).append(row["id"])
    return found


def enqueue(connection: sqlite3.Connection, webhook_id: str, event: dict[str, Any], now: datetime) -> None:
    """Stores one event for one endpoint, due at once. The body's bytes are fixed here: retries send the same."""
    connection.execute(
        """INSERT INTO deliveries (webhook_id, event_id, event_type, body, state, due_at, created_at)
           VALUES (?, ?, ?, ?, ?, ?, ?)""",
        (webhook_id, event["id"], event["type"], json.dumps(event), PENDING, now.timestamp(), timestamp(now)),
    )


def due_deliveries(
    connection: sqlite3.Connection,
    now: datetime,
    limit: int,
    without: Sequence[int] = (),
    not_to: Sequence[str] = (),
) -> list[Delivery]:
    """Pending deliveries whose time has come, the longest due first; not those given, nor to these endpoints."""
    rows = connection.execute(
        f"""SELECT d.seq, d.webhook_id, w.url, w.secret, d.event_id, d.event_type, d.body, d.attempts,
                   d.last_answer, w.faults
            FROM deliveries d JOIN webhooks w ON w.id = d.webhook_id
            WHERE d.state = ? AND d.due_at <= ? AND d.seq NOT IN ({_marks(without)})
              AND d.webhook_id NOT IN ({_marks(not_to)})
            ORDER BY d.due_at, d.seq LIMIT ?""",  # noqa: S608 - marks
        (PENDING, now.timestamp(), *without, *not_to, limit),
    )
    return [Delivery(**dict(row)) for row in rows]


def next_due(
    connection: sqlite3.Connection, without: Sequence[int], not_to: Sequence[str] = ()
) -> float | None:
    """The Unix time at which the next pending delivery is due, of the same choice; None if there is none."""
    row = connection.execute(
        f"""SELECT min(due_at) AS due FROM deliveries
            WHERE state = ? AND seq NOT IN ({_marks(without)}) AND webhook_id NOT IN ({_marks(not_to)})""",  # noqa: S608
        (PENDING, *without, *not_to),
    ).fetchone()
    return None if row["due"] is None else float(row["due"])


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))


def note_attempt(
    connection: sqlite3.Connection,
    seq: int,
    *,
    state: str,
    answer: str,
    took_ms: int,
    due_at: float,
    now: datetime,
) -> None:
    """Stores how an attempt went: the answer in words, and what is to come."""
    ended = None if state == PENDING else timestamp(now)
    connection.execute(
        """UPDATE deliveries SET state = ?, attempts = attempts + 1, last_answer = ?, due_at = ?, ended_at = ?
           WHERE seq = ?""",
        (state, answer, due_at, ended, seq),
    )
    connection.execute(
        "INSERT INTO attempts (delivery_seq, answer, took_ms, created_at) VALUES (?, ?, ?, ?)",
        (seq, answer, took_ms, timestamp(now)),
    )


def hold_back(connection: sqlite3.Connection, seqs: Sequence[int], until: float) -> None:
    """Makes deliveries due later, at the Unix time `until`, and says so in their log."""
    connection.executemany(
        "UPDATE deliveries SET due_at = ?, last_answer = ? WHERE seq = ?",
        [(until, HELD_BACK, seq) for seq in seqs],
    )


def let_go(connection: sqlite3.Connection, webhook_id: str, now: datetime) -> None:
    """Makes what was held back from an endpoint due."""
    connection.execute(
        "UPDATE deliveries SET due_at = ? WHERE webhook_id = ? AND state = ? AND attempts = 0 AND last_answer = ?",
        (now.timestamp(), webhook_id, PENDING, HELD_BACK),
    )
