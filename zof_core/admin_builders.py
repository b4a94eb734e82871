"""One builder for each operation on what an organization sets up: webhooks, applications, teams, integrations.

See `zof_core.builders`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from zof_core import operations as ops
from zof_core.requests import Call, Query, build, paging
from zof_core.validation import (
    address_problem,
    events_problem,
    id_problem,
    mapping_problem,
    quoted,
    refuse,
    text_problem,
    urls_problem,
)

if TYPE_CHECKING:
    from zof_core.models import (
        Acknowledgement,
        Application,
        Integration,
        Member,
        Page,
        Team,
        Webhook,
    )

# --- Webhooks ------------------------------------------------------------------------------------------------------


def list_webhooks(
    *, limit: int | None = None, starting_after: str | None = None, params: Query | None = None
) -> Call[Page[Webhook]]:
    """Webhook endpoints, a page at a time (`docs/api/webhooks`)."""
    return build(ops.LIST_WEBHOOKS, query=paging(limit, starting_after), extra=params)


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
    return build(ops.LIST_TEAMS, query=paging(limit, starting_after), extra=params)


def create_team(
    *, name: str, metadata: Mapping[str, Any] | None = None, idempotency_key: str | None = None
) -> Call[Team]:
    """Create a team (`docs/api/teams`).

    Args:
        name: display name.
        metadata: ownership metadata; its fields are not documented, so they are sent as they are.
        idempotency_key: with the same key Zof creates one team only. Made if not given.
    """
    refuse({"name": text_problem("name", name), "metadata": mapping_problem("metadata", metadata)})
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
    refuse({"metadata": mapping_problem("metadata", metadata)})
    body = {**(metadata or {}), "name": name}
    return build(ops.UPDATE_TEAM, {"team_id": team_id}, body=body, idempotency_key=idempotency_key)


def list_team_members(
    team_id: str, *, limit: int | None = None, starting_after: str | None = None, params: Query | None = None
) -> Call[Page[Member]]:
    """Members of a team, a page at a time. The path is documented, the method is inferred."""
    return build(
        ops.LIST_TEAM_MEMBERS, {"team_id": team_id}, query=paging(limit, starting_after), extra=params
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
    return build(ops.LIST_INTEGRATIONS, query=paging(limit, starting_after), extra=params)
