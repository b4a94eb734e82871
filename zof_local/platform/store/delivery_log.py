"""What became of events on their way to endpoints, for the machine's owner."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from datetime import datetime

from zof_local.platform.errors import not_found
from zof_local.platform.store.webhooks import PENDING


@dataclass(frozen=True, slots=True)
class LoggedAttempt:
    """One attempt to deliver, and its answer in words."""

    answer: str
    took_ms: int
    created_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedDelivery:
    """One event for one endpoint; `due_at` is a Unix time in seconds."""

    seq: int
    webhook_id: str
    event_id: str
    event_type: str
    body: str
    state: str
    due_at: float
    created_at: str
    attempts: tuple[LoggedAttempt, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """A webhook endpoint, with how many of its deliveries are in which state."""

    id: str
    organization_id: str
    url: str
    events: tuple[str, ...]
    created_at: str
    delivered: int
    pending: int
    given_up: int


def endpoints(connection: sqlite3.Connection) -> list[Endpoint]:
    """The endpoints of all organizations, newest first."""
    rows = connection.execute(
        """SELECT w.id, w.organization_id, w.url, w.events, w.created_at,
             count(*) FILTER (WHERE d.state = 'delivered') AS delivered,
             count(*) FILTER (WHERE d.state = 'pending') AS pending,
             count(*) FILTER (WHERE d.state = 'given_up') AS given_up
           FROM webhooks w LEFT JOIN deliveries d ON d.webhook_id = w.id
           GROUP BY w.seq ORDER BY w.seq DESC"""
    )
    return [Endpoint(**(dict(row) | {"events": tuple(json.loads(row["events"]))})) for row in rows]


def newest_deliveries(connection: sqlite3.Connection, limit: int) -> list[LoggedDelivery]:
    """The newest deliveries with all their attempts."""
    rows = connection.execute(
        """SELECT seq, webhook_id, event_id, event_type, body, state, due_at, created_at
           FROM deliveries ORDER BY seq DESC LIMIT ?""",
        (limit,),
    ).fetchall()
    return [LoggedDelivery(**dict(row), attempts=_attempts(connection, row["seq"])) for row in rows]


def _attempts(connection: sqlite3.Connection, delivery_seq: int) -> tuple[LoggedAttempt, ...]:
    rows = connection.execute(
        "SELECT answer, took_ms, created_at FROM attempts WHERE delivery_seq = ? ORDER BY seq",
        (delivery_seq,),
    )
    return tuple(LoggedAttempt(**dict(row)) for row in rows)


def send_again(connection: sqlite3.Connection, seq: int, now: datetime) -> None:
    """Has one event delivered once more, with the same bytes; its attempts are counted anew.

    Raises:
        ApiProblem: 404 when there is no such delivery.
    """
    changed = connection.execute(
        "UPDATE deliveries SET state = ?, attempts = 0, due_at = ?, ended_at = NULL WHERE seq = ? RETURNING seq",
        (PENDING, now.timestamp(), seq),
    ).fetchone()
    if changed is None:
        raise not_found("There is no such delivery, or not any more.")
