"""Applications: the systems under test."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from zof_local.platform.assumptions import APPLICATION_PREFIX, timestamp
from zof_local.platform.errors import not_found
from zof_local.platform.ids import new_id
from zof_local.platform.store.teams import visible_team


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """A stored application; `urls` maps environments to base URLs."""

    seq: int
    id: str
    organization_id: str
    name: str
    type: str
    description: str | None
    team_id: str | None
    urls: Mapping[str, str]
    created_at: str


_COLUMNS = ", ".join(Application.__slots__)


def _application(row: sqlite3.Row) -> Application:
    values = dict(row)
    return Application(**(values | {"urls": json.loads(values["urls"])}))


def insert_application(
    connection: sqlite3.Connection,
    *,
    organization_id: str,
    name: str,
    type: str,  # noqa: A002 - the field's documented name
    description: str | None,
    team_id: str | None,
    urls: Mapping[str, str],
    now: datetime,
) -> Application:
    """Adds an application; 404 with param `team_id` if the organization has no such team."""
    if team_id is not None:
        visible_team(connection, team_id, organization_id, "team_id")
    row = connection.execute(
        f"""INSERT INTO applications
              (id, organization_id, name, type, description, team_id, urls, created_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING {_COLUMNS}""",  # noqa: S608 - constant column names
        (
            new_id(APPLICATION_PREFIX),
            organization_id,
            name,
            type,
            description,
            team_id,
            json.dumps(urls),
            timestamp(now),
        ),
    ).fetchone()
    return _application(row)


def update_application(
    connection: sqlite3.Connection, application_id: str, organization_id: str, changes: Mapping[str, Any]
) -> Application:
    """Changes name, description, team or URLs; 404 if there is no such application or team."""
    row = connection.execute(
        f"SELECT {_COLUMNS} FROM applications WHERE id = ? AND organization_id = ?",  # noqa: S608 - constant names
        (application_id, organization_id),
    ).fetchone()
    if row is None:
        raise not_found(
            f"There is no application '{application_id[:80]}' in this organization. "
            "Its id is in the answer to POST /v1/applications."
        )
    if changes.get("team_id") is not None:
        visible_team(connection, changes["team_id"], organization_id, "team_id")
    old = _application(row)
    values = {
        name: changes.get(name, getattr(old, name)) for name in ("name", "description", "team_id", "urls")
    }
    row = connection.execute(
        f"""UPDATE applications SET name = ?, description = ?, team_id = ?, urls = ?
            WHERE id = ? RETURNING {_COLUMNS}""",  # noqa: S608 - constant column names
        (
            values["name"],
            values["description"],
            values["team_id"],
            json.dumps(values["urls"]),
            application_id,
        ),
    ).fetchone()
    return _application(row)
