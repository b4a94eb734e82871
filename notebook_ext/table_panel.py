"""A table of up to half a million rows in a notebook: the page asks for the rows in sight, and gets only those."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import traitlets

from notebook_ext import frontend
from notebook_ext.assets import BASE_CSS, GRID_CSS, GRID_ESM, TABLE_CSS
from notebook_ext.loop import LoopThread, shared_loop
from notebook_ext.panel import Panel
from notebook_ext.table_data import Table, Wish, table_of
from notebook_ext.table_html import first_rows_html, first_rows_text, legend
from zof_core.errors import clean_text

ROWS_MAX: Final = 500_000
"""Rows that can be scrolled to: a browser's page cannot be higher. Searching reaches the others."""

ROWS_SAVED: Final = 50
"""What a saved notebook still shows."""

_HEAD: Final = 14
"""Rows that come with the state, so that what is seen first needs no question."""

_LIVE_ROWS: Final = 3
_WINDOW_MAX: Final = 200
_CSV_PART: Final = 250_000
_CSV_BYTES_A_SECOND: Final = 600_000
"""A notebook's server drops what a kernel says beyond a million bytes a second."""


class TablePanel(Panel):
    """Any columns as a table that can be searched, sorted, scrolled through and exported.

    `panel.to_df()`, `to_polars()`, `to_dict()` and `to_csv(path)` give what is filtered, in the order shown.

    Args:
        table: columns by name, all of one length, or a `Table`.
        title: what it shows.

    Raises:
        ValueError: the columns differ in length.
    """

    _esm = GRID_ESM
    _css = BASE_CSS + GRID_CSS
    _frozen_css = TABLE_CSS
    _content_trait = "state"

    state = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        table: Table | Mapping[str, Sequence[Any]],
        *,
        title: str = "Table",
        loop: LoopThread | None = None,
    ) -> None:
        self.title = title
        self.table = table if isinstance(table, Table) else table_of(table)
        self.wish = Wish()
        self.rows: list[int] = list(range(self.table.size))
        self._picked: list[int] = []
        self._version = self._turn = 0
        self._legend = legend(self.table.visible)
        self._saving: asyncio.Task[None] | None = None
        super().__init__(loop or shared_loop(), state=self._state())

    # --- what is filtered, for code ----------------------------------------------------------------------------------

    def to_df(self) -> Any:
        """The rows as a pandas DataFrame, in the order shown.

        Raises:
            ImportError: pandas is not installed.
        """
        from notebook_ext.table_export import to_pandas  # noqa: PLC0415  pandas is slow to import

        return to_pandas(self.table, self.rows)

    def to_polars(self) -> Any:
        """The rows as a polars DataFrame; neither pandas nor pyarrow is needed.

        Raises:
            ImportError: polars is not installed.
        """
        from notebook_ext.table_export import to_polars  # noqa: PLC0415

        return to_polars(self.table, self.rows)

    def to_dict(self) -> dict[str, list[Any]]:
        """The rows as plain columns."""
        return self.table.data(self.rows)

    def to_csv(self, path: str | Path) -> None:
        """Writes the rows as CSV. Text that a spreadsheet would run as a formula gets an apostrophe before it.

        Raises:
            OSError: the file cannot be written.
        """
        from notebook_ext.table_export import csv_parts  # noqa: PLC0415

        with Path(path).open("w", encoding="utf-8", newline="") as file:
            file.writelines(csv_parts(self.table, self.rows))

    def arrange(
        self, *, search: str | None = None, sort: str | None = None, descending: bool | None = None
    ) -> None:
        """Searches and sorts as the page does; what is not given stays.

        Args:
            search: words that all must stand in a row.
            sort: a column's key, such as `status`; empty for the order the rows came in.
            descending: the greatest first.

        Raises:
            ValueError: there is no such column.
        """
        if sort and self.table.column(sort) is None:
            keys = ", ".join(column.key for column in self.table.columns)
            raise ValueError(f"The table has no column {sort!r}; it has: {keys}.")
        self._loop.run(self._wish_for(search=search, sort=sort, descending=descending))

    # --- what it shows -----------------------------------------------------------------------------------------------

    def html(self, *, live: bool) -> str:
        """See `Panel`: the first rows."""
        return self._first_rows(ROWS_SAVED if not live else _LIVE_ROWS)

    def text(self) -> str:
        """See `Panel`."""
        return first_rows_text(
            self.table, self.rows, title=self._named(), counted=self._counted(), notice=self._notice()
        )

    def opened(self) -> None:
        """See `Panel`."""
        if frontend.current_execution().headless:
            self._loop.run(self.freeze())

    def heard(self, message: Mapping[str, Any]) -> None:
        """See `Panel`: what the page asks for."""
        match message:
            case {"op": "rows", "version": int(version), "first": int(first), "count": int(count)}:
                self._loop.submit(self._send_rows(version, first, count))
            case {"op": "sort", "column": int(column), "descending": bool(descending)} if (
                0 <= column < len(self.table.visible)
            ):
                key = self.table.visible[column].key
                self._loop.submit(self._wish_for(sort=key, descending=descending))
            case {"op": "search", "text": str(text)}:
                self._loop.submit(self._wish_for(search=text[:500]))
            case {"op": "open", "row": int(row), "view": str(view)} if 0 <= row < self.table.size:
                self._loop.submit(self._open(row, view))
            case {"op": "csv", "view": str(view)}:
                self._loop.submit(self._save(view))

    # --- for subclasses ----------------------------------------------------------------------------------------------

    def _named(self) -> str:
        """What the rows are, in words that stand alone."""
        return self.title

    def _counted(self) -> str:
        whole, found = self.table.size, len(self.rows)
        said = (
            f"{found:,} of {whole:,} rows" if found != whole else f"{whole:,} row{'' if whole == 1 else 's'}"
        )
        return f"{said}, the first {ROWS_MAX:,} to be scrolled through" if found > ROWS_MAX else said

    def _notice(self) -> str:
        """Why something could not be read, in a sentence."""
        return ""

    def _tools(self) -> dict[str, Any]:
        """What stands around the rows; see `table_panel.js`."""
        return {}

    def _file_name(self) -> str:
        return "table.csv"

    async def _open(self, row: int, view: str) -> None:
        """Shows the whole of a row."""
        names = [column for column in self.table.columns if column.kind == "code"] or self.table.columns
        title = clean_text(names[0].text(row), 200) or "Row"
        self.send({"op": "detail", "view": view, "title": title, "fields": self.table.details(row)})

    def _set_table(self, table: Table, *, wish: Wish | None = None) -> None:
        """Shows the table that has grown, or with `wish` another one from its top. On the loop thread."""
        self.table = table
        self._legend = legend(table.visible)
        if wish is not None:
            self.wish, self._picked = wish, []
        self._arrange(anew=wish is not None)

    def _arrange(self, *, anew: bool) -> None:
        self.rows = self.table.rows(self.wish)
        self._version += 1
        self._turn += anew
        self._tell()

    def _tell(self) -> None:
        self.write(state=self._state())

    # --- on the loop thread ------------------------------------------------------------------------------------------

    async def _wish_for(self, **changes: Any) -> None:
        old = self.wish
        self.wish = replace(old, **{name: value for name, value in changes.items() if value is not None})
        if self.wish != old:
            self._arrange(anew=True)

    async def _send_rows(self, version: int, first: int, count: int) -> None:
        if version == self._version and self.comm is not None:
            first = max(first, 0)
            rows = self.table.window(self.rows, first, min(count, _WINDOW_MAX))
            self.send({"op": "rows", "version": version, "first": first, "rows": rows})

    async def _save(self, view: str) -> None:
        if self._saving is None or self._saving.done():
            work = self._send_csv(view)
            self._saving = asyncio.get_running_loop().create_task(work, name="send a table as CSV")

    async def _send_csv(self, view: str) -> None:
        from notebook_ext.table_export import csv_parts  # noqa: PLC0415

        packed = gzip.compress("".join(csv_parts(self.table, self.rows)).encode(), compresslevel=5)
        parts = [packed[at : at + _CSV_PART] for at in range(0, len(packed), _CSV_PART)]
        for number, part in enumerate(parts):
            told = {"op": "csv", "view": view, "part": number, "parts": len(parts), "name": self._file_name()}
            self.send(told, [part])
            await asyncio.sleep(len(part) / _CSV_BYTES_A_SECOND)

    def _state(self) -> dict[str, Any]:
        visible = self.table.visible
        keys = [column.key for column in visible]
        plain: dict[str, Any] = {
            "title": self.title,
            "where": "",
            "counted": self._counted(),
            "notice": self._notice(),
            "busy": "",
            "more": "",
            "hint": "Enter opens a row. A heading sorts.",
            "empty": "No row fits." if self.table.size else "There are no rows.",
            "filters": [],
            "actions": [],
            "picks": 0,
            "link": "",
        }
        told = {**plain, **self._tools()}
        link = told.pop("link")
        return {
            **told,
            "version": self._version,
            "turn": self._turn,
            "count": min(len(self.rows), ROWS_MAX),
            "columns": [
                {
                    "title": column.title,
                    "kind": column.kind,
                    "width": column.width,
                    "grow": column.grow,
                    "link": column.key == link,
                }
                for column in visible
            ],
            "legend": self._legend,
            "sort": [keys.index(self.wish.sort) if self.wish.sort in keys else -1, self.wish.descending],
            "search": self.wish.search,
            "picked": self._picked,
            "rows": self.table.window(self.rows, 0, _HEAD),
        }

    def _first_rows(self, most: int) -> str:
        return first_rows_html(
            self.table,
            self.rows,
            most=most,
            title=self._named(),
            counted=self._counted(),
            notice=self._notice(),
            empty="There are no rows.",
        )

    def _live_bundle(self) -> dict[str, Any]:
        # A few rows only, for the live table has them too: what a panel costs to show is bounded.
        return {**super()._live_bundle(), "text/html": self._first_rows(_LIVE_ROWS)}
