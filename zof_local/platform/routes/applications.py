"""Applications (`docs/api/applications/create`, `…/update`): register and change systems under test."""

from __future__ import annotations

import sqlite3
from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from zof_local.platform.assumptions import CREATED_STATUS
from zof_local.platform.models import ApplicationBody, ApplicationCreate, ApplicationUpdate
from zof_local.platform.requests import checked_changes, checked_url
from zof_local.platform.routes.answers import ERRORS, respond
from zof_local.platform.state import CreatesApplications, UpdatesApplications
from zof_local.platform.store.applications import Application, insert_application, update_application
from zof_local.platform.store.idempotency import Answer, once

router = APIRouter(prefix="/v1/applications", tags=["applications"], responses=ERRORS)


def _show(application: Application) -> dict[str, Any]:
    return {
        "id": application.id,
        "name": application.name,
        "type": application.type,
        "team_id": application.team_id,
        "urls": application.urls,
        "description": application.description,
        "created_at": application.created_at,
    }


@router.post("", status_code=CREATED_STATUS, response_model=ApplicationBody)
async def create_application(asked: ApplicationCreate, context: CreatesApplications) -> JSONResponse:
    """Registers a system under test."""
    platform = context.platform
    now = platform.now()
    for environment, url in asked.urls.items():
        checked_url(url, "urls", f"urls.{environment[:60]}")

    def insert(connection: sqlite3.Connection) -> Answer:
        made = insert_application(
            connection,
            organization_id=context.caller.organization_id,
            name=asked.name,
            type=asked.type,
            description=asked.description,
            team_id=asked.team_id,
            urls=asked.urls,
            now=now,
        )
        return CREATED_STATUS, _show(made)

    return respond(
        await platform.database.write(lambda connection: once(connection, context.attempt, now, insert))
    )


@router.patch("/{application_id}", response_model=ApplicationBody)
async def patch_application(
    application_id: str, asked: ApplicationUpdate, context: UpdatesApplications
) -> JSONResponse:
    """Changes name, description, team or URLs."""
    platform = context.platform
    now = platform.now()
    changes = checked_changes(asked)
    for environment, url in asked.urls.items():
        checked_url(url, "urls", f"urls.{environment[:60]}")

    def update(connection: sqlite3.Connection) -> Answer:
        organization = context.caller.organization_id
        return 200, _show(update_application(connection, application_id, organization, changes))

    return respond(
        await platform.database.write(lambda connection: once(connection, context.attempt, now, update))
    )
