"""A builder for each operation on projects, runs, results, reports and schedules: its signature, its checks, its body.

Those of what an organization sets up are in `zof_core.admin_builders`.

They are what `client.runs.create` and its neighbours show: both clients bind the same ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from zof_core import operations as ops
from zof_core.cron import cron_problem
from zof_core.requests import Call, Query, build, dates, optional_id, optional_text, paging
from zof_core.validation import refuse, run_request

if TYPE_CHECKING:
    from zof_core.models import (
        Artifact,
        LogLine,
        Page,
        Project,
        Report,
        Result,
        Run,
        Schedule,
    )

# --- Projects ------------------------------------------------------------------------------------------------------


def list_projects(
    *, limit: int | None = None, starting_after: str | None = None, params: Query | None = None
) -> Call[Page[Project]]:
    """Projects, a page at a time (`docs/api/authentication`).

    Args:
        limit: items a page, 1 to 100; Zof's default is 20.
        starting_after: the `next_cursor` of the page before.
        params: more query parameters, sent as they are.
    """
    return build(ops.LIST_PROJECTS, query=paging(limit, starting_after), extra=params)


# --- Runs ----------------------------------------------------------------------------------------------------------


def create_run(
    *,
    project_id: str,
    environment: str,
    test_suite_id: str | None = None,
    test_case_ids: Sequence[str] | None = None,
    idempotency_key: str | None = None,
) -> Call[Run]:
    """Start a run of a suite, or of single cases (`docs/api/runs/create`).

    Args:
        project_id: such as `proj_abc123`.
        environment: `staging`, `production` or a label of Admin → Environments.
        test_suite_id: the suite; or
        test_case_ids: the cases.
        idempotency_key: names this start: with the same key Zof starts one run only. Made if not given.

    Raises:
        ZofValidationError: something is known to be wrong before sending; nothing is sent.
        ZofNotFoundError: Zof does not know the project, the environment, the suite or a case.
        ZofPermissionError: the key's role lacks `runs:create`.
    """
    request = run_request(
        project_id=project_id,
        environment=environment,
        test_suite_id=test_suite_id,
        test_case_ids=test_case_ids,
    )
    return build(
        ops.CREATE_RUN,
        body=request.model_dump(),
        idempotency_key=idempotency_key,
        subject={"project_id": project_id, "environment": environment, "test_suite_id": test_suite_id},
    )


def retrieve_run(run_id: str) -> Call[Run]:
    """A run as it is now (`docs/api/runs`)."""
    return build(ops.RETRIEVE_RUN, {"run_id": run_id})


def list_runs(
    *,
    project_id: str | None = None,
    status: str | None = None,
    created_after: datetime | str | None = None,
    created_before: datetime | str | None = None,
    limit: int | None = None,
    starting_after: str | None = None,
    params: Query | None = None,
) -> Call[Page[Run]]:
    """Runs, newest first, a page at a time (`docs/api/runs`).

    Args:
        project_id: only this project's.
        status: only those of this status.
        created_after: only those created later; with a time zone, or ISO-8601 text.
        created_before: only those created earlier.
        limit: items a page, 1 to 100; Zof's default is 20.
        starting_after: the `next_cursor` of the page before.
        params: more query parameters, sent as they are.
    """
    query = {"project_id": optional_id("project_id", project_id), "status": optional_text("status", status)}
    between = dates(created_after, created_before)
    return build(ops.LIST_RUNS, query={**query, **between, **paging(limit, starting_after)}, extra=params)


def cancel_run(run_id: str, *, idempotency_key: str | None = None) -> Call[Run]:
    """Cancel a run in flight (`docs/api/runs`).

    Raises:
        ZofConflictError: it has already ended.
    """
    return build(ops.CANCEL_RUN, {"run_id": run_id}, idempotency_key=idempotency_key)


def list_run_logs(
    run_id: str, *, limit: int | None = None, starting_after: str | None = None, params: Query | None = None
) -> Call[Page[LogLine]]:
    """The log of a run, a page at a time. The capability is documented, the path is assumed."""
    return build(ops.LIST_RUN_LOGS, {"run_id": run_id}, query=paging(limit, starting_after), extra=params)


def list_run_artifacts(
    run_id: str, *, limit: int | None = None, starting_after: str | None = None, params: Query | None = None
) -> Call[Page[Artifact]]:
    """The files a run left, a page at a time. The capability is documented, the path is assumed."""
    return build(
        ops.LIST_RUN_ARTIFACTS, {"run_id": run_id}, query=paging(limit, starting_after), extra=params
    )


# --- Results and reports -------------------------------------------------------------------------------------------


def list_results(
    *,
    run_id: str | None = None,
    status: str | None = None,
    created_after: datetime | str | None = None,
    created_before: datetime | str | None = None,
    limit: int | None = None,
    starting_after: str | None = None,
    params: Query | None = None,
) -> Call[Page[Result]]:
    """Outcomes of cases, a page at a time (`docs/api/results/list`).

    Args:
        run_id: only this run's.
        status: only those of this status.
        created_after: only later ones; with a time zone, or ISO-8601 text.
        created_before: only earlier ones.
        limit: items a page, 1 to 100; Zof's default is 20.
        starting_after: the `next_cursor` of the page before.
        params: more query parameters, sent as they are.
    """
    query = {"run_id": optional_id("run_id", run_id), "status": optional_text("status", status)}
    between = dates(created_after, created_before)
    return build(ops.LIST_RESULTS, query={**query, **between, **paging(limit, starting_after)}, extra=params)


def retrieve_result(result_id: str) -> Call[Result]:
    """One outcome: duration, reference to its log, summary of the failure (`docs/api/results/retrieve`)."""
    return build(ops.RETRIEVE_RESULT, {"result_id": result_id})


def list_reports(
    *,
    scope: str | None = None,
    created_after: datetime | str | None = None,
    created_before: datetime | str | None = None,
    limit: int | None = None,
    starting_after: str | None = None,
    params: Query | None = None,
) -> Call[Page[Report]]:
    """Generated reports, a page at a time (`docs/api/reports/list`)."""
    query = {"scope": optional_text("scope", scope), **dates(created_after, created_before)}
    return build(ops.LIST_REPORTS, query={**query, **paging(limit, starting_after)}, extra=params)


# --- Schedules -----------------------------------------------------------------------------------------------------


def list_schedules(
    *, limit: int | None = None, starting_after: str | None = None, params: Query | None = None
) -> Call[Page[Schedule]]:
    """Schedules, active and paused, a page at a time (`docs/api/schedules`)."""
    return build(ops.LIST_SCHEDULES, query=paging(limit, starting_after), extra=params)


def create_schedule(
    *,
    cron: str,
    project_id: str,
    environment: str,
    test_suite_id: str | None = None,
    test_case_ids: Sequence[str] | None = None,
    idempotency_key: str | None = None,
) -> Call[Schedule]:
    """Run a suite, or single cases, by the clock (`docs/scheduling`; the names of the fields are ours).

    Args:
        cron: five fields, UTC: `0 2 * * *` is 02:00 every day.
        project_id: such as `proj_abc123`.
        environment: `staging`, `production` or a label of Admin → Environments.
        test_suite_id: the suite; or
        test_case_ids: the cases.
        idempotency_key: with the same key Zof creates one schedule only. Made if not given.
    """
    if problem := cron_problem(cron):
        refuse({"cron": problem})
    request = run_request(
        project_id=project_id,
        environment=environment,
        test_suite_id=test_suite_id,
        test_case_ids=test_case_ids,
    )
    return build(
        ops.CREATE_SCHEDULE,
        body={"cron": cron, **request.model_dump()},
        idempotency_key=idempotency_key,
        subject={"project_id": project_id, "environment": environment, "test_suite_id": test_suite_id},
    )
