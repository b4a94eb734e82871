"""A table's rows for other tools: columns, pandas, polars, CSV. None of them is imported before it is asked for."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import datetime
from importlib import import_module
from typing import TYPE_CHECKING, Any

from notebook_ext.table_data import Table
from zof_core.spreadsheet import plain_cell

if TYPE_CHECKING:
    import pandas as pd  # type: ignore[import-untyped]  # its stubs are not needed for one function

_BATCH = 2_000


def to_pandas(table: Table, rows: Sequence[int]) -> pd.DataFrame:
    """As a pandas DataFrame; times are UTC.

    Raises:
        ImportError: pandas is not installed.
    """
    try:
        import pandas as pd  # noqa: PLC0415  loaded when used
    except ImportError:
        raise ImportError("to_df() needs pandas. Install it with: pip install pandas") from None
    frame = pd.DataFrame(table.data(rows))
    for column in table.columns:
        if column.kind == "time":
            frame[column.key] = pd.to_datetime(frame[column.key], utc=True)
    return frame


def to_polars(table: Table, rows: Sequence[int]) -> Any:
    """As a polars DataFrame, made from the columns: neither pandas nor pyarrow is needed.

    Raises:
        ImportError: polars is not installed.
    """
    try:
        pl: Any = import_module("polars")
    except ImportError:
        raise ImportError("to_polars() needs polars. Install it with: pip install polars") from None
    types = {
        "number": pl.Float64,
        "duration": pl.Float64,
        "time": pl.Datetime("us", "UTC"),
        "outcomes": pl.List(pl.String),
    }
    schema = {column.key: types.get(column.kind, pl.String) for column in table.columns}
    return pl.DataFrame(table.data(rows), schema=schema, strict=False)


def csv_parts(table: Table, rows: Sequence[int]) -> Iterator[str]:
    """As CSV, some thousand rows at a time; what a spreadsheet would run as a formula gets an apostrophe."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([plain_cell(column.key) for column in table.columns])
    for first in range(0, len(rows), _BATCH):
        for row in rows[first : first + _BATCH]:
            writer.writerow([_cell(column.values[row]) for column in table.columns])
        yield text.getvalue()
        text.seek(0)
        text.truncate()
    if rest := text.getvalue():
        yield rest


def _cell(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple | list):
        value = " ".join(map(str, value))
    return plain_cell(value)
