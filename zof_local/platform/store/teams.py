"""Teams and their members."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from zof_local.platform.assumptions import MEMBER_PREFIX, TEAM_PREFIX, timestamp
from zof_local.platform.errors import conflict, not_found
from zof_local.platform.ids import new_id
from zof_local.platform.paging import PageRequest
from zof_local.platform.store.filters import Conditions, newest_first


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """A stored team."""

    seq: int
    id: str
    organization_id: str
    name: str
    description: str | None
    owner: str | None
    created_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A member of a team."""

    seq: int
    id: str
    email: str
    role: str


_COLUMNS = ", ".join(Team.__slots__)


def _team(row: sqlite3.Row) -> Team:
    return Team(**dict(row))


def insert_team(
    connection: sqlite3.Connection,
    organization_id: str,
    *,
    name: str,
    description: str | None,
    owner: str | None,
    now: datetime,
) -> Team:
    """Adds a team."""
    row = connection.execute(
        f"""INSERT INTO teams (id, organization_id, name, description, owner, created_at)
            VALUES (?, ?, ?, ?, ?, ?) RETURNING {_COLUMNS}""",  # noqa: S608 - constant column names
        (new_id(TEAM_PREFIX), organization_id, name, description, owner, timestamp(now)),
    ).fetchone()
    return _team(row)


def list_teams(connection: sqlite3.Connection, organization_id: str, page: PageRequest) -> list[Team]:
    """One entry more than the page's limit, if there are as many; newest first."""
    where = Conditions(organization_id=organization_id)
    return [_team(row) for row in newest_first(connection, "teams", _COLUMNS, where, page)]


def visible_team(
    connection: sqlite3.Connection, team_id: str, organization_id: str, param: str | None = None
) -> Team:
    """The organization's team with this id, else 404."""
    row = connection.execute(
        f"SELECT {_COLUMNS} FROM teams WHERE id = ? AND organization_id = ?",  # noqa: S608 - constant names
        (team_id, organization_id),
    ).fetchone()
    if row is None:
        raise not_found(
            f"There is no team '{team_id[:80]}' in this organization. List them with GET /v1/teams.", param
        )
    return _team(row)


def update_team(
    connection: sqlite3.Connection, team_id: str, organization_id: str, changes: Mapping[str, str | None]
) -> Team:
    """Changes name, description or owner; 404 if the organization has no such team."""
    team = visible_team(connection, team_id, organization_id)
    values = {"name": team.name, "description": team.description, "owner": team.owner} | dict(changes)
    row = connection.execute(
        f"UPDATE teams SET name = ?, description = ?, owner = ? WHERE id = ? RETURNING {_COLUMNS}",  # noqa: S608
        (values["name"], values["description"], values["owner"], team_id),
    ).fetchone()
    return _team(row)


def insert_member(connection: sqlite3.Connection, team: Team, email: str, role: str, now: datetime) -> None:
    """Adds a member.

    Raises:
        ApiProblem: 409 when the team has this person already.
    """
    known = connection.execute(
        "SELECT 1 FROM members WHERE team_id = ? AND email = ? COLLATE NOCASE", (team.id, email)
    ).fetchone()
    if known is not None:
        raise conflict(f"{email} is a member of team {team.id} already.", "email")
    connection.execute(
        "INSERT INTO members (id, team_id, email, role, created_at) VALUES (?, ?, ?, ?, ?)",
        (new_id(MEMBER_PREFIX), team.id, email, role, timestamp(now)),
    )


def list_members(connection: sqlite3.Connection, team_id: str, page: PageRequest) -> list[Member]:
    """One entry more than the page's limit, if there are as many; newest first."""
    rows = connection.execute(
        """SELECT seq, id, email, role FROM members
           WHERE team_id = ?1 AND (?2 IS NULL OR seq < ?2) ORDER BY seq DESC LIMIT ?3""",
        (team_id, page.position, page.limit + 1),
    )
    return [Member(**dict(row)) for row in rows]
