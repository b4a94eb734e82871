"""Idempotency keys: the answer to a write is kept in the same transaction as the write.

So a repeated request gets the first one's answer even if the platform died in between; and because all
writes pass one thread, a repetition that arrives while the first is under way simply comes after it.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from zof_local.platform.assumptions import IDEMPOTENCY_KEPT, timestamp
from zof_local.platform.errors import conflict

Answer = tuple[int, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Attempt:
    """A write that carries an `Idempotency-Key`."""

    api_key_id: str
    method: str
    path: str
    key: str
    body_hash: str


def body_hash(body: bytes) -> str:
    """A digest of a JSON body that does not depend on spacing or the order of fields."""
    with contextlib.suppress(ValueError, RecursionError):
        body = json.dumps(json.loads(body), sort_keys=True, separators=(",", ":")).encode()
    return hashlib.sha256(body).hexdigest()


def earlier_answer(connection: sqlite3.Connection, attempt: Attempt | None, now: datetime) -> Answer | None:
    """The answer that this attempt's key got before.

    Raises:
        ApiProblem: 409 when the key was used with another body.
    """
    if attempt is None:
        return None
    row = connection.execute(
        """SELECT body_hash, status, answer FROM idempotency
           WHERE api_key_id = ? AND method = ? AND path = ? AND key = ? AND created_at > ?""",
        (attempt.api_key_id, attempt.method, attempt.path, attempt.key, timestamp(now - IDEMPOTENCY_KEPT)),
    ).fetchone()
    if row is None:
        return None
    if row["body_hash"] != attempt.body_hash:
        raise conflict(
            "This Idempotency-Key was already used with another request body. "
            "Send the first body again to get its answer, or take a new key for a new request."
        )
    return int(row["status"]), json.loads(row["answer"])


def once(
    connection: sqlite3.Connection,
    attempt: Attempt | None,
    now: datetime,
    work: Callable[[sqlite3.Connection], Answer],
) -> Answer:
    """Does `work` and keeps its answer, or returns the answer kept before; call it in a transaction."""
    known = earlier_answer(connection, attempt, now)
    if known is not None:
        return known
    status, answer = work(connection)
    if attempt is not None:
        connection.execute(
            "DELETE FROM idempotency WHERE created_at <= ?", (timestamp(now - IDEMPOTENCY_KEPT),)
        )
        connection.execute(
            "INSERT INTO idempotency VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                attempt.api_key_id,
                attempt.method,
                attempt.path,
                attempt.key,
                attempt.body_hash,
                status,
                json.dumps(answer),
                timestamp(now),
            ),
        )
    return status, answer
