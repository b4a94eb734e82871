"""What the console's buttons do: POSTs of its own forms by who has the console's token, and by nobody else."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import datetime
from html import escape

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from zof_local.platform.assumptions import EVENT_TYPES, TEST_RUN
from zof_local.platform.console.access import SAFE_HEADERS, form_of_ours
from zof_local.platform.console.frame import document, empty, refused
from zof_local.platform.console.pages import html
from zof_local.platform.errors import ApiProblem, invalid
from zof_local.platform.state import Platform
from zof_local.platform.store.delivery_log import send_again
from zof_local.platform.store.runs import cancel_run
from zof_local.platform.store.schedules import set_paused
from zof_local.platform.store.webhooks import emit_by_hand, enqueue, event_body, visible_webhook

router = APIRouter(include_in_schema=False)

Work = Callable[[sqlite3.Connection, datetime], object]


async def _act(request: Request, back: str, work: Callable[[dict[str, str]], Work]) -> Response:
    """Does the work, if the request is a form of this console's, and goes back to the page it came from."""
    platform: Platform = request.app.state.platform
    form = await form_of_ours(request, platform)
    if form is None:
        return html(refused(), 403)
    now = platform.now()
    try:
        job = work(form)
        await platform.database.write(lambda connection: job(connection, now))
    except ApiProblem as problem:
        said = empty(
            "That is not possible", f'{escape(problem.message)}</p><p><a href="{escape(back)}">Back</a>'
        )
        return html(document("Not possible", said, tab=back), problem.status)
    platform.scheduler.wake()
    platform.deliverer.wake()
    return RedirectResponse(back, status_code=303, headers=SAFE_HEADERS)


@router.post("/runs/{run_id}/cancel")
async def cancel(request: Request, run_id: str) -> Response:
    """Cancels a run of whichever organization."""
    answer = await _act(
        request, f"/runs/{run_id}", lambda _form: lambda store, now: cancel_run(store, run_id, None, now)
    )
    if answer.status_code == 303:
        platform: Platform = request.app.state.platform
        platform.dispatcher.cancel(run_id)
    return answer


@router.post("/schedules/{schedule_id}/{action}")
async def pause_or_resume(request: Request, schedule_id: str, action: str) -> Response:
    """Pauses a schedule, or has it go on."""

    def work(_form: dict[str, str]) -> Work:
        if action not in {"pause", "resume"}:
            raise invalid("A schedule can be paused and resumed.")
        return lambda store, now: set_paused(store, schedule_id, now, paused=action == "pause")

    return await _act(request, "/schedules", work)


@router.post("/webhooks/emit")
async def emit(request: Request) -> Response:
    """Sends an event to every endpoint that wants it."""

    def work(form: dict[str, str]) -> Work:
        event = form.get("event", "")
        if event not in EVENT_TYPES:
            raise invalid(f"There is no event '{event[:60]}'.")
        return lambda store, now: emit_by_hand(store, event, now)

    return await _act(request, "/webhooks", work)


@router.post("/webhooks/{webhook_id}/test")
async def test(request: Request, webhook_id: str) -> Response:
    """Sends an endpoint a test, as `POST /v1/webhooks/{id}/test` does."""

    def send(store: sqlite3.Connection, now: datetime) -> None:
        webhook = visible_webhook(store, webhook_id)
        enqueue(store, webhook.id, event_body(webhook.events[0], webhook.organization_id, TEST_RUN, now), now)

    return await _act(request, "/webhooks", lambda _form: send)


@router.post("/webhooks/deliveries/{seq}/again")
async def again(request: Request, seq: int) -> Response:
    """Delivers an event once more."""
    return await _act(request, "/webhooks", lambda _form: lambda store, now: send_again(store, seq, now))
