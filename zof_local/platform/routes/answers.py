"""Rows of the store as the API shows them, and the parameters that lists share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Query
from fastapi.responses import JSONResponse
from pydantic import WithJsonSchema

from zof_local.platform.assumptions import DEFAULT_LIMIT, MAX_LIMIT, RESULT_STATUSES, RUN_STATUSES
from zof_local.platform.ids import module_of, name_of
from zof_local.platform.models import ErrorBody
from zof_local.platform.requests import checked_moment
from zof_local.platform.state import Context, Platform
from zof_local.platform.store.idempotency import Answer
from zof_local.platform.store.results import Result
from zof_local.platform.store.runs import NewRun, Run

_MOMENT = WithJsonSchema({"type": "string", "format": "date-time"})
Limit = Annotated[
    str | None,
    WithJsonSchema({"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT}),
    Query(description="Entries on a page."),
]
StartingAfter = Annotated[
    str | None, WithJsonSchema({"type": "string"}), Query(description="The next_cursor of the page before.")
]
CreatedAfter = Annotated[
    str | None, _MOMENT, Query(description="Only what was created after this ISO-8601 moment.")
]
CreatedBefore = Annotated[
    str | None, _MOMENT, Query(description="Only what was created before this ISO-8601 moment.")
]
RunId = Annotated[str | None, WithJsonSchema({"type": "string"}), Query(description="Only this run's.")]
ProjectId = Annotated[
    str | None, WithJsonSchema({"type": "string"}), Query(description="Only this project's.")
]

RunStatus = Annotated[
    str | None,
    WithJsonSchema({"type": "string", "enum": list(RUN_STATUSES)}),
    Query(description="Only runs with this status."),
]
ResultStatus = Annotated[
    str | None,
    WithJsonSchema({"type": "string", "enum": list(RESULT_STATUSES)}),
    Query(description="Only results with this status."),
]


@dataclass(frozen=True, slots=True)
class Paging:
    """The parameters of every list."""

    limit: Limit = None
    starting_after: StartingAfter = None


@dataclass(frozen=True, slots=True)
class Created:
    """The date parameters of a list."""

    created_after: CreatedAfter = None
    created_before: CreatedBefore = None

    def checked(self) -> dict[str, str | None]:
        """Both moments as the store writes them, else 400."""
        return {
            name: checked_moment(name, getattr(self, name)) for name in ("created_after", "created_before")
        }


Pages = Annotated[Paging, Depends()]
Dates = Annotated[Created, Depends()]

ERRORS: dict[int | str, dict[str, Any]] = {500: {"model": ErrorBody}}
"""Makes the envelope known; which refusals an operation has is worked out in `openapi`."""


def show_run(run: Run, context: Context) -> dict[str, Any]:
    """A run's body."""
    summary = None
    if run.total is not None:
        names = ("total", "passed", "failed", "error", "skipped")
        summary = {name: getattr(run, name) for name in names}
    return {
        "id": run.id,
        "organization_id": run.organization_id,
        "project_id": run.project_id,
        "environment": run.environment,
        "status": run.status,
        "status_reason": run.reason,
        "test_suite_id": run.test_suite_id,
        "test_case_ids": None if run.test_case_ids is None else list(run.test_case_ids),
        "summary": summary,
        "url": context.run_url(run.id),
        "source": run.source,
        "schedule_id": run.schedule_id,
        "created_at": run.created_at,
        "started_at": run.started_at,
        "completed_at": run.completed_at,
    }


def show_result(result: Result, context: Context) -> dict[str, Any]:
    """A result's body."""
    return {
        "id": result.id,
        "run_id": result.run_id,
        "test_case_id": result.test_case_id,
        "name": name_of(result.node_id),
        "module": module_of(result.node_id),
        "status": result.status,
        "duration_ms": result.duration_ms,
        "failure_summary": result.failure_summary,
        "log_url": f"{context.run_url(result.run_id)}#{result.id}",
        "created_at": result.created_at,
    }


async def require_cases(target: NewRun, platform: Platform) -> None:
    """Makes sure that the cases that a run or a schedule names exist, else 404."""
    if target.test_case_ids is not None:
        project = platform.suites.project(target.project_id, target.organization_id)
        assert project is not None
        await platform.cases.require(project, target.environment, target.test_case_ids)


def respond(answer: Answer) -> JSONResponse:
    """An answer that was stored together with its status."""
    status, body = answer
    return JSONResponse(body, status_code=status)
