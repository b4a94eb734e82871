"""Projects (`docs/api/authentication`): the list that its example asks for."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from zof_local.platform.models import Page, ProjectBody
from zof_local.platform.paging import page, page_request
from zof_local.platform.routes.answers import ERRORS, Pages
from zof_local.platform.state import ReadsProjects

router = APIRouter(prefix="/v1/projects", tags=["projects"], responses=ERRORS)


@router.get("", response_model=Page[ProjectBody])
async def get_projects(context: ReadsProjects, paging: Pages) -> dict[str, Any]:
    """Lists the organization's projects, in the order of suites.toml."""
    wanted = page_request("projects", paging.limit, paging.starting_after)
    numbered = list(enumerate(context.platform.suites.of(context.caller.organization_id), start=1))
    rows = [row for row in reversed(numbered) if wanted.position is None or row[0] < wanted.position]
    return page(
        "projects",
        rows[: wanted.limit + 1],
        wanted.limit,
        lambda row: row[0],
        lambda row: {"id": row[1].id, "name": row[1].title},
    )
