"""Integrations (`docs/api/integrations`): the connected providers, as suites.toml has them.

The page's POST is cut off in what could be read of it, so there is none here.
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from zof_local.platform.models import IntegrationBody, Page
from zof_local.platform.paging import page_of_file, page_request
from zof_local.platform.routes.answers import ERRORS, Pages
from zof_local.platform.state import ReadsIntegrations

router = APIRouter(prefix="/v1/integrations", tags=["integrations"], responses=ERRORS)


@router.get("", response_model=Page[IntegrationBody])
async def get_integrations(context: ReadsIntegrations, paging: Pages) -> dict[str, Any]:
    """Lists the organization's integrations and the health of their connections."""
    wanted = page_request("integrations", paging.limit, paging.starting_after)
    own = [
        one
        for one in context.platform.suites.integrations
        if one.organization == context.caller.organization_id
    ]
    return page_of_file(
        "integrations",
        own,
        wanted,
        lambda one: {"id": one.id, "provider": one.provider, "status": one.status},
    )
