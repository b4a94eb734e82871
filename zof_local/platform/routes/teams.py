"""Teams (`docs/api/teams`): list, create, retrieve, change, their members, and inviting some."""

from __future__ import annotations

import sqlite3
from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from zof_local.platform.assumptions import CREATED_STATUS, INVITATION_PREFIX
from zof_local.platform.ids import new_id
from zof_local.platform.models import (
    InvitationBody,
    Invite,
    MemberBody,
    Page,
    TeamBody,
    TeamCreate,
    TeamUpdate,
)
from zof_local.platform.paging import page, page_request
from zof_local.platform.requests import checked_changes
from zof_local.platform.routes.answers import ERRORS, Pages, respond
from zof_local.platform.state import ManagesTeams, ReadsTeams
from zof_local.platform.store.idempotency import Answer, once
from zof_local.platform.store.teams import (
    Team,
    insert_member,
    insert_team,
    list_members,
    list_teams,
    update_team,
    visible_team,
)

router = APIRouter(prefix="/v1/teams", tags=["teams"], responses=ERRORS)


def _show(team: Team) -> dict[str, Any]:
    return {
        "id": team.id,
        "name": team.name,
        "description": team.description,
        "owner": team.owner,
        "created_at": team.created_at,
    }


@router.get("", response_model=Page[TeamBody])
async def get_teams(context: ReadsTeams, paging: Pages) -> dict[str, Any]:
    """Lists the organization's teams, newest first."""
    wanted = page_request("teams", paging.limit, paging.starting_after)
    organization = context.caller.organization_id
    rows = await context.platform.database.read(
        lambda connection: list_teams(connection, organization, wanted)
    )
    return page("teams", rows, wanted.limit, lambda row: row.seq, _show)


@router.post("", status_code=CREATED_STATUS, response_model=TeamBody)
async def create_team(asked: TeamCreate, context: ManagesTeams) -> JSONResponse:
    """Adds a team."""
    platform = context.platform
    now = platform.now()

    def insert(connection: sqlite3.Connection) -> Answer:
        made = insert_team(
            connection,
            context.caller.organization_id,
            name=asked.name,
            description=asked.description,
            owner=asked.owner,
            now=now,
        )
        return CREATED_STATUS, _show(made)

    return respond(
        await platform.database.write(lambda connection: once(connection, context.attempt, now, insert))
    )


@router.get("/{team_id}", response_model=TeamBody)
async def get_team(team_id: str, context: ReadsTeams) -> dict[str, Any]:
    """Retrieves a team."""
    organization = context.caller.organization_id
    return _show(
        await context.platform.database.read(
            lambda connection: visible_team(connection, team_id, organization)
        )
    )


@router.patch("/{team_id}", response_model=TeamBody)
async def patch_team(team_id: str, asked: TeamUpdate, context: ManagesTeams) -> JSONResponse:
    """Changes name, description or owner (inferred method: the documentation shows the path)."""
    platform = context.platform
    now = platform.now()
    changes = checked_changes(asked)

    def update(connection: sqlite3.Connection) -> Answer:
        return 200, _show(update_team(connection, team_id, context.caller.organization_id, changes))

    return respond(
        await platform.database.write(lambda connection: once(connection, context.attempt, now, update))
    )


@router.get("/{team_id}/members", response_model=Page[MemberBody])
async def get_members(team_id: str, context: ReadsTeams, paging: Pages) -> dict[str, Any]:
    """Lists a team's members, newest first (inferred method: the documentation shows the path)."""
    wanted = page_request("members", paging.limit, paging.starting_after)
    organization = context.caller.organization_id
    database = context.platform.database
    team = await database.read(lambda connection: visible_team(connection, team_id, organization))
    rows = await database.read(lambda connection: list_members(connection, team.id, wanted))
    return page(
        "members",
        rows,
        wanted.limit,
        lambda row: row.seq,
        lambda row: {"id": row.id, "name": row.email, "email": row.email, "role": row.role},
    )


@router.post("/{team_id}/invite", response_model=InvitationBody)
async def post_invite(team_id: str, asked: Invite, context: ManagesTeams) -> JSONResponse:
    """Invites a person, who is a member at once (inferred method: the documentation shows the path)."""
    platform = context.platform
    now = platform.now()

    def invite(connection: sqlite3.Connection) -> Answer:
        team = visible_team(connection, team_id, context.caller.organization_id)
        insert_member(connection, team, asked.email, asked.role, now)
        return 200, {
            "id": new_id(INVITATION_PREFIX),
            "team_id": team.id,
            "email": asked.email,
            "role": asked.role,
        }

    return respond(
        await platform.database.write(lambda connection: once(connection, context.attempt, now, invite))
    )
