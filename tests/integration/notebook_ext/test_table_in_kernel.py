"""A table of 100,000 rows in a real kernel: what is shown first is small, and only what is asked for is sent."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.support.kernel import Kernel, is_type, model_in, update_of

ROWS = 100_000
TABLE = f"""
from notebook_ext import TablePanel
table = TablePanel({{
    "case": [f"test_{{n}}" for n in range({ROWS})],
    "took": [n * 7 % 1000 for n in range({ROWS})],
    "said": ["<img src=x onerror=alert(1)> \\u202e" + "W" * 10_000] * {ROWS},
}}, title="Results")
table
"""
SHOWN = {"comm_open", "comm_msg", "display_data"}


def answer(op: str, model: str) -> Callable[[dict[str, Any]], Any]:
    """Whether a message is the model's custom message of that kind."""

    def is_it(message: dict[str, Any]) -> bool:
        if not is_type(message, "comm_msg") or message["content"]["comm_id"] != model:
            return False
        return bool(message["content"]["data"].get("content", {}).get("op") == op)

    return is_it


def content(message: dict[str, Any]) -> dict[str, Any]:
    return dict(message["content"]["data"]["content"])


@pytest.fixture(autouse=True)
def names(kernel: Kernel) -> None:
    kernel.run("from notebook_ext import TablePanel")


@pytest.fixture
def shown(kernel: Kernel) -> list[dict[str, Any]]:
    return kernel.run(TABLE, cell="table")


def test_what_is_shown_first_is_two_models_and_small(kernel: Kernel) -> None:
    said = kernel.run("TablePanel({'case': [f'test_{n}' for n in range(100_000)]})")
    assert len([m for m in said if is_type(m, "comm_open")]) <= 2
    assert sum(len(json.dumps(m["content"])) for m in said if m["msg_type"] in SHOWN) <= 30_000
    assert not [m for m in said if is_type(m, "stream")]


def test_only_the_rows_that_are_asked_for_are_sent(kernel: Kernel, shown: list[dict[str, Any]]) -> None:
    model = model_in(shown)
    kernel.send(model, {"op": "rows", "version": 0, "first": 50_000, "count": 3})
    rows = content(kernel.until(answer("rows", model)))["rows"]
    assert [row[:3] for row in rows] == [
        [n, f"test_{n}", str(n * 7 % 1000)] for n in (50_000, 50_001, 50_002)
    ]
    assert rows[0][3].startswith("<img src=x onerror=alert(1)> WWW")
    assert len(rows[0][3]) == 160
    kernel.send(model, {"op": "rows", "version": 0, "first": 0, "count": 100_000})
    window = kernel.until(answer("rows", model))
    assert len(content(window)["rows"]) == 200
    assert len(json.dumps(window["content"])) < 50_000


def test_it_is_sorted_and_searched_in_the_kernel(kernel: Kernel, shown: list[dict[str, Any]]) -> None:
    model = model_in(shown)
    kernel.send(model, {"op": "sort", "column": 1, "descending": True})
    state = update_of(kernel.until(lambda m: update_of(m, "state", model)), "state")
    assert [row[2] for row in state["rows"]] == ["999"] * len(state["rows"])
    assert (state["sort"], state["version"]) == ([1, True], 1)
    kernel.send(model, {"op": "rows", "version": 0, "first": 0, "count": 3})  # of a table that is no more
    kernel.send(model, {"op": "search", "text": "TEST_99_ test_999"})
    state = update_of(
        kernel.until(lambda m: (update_of(m, "state", model) or {}).get("version") == 2), "state"
    )
    assert (state["count"], state["counted"]) == (0, "0 of 100,000 rows")
    kernel.send(model, {"op": "search", "text": "test_9999"})
    state = update_of(
        kernel.until(lambda m: (update_of(m, "state", model) or {}).get("version") == 3), "state"
    )
    assert state["count"] == 11
    assert (
        kernel.value("table.to_dict()['case'] == table.to_df()['case'].tolist(), len(table.rows)")
        == "(True, 11)"
    )


def test_a_row_opens_whole_for_the_view_that_asks(kernel: Kernel, shown: list[dict[str, Any]]) -> None:
    model = model_in(shown)
    kernel.send(model, {"op": "open", "row": 7, "view": "v1"})
    told = content(kernel.until(answer("detail", model)))
    assert (told["view"], told["title"]) == ("v1", "test_7")
    assert len(dict(told["fields"])["said"]) == len("<img src=x onerror=alert(1)> \u202e") + 10_000
    assert "\u202e" not in dict(told["fields"])["said"]


def test_csv_goes_to_the_page_packed_and_to_a_file(kernel: Kernel, shown: list[dict[str, Any]]) -> None:
    model = model_in(shown)
    kernel.run("table.arrange(search='test_4242', sort='took')\ntable.to_csv('out.csv')")
    kernel.send(model, {"op": "csv", "view": "v1"})
    message = kernel.until(answer("csv", model))
    assert (content(message)["part"], content(message)["parts"]) == (0, 1)
    packed = gzip.decompress(bytes(message["buffers"][0])).decode()
    rows = list(csv.DictReader(io.StringIO(packed, newline="")))
    assert len(rows) == 11
    assert [int(row["took"]) for row in rows] == sorted(int(row["took"]) for row in rows)
    assert kernel.value("open('out.csv', newline='').read()") == repr(packed)


@pytest.mark.parametrize(
    "message",
    [
        {"op": "rows"},
        {"op": "rows", "version": 0, "first": -5, "count": -1},
        {"op": "rows", "version": "0", "first": None, "count": 1e9},
        {"op": "sort", "column": 99, "descending": True},
        {"op": "sort", "column": -1, "descending": True},
        {"op": "open", "row": 10**9, "view": "v"},
        {"op": "open", "row": -1, "view": "v"},
        {"op": "search", "text": ["x"]},
        {"op": "filter", "key": "a", "value": {}},
    ],
)
def test_odd_messages_do_no_harm(kernel: Kernel, message: dict[str, Any]) -> None:
    model = model_in(kernel.run("odd = TablePanel({'a': ['x', 'y']})\nodd"))
    kernel.send(model, message)
    kernel.send(model, {"op": "rows", "version": 0, "first": 1, "count": 1})
    kernel.until(lambda m: answer("rows", model)(m) and content(m)["rows"] == [[1, "y"]])


def test_without_a_page_the_first_rows_are_there_with_the_count(kernel: Kernel) -> None:
    said = kernel.run("TablePanel({'n': list(range(60))}, title='Numbers')", headless=True)
    last = [m for m in said if is_type(m, "update_display_data")][-1]["content"]["data"]
    assert "Numbers: 60 rows, of which the first 50 are here" in last["text/html"]
    assert "<td>49</td>" in last["text/html"]
    assert "<td>50</td>" not in last["text/html"]
    assert last["text/plain"].startswith("Numbers: 60 rows, of which the first 20 are here")


def test_a_frozen_table_stays_in_the_file(kernel: Kernel, shown: list[dict[str, Any]]) -> None:
    kernel.run("%load_ext notebook_ext\n%zof freeze")
    frozen = kernel.frozen(shown)
    assert "&lt;img src=x onerror=alert(1)&gt; WWW" in frozen
    assert "<img" not in frozen


def test_running_a_cell_again_leaves_one_table(kernel: Kernel) -> None:
    code = "TablePanel({'n': list(range(1000))})"
    kernel.run(code, cell="again")
    count = "len(ipywidgets.widgets.widget._instances)"
    before = kernel.value(f"import ipywidgets\n{count}")
    for _ in range(5):
        kernel.run(code, cell="again")
    assert kernel.value(count) == before


def test_it_wants_a_column_it_has(kernel: Kernel) -> None:
    said = kernel.value(
        "try:\n    TablePanel({'n': [1]}).arrange(sort='m')\nexcept ValueError as e:\n    r = str(e)\nr"
    )
    assert said == "\"The table has no column 'm'; it has: n.\""
