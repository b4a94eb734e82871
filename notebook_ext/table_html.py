"""The first rows of a table as HTML and as text: what a saved notebook shows. Pure; every value is escaped here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from notebook_ext.html import trouble_html
from notebook_ext.icons import icon_svg
from notebook_ext.table_data import Column, Table
from notebook_ext.tables import cell, id_cell, status_cell, table_html, table_text
from zof_core.errors import clean_text
from zof_core.wording import status_style

TEXT_ROWS = 20


def legend(columns: Iterable[Column]) -> dict[str, dict[str, str]]:
    """How the statuses of a table are shown: status → word, tone and icon."""
    found = dict.fromkeys(status for column in columns for status in column.statuses())
    styles = {status: status_style(status) for status in found}
    return {
        status: {"word": style.word, "tone": style.tone, "icon": icon_svg(style.icon)}
        for status, style in styles.items()
    }


def first_rows_html(
    table: Table,
    rows: Sequence[int],
    *,
    most: int,
    title: str,
    counted: str,
    notice: str = "",
    empty: str = "",
) -> str:
    """The first `most` rows under what they are and how many there are."""
    shown = rows[:most]
    body = ([_cell(column, row) for column in table.visible] for row in shown)
    headings = [column.title for column in table.visible]
    trouble = trouble_html(notice) if notice else ""
    return trouble + table_html(headings, body, caption=_caption(rows, most, title, counted), empty=empty)


def first_rows_text(table: Table, rows: Sequence[int], *, title: str, counted: str, notice: str = "") -> str:
    """The same in columns of text."""
    shown = [[clean_text(column.text(row), 60) for column in table.visible] for row in rows[:TEXT_ROWS]]
    body = table_text([column.title for column in table.visible], shown) if shown else ""
    return "\n".join(filter(None, (_caption(rows, TEXT_ROWS, title, counted), notice, body)))


def _caption(rows: Sequence[int], most: int, title: str, counted: str) -> str:
    first = f", of which the first {most} are here" if len(rows) > most else ""
    return f"{title}: {counted}{first}"


def _cell(column: Column, row: int) -> str:
    shown = column.shown(row)
    if isinstance(shown, list):
        marks = (status_style(status) for status in shown)
        return f"<td>{''.join(_mark(style.icon, style.word, style.tone) for style in marks)}</td>"
    if column.kind == "status":
        return status_cell(status_style(shown)) if shown else cell("")
    return id_cell(shown) if column.kind == "code" else cell(shown, wrap=column.kind == "text")


def _mark(icon: str, word: str, tone: str) -> str:
    # The word beside the icon is what is left of it where JupyterLab takes the picture out.
    return f'<span class="zof-{escape(tone)}" title="{escape(word)}">{icon_svg(icon)} {escape(word)} </span>'
