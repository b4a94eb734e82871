"""Projects (`docs/api/authentication`): the list that its example asks for."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from zof_local.platform.models import Page, ProjectBody
from zof_local.platform.paging import page_of_file, page_request
from zof_local.platform.routes.answers import ERRORS, Pages
from zof_local.platform.state import ReadsProjects

router = APIRouter(prefix="/v1/projects", tags=["projects"], responses=ERRORS)


@router.get("", response_model=Page[ProjectBody])
async def get_projects(context: ReadsProjects, paging: Pages) -> dict[str, Any]:
    """Lists the organization's projects, in the order of suites.toml."""
    wanted = page_request("projects", paging.limit, paging.starting_after)
    return page_of_file(
        "projects",
        context.platform.suites.of(context.caller.organization_id),
        wanted,
        lambda project: {"id": project.id, "name": project.title},
    )
