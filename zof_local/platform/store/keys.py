"""API keys: kept as hashes, so that the database gives none away."""

from __future__ import annotations

import hashlib
import sqlite3
from dataclasses import dataclass
from datetime import datetime

from zof_local.platform.assumptions import ROLES, timestamp
from zof_local.platform.ids import new_id
from zof_local.platform.settings import ApiKey


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sends a request: an API key's id and name, its organization and what it may do."""

    key_id: str
    key_name: str
    organization_id: str
    role: str

    def may(self, permission: str) -> bool:
        """Whether the key's role holds a permission such as `runs:create`."""
        return permission in ROLES.get(self.role, frozenset())


def _hash(secret: str) -> str:
    # Keys are long and random, so a plain digest cannot be searched; a slow one would cost every request.
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()


def put_key(connection: sqlite3.Connection, key: ApiKey, now: datetime) -> str:
    """Stores a key, or brings the stored one up to date; returns its id."""
    row = connection.execute(
        """INSERT INTO api_keys (id, organization_id, name, role, secret_hash, created_at) VALUES (?, ?, ?,
        ?, ?, ?)
           ON CONFLICT (secret_hash) DO UPDATE SET
             organization_id = excluded.organization_id, name = excluded.name, role = excluded.role,
             revoked_at = NULL
           RETURNING id""",
        (new_id("key_"), key.organization_id, key.name, key.role, _hash(key.secret), timestamp(now)),
    ).fetchone()
    return str(row["id"])


def revoke_key(connection: sqlite3.Connection, key_id: str, now: datetime) -> bool:
    """Ends a key; False if there is no live key with this id."""
    changed = connection.execute(
        "UPDATE api_keys SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL RETURNING id",
        (timestamp(now), key_id),
    ).fetchone()
    return changed is not None


def caller_of(connection: sqlite3.Connection, secret: str) -> Caller | None:
    """Whose key this is; None if it is unknown or revoked."""
    row = connection.execute(
        "SELECT id, name, organization_id, role FROM api_keys WHERE secret_hash = ? AND revoked_at IS NULL",
        (_hash(secret),),
    ).fetchone()
    return None if row is None else Caller(row["id"], row["name"], row["organization_id"], row["role"])
