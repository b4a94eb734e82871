"""Lists, details, thread and home, held against Slack's limits with the longest and nastiest data."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import slackblocks as sb
from hypothesis import given, settings
from hypothesis import strategies as st

from slack_bot.errands import Query
from slack_bot.failures import watched_row
from slack_bot.followed import Asker, FollowedRun, Via
from slack_bot.results import FailedCase, Findings
from slack_bot.text import fenced
from slack_bot.views.blocks import Message
from slack_bot.views.card import failures_reply, run_card
from slack_bot.views.details import PAGE, details_blocks, details_modal, loading
from slack_bot.views.form import offered, run_form
from slack_bot.views.home import BLOCKS_MAX, BYTES_MAX, HomeContent, home_message, home_view
from slack_bot.views.lists import case_log, runs_list, schedules_list
from slack_bot.views.words import Names
from tests.unit.slack_bot.test_views import NASTY, RUNS, check_message
from zof_core import Result, Run, ZofServerError
from zof_core.catalogue import Catalogue, CatalogueCase, CatalogueProject, CatalogueSuite
from zof_core.home import Lists, home_of
from zof_core.models import LogLine, Schedule
from zof_core.posture import Upcoming
from zof_core.usual import Usual

NOW = datetime(2027, 1, 15, 9, tzinfo=UTC)
OWN = re.compile(r"<!date\^\d+\^\{(?:time|date_short)\}\|[0-9: UTC-]+>")

RESULTS = st.builds(
    lambda nasty, status, case, took: Result.model_validate(
        {
            "id": nasty or "res",
            "status": status or "x",
            "run_id": nasty or "r",
            "test_case_id": case,
            "name": nasty,
            "duration_ms": took,
            "failure_summary": nasty * 3,
        }
    ),
    NASTY,
    st.sampled_from(["failed", "error"]) | NASTY,
    st.none() | NASTY,
    st.none() | st.integers(0, 10**9),
)


def texts_of(thing: Any) -> list[str]:
    """Every mrkdwn in blocks, wherever it stands."""
    if isinstance(thing, dict):
        if thing.get("type") == "mrkdwn":
            assert thing["verbatim"] is True
            return [thing["text"]]
        return [text for value in thing.values() for text in texts_of(value)]
    if isinstance(thing, list | tuple):
        return [text for value in thing for text in texts_of(value)]
    return []


def check_blocks(blocks: list[dict[str, Any]]) -> None:
    """Slack's limits, and that nothing from outside acts as markup."""
    for text in texts_of(blocks):
        assert not set("<>") & set(OWN.sub("", text)), text
        assert text.strip()
    for block in blocks:
        check_block(block)
    ids = [block["block_id"] for block in blocks if "block_id" in block]
    assert len(ids) == len(set(ids))


def check_block(block: dict[str, Any]) -> None:
    fields = block.get("fields", [])
    assert len(fields) <= 10
    assert all(len(one["text"]) <= 2000 for one in fields)
    elements = [*(block.get("elements", []) if block["type"] == "actions" else []), block.get("accessory")]
    assert len(elements) <= 26
    for element in filter(None, elements):
        assert len(element["text"]["text"]) <= 75
        assert len(element.get("value", "")) <= 2000
        assert len(element.get("url", "")) <= 3000
    if block["type"] in ("section", "context", "header", "divider") and "accessory" not in block:
        sb.Block.from_dict(block)


@settings(max_examples=15, deadline=None)
@given(
    st.lists(RUNS, max_size=3),
    NASTY,
    st.booleans(),
    st.lists(RESULTS, max_size=3),
    st.integers(-3, 9),
)
def test_lists_and_details_are_such_as_slack_takes(
    runs: list[Run], nasty: str, mine: bool, failures: list[Result], page: int
) -> None:
    # A few, repeated: long lists are what counts, not many different ones.
    runs, failures = runs * 5, failures * PAGE
    names = Names(Catalogue(projects=[CatalogueProject(id=nasty or "p", name=nasty)]))
    query = Query(project=nasty or None, environment=nasty or None, status=nasty or None, mine=mine)
    listed = runs_list(runs, query, names, {run.id: nasty for run in runs}, 1000.0)
    schedule = Schedule(id=nasty or "s", cron=nasty, project_id=nasty, environment=nasty, status=nasty)
    timed = schedules_list([Upcoming(schedule, NOW)] * 20, [schedule] * 20, names)
    for message in (listed, timed):
        assert message.text
        assert len(message.blocks) <= 50
        check_blocks(list(message.blocks))
    for run in runs[:2]:
        for found in (failures, None):
            blocks = details_blocks(run, names, found, page, trouble=nasty)
            check_blocks(blocks)
            modal = details_modal("x" * 50, "C0RELEASES", blocks)
            assert len(modal["blocks"]) <= 100
            assert len(modal["private_metadata"]) <= 3000
    lines = [LogLine(message=nasty * 5, level=nasty, timestamp=NOW)] * 60
    check_blocks(case_log(nasty or "r", nasty, failures[0] if failures else None, lines, named=mine))
    check_blocks(loading())


@settings(max_examples=15, deadline=None)
@given(RUNS, NASTY, st.lists(RESULTS, max_size=3), st.sampled_from([Via.WATCH, Via.SUBSCRIPTION]))
def test_thread_and_watched_cards_are_such_as_slack_takes(
    run: Run, nasty: str, failures: list[Result], via: Via
) -> None:
    names = Names(Catalogue())
    row = watched_row("k", run, names, Asker(id="U1", name=nasty), channel="C1", now=1000.0, via=via)
    cases = tuple(FailedCase(name=nasty, status=nasty) for _ in range(12))
    row = row.model_copy(
        update={
            "findings": Findings(run=run, failures=cases, failures_total=99),
            "usual": Usual(seconds=1e6, definition=nasty or "x"),
            "changed_at": 1000.0,
            "card": row.card.model_copy(update={"late": True}),
        }
    )
    check_message(run_card(row))
    check_blocks(list(run_card(row).blocks))
    for found in (failures * 12, None):
        reply = failures_reply(row, found)
        check_message(reply)
        check_blocks(list(reply.blocks))
    assert row.started_by is None


@settings(max_examples=12, deadline=None)
@given(
    st.lists(RUNS, max_size=3),
    st.lists(RESULTS, max_size=3),
    NASTY,
    st.sets(st.sampled_from(["runs", "results", "schedules"])),
)
def test_every_home_is_one_slack_takes(
    runs: list[Run], results: list[Result], nasty: str, silent: set[str]
) -> None:
    cases = [CatalogueCase(id=f"c{n}", module=f"{nasty}{n}", priority="P0") for n in range(40)]
    catalogue = Catalogue(projects=[CatalogueProject(id=nasty or "p", name=nasty, cases=cases)])
    troubles: dict[Any, Any] = {part: ZofServerError(nasty or "down", status=503) for part in silent}
    schedule = Schedule(id="s", cron="0 2 * * *", project_id=nasty, environment=nasty)
    lists = Lists(
        NOW,
        timedelta(hours=24),
        tuple(runs * 40),
        tuple(results),
        (schedule,) * 30,
        troubles,
        frozenset({"runs"}),
    )
    for content in (
        HomeContent(
            home_of(lists, catalogue),
            Names(catalogue),
            starters={run.id: nasty for run in runs},
            may_run=True,
        ),
        HomeContent(None, Names(catalogue), trouble=nasty or "Zof does not answer."),
    ):
        for view in (
            home_view(content, 1000.0, live=True),
            home_view(content, 1000.0, live=False),
            home_view(content, 1000.0, live=True, plain=True),
        ):
            check_blocks(view["blocks"])
            assert 0 < len(view["blocks"]) <= BLOCKS_MAX
            assert len(json.dumps(view).encode()) <= BYTES_MAX
        message = home_message(content, 1000.0)
        assert message.text
        assert len(message.blocks) <= 50


def test_a_part_that_zof_does_not_tell_has_its_own_error_and_no_number() -> None:
    troubles: dict[Any, Any] = {"schedules": ZofServerError("down", status=503)}
    lists = Lists(NOW, timedelta(hours=24), (), (), (), troubles, frozenset())
    said = json.dumps(home_view(HomeContent(home_of(lists, Catalogue()), Names(Catalogue())), 0.0, live=True))
    assert "Schedules could not be read" in said
    assert "No run is queued or running." in said
    troubles = {"runs": ZofServerError("down", status=503)}
    lists = Lists(NOW, timedelta(hours=24), (), (), (), troubles, frozenset())
    said = json.dumps(home_view(HomeContent(home_of(lists, Catalogue()), Names(Catalogue())), 0.0, live=True))
    assert "Runs\\n:warning: *not read*" in said
    assert "Nothing is scheduled." in said


@given(st.lists(NASTY, max_size=80), st.integers(50, 2900))
def test_a_fence_cannot_be_left(lines: list[str], limit: int) -> None:
    text = fenced(lines, limit)
    assert text.startswith("```\n")
    assert text.endswith("\n```")
    assert text.count("`") == 6
    assert not set("<>") & set(text)
    assert len(text) <= limit


def test_more_than_a_hundred_suites_are_searched_for() -> None:
    suites = [CatalogueSuite(id=f"suite_{n}", name=f"Suite {n}") for n in range(150)]
    catalogue = Catalogue(
        projects=[
            CatalogueProject(id="proj_abc", name="Checkout", environments=["staging"], suites=suites),
            CatalogueProject(
                id="proj_b", name="Billing", environments=["live"], suites=[CatalogueSuite(id="b")]
            ),
        ]
    )
    form = run_form(catalogue, channel="C0RELEASES")
    assert form is not None
    kinds = {block["block_id"]: block["element"]["type"] for block in form["blocks"]}
    assert kinds == {"project": "static_select", "environment": "static_select", "suite": "external_select"}
    assert len(offered(catalogue, "suite", "")) == 100
    assert [one["value"] for one in offered(catalogue, "suite", "SUITE 149")] == ["suite_149"]
    assert [one["value"] for one in offered(catalogue, "suite", "", project="proj_b")] == ["b"]
    assert offered(catalogue, "nothing", "") == []


def test_a_watched_run_is_nobodys_to_cancel(make_run: Any) -> None:
    row = watched_row(
        "k", make_run(), Names(Catalogue()), Asker(id="U1", name="Sam"), channel="C1", now=0.0, via=Via.WATCH
    )
    assert isinstance(row, FollowedRun)
    assert row.started_by is None
    said: Message = run_card(row)
    assert "started outside Slack" in json.dumps(said.blocks)
    assert "shown for Sam" in json.dumps(said.blocks)
