"""Results (`docs/api/results`): one case's outcome in one run."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from zof_local.platform.assumptions import RESULT_STATUSES
from zof_local.platform.models import Page, ResultBody
from zof_local.platform.paging import page, page_request
from zof_local.platform.requests import checked_status
from zof_local.platform.routes.answers import ERRORS, Dates, Pages, ResultStatus, RunId, show_result
from zof_local.platform.state import ReadsResults
from zof_local.platform.store.results import ResultFilter, list_results, visible_result
from zof_local.platform.store.runs import visible_run

router = APIRouter(prefix="/v1/results", tags=["results"], responses=ERRORS)


@router.get("", response_model=Page[ResultBody])
async def get_results(
    context: ReadsResults,
    paging: Pages,
    dates: Dates,
    run_id: RunId = None,
    status: ResultStatus = None,
) -> dict[str, Any]:
    """Lists results, newest first; a case that has not ended has none yet."""
    wanted = page_request("results", paging.limit, paging.starting_after)
    chosen = ResultFilter(
        run_id=run_id,
        status=checked_status(status, RESULT_STATUSES),
        **dates.checked(),
    )
    organization = context.caller.organization_id
    database = context.platform.database
    if run_id is not None:
        await database.read(lambda connection: visible_run(connection, run_id, organization, param="run_id"))
    rows = await database.read(lambda connection: list_results(connection, organization, chosen, wanted))
    return page("results", rows, wanted.limit, lambda row: row.seq, lambda row: show_result(row, context))


@router.get("/{result_id}", response_model=ResultBody)
async def get_result(result_id: str, context: ReadsResults) -> dict[str, Any]:
    """Retrieves one result: duration, failure summary, where its log is."""
    organization = context.caller.organization_id
    result = await context.platform.database.read(
        lambda connection: visible_result(connection, result_id, organization)
    )
    return show_result(result, context)
