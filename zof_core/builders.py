"""One builder for each operation: its typed signature, its checks, its body.

They are what `client.runs.create` and its neighbours show: both clients bind the same ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from zof_core import operations as ops
from zof_core.cron import cron_problem
from zof_core.requests import Call, Query, build
from zof_core.validation import (
    address_problem,
    checked_id,
    checked_limit,
    date_problem,
    events_problem,
    id_problem,
    quoted,
    refuse,
    run_request,
    text_problem,
    urls_problem,
)

if TYPE_CHECKING:
    from zof_core.models import (
        Acknowledgement,
        Application,
        Artifact,
        Integration,
        LogLine,
        Member,
        Page,
        Project,
        Report,
        Result,
        Run,
        Schedule,
        Team,
        Webhook,
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
    return build(ops.LIST_PROJECTS, query=_paging(limit, starting_after), extra=params)


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
        ZofNotFoundError: Zof does not know the project, the suite or a case.
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
        subject={"project_id": project_id, "test_suite_id": test_suite_id},
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
    query = {"project_id": _optional_id("project_id", project_id), "status": _optional_text("status", status)}
    dates = _dates(created_after, created_before)
    return build(ops.LIST_RUNS, query={**query, **dates, **_paging(limit, starting_after)}, extra=params)


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
    return build(ops.LIST_RUN_LOGS, {"run_id": run_id}, query=_paging(limit, starting_after), extra=params)


def list_run_artifacts(
    run_id: str, *, limit: int | None = None, starting_after: str | None = None, params: Query | None = None
) -> Call[Page[Artifact]]:
    """The files a run left, a page at a time. The capability is documented, the path is assumed."""
    return build(
        ops.LIST_RUN_ARTIFACTS, {"run_id": run_id}, query=_paging(limit, starting_after), extra=params
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
    query = {"run_id": _optional_id("run_id", run_id), "status": _optional_text("status", status)}
    dates = _dates(created_after, created_before)
    return build(ops.LIST_RESULTS, query={**query, **dates, **_paging(limit, starting_after)}, extra=params)


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
    dates = {"scope": _optional_text("scope", scope), **_dates(created_after, created_before)}
    return build(ops.LIST_REPORTS, query={**dates, **_paging(limit, starting_after)}, extra=params)


# --- Schedules -----------------------------------------------------------------------------------------------------


def list_schedules(
    *, limit: int | None = None, starting_after: str | None = None, params: Query | None = None
) -> Call[Page[Schedule]]:
    """Schedules, active and paused, a page at a time (`docs/api/schedules`)."""
    return build(ops.LIST_SCHEDULES, query=_paging(limit, starting_after), extra=params)


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
        subject={"project_id": project_id, "test_suite_id": test_suite_id},
    )


# --- Webhooks ------------------------------------------------------------------------------------------------------


def list_webhooks(
    *, limit: int | None = None, starting_after: str | None = None, params: Query | None = None
) -> Call[Page[Webhook]]:
    """Webhook endpoints, a page at a time (`docs/api/webhooks`)."""
    return build(ops.LIST_WEBHOOKS, query=_paging(limit, starting_after), extra=params)


def create_webhook(
    *, url: str, events: Sequence[str], secret: str | None = None, idempotency_key: str | None = None
) -> Call[Webhook]:
    """Have events sent to an address (`docs/api/webhooks`).

    The answer alone holds the signing `secret`: store it at once.

    Args:
        url: public, HTTPS, with a valid certificate.
        events: such as `["run.completed"]`.
        secret: your own, where Zof accepts one.
        idempotency_key: with the same key Zof creates one endpoint only. Made if not given.
    """
    refuse(
        {
            "url": address_problem("url", url),
            "events": events_problem(events),
            "secret": secret if secret is None else text_problem("secret", secret),
        }
    )
    body = {"url": url, "events": list(events), "secret": secret}
    return build(ops.CREATE_WEBHOOK, body=body, idempotency_key=idempotency_key)


def send_test_event(webhook_id: str, *, idempotency_key: str | None = None) -> Call[Acknowledgement]:
    """Have a test payload sent (`docs/api/webhooks`)."""
    return build(ops.TEST_WEBHOOK, {"webhook_id": webhook_id}, idempotency_key=idempotency_key)


# --- Applications, teams, integrations -----------------------------------------------------------------------------


def create_application(
    *,
    name: str,
    type: str,  # noqa: A002  # the field's documented name
    team_id: str | None = None,
    urls: Mapping[str, str] | None = None,
    idempotency_key: str | None = None,
) -> Call[Application]:
    """Register a system under test (`docs/api/applications/create`).

    Args:
        name: display name.
        type: `web`, `api` or `desktop`.
        team_id: the owning team.
        urls: environment → HTTPS base URL.
        idempotency_key: with the same key Zof registers one application only. Made if not given.
    """
    refuse(
        {
            "name": text_problem("name", name),
            "type": text_problem("type", type),
            "team_id": None if team_id is None else id_problem("team_id", team_id),
            "urls": None if urls is None else urls_problem(urls),
        }
    )
    body = {"name": name, "type": type, "team_id": team_id, "urls": dict(urls) if urls is not None else None}
    return build(
        ops.CREATE_APPLICATION, body=body, idempotency_key=idempotency_key, subject={"team_id": team_id}
    )


def update_application(
    application_id: str,
    *,
    name: str | None = None,
    description: str | None = None,
    team_id: str | None = None,
    urls: Mapping[str, str] | None = None,
    idempotency_key: str | None = None,
) -> Call[Application]:
    """Change an application's name, description, team or URLs (`docs/api/applications/update`).

    What is left out stays as it is. Whether `urls` is merged or replaced is not documented: send all of them.
    """
    refuse(
        {
            "name": None if name is None else text_problem("name", name),
            "description": None if not description else text_problem("description", description),
            "team_id": None if team_id is None else id_problem("team_id", team_id),
            "urls": None if urls is None else urls_problem(urls),
        }
    )
    body = {
        "name": name,
        "description": description,
        "team_id": team_id,
        "urls": dict(urls) if urls is not None else None,
    }
    if all(value is None for value in body.values()):
        refuse({"name": "Nothing to change was named. Give name, description, team_id or urls."})
    ids = {"application_id": application_id}
    return build(
        ops.UPDATE_APPLICATION, ids, body=body, idempotency_key=idempotency_key, subject={"team_id": team_id}
    )


def list_teams(
    *, limit: int | None = None, starting_after: str | None = None, params: Query | None = None
) -> Call[Page[Team]]:
    """Teams, a page at a time (`docs/api/teams`)."""
    return build(ops.LIST_TEAMS, query=_paging(limit, starting_after), extra=params)


def create_team(
    *, name: str, metadata: Mapping[str, Any] | None = None, idempotency_key: str | None = None
) -> Call[Team]:
    """Create a team (`docs/api/teams`).

    Args:
        name: display name.
        metadata: ownership metadata; its fields are not documented, so they are sent as they are.
        idempotency_key: with the same key Zof creates one team only. Made if not given.
    """
    refuse(
        {
            "name": text_problem("name", name),
            "metadata": None
            if metadata is None or isinstance(metadata, Mapping)
            else f"metadata must map names to values, not be {type(metadata).__name__}.",
        }
    )
    return build(ops.CREATE_TEAM, body={**(metadata or {}), "name": name}, idempotency_key=idempotency_key)


def retrieve_team(team_id: str) -> Call[Team]:
    """A team (`docs/api/teams`)."""
    return build(ops.RETRIEVE_TEAM, {"team_id": team_id})


def update_team(
    team_id: str,
    *,
    name: str | None = None,
    metadata: Mapping[str, Any] | None = None,
    idempotency_key: str | None = None,
) -> Call[Team]:
    """Change a team. That its path takes a second operation is documented; that it is this one is inferred.

    Args:
        team_id: the team.
        name: display name; stays as it is if left out.
        metadata: ownership metadata; its fields are not documented, so they are sent as they are.
        idempotency_key: with the same key Zof changes the team once only. Made if not given.
    """
    if name is None and not metadata:
        refuse({"name": "Nothing to change was named. Give name or metadata."})
    body = {**(metadata or {}), "name": name}
    return build(ops.UPDATE_TEAM, {"team_id": team_id}, body=body, idempotency_key=idempotency_key)


def list_team_members(
    team_id: str, *, limit: int | None = None, starting_after: str | None = None, params: Query | None = None
) -> Call[Page[Member]]:
    """Members of a team, a page at a time. The path is documented, the method is inferred."""
    return build(
        ops.LIST_TEAM_MEMBERS, {"team_id": team_id}, query=_paging(limit, starting_after), extra=params
    )


def invite_to_team(
    team_id: str, *, email: str, role: str | None = None, idempotency_key: str | None = None
) -> Call[Acknowledgement]:
    """Invite a person to a team. The path is documented; method and fields are inferred."""
    if not isinstance(email, str) or "@" not in email[1:-1] or any(char.isspace() for char in email):
        refuse({"email": f"email {quoted(email)} is not an address."})
    body = {"email": email, "role": role}
    return build(ops.INVITE_TO_TEAM, {"team_id": team_id}, body=body, idempotency_key=idempotency_key)


def list_integrations(
    *, limit: int | None = None, starting_after: str | None = None, params: Query | None = None
) -> Call[Page[Integration]]:
    """Connected providers and the health of their connections, a page at a time (`docs/api/integrations`)."""
    return build(ops.LIST_INTEGRATIONS, query=_paging(limit, starting_after), extra=params)


# --- Pieces ---


def _optional_text(name: str, value: str | None) -> str | None:
    if value is not None:
        refuse({name: text_problem(name, value)})
    return value


def _dates(after: datetime | str | None, before: datetime | str | None) -> dict[str, Any]:
    dates = {"created_after": after, "created_before": before}
    refuse({name: date_problem(name, value) for name, value in dates.items()})
    return dates


def _paging(limit: int | None, starting_after: str | None) -> dict[str, Any]:
    _optional_text("starting_after", starting_after)
    return {"limit": checked_limit(limit), "starting_after": starting_after}


def _optional_id(name: str, value: str | None) -> str | None:
    return None if value is None else checked_id(name, value)
