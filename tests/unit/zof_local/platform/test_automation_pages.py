"""The console's pages of schedules and webhooks, as HTML."""

from __future__ import annotations

import json

from zof_local.platform.console.automation import schedules_page, webhooks_page
from zof_local.platform.console.frame import document, press, refused, size
from zof_local.platform.console.render import Titles
from zof_local.platform.store.delivery_log import Endpoint, LoggedAttempt, LoggedDelivery
from zof_local.platform.store.schedules import Schedule

TITLES = Titles({"proj_a": "Shop"}, {("proj_a", "suite_a"): "Smoke & more"})
HOSTILE = "<img src=x onerror=alert(1)>"


def schedule(**changes: object) -> Schedule:
    values: dict[str, object] = {
        "seq": 1, "id": "sched_1", "organization_id": "org_local", "cron": "0 2 * * *", "project_id": "proj_a",
        "environment": "staging", "test_suite_id": "suite_a", "test_case_ids": None, "status": "active",
        "next_at": "2026-05-21T02:00:00.000000Z", "created_at": "2026-05-20T12:00:00.000000Z",
    }  # fmt: skip
    return Schedule(**(values | changes))  # type: ignore[arg-type]  # built from a table


def delivery(**changes: object) -> LoggedDelivery:
    values: dict[str, object] = {
        "seq": 7, "webhook_id": "wh_1", "event_id": "evt_1", "event_type": "run.failed",
        "body": json.dumps({"id": HOSTILE}), "state": "pending", "due_at": 1779278460.0,
        "created_at": "2026-05-20T12:00:00.000000Z",
        "attempts": (LoggedAttempt(HOSTILE, 12, "2026-05-20T12:00:01.000000Z"),),
    }  # fmt: skip
    return LoggedDelivery(**(values | changes))  # type: ignore[arg-type]  # built from a table


ENDPOINT = Endpoint(
    id="wh_1", organization_id="org_local", url="https://hooks.example.com/" + HOSTILE, events=("run.failed",),
    created_at="2026-05-20T12:00:00.000000Z", delivered=2, pending=1, given_up=0,
)  # fmt: skip


def test_an_active_schedule_can_be_paused_and_a_paused_one_resumed() -> None:
    page = schedules_page([schedule(), schedule(id="sched_2", status="paused")], {}, TITLES, "t0ken")
    assert 'action="/schedules/sched_1/pause"' in page
    assert 'action="/schedules/sched_2/resume"' in page
    assert 'data-until="2026-05-21T02:00:00.000000Z"' in page
    assert page.count('value="t0ken"') == 2
    assert "Smoke &amp; more" in page


def test_what_endpoints_say_and_are_called_is_text() -> None:
    page = webhooks_page([ENDPOINT], [delivery()], "t0ken")
    assert "<img" not in page
    assert page.count("&lt;img") == 5
    assert "2 delivered · 1 pending" in page


def test_an_event_that_nobody_wants_cannot_be_chosen() -> None:
    page = webhooks_page([ENDPOINT], [], "t0ken")
    assert "<option>run.failed</option>" in page
    assert "<option disabled>agent.offline</option>" in page


def test_only_what_is_over_can_be_sent_again() -> None:
    for state, offered in (("pending", False), ("delivered", True), ("given_up", True)):
        page = webhooks_page([ENDPOINT], [delivery(state=state)], "t0ken")
        assert ('action="/webhooks/deliveries/7/again"' in page) is offered


def test_without_any_the_pages_say_how_to_make_one() -> None:
    assert "POST /v1/schedules" in schedules_page([], {}, TITLES, "t0ken")
    assert "POST /v1/webhooks" in webhooks_page([], [], "t0ken")


def test_a_button_keeps_its_name_and_sizes_are_short() -> None:
    assert 'id="do-schedules-sched_1-pause"' in press("/schedules/sched_1/pause", "Pause", "t0ken")
    sizes = [size(count) for count in (0, 999, 1000, 9_940, 9_960, 999_499, 999_500, 10_000_000)]
    assert sizes == ["0 bytes", "999 bytes", "1.0 kB", "9.9 kB", "10 kB", "999 kB", "1.0 MB", "10 MB"]


def test_what_a_schedule_names_is_text() -> None:
    hostile = schedule(cron=HOSTILE, environment=HOSTILE, project_id=HOSTILE, test_suite_id=HOSTILE)
    cases = schedule(test_suite_id=None, test_case_ids=(HOSTILE,))
    page = schedules_page([hostile, cases], {}, TITLES, "t0ken")
    assert page.count("&lt;img src=x onerror=alert(1)&gt;") == 5
    assert "<img" not in page


def test_a_page_of_one_runs_link_leads_to_no_page_that_refuses() -> None:
    for page in (document("run_1", ""), refused()):
        assert 'href="/"' not in page
    assert 'class="brand" href="/"' in document("run_1", "", tab="")
