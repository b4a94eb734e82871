"""Artifacts of runs: their bytes. Assumed path: the documentation names the capability only (`docs/api/runs`)."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import FileResponse

from zof_local.platform.errors import not_found
from zof_local.platform.routes.answers import ERRORS
from zof_local.platform.state import ReadsRuns
from zof_local.platform.store.artifacts import visible_artifact

router = APIRouter(prefix="/v1/artifacts", tags=["artifacts"], responses=ERRORS)

_BINARY = {"schema": {"type": "string", "format": "binary"}}


@router.get(
    "/{artifact_id}/content",
    response_class=FileResponse,
    responses={200: {"content": {"application/xml": _BINARY, "text/plain": _BINARY}}},
)
async def get_content(artifact_id: str, context: ReadsRuns) -> FileResponse:
    """Downloads an artifact."""
    platform = context.platform
    organization = context.caller.organization_id
    artifact = await platform.database.read(
        lambda connection: visible_artifact(connection, artifact_id, organization)
    )
    path = platform.files.path(artifact.run_id, artifact.name)
    if not path.is_file():
        raise not_found(f"The file of artifact {artifact.id} is gone from the data directory.")
    return FileResponse(
        path,
        media_type=artifact.content_type,
        filename=artifact.name,
        headers={"X-Content-Type-Options": "nosniff"},
    )
