"""Schedules (`docs/api/schedules`): list and create; they are paused on the console page and by a command."""

from __future__ import annotations

import sqlite3
from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from zof_local.platform.assumptions import CREATED_STATUS
from zof_local.platform.cron import checked_cron
from zof_local.platform.models import Page, ScheduleBody, ScheduleCreate
from zof_local.platform.paging import page, page_request
from zof_local.platform.requests import checked_run
from zof_local.platform.routes.answers import ERRORS, Pages, require_cases, respond
from zof_local.platform.state import ManagesSchedules, ReadsSchedules
from zof_local.platform.store.idempotency import Answer, earlier_answer, once
from zof_local.platform.store.schedules import Schedule, insert_schedule, list_schedules

router = APIRouter(prefix="/v1/schedules", tags=["schedules"], responses=ERRORS)


def _show(schedule: Schedule) -> dict[str, Any]:
    return {
        "id": schedule.id,
        "cron": schedule.cron,
        "project_id": schedule.project_id,
        "environment": schedule.environment,
        "test_suite_id": schedule.test_suite_id,
        "test_case_ids": None if schedule.test_case_ids is None else list(schedule.test_case_ids),
        "status": schedule.status,
        "next_run_at": schedule.next_at if schedule.is_active else None,
        "created_at": schedule.created_at,
    }


@router.get("", response_model=Page[ScheduleBody])
async def get_schedules(context: ReadsSchedules, paging: Pages) -> dict[str, Any]:
    """Lists the active and the paused ones, newest first."""
    wanted = page_request("schedules", paging.limit, paging.starting_after)
    organization = context.caller.organization_id
    rows = await context.platform.database.read(
        lambda connection: list_schedules(connection, organization, wanted)
    )
    return page("schedules", rows, wanted.limit, lambda row: row.seq, _show)


@router.post("", status_code=CREATED_STATUS, response_model=ScheduleBody)
async def create_schedule(asked: ScheduleCreate, context: ManagesSchedules) -> JSONResponse:
    """Has a suite or cases run by the clock, in UTC."""
    platform = context.platform
    now = platform.now()
    earlier = await platform.database.read(
        lambda connection: earlier_answer(connection, context.attempt, now)
    )
    if earlier is not None:
        return respond(earlier)
    cron = checked_cron(asked.cron, now)
    target = checked_run(asked, platform.suites, context.caller.organization_id)
    await require_cases(target, platform)

    def insert(connection: sqlite3.Connection) -> Answer:
        return CREATED_STATUS, _show(insert_schedule(connection, cron, target, now))

    answer = await platform.database.write(lambda connection: once(connection, context.attempt, now, insert))
    platform.scheduler.wake()
    return respond(answer)
