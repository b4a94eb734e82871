"""Artifacts: what is known of the files that runs left; the files themselves lie in the data directory."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from zof_local.platform.assumptions import ARTIFACT_PREFIX, timestamp
from zof_local.platform.errors import not_found
from zof_local.platform.ids import new_id
from zof_local.platform.paging import PageRequest
from zof_local.platform.store.filters import Conditions, newest_first


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file that a run left, as found on the disk."""

    name: str
    type: str
    content_type: str
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """A stored artifact."""

    seq: int
    id: str
    organization_id: str
    run_id: str
    name: str
    type: str
    content_type: str
    size_bytes: int
    created_at: str


_COLUMNS = ", ".join(Artifact.__slots__)


def _artifact(row: sqlite3.Row) -> Artifact:
    return Artifact(**dict(row))


def insert_artifacts(
    connection: sqlite3.Connection,
    run_id: str,
    organization_id: str,
    files: Iterable[KeptFile],
    now: datetime,
) -> None:
    """Notes the files that a run left."""
    connection.executemany(
        """INSERT INTO artifacts
             (id, organization_id, run_id, name, type, content_type, size_bytes, created_at)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?)""",
        [
            (
                new_id(ARTIFACT_PREFIX),
                organization_id,
                run_id,
                file.name,
                file.type,
                file.content_type,
                file.size_bytes,
                timestamp(now),
            )
            for file in files
        ],
    )


def list_artifacts(
    connection: sqlite3.Connection, organization_id: str, run_id: str, page: PageRequest
) -> list[Artifact]:
    """One entry more than the page's limit, if there are as many; newest first."""
    where = Conditions(organization_id=organization_id)
    where.equal("run_id", run_id)
    return [_artifact(row) for row in newest_first(connection, "artifacts", _COLUMNS, where, page)]


def artifacts_of_run(connection: sqlite3.Connection, run_id: str) -> list[Artifact]:
    """All artifacts of a run."""
    rows = connection.execute(f"SELECT {_COLUMNS} FROM artifacts WHERE run_id = ? ORDER BY seq", (run_id,))  # noqa: S608
    return [_artifact(row) for row in rows]


def visible_artifact(connection: sqlite3.Connection, artifact_id: str, organization_id: str) -> Artifact:
    """The organization's artifact with this id, else 404."""
    row = connection.execute(
        f"SELECT {_COLUMNS} FROM artifacts WHERE id = ? AND organization_id = ?",  # noqa: S608 - constant names
        (artifact_id, organization_id),
    ).fetchone()
    if row is None:
        raise not_found(
            f"There is no artifact '{artifact_id[:80]}' in this organization, or not any more. "
            "List those of a run with GET /v1/runs/{run_id}/artifacts."
        )
    return _artifact(row)
