"""A plot: the same figures as a picture, as a sentence, as a table, and as a Vega-Lite specification."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from importlib import import_module
from typing import Any

from notebook_ext.assets import TABLE_CSS
from notebook_ext.html import frozen_html
from notebook_ext.tables import cell, table_html, table_text
from zof_core.errors import clean_text

_CELL_LENGTH = 120


@dataclass(frozen=True)
class Plot:
    """Figures to be looked at.

    Args:
        title: such as "Pass rate".
        description: the figures as sentences, for who does not see the picture.
        definition: how the numbers were computed.
        spec: a Vega-Lite 5 specification with its data inside.
        svg: a static picture in the notebook's own colours; empty if there is nothing to show.
        headings: of the columns of the data.
        rows: the data as text, one row for each mark.
    """

    title: str
    description: str
    definition: str
    spec: Mapping[str, Any] = field(repr=False)
    svg: str = field(repr=False)
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def to_altair(self) -> Any:
        """The plot as an altair chart, to be changed further.

        Raises:
            ImportError: altair is not installed.
        """
        try:
            altair = import_module("altair")  # when used only: it takes more than a second
        except ImportError:
            raise ImportError("to_altair() needs altair. Install it with: pip install altair") from None
        return altair.Chart.from_dict(dict(self.spec))

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        head = (
            f'<div class="zof-head"><strong class="zof-title">{escape(self.title)}</strong></div>'
            f'<div class="zof-block">{escape(clean_text(self.description, 2000))}</div>'
        )
        picture = f'<div class="zof-block">{self.svg}</div>' if self.svg else ""
        note = f'<figcaption class="zof-foot">{escape(self.definition)}</figcaption>'
        figure = f'<figure class="zof-run zof-plot zof-neutral">{head}{picture}{self._table()}{note}</figure>'
        return {"text/html": frozen_html(figure, style=TABLE_CSS + _CSS), "text/plain": repr(self)}

    def _table(self) -> str:
        """The data, folded: JupyterLab takes the picture out of notebooks it does not trust."""
        if not self.rows:
            return ""
        rows = (tuple(cell(text, wrap=True) for text in row) for row in self._clean_rows())
        table = table_html(self.headings, rows, caption=self.title, empty="")
        return f'<details class="zof-block"><summary>The data as a table</summary>{table}</details>'

    def _clean_rows(self) -> list[list[str]]:
        return [[clean_text(text, _CELL_LENGTH) for text in row] for row in self.rows]

    def __repr__(self) -> str:
        said = f"{self.title}: {clean_text(self.description, 2000)}\n({self.definition})"
        return f"{said}\n{table_text(self.headings, self._clean_rows())}" if self.rows else said


_CSS = """
.zof.zof figure.zof-plot { margin: 2px 0 0; }
.zof-plot .zof-block { padding: 4px 14px 6px; min-width: 0; }
.zof-plot svg { display: block; }
.zof-plot summary { cursor: pointer; color: var(--zof-muted); font-size: 12px; }
"""
