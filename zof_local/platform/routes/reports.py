"""Reports (`docs/api/reports/list`): one is generated for every run that ends."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from zof_local.platform.models import Page, ReportBody
from zof_local.platform.paging import page, page_request
from zof_local.platform.routes.answers import ERRORS, Dates, Pages, ProjectId
from zof_local.platform.state import ReadsReports
from zof_local.platform.store.reports import ReportFilter, list_reports

router = APIRouter(prefix="/v1/reports", tags=["reports"], responses=ERRORS)


@router.get("", response_model=Page[ReportBody])
async def get_reports(
    context: ReadsReports, paging: Pages, dates: Dates, scope: ProjectId = None
) -> dict[str, Any]:
    """Lists reports, newest first; `scope` is a project's id."""
    wanted = page_request("reports", paging.limit, paging.starting_after)
    chosen = ReportFilter(scope=scope, **dates.checked())
    organization = context.caller.organization_id
    rows = await context.platform.database.read(
        lambda connection: list_reports(connection, organization, chosen, wanted)
    )
    return page(
        "reports",
        rows,
        wanted.limit,
        lambda row: row.seq,
        lambda row: {
            "id": row.id,
            "scope": row.scope,
            "url": context.run_url(row.run_id),
            "created_at": row.created_at,
        },
    )
