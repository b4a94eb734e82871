"""Results as a table for data work. Imported only when asked for: pandas takes a third of a second."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from zof_core import Result

if TYPE_CHECKING:
    import pandas as pd  # type: ignore[import-untyped]  # its stubs are not needed for one function

COLUMNS = (
    "id",
    "run_id",
    "test_case_id",
    "name",
    "module",
    "status",
    "duration_ms",
    "failure_summary",
    "created_at",
)


def results_frame(results: Iterable[Result]) -> pd.DataFrame:
    """One row for each result, `created_at` as UTC; duration in milliseconds, as Zof gives it.

    Raises:
        ImportError: pandas is not installed.
    """
    try:
        import pandas as pd  # noqa: PLC0415  loaded when used
    except ImportError:
        raise ImportError("to_df() needs pandas. Install it with: pip install pandas") from None
    rows = [{column: getattr(result, column) for column in COLUMNS} for result in results]
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    frame["created_at"] = pd.to_datetime(frame["created_at"], utc=True)
    return frame
