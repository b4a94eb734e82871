"""Cursors and limits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zof_local.platform.errors import ApiProblem
from zof_local.platform.paging import PageRequest, decode_cursor, encode_cursor, page, page_request


@given(st.integers(min_value=0, max_value=10**17))
def test_a_cursor_leads_back_to_its_place(sequence: int) -> None:
    assert decode_cursor("runs", encode_cursor("runs", sequence)) == sequence


@given(st.text(max_size=40))
def test_anything_else_is_refused_by_name(text: str) -> None:
    with pytest.raises(ApiProblem) as caught:
        decode_cursor("runs", text)
    assert (caught.value.status, caught.value.param) == (400, "starting_after")


def test_a_cursor_belongs_to_its_collection() -> None:
    with pytest.raises(ApiProblem, match="not a cursor of results"):
        decode_cursor("results", encode_cursor("runs", 5))


def test_the_documented_default_and_bounds() -> None:
    assert page_request("runs", None, None) == PageRequest(20, None)
    assert page_request("runs", "100", encode_cursor("runs", 7)) == PageRequest(100, 7)


@pytest.mark.parametrize("limit", ["0", "101", "-1", "1.5", "ten", "", " 5", "١٠", "9" * 30])
def test_other_limits_are_refused(limit: str) -> None:
    with pytest.raises(ApiProblem) as caught:
        page_request("runs", limit, None)
    assert caught.value.param == "limit"


@given(
    st.lists(st.integers(min_value=1, max_value=10**9), max_size=30, unique=True),
    st.integers(min_value=1, max_value=10),
)
def test_pages_add_up_to_the_whole(numbers: list[int], limit: int) -> None:
    everything = sorted(numbers, reverse=True)
    seen: list[int] = []
    cursor: str | None = None
    for _ in range(len(numbers) + 1):
        position = page_request("things", str(limit), cursor).position
        rows = [number for number in everything if position is None or number < position][: limit + 1]
        answer = page("things", rows, limit, lambda number: number, lambda number: number)
        seen += answer["data"]
        cursor = answer["next_cursor"]
        assert answer["has_more"] == (cursor is not None)
        if cursor is None:
            break
    assert seen == everything
