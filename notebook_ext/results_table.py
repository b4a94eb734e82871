"""The results of a run as a static table: what failed first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from notebook_ext.assets import TABLE_CSS
from notebook_ext.frames import results_frame
from notebook_ext.html import frozen_html
from notebook_ext.tables import cell, id_cell, status_cell, table_html, table_text
from zof_core import Result
from zof_core.models import creation
from zof_core.wording import case_name, case_took_text, status_style

ROWS_SHOWN = 200
_HEADINGS = ("Status", "Case", "Module", "Duration", "What it said")
_EMPTY = "There are no results."
_FIRST = ("failed", "error")


@dataclass(frozen=True)
class ResultsTable:
    """Results of a run; of many, the first `ROWS_SHOWN` are shown, and all are in `results`.

    Args:
        run_id: whose.
        results: the results; also to be used from code.
    """

    run_id: str
    results: tuple[Result, ...]

    def to_df(self) -> Any:
        """All of them as a pandas DataFrame, one row each.

        Raises:
            ImportError: pandas is not installed.
        """
        return results_frame(self.results)

    def _shown(self) -> list[Result]:
        order = {status: place for place, status in enumerate(_FIRST)}
        in_order = sorted(self.results, key=lambda one: (order.get(one.status, len(order)), creation(one)))
        return in_order[:ROWS_SHOWN]

    def _caption(self) -> str:
        whole = len(self.results)
        said = f"Results of {self.run_id}"
        return f"{said}: {ROWS_SHOWN} of {whole}" if whole > ROWS_SHOWN else f"{said}: {whole}"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        rows = (
            (
                status_cell(status_style(one.status)),
                id_cell(case_name(one)),
                cell(one.module or "", wrap=True),
                cell(case_took_text(one)),
                cell(_said(one), wrap=True),
            )
            for one in self._shown()
        )
        table = table_html(_HEADINGS, rows, caption=self._caption(), empty=_EMPTY)
        return {"text/html": frozen_html(table, style=TABLE_CSS), "text/plain": repr(self)}

    def __repr__(self) -> str:
        rows = [
            [status_style(one.status).word, case_name(one), one.module or "", case_took_text(one), _said(one)]
            for one in self._shown()
        ]
        return f"{self._caption()}\n{table_text(_HEADINGS, rows, empty=_EMPTY)}"


def _said(result: Result) -> str:
    lines = (result.failure_summary or "").strip().splitlines()
    return lines[0][:200] if lines else ""
