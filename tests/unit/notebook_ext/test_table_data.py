"""The table without a page: what is searched, filtered and sorted, and what a window holds."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notebook_ext.table_data import CELL_MAX, DETAIL_MAX, Column, Table, Wish, plain_text, table_of

WORDS = st.text(st.sampled_from("abcXYZ éß"), max_size=6)
CELLS = st.none() | WORDS
NUMBERS = st.none() | st.integers(-5, 5) | st.floats(allow_nan=True, width=16)


@st.composite
def tables(draw: st.DrawFn) -> tuple[Table, list[Any], list[Any]]:
    size = draw(st.integers(0, 12))
    names = draw(st.lists(CELLS, min_size=size, max_size=size))
    sizes = draw(st.lists(NUMBERS, min_size=size, max_size=size))
    return Table([Column("name", "Name", names), Column("size", "Size", sizes, kind="number")]), names, sizes


@given(tables(), st.text(st.sampled_from("abcXYZ é"), max_size=4))
def test_a_search_finds_the_rows_that_hold_every_word(drawn: tuple[Table, Any, Any], search: str) -> None:
    table, names, sizes = drawn
    found = table.rows(Wish(search=search))
    words = search.casefold().split()
    for row in range(table.size):
        number = "" if sizes[row] is None else f"{sizes[row]:,}"
        text = f"{names[row] or ''}\n{number}".casefold()
        assert (row in found) == all(word in text for word in words)
    assert found == sorted(found)


@given(tables(), st.booleans())
def test_sorting_keeps_every_row_and_puts_the_unknown_last(
    drawn: tuple[Table, list[Any], list[Any]], descending: bool
) -> None:
    table, _, sizes = drawn
    rows = table.rows(Wish(sort="size", descending=descending))
    assert sorted(rows) == list(range(table.size))
    values = [sizes[row] for row in rows]
    known = [value for value in values if value is not None and not math.isnan(value)]
    assert all(value is None or math.isnan(value) for value in values[len(known) :])
    assert known == sorted(known, reverse=descending)
    for value in set(known):  # rows of equal value stay in the order they came in
        alike = [row for row in rows if sizes[row] == value]
        assert alike == sorted(alike)


@given(tables(), CELLS)
def test_a_filter_keeps_the_rows_of_that_text(
    drawn: tuple[Table, list[Any], Any], wanted: str | None
) -> None:
    table, names, _ = drawn
    rows = table.rows(Wish(where=(("name", wanted or ""),)))
    assert rows == [row for row, name in enumerate(names) if (name or "") == (wanted or "")]


@given(tables(), st.integers(-3, 20), st.integers(-3, 20))
def test_windows_are_parts_of_the_whole(drawn: tuple[Table, list[Any], Any], first: int, count: int) -> None:
    table, names, _ = drawn
    rows = table.rows(Wish(sort="name"))
    window = table.window(rows, first, count)
    assert [row[0] for row in window] == rows[max(first, 0) :][: max(count, 0)]
    assert all(cells[0] == " ".join((names[row] or "").split()) for row, *cells in window)


def test_what_names_no_column_is_left_out() -> None:
    table = table_of({"a": ["x", "y"]})
    assert table.rows(Wish(sort="nope", where=(("nope", "x"),))) == [0, 1]


def test_hostile_cells_are_one_short_line_and_their_details_are_whole() -> None:
    hostile = "<img src=x onerror=alert(1)>\u202egnp\x07\x1b[31m\nsecond " + "W" * 10_000
    table = table_of({"text": [hostile]})
    [[_, cell]] = table.window([0], 0, 1)
    assert cell.startswith("<img src=x onerror=alert(1)> gnp [31m second WWW")
    assert len(cell) == CELL_MAX
    [(title, detail)] = table.details(0)
    assert (title, len(detail)) == ("text", len(hostile))
    assert detail.startswith("<img src=x onerror=alert(1)>�gnp��[31m\nsecond W")
    assert plain_text("W" * (DETAIL_MAX + 1), DETAIL_MAX).endswith("W …")


def test_kinds_are_worded_and_sorted_as_such() -> None:
    early = datetime(2026, 5, 20, 12, tzinfo=UTC)
    late = early.astimezone(timezone(timedelta(hours=2))) + timedelta(seconds=1)
    table = Table(
        [
            Column("at", "At", [late, early, None], kind="time"),
            Column("took", "Took", [61_000, 350, None], kind="duration"),
            Column("status", "Status", ["passed", "error", None], kind="status"),
            Column("seen", "Seen", [("passed", "failed"), ("passed",), None], kind="outcomes"),
            Column("why", "Why", ["a", "b", "c"], hidden=True),
        ]
    )
    assert table.window([0, 1, 2], 0, 3) == [
        (0, "2026-05-20 12:00:01", "1 min 01 s", "passed", ["passed", "failed"]),
        (1, "2026-05-20 12:00:00", "350 ms", "error", ["passed"]),
        (2, "", "", "", []),
    ]
    assert table.rows(Wish(sort="at")) == [1, 0, 2]
    assert table.rows(Wish(sort="took", descending=True)) == [0, 1, 2]
    assert table.rows(Wish(search="PASSED min")) == [0]
    assert table.rows(Wish(search="failed")) == []
    assert table.details(1)[2:] == [("Status", "Error"), ("Seen", "passed"), ("Why", "b")]
    assert table.choices("status") == ["Error", "Passed"]
    assert table.columns[3].statuses() == ["passed", "failed"]


def test_columns_must_fit() -> None:
    with pytest.raises(ValueError, match="one length"):
        table_of({"a": [1], "b": []})
    with pytest.raises(ValueError, match="same key"):
        Table([Column("a", "A", []), Column("a", "B", [])])


def test_kinds_are_seen_from_the_values() -> None:
    at = datetime(2026, 5, 20, tzinfo=UTC)
    table = table_of({"n": [1, None, 2.5], "t": [at, at, None], "s": ["1", 2, None], "none": [None] * 3})
    assert [column.kind for column in table.columns] == ["number", "time", "text", "text"]
