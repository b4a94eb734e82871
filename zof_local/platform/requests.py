"""Checks what a request asks for against what there is; each refusal is a sentence for people. Pure."""

from __future__ import annotations

import difflib
import ipaddress
from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel

from zof_local.platform.assumptions import timestamp
from zof_local.platform.errors import ApiProblem, invalid, not_found
from zof_local.platform.models import RunCreate
from zof_local.platform.store.runs import NewRun
from zof_local.platform.suites import Project, Suites


def visible_project(suites: Suites, project_id: str, organization_id: str) -> Project:
    """The organization's project, else 404 with param `project_id`."""
    project = suites.project(project_id, organization_id)
    if project is None:
        known = _listed(project.id for project in suites.of(organization_id))
        raise not_found(
            f"There is no project '{project_id}' in this organization. Known projects: {known}.", "project_id"
        )
    return project


def checked_run(asked: RunCreate, suites: Suites, organization_id: str) -> NewRun:
    """What to run, when project, environment and suite exist; case ids are still to be checked.

    Raises:
        ApiProblem: 404 for an unknown project, environment or suite; 400 for both or neither of suite and cases.
    """
    project = visible_project(suites, asked.project_id, organization_id)
    if asked.environment not in project.environments:
        raise not_found(
            f"Project {project.id} has no environment '{asked.environment}'. "
            f"Known environments: {_listed(project.environments)}.",
            "environment",
        )
    if asked.test_suite_id is not None and asked.test_case_ids is not None:
        raise invalid("Send either test_suite_id or test_case_ids, not both.", "test_case_ids")
    if asked.test_suite_id is None and asked.test_case_ids is None:
        raise invalid("Say what to run: send test_suite_id or test_case_ids.", "test_suite_id")
    if asked.test_suite_id is not None and project.suite(asked.test_suite_id) is None:
        raise not_found(
            f"Project {project.id} has no suite '{asked.test_suite_id}'. "
            f"Known suites: {_listed(suite.id for suite in project.suites)}.",
            "test_suite_id",
        )
    cases = None if asked.test_case_ids is None else tuple(dict.fromkeys(asked.test_case_ids))
    return NewRun(
        organization_id=organization_id,
        project_id=project.id,
        environment=asked.environment,
        test_suite_id=asked.test_suite_id,
        test_case_ids=cases,
    )


def unknown_case(project_id: str, wanted: str, known: Collection[str]) -> ApiProblem:
    """404 for a case id that the project does not have, with the nearest one that it has."""
    near = difflib.get_close_matches(wanted, known, n=1, cutoff=0.6)
    hint = f" Did you mean {near[0]}?" if near else f" It has {len(known)} cases; results name them."
    return not_found(f"Project {project_id} has no case '{wanted}'.{hint}", "test_case_ids")


def checked_status(status: str | None, known: Iterable[str]) -> str | None:
    """The status a list is filtered by.

    Raises:
        ApiProblem: 400 with param `status` and the known ones.
    """
    choices = tuple(known)
    if status is not None and status not in choices:
        raise invalid(f"There is no status '{status[:40]}'. Known statuses: {_listed(choices)}.", "status")
    return status


def checked_moment(name: str, text: str | None) -> str | None:
    """A moment a list is filtered by, as the store writes it; without a time zone it counts as UTC.

    Raises:
        ApiProblem: 400 with the parameter's name.
    """
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
        return timestamp(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        raise invalid(
            f"{name} must be an ISO-8601 date and time such as 2026-05-20T12:00:00Z; got '{text[:40]}'.", name
        ) from None


def checked_url(url: str, param: str = "url", name: str = "url") -> str:
    """An address that we are to send to: HTTPS as documented (`docs/api/webhooks`), or plain HTTP on this machine.

    Raises:
        ApiProblem: 400 with that param; `name` is what the sentence calls it.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
        (host or "").encode("idna")  # as it will be looked up: no empty or endless part
    except ValueError:
        host, parts = None, urlsplit("")
    secure = parts.scheme == "https" or (parts.scheme == "http" and _on_this_machine(host))
    if not host or not secure or parts.username is not None or not url.isprintable() or " " in url:
        raise invalid(
            f"{name} must be an https:// address without user name or spaces, or an http:// one on this machine.",
            param,
        )
    return url


def _on_this_machine(host: str | None) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


def checked_changes(asked: BaseModel) -> dict[str, Any]:
    """The fields that a PATCH names.

    Raises:
        ApiProblem: 400 when it names none.
    """
    changes = asked.model_dump(exclude_unset=True)
    if not changes:
        fields = ", ".join(type(asked).model_fields)
        raise invalid(f"There is nothing to change. Send one of: {fields}.")
    return changes


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names) or "none"
