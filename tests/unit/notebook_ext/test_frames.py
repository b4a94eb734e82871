import sys
from datetime import UTC, datetime

import pytest

from notebook_ext.frames import COLUMNS, results_frame
from zof_core import Result

NOON = datetime(2026, 5, 20, 12, 0, tzinfo=UTC)


def test_without_pandas_one_sentence_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ImportError, match="pip install pandas"):
        results_frame([])


def test_a_row_for_each_result() -> None:
    frame = results_frame(
        [
            Result(id="res_1", status="passed", duration_ms=3.5, created_at=NOON),
            Result(id="res_2", status="x"),
        ]
    )
    assert list(frame.columns) == list(COLUMNS)
    assert frame["duration_ms"][0] == 3.5
    assert frame["created_at"][0] == NOON
    assert list(results_frame([]).columns) == list(COLUMNS)
