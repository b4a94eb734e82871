"""Runs (`docs/api/runs`, `docs/api/runs/create`): create, list, retrieve, cancel, log and artifacts."""

from __future__ import annotations

import sqlite3
from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from zof_local.platform.assumptions import CREATED_STATUS, RUN_STATUSES
from zof_local.platform.models import ArtifactBody, LogLineBody, Page, RunBody, RunCreate
from zof_local.platform.paging import page, page_request
from zof_local.platform.requests import checked_run, checked_status
from zof_local.platform.routes.answers import (
    ERRORS,
    Dates,
    Pages,
    ProjectId,
    RunStatus,
    require_cases,
    respond,
    show_run,
)
from zof_local.platform.state import CancelsRuns, CreatesRuns, ReadsRuns
from zof_local.platform.store.artifacts import Artifact, list_artifacts
from zof_local.platform.store.idempotency import Answer, earlier_answer, once
from zof_local.platform.store.results import list_log
from zof_local.platform.store.runs import RunFilter, cancel_run, insert_run, list_runs, visible_run

router = APIRouter(prefix="/v1/runs", tags=["runs"], responses=ERRORS)


@router.post("", status_code=CREATED_STATUS, response_model=RunBody)
async def create_run(asked: RunCreate, context: CreatesRuns) -> JSONResponse:
    """Starts a run; it is queued until there is room for it."""
    platform = context.platform
    now = platform.now()
    earlier = await platform.database.read(
        lambda connection: earlier_answer(connection, context.attempt, now)
    )
    if earlier is not None:
        return respond(earlier)
    new = checked_run(asked, platform.suites, context.caller.organization_id)
    await require_cases(new, platform)

    def insert(connection: sqlite3.Connection) -> Answer:
        return CREATED_STATUS, show_run(insert_run(connection, new, platform.now()), context)

    answer = await platform.database.write(lambda connection: once(connection, context.attempt, now, insert))
    platform.dispatcher.wake()
    return respond(answer)


@router.get("", response_model=Page[RunBody])
async def get_runs(
    context: ReadsRuns,
    paging: Pages,
    dates: Dates,
    project_id: ProjectId = None,
    status: RunStatus = None,
) -> dict[str, Any]:
    """Lists runs, newest first."""
    wanted = page_request("runs", paging.limit, paging.starting_after)
    chosen = RunFilter(
        project_id=project_id,
        status=checked_status(status, RUN_STATUSES),
        **dates.checked(),
    )
    organization = context.caller.organization_id
    rows = await context.platform.database.read(
        lambda connection: list_runs(connection, organization, chosen, wanted)
    )
    return page("runs", rows, wanted.limit, lambda run: run.seq, lambda run: show_run(run, context))


@router.get("/{run_id}", response_model=RunBody)
async def get_run(run_id: str, context: ReadsRuns) -> dict[str, Any]:
    """Retrieves a run: status, and how its cases ended so far."""
    organization = context.caller.organization_id
    run = await context.platform.database.read(
        lambda connection: visible_run(connection, run_id, organization)
    )
    return show_run(run, context)


@router.post("/{run_id}/cancel", response_model=RunBody)
async def post_cancel(run_id: str, context: CancelsRuns) -> JSONResponse:
    """Cancels a queued or running run; 409 if it has ended."""
    platform = context.platform
    organization = context.caller.organization_id
    now = platform.now()

    def cancel(connection: sqlite3.Connection) -> Answer:
        return 200, show_run(cancel_run(connection, run_id, organization, now), context)

    answer = await platform.database.write(lambda connection: once(connection, context.attempt, now, cancel))
    platform.dispatcher.cancel(run_id)
    platform.deliverer.wake()
    return respond(answer)


@router.get("/{run_id}/logs", response_model=Page[LogLineBody])
async def get_logs(run_id: str, context: ReadsRuns, paging: Pages) -> dict[str, Any]:
    """The run's log, oldest line first (assumed path: the documentation names the capability only)."""
    wanted = page_request("logs", paging.limit, paging.starting_after)
    organization = context.caller.organization_id
    database = context.platform.database
    await database.read(lambda connection: visible_run(connection, run_id, organization))
    lines = await database.read(
        lambda connection: list_log(connection, run_id, wanted.limit + 1, after=wanted.position or 0)
    )
    return page(
        "logs",
        lines,
        wanted.limit,
        lambda line: line.seq,
        lambda line: {"timestamp": line.timestamp, "level": line.level, "message": line.message},
    )


@router.get("/{run_id}/artifacts", response_model=Page[ArtifactBody])
async def get_artifacts(run_id: str, context: ReadsRuns, paging: Pages) -> dict[str, Any]:
    """The files that the run left, newest first (assumed path: the documentation names the capability only)."""
    wanted = page_request("artifacts", paging.limit, paging.starting_after)
    organization = context.caller.organization_id
    database = context.platform.database
    await database.read(lambda connection: visible_run(connection, run_id, organization))
    rows = await database.read(lambda connection: list_artifacts(connection, organization, run_id, wanted))

    def show(artifact: Artifact) -> dict[str, Any]:
        return {
            "id": artifact.id,
            "name": artifact.name,
            "type": artifact.type,
            "content_type": artifact.content_type,
            "size_bytes": artifact.size_bytes,
            "url": f"{context.base}/v1/artifacts/{artifact.id}/content",
            "created_at": artifact.created_at,
        }

    return page("artifacts", rows, wanted.limit, lambda row: row.seq, show)
