"""The console's schedules and webhooks as HTML, from rows of the store. Pure; all text is escaped here."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from html import escape

from zof_local.platform.assumptions import EVENT_TYPES
from zof_local.platform.console.frame import clock, empty, hidden, press
from zof_local.platform.console.render import Titles, pill
from zof_local.platform.store.delivery_log import Endpoint, LoggedDelivery
from zof_local.platform.store.runs import Run
from zof_local.platform.store.schedules import Schedule

_STATES = {
    "delivered": ("passed", "✓", "Delivered"),
    "pending": ("running", "◐", "Pending"),
    "given_up": ("failed", "✕", "Given up"),
}


def schedules_page(
    schedules: Sequence[Schedule], latest: Mapping[str, Run], titles: Titles, form_token: str
) -> str:
    """All schedules; `latest` has the newest run of each that has one."""
    if not schedules:
        return empty(
            "No schedules yet",
            "Make one with <code>POST /v1/schedules</code>: a suite or cases, and when, as five cron fields in UTC.",
        )
    rows = "".join(_schedule(one, latest.get(one.id), titles, form_token) for one in schedules)
    return (
        f'<h1>Schedules <small>all times in UTC</small></h1><section class="list">{rows}</section>'
        '<p class="hint">Slots that pass while the platform is down are made up for by one late run; '
        "those that pass while a schedule is paused are left out.</p>"
    )


def _schedule(schedule: Schedule, last: Run | None, titles: Titles, form_token: str) -> str:
    if schedule.is_active:
        when = f'<time data-until="{schedule.next_at}">{schedule.next_at[:16].replace("T", " ")}</time>'
        action = press(f"/schedules/{schedule.id}/pause", "Pause", form_token, quiet=True)
        state = "next run"
    else:
        when, state = "Paused", "starts nothing"
        action = press(f"/schedules/{schedule.id}/resume", "Resume", form_token)
    ran = "" if last is None else f'<a href="/runs/{last.id}" title="Its last run">{pill(last.status)}</a>'
    kind = "" if schedule.is_active else " paused"
    return (
        f'<div class="line entry{kind}"><code class="cron">{escape(schedule.cron)}</code>'
        f'<span class="what"><b>{escape(titles.selection(schedule))}</b>'
        f"<small>{escape(titles.place(schedule))}</small></span>"
        f'<span class="last">{ran}</span>'
        f'<span class="when"><span>{when}</span><small>{state}</small></span>{action}</div>'
    )


def webhooks_page(
    endpoints: Sequence[Endpoint], deliveries: Sequence[LoggedDelivery], form_token: str
) -> str:
    """All endpoints, the newest deliveries with their attempts, and a way to try each event."""
    if not endpoints:
        return empty(
            "No webhooks yet",
            "Add an endpoint with <code>POST /v1/webhooks</code>: its address and the events that it wants.",
        )
    rows = "".join(_endpoint(one, form_token) for one in endpoints)
    urls = {one.id: one.url for one in endpoints}
    log = "".join(_delivery(one, urls.get(one.webhook_id, one.webhook_id), form_token) for one in deliveries)
    listed = log or '<div class="line"><span class="what"><small>Nothing was sent yet.</small></span></div>'
    return (
        f'<h1>Webhooks</h1><section class="list">{rows}</section>{_by_hand(endpoints, form_token)}'
        f"<h2>Deliveries <small>the newest {len(deliveries)}</small></h2>"
        f'<section class="list" aria-label="Deliveries">{listed}</section>'
    )


def _endpoint(endpoint: Endpoint, form_token: str) -> str:
    counts = " · ".join(
        f"{count} {words}"
        for count, words in (
            (endpoint.delivered, "delivered"),
            (endpoint.pending, "pending"),
            (endpoint.given_up, "given up"),
        )
        if count
    )
    events = "".join(f'<code class="chip">{escape(event)}</code>' for event in endpoint.events)
    return (
        f'<div class="line entry"><span class="what"><b>{escape(endpoint.url)}</b>'
        f'<span class="chips">{events}</span></span>'
        f'<span class="when"><small>{counts or "nothing sent yet"}</small></span>'
        f"{press(f'/webhooks/{endpoint.id}/test', 'Send test', form_token, quiet=True)}</div>"
    )


def _by_hand(endpoints: Sequence[Endpoint], form_token: str) -> str:
    wanted = {event for endpoint in endpoints for event in endpoint.events}
    options = "".join(
        f"<option{'' if event in wanted else ' disabled'}>{event}</option>" for event in EVENT_TYPES
    )
    return (
        f'<form class="by-hand" method="post" action="/webhooks/emit">{hidden(form_token)}'
        f'<label for="event">Try an event</label><select id="event" name="event">{options}</select>'
        '<button id="do-emit">Send</button>'
        "<small>to every endpoint that wants it; about things that do not exist</small></form>"
    )


def _delivery(delivery: LoggedDelivery, url: str, form_token: str) -> str:
    tone, mark, word = _STATES[delivery.state]
    attempts = "".join(
        f"<li>{clock(one.created_at)} <b>{escape(one.answer)}</b> <small>{one.took_ms} ms</small></li>"
        for one in delivery.attempts
    )
    last = delivery.attempts[-1].answer if delivery.attempts else "not sent yet"
    count = len(delivery.attempts)
    times = f" · {count} attempts" if count > 1 else ""
    waiting = ""
    if delivery.state == "pending" and attempts:
        due = datetime.fromtimestamp(delivery.due_at, UTC).isoformat(timespec="seconds")
        waiting = f'<p>Tried again <time data-until="{due}">soon</time>.</p>'
    body = escape(json.dumps(json.loads(delivery.body), indent=2, ensure_ascii=False))
    again = press(f"/webhooks/deliveries/{delivery.seq}/again", "Send again", form_token, quiet=True)
    return (
        f'<details class="case" id="delivery-{delivery.seq}"><summary class="line">'
        f'<span class="mark {tone}" title="{word}">{mark}</span>'
        f'<span class="what"><b>{escape(delivery.event_type)}</b><small>{escape(url)}</small></span>'
        f'<span class="when"><span>{escape(last)}</span><small>{delivery.created_at[11:19]}{times}</small></span>'
        f'</summary><div class="attempts"><ol>{attempts}</ol>{waiting}'
        f"{again if delivery.state != 'pending' else ''}</div><pre>{body}</pre></details>"
    )
