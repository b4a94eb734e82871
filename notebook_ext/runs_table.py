"""A list of runs as a static table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from notebook_ext.assets import TABLE_CSS
from notebook_ext.html import frozen_html
from notebook_ext.icons import icon_svg
from notebook_ext.view import RunView, Snapshot, clock_text, run_view
from zof_core import Run
from zof_core.catalogue import Catalogue

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
        table = runs_html(self._views(), self.as_of)
        return {"text/html": frozen_html(table, style=TABLE_CSS), "text/plain": repr(self)}

    def __repr__(self) -> str:
        rows = [
            [view.word, view.title, view.environment, _outcomes(view), view.duration, view.begun, view.run_id]
            for view in self._views()
        ]
        widths = [max(map(len, column)) for column in zip(_HEADINGS, *rows, strict=True)]
        lines = (
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in (_HEADINGS, *rows)
        )
        return "\n".join([*lines, f"As of {clock_text(self.as_of)}"])


def runs_html(views: Sequence[RunView], as_of: float) -> str:
    """The table; each value is escaped."""
    head = "".join(f'<th scope="col">{heading}</th>' for heading in _HEADINGS)
    rows = "".join(_row(view) for view in views)
    body = rows or f'<tr><td colspan="{len(_HEADINGS)}">There are no runs.</td></tr>'
    return (
        f'<div class="zof-scroll"><table class="zof-table">'
        f"<caption>Runs, newest first, as of {escape(clock_text(as_of))}</caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _row(view: RunView) -> str:
    word = f"{icon_svg(view.icon)}<span>{escape(view.word)}</span>"
    badge = f'<span class="zof-badge zof-{escape(view.tone)}">{word}</span>'
    name = f"<code>{escape(view.run_id)}</code>"
    if view.url:
        name = f'<a href="{escape(view.url)}" target="_blank" rel="noopener noreferrer">{name}</a>'
    cells = "".join(f"<td>{escape(text)}</td>" for text in (view.title, view.environment))
    cells += f'<td class="zof-wrap">{escape(_outcomes(view))}</td>'
    cells += "".join(f"<td>{escape(text)}</td>" for text in (view.duration, view.begun))
    return f"<tr><td>{badge}</td>{cells}<td>{name}</td></tr>"


def _outcomes(view: RunView) -> str:
    return ", ".join(f"{count.number} {count.word}" for count in view.counts if count.number)
