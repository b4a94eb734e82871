"""A list of runs as a static table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from notebook_ext.assets import TABLE_CSS
from notebook_ext.html import frozen_html
from notebook_ext.tables import cell, id_cell, status_cell, table_html, table_text
from notebook_ext.view import RunView, Snapshot, clock_text, run_view
from zof_core import Run
from zof_core.catalogue import Catalogue
from zof_core.wording import status_style

_EMPTY = "There are no runs."
_HEADINGS = ("Status", "What", "Environment", "Outcomes", "Duration", "Started", "Run")


@dataclass(frozen=True)
class RunsTable:
    """Runs, newest first, as they were at one moment.

    Args:
        runs: the runs; also to be used from code.
        as_of: when they were read, in seconds since the epoch.
        catalogue: names for ids.
    """

    runs: tuple[Run, ...]
    as_of: float
    catalogue: Catalogue

    def _views(self) -> list[RunView]:
        return [
            run_view(run.id, Snapshot(run=run), now=self.as_of, catalogue=self.catalogue) for run in self.runs
        ]

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        table = runs_html(self._views(), f"Runs, newest first, as of {clock_text(self.as_of)}")
        return {"text/html": frozen_html(table, style=TABLE_CSS), "text/plain": repr(self)}

    def __repr__(self) -> str:
        rows = [
            [view.word, view.title, view.environment, _outcomes(view), view.duration, view.begun, view.run_id]
            for view in self._views()
        ]
        return f"{table_text(_HEADINGS, rows, empty=_EMPTY)}\nAs of {clock_text(self.as_of)}"


def runs_html(views: Sequence[RunView], caption: str) -> str:
    """Runs as a table; each value is escaped."""
    rows = (
        (
            status_cell(status_style(view.status)),
            cell(view.title, wrap=True),
            cell(view.environment, wrap=True),
            cell(_outcomes(view), wrap=True),
            cell(view.duration),
            cell(view.begun),
            id_cell(view.run_id, view.url),
        )
        for view in views
    )
    return table_html(_HEADINGS, rows, caption=caption, empty=_EMPTY)


def _outcomes(view: RunView) -> str:
    return ", ".join(f"{count.number} {count.word}" for count in view.counts if count.number)
