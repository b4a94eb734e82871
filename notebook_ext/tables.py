"""A static table as HTML and as text; runs and results are both shown with it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape

from notebook_ext.icons import icon_svg
from zof_core.wording import StatusStyle

ID_MAX = 120
"""Characters of an id in a static table; of a longer one the middle is left out, and its title has all."""

_SEAM = re.compile(r"(?<=\w)([/_]|::)(?=\w)")


def table_html(headings: Sequence[str], rows: Iterable[Sequence[str]], *, caption: str, empty: str) -> str:
    """A table.

    Args:
        headings: of the columns.
        rows: cells as HTML, escaped already; `cell` and its neighbours make them.
        caption: what it shows.
        empty: what is said instead of rows.
    """
    head = "".join(f'<th scope="col">{escape(heading)}</th>' for heading in headings)
    body = "".join(f"<tr>{''.join(row)}</tr>" for row in rows)
    body = body or f'<tr><td colspan="{len(headings)}">{escape(empty)}</td></tr>'
    return (
        f'<div class="zof-scroll"><table class="zof-table">'
        f"<caption>{escape(caption)}</caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def cell(text: str, *, wrap: bool = False) -> str:
    """A cell of text."""
    return f'<td class="zof-wrap">{_with_breaks(text)}</td>' if wrap else f"<td>{escape(text)}</td>"


def status_cell(style: StatusStyle) -> str:
    """A cell of a status: icon, word and tone."""
    word = f"{icon_svg(style.icon)}<span>{escape(style.word)}</span>"
    return f'<td><span class="zof-badge zof-{escape(style.tone)}">{word}</span></td>'


def id_cell(name: str, url: str = "") -> str:
    """A cell of an id, which leads to `url` if there is one; it wraps rather than push others out of sight."""
    shown = f"<code>{_with_breaks(_without_middle(name))}</code>"
    if url:
        shown = f'<a href="{escape(url)}" target="_blank" rel="noopener noreferrer">{shown}</a>'
    whole = f' title="{escape(name)}"' if len(name) > ID_MAX else ""
    return f'<td class="zof-id"{whole}>{shown}</td>'


def table_text(headings: Sequence[str], rows: Sequence[Sequence[str]], *, empty: str = "") -> str:
    """The same in columns of text; without rows it is `empty` alone, if that says anything."""
    if empty and not rows:
        return empty
    widths = [max(map(len, column)) for column in zip(headings, *rows, strict=True)]
    return "\n".join(
        "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
        for row in (headings, *rows)
    )


def _with_breaks(text: str) -> str:
    """Escaped, with places where a path or the name of a test may go on in the next line."""
    return _SEAM.sub(r"\1<wbr>", escape(text))


def _without_middle(name: str) -> str:
    """An id's ends: the test's name at one, its parameters at the other."""
    half = (ID_MAX - 3) // 2
    return name if len(name) <= ID_MAX else f"{name[:half]} … {name[-half:]}"
