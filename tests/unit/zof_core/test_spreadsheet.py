from __future__ import annotations

import pytest

from zof_core.spreadsheet import plain_cell


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1"])
def test_text_that_would_be_run_is_marked_as_text(text: str) -> None:
    assert plain_cell(text) == f"'{text}"


@pytest.mark.parametrize("value", ["", "a=1", " =1", "'=1", -1, 2.5, None])
def test_all_else_stays_as_it_is(value: object) -> None:
    assert plain_cell(value) is value
