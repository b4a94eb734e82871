"""Answers as hostile as bytes can be: what they cost is bounded, and all that can be kept is kept."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.scripted_zof import BASE, Script, SyncScript, Time
from zof_core import Page, Run, ZofApiError, ZofClient, ZofDecodeError

GOOD = {"id": "run_1", "status": "queued"}


@pytest.mark.parametrize(
    "body",
    [
        b'{"data":[' + b"1," * 300_000 + b"1]}",
        b'{"data":[' + b'{"id":"a","status":"b","url":1},' * 60_000 + b'{"id":"a","status":"b","url":1}]}',
        b'{"data":[' + b"[" * 100_000 + b"]" * 100_000 + b"]}",
        b'{"data":' + b"9" * 300_000 + b"}",
    ],
    ids=["numbers", "wrong types", "nested", "a number of many digits"],
)
def test_a_list_made_to_be_costly_is_not(body: bytes, zof: ZofClient, script: Script) -> None:
    script.will((200, body))
    began = time.process_time()
    with pytest.raises(ZofDecodeError):
        zof.runs.list()
    assert time.process_time() - began < 3, "seconds of the processor; once it took twelve and a gigabyte"


def test_a_page_of_which_every_item_is_odd_is_read(zof: ZofClient, script: Script) -> None:
    odd = [
        {**GOOD, "id": f"run_{n}", "url": n, "summary": [n], "created_at": "2026-05-20"} for n in range(100)
    ]
    script.will((200, {"data": odd, "has_more": "perhaps"}))
    page = zof.runs.list()
    assert [run.id for run in page] == [item["id"] for item in odd]
    assert page[7].unreadable == {"url": 7, "summary": [7]}
    assert page[7].created_at == datetime(2026, 5, 20, tzinfo=UTC)
    assert page.unreadable == {"has_more": "perhaps"}


def test_the_item_that_cannot_be_read_is_named(zof: ZofClient, script: Script) -> None:
    script.will((200, {"data": [GOOD, {"id": "run_2"}]}))
    with pytest.raises(ZofDecodeError, match=r"data\.1\.status: Field required"):
        zof.runs.list()


json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def test_a_mapping_with_a_wrong_value_is_set_aside_as_it_came(zof: ZofClient, script: Script) -> None:
    urls = {"staging": "https://a.example", "production": 5, "preview": None}
    script.will(
        (200, {"id": "app_1", "name": 7, "urls": urls}), (200, {**GOOD, "summary": {"unreadable": 5}})
    )
    assert zof.applications.create(name="Shop", type="web").unreadable == {"name": 7, "urls": urls}
    summary = zof.runs.retrieve("run_1").summary
    assert summary is not None
    assert summary.unreadable == {"unreadable": 5}


FIELDS = ["id", "status", "url", "summary", "created_at", "test_case_ids", "unreadable", "project_id", "x"]


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from(FIELDS), json_values), st.lists(json_values, max_size=3))
def test_nothing_that_is_json_leaves_the_family_and_nothing_is_lost(
    fields: dict[str, Any], more: list[Any]
) -> None:
    script = Script(Time())
    zof = ZofClient("zk", base_url=BASE, transport=SyncScript(script), clock=script.time.clock())
    item = {"id": "run_1", "status": "queued", **fields}
    script.will((200, json.dumps({"data": [item, *more], "next_cursor": fields.get("x")}).encode()))
    try:
        page = zof.runs.list()
    except ZofApiError:
        return
    assert isinstance(page, Page)
    run = page[0]
    assert isinstance(run, Run)
    kept = {**(run.model_extra or {}), **(run.unreadable or {})}
    for name in fields:
        assert (
            name in kept or getattr(run, name, None) is not None or item[name] is None or name == "unreadable"
        )


KEY = "zk_live_" + "".join(chr(ord("a") + n % 26) for n in range(60))


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b"x" * 30 + KEY.encode()),
        (200, b"x" * 180 + b" " * 10 + KEY.encode()),
        (200, json.dumps({**GOOD, "id": "r" * 30 + KEY}).encode()),
        (404, f'{{"message": "{"m" * 470}\\u007a{KEY[1:]}"}}'.encode()),
        (404, f'{{"message": "m", "code": "{"c" * 80}\\u007a{KEY[1:]}"}}'.encode()),
    ],
    ids=["no JSON", "at the cut", "another run", "message", "code"],
)
def test_no_part_of_the_key_is_left_where_a_text_is_cut(
    time: Time, script: Script, status: int, body: bytes
) -> None:
    script.will((status, body))
    zof = ZofClient(KEY, base_url=BASE, transport=SyncScript(script), clock=time.clock())
    with pytest.raises(ZofApiError) as caught:
        zof.runs.retrieve("run_1")
    assert KEY[:10] not in f"{vars(caught.value)} {caught.value}"
