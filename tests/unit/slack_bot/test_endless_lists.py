"""A Zof that lists without end: so much is read and no more, and the answer says that it is not all."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from slack_bot.results import Outcome, Refused
from slack_bot.views.details import details_blocks
from slack_bot.views.lists import schedules_list
from slack_bot.views.words import Names
from slack_bot.zof_door import ZofDoor
from slack_bot.zof_lists import READ_MAX, RESULTS_MAX, ZofLists
from tests.support.scripted_zof import BASE, AsyncScript, Script, Time
from tests.unit.slack_bot.conftest import MakeRun
from zof_core import AsyncZofClient, Result
from zof_core.catalogue import Catalogue
from zof_core.commands import HttpRequest


@pytest.fixture
def script() -> Script:
    """Each page has a hundred items, and another page after it."""

    def page(_: HttpRequest) -> Any:
        number = len(endless.requests)
        items = [{"id": f"x{number}_{n}", "status": "failed", "test_case_id": f"c{n}"} for n in range(100)]
        return 200, {"data": items, "has_more": True, "next_cursor": f"c{number}"}

    endless = Script(Time())
    endless.will(page)
    return endless


@pytest.fixture
def client(script: Script) -> AsyncZofClient:
    return AsyncZofClient("zk_test", base_url=BASE, transport=AsyncScript(script), clock=script.time.clock())


async def test_lists_are_read_up_to_their_cap(script: Script, client: AsyncZofClient) -> None:
    lists = ZofLists(client)
    pages = READ_MAX // 100
    asked: list[tuple[Any, int, int]] = [
        (lists.failed_runs(datetime(2027, 1, 1, tzinfo=UTC)), 2 * READ_MAX, 2 * pages),
        (lists.not_passed("run_1"), READ_MAX, 2 * pages),
        (lists.schedules(), READ_MAX, pages),
    ]
    for one, items, requests in asked:
        script.requests.clear()
        found = await one
        assert (len(found), len(script.requests)) == (items, requests)


async def test_a_case_that_is_not_found_in_time_is_not_said_to_be_none(
    script: Script, client: AsyncZofClient
) -> None:
    found = await ZofLists(client).result_of("run_1", "elsewhere")
    assert isinstance(found, Refused)
    assert found.outcome is Outcome.UNKNOWN_NAME
    assert f"first {RESULTS_MAX} results" in found.sentence
    assert len(script.requests) == RESULTS_MAX // 100


async def test_of_too_many_failed_cases_not_some_are_run_again(
    script: Script, client: AsyncZofClient
) -> None:
    found = await ZofDoor(client).failed_cases("run_1")
    assert isinstance(found, Refused)
    assert "More than 2000 results" in found.sentence
    assert len(script.requests) <= 2 * 21


def test_an_answer_says_that_something_is_left_out(make_run: MakeRun) -> None:
    names = Names(Catalogue(projects=[]))
    failed = [Result.model_validate({"id": "r", "status": "failed", "run_id": "run_1"})]
    for cut in (True, False):
        shown = json.dumps(details_blocks(make_run("failed"), names, failed, 0, cut=cut))
        assert ("that were read; Zof's Console lists all of them" in shown) is cut
        assert ("Only the first 500" in schedules_list([], [], names, read=500 if cut else None).text) is cut
