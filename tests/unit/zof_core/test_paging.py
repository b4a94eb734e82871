from __future__ import annotations

import pytest

from tests.support.contract import exchanges
from tests.support.scripted_zof import Script
from zof_core import AsyncZofClient, ZofClient, ZofDecodeError

PAGES = [example.response.body for example in exchanges("pages")[:3]]


def _page(ids: list[str], cursor: str | None, has_more: bool) -> tuple[int, dict]:
    data = [{"id": one, "status": "passed"} for one in ids]
    return 200, {"data": data, "has_more": has_more, "next_cursor": cursor}


def test_all_pages_are_walked_in_turn(zof: ZofClient, script: Script) -> None:
    script.will(*((200, page) for page in PAGES))
    runs = list(zof.runs.list_auto(project_id="proj_abc123", limit=2))
    assert [run.id for run in runs] == ["run_5", "run_4", "run_3", "run_2", "run_1"]
    assert [request.url.partition("?")[2] for request in script.requests] == [
        "project_id=proj_abc123&limit=2",
        "project_id=proj_abc123&limit=2&starting_after=cur_4",
        "project_id=proj_abc123&limit=2&starting_after=cur_3",
    ]


async def test_all_pages_are_walked_by_the_async_client(async_zof: AsyncZofClient, script: Script) -> None:
    script.will(*((200, page) for page in PAGES))
    assert [run.id async for run in async_zof.runs.list_auto(limit=2)] == [
        f"run_{n}" for n in (5, 4, 3, 2, 1)
    ]


def test_a_page_is_fetched_only_when_needed(zof: ZofClient, script: Script) -> None:
    script.will(*((200, page) for page in PAGES))
    walk = iter(zof.runs.list_auto(limit=2))
    assert script.requests == []
    next(walk), next(walk)
    assert len(script.requests) == 1


def test_a_walk_can_be_resumed(zof: ZofClient, script: Script) -> None:
    script.will(
        _page(["run_3"], "cur_2", True), _page(["run_2"], "cur_1", True), _page(["run_1"], None, False)
    )
    pager = zof.runs.list_auto()
    for run in pager:
        if run.id == "run_2":
            break
    assert pager.cursor == "cur_2"
    script.steps = [_page(["run_2"], "cur_1", True), _page(["run_1"], None, False)]
    assert [run.id for run in zof.runs.list_auto(starting_after=pager.cursor)] == ["run_2", "run_1"]


def test_a_pager_can_be_walked_twice(zof: ZofClient, script: Script) -> None:
    script.will(_page(["run_1"], None, False))
    pager = zof.runs.list_auto()
    assert [run.id for run in pager] == [run.id for run in pager] == ["run_1"]


def test_empty_pages_do_not_end_a_walk(zof: ZofClient, script: Script) -> None:
    script.will(_page([], "cur_1", True), _page(["run_1"], None, False))
    assert [run.id for run in zof.runs.list_auto()] == ["run_1"]


def test_a_cursor_on_the_last_page_is_not_followed(zof: ZofClient, script: Script) -> None:
    script.will(_page(["run_1"], "cur_0", False))
    assert len(list(zof.runs.list_auto())) == 1
    assert len(script.requests) == 1


@pytest.mark.parametrize("cursors", [["cur_1", "cur_1"], ["cur_1", "cur_2", "cur_1"]])
def test_a_circle_is_refused(zof: ZofClient, script: Script, cursors: list[str]) -> None:
    script.will(*(_page([f"run_{n}"], cursor, True) for n, cursor in enumerate(cursors)))
    seen: list[str] = []
    with pytest.raises(ZofDecodeError, match="followed before") as caught:
        seen.extend(run.id for run in zof.runs.list_auto())
    assert len(seen) == len(cursors), "what was read is given before the walk is refused"
    assert caught.value.request_id == f"req_{len(cursors)}"


def test_a_circle_back_to_where_the_walk_began_is_refused(zof: ZofClient, script: Script) -> None:
    script.will(_page(["run_1"], "cur_0", True))
    with pytest.raises(ZofDecodeError):
        list(zof.runs.list_auto(starting_after="cur_0"))


@pytest.mark.parametrize("cursor", [None, ""])
def test_more_without_a_cursor_is_refused(zof: ZofClient, script: Script, cursor: str | None) -> None:
    script.will(_page(["run_1"], cursor, True))
    with pytest.raises(ZofDecodeError, match="without a next_cursor"):
        list(zof.runs.list_auto())
