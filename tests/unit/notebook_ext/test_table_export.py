from __future__ import annotations

import csv
import io
import subprocess
import sys
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notebook_ext.table_data import Column, Table, table_of
from notebook_ext.table_export import csv_parts, to_pandas, to_polars
from zof_core.spreadsheet import FORMULA_STARTS

AT = datetime(2026, 5, 20, 12, 3, tzinfo=UTC)
TABLE = Table(
    [
        Column("id", "Id", ["r1", "r2", "r3"], kind="code"),
        Column("took", "Took", [1.5, None, 3], kind="duration"),
        Column("at", "At", [AT, None, AT], kind="time"),
        Column("seen", "Seen", [("passed", "failed"), (), None], kind="outcomes"),
    ]
)


def read(table: Table, rows: list[int]) -> list[list[str]]:
    return list(csv.reader(io.StringIO("".join(csv_parts(table, rows)), newline="")))


def test_csv_has_the_rows_in_their_order() -> None:
    assert read(TABLE, [2, 0]) == [
        ["id", "took", "at", "seen"],
        ["r3", "3", "2026-05-20T12:03:00+00:00", ""],
        ["r1", "1.5", "2026-05-20T12:03:00+00:00", "passed failed"],
    ]
    assert read(TABLE, []) == [["id", "took", "at", "seen"]]


def test_long_csv_comes_in_parts() -> None:
    table = table_of({"n": list(range(5_000))})
    assert len(list(csv_parts(table, range(5_000)))) == 3
    assert [int(row[0]) for row in read(table, list(range(5_000)))[1:]] == list(range(5_000))


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), max_size=4))
def test_no_cell_of_text_is_a_formula_and_none_is_lost(texts: list[str]) -> None:
    for [cell], text in zip(read(table_of({"t": texts}), list(range(len(texts))))[1:], texts, strict=True):
        assert not cell.startswith(FORMULA_STARTS)
        assert cell in {text, f"'{text}"}


def test_numbers_below_nought_stay_numbers() -> None:
    assert read(table_of({"n": [-5]}), [0])[1] == ["-5"]


def test_pandas_has_the_rows_in_their_order() -> None:
    frame = to_pandas(TABLE, [2, 0])
    assert frame["id"].tolist() == ["r3", "r1"]
    assert str(frame["at"].dtype).startswith("datetime64")
    assert to_pandas(TABLE, []).columns.tolist() == ["id", "took", "at", "seen"]


def test_polars_needs_neither_pandas_nor_pyarrow() -> None:
    pytest.importorskip("polars")
    code = (
        "import sys; sys.modules['pandas'] = sys.modules['pyarrow'] = None\n"
        "from tests.unit.notebook_ext.test_table_export import TABLE, to_polars\n"
        "print(to_polars(TABLE, [2, 0, 1]).rows()[1][3], to_polars(TABLE, []).width)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said == "['passed', 'failed'] 4\n"


@pytest.mark.parametrize(("name", "export"), [("pandas", to_pandas), ("polars", to_polars)])
def test_what_is_not_installed_is_said(monkeypatch: pytest.MonkeyPatch, name: str, export: Any) -> None:
    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ImportError, match=f"pip install {name}"):
        export(TABLE, [0])
