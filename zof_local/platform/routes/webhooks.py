"""Webhooks (`docs/api/webhooks`): list, create and test endpoints; the documentation names no other operation."""

from __future__ import annotations

import secrets
import sqlite3
from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from zof_local.platform.assumptions import CREATED_STATUS, EVENT_TYPES, TEST_RUN
from zof_local.platform.errors import invalid
from zof_local.platform.models import EventBody, Page, WebhookBody, WebhookCreate, WebhookCreated
from zof_local.platform.paging import page, page_request
from zof_local.platform.requests import checked_url
from zof_local.platform.routes.answers import ERRORS, Pages, respond
from zof_local.platform.state import ManagesWebhooks
from zof_local.platform.store.idempotency import Answer, once
from zof_local.platform.store.webhooks import (
    Webhook,
    enqueue,
    event_body,
    insert_webhook,
    list_webhooks,
    visible_webhook,
)

router = APIRouter(prefix="/v1/webhooks", tags=["webhooks"], responses=ERRORS)


def _show(webhook: Webhook) -> dict[str, Any]:
    return {
        "id": webhook.id,
        "url": webhook.url,
        "events": list(webhook.events),
        "created_at": webhook.created_at,
    }


@router.get("", response_model=Page[WebhookBody])
async def get_webhooks(context: ManagesWebhooks, paging: Pages) -> dict[str, Any]:
    """Lists the organization's endpoints, newest first; their secrets are not told again."""
    wanted = page_request("webhooks", paging.limit, paging.starting_after)
    organization = context.caller.organization_id
    rows = await context.platform.database.read(
        lambda connection: list_webhooks(connection, organization, wanted)
    )
    return page("webhooks", rows, wanted.limit, lambda row: row.seq, _show)


@router.post("", status_code=CREATED_STATUS, response_model=WebhookCreated)
async def create_webhook(asked: WebhookCreate, context: ManagesWebhooks) -> JSONResponse:
    """Adds an endpoint; the answer holds its signing secret, this once."""
    platform = context.platform
    url = checked_url(asked.url)
    unknown = [name for name in asked.events if name not in EVENT_TYPES]
    if unknown:
        raise invalid(
            f"There is no event '{unknown[0][:60]}'. Known events: {', '.join(EVENT_TYPES)}.", "events"
        )
    events = tuple(dict.fromkeys(asked.events))
    secret = asked.secret or f"whsec_{secrets.token_urlsafe(24)}"
    now = platform.now()

    def insert(connection: sqlite3.Connection) -> Answer:
        made = insert_webhook(
            connection,
            organization_id=context.caller.organization_id,
            url=url,
            events=events,
            secret=secret,
            now=now,
            faults=context.webhook_faults,
        )
        return CREATED_STATUS, _show(made) | {"secret": secret}

    return respond(
        await platform.database.write(lambda connection: once(connection, context.attempt, now, insert))
    )


@router.post("/{webhook_id}/test", response_model=EventBody)
async def post_test(webhook_id: str, context: ManagesWebhooks) -> JSONResponse:
    """Sends a signed event of the endpoint's first type, about a run `run_test` that does not exist."""
    platform = context.platform
    organization = context.caller.organization_id
    now = platform.now()

    def send(connection: sqlite3.Connection) -> Answer:
        webhook = visible_webhook(connection, webhook_id, organization)
        event = event_body(webhook.events[0], organization, TEST_RUN, now)
        enqueue(connection, webhook.id, event, now)
        return 200, event

    answer = await platform.database.write(lambda connection: once(connection, context.attempt, now, send))
    platform.deliverer.wake()
    return respond(answer)
