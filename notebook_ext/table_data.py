"""A table of any length over plain columns: searched, filtered, sorted, and given a window at a time. Pure.

Lists, not a data frame: pandas takes a third of a second to import, and a window of 60 rows needs none of it.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Final, Literal

from zof_core.errors import clean_text
from zof_core.wording import duration_text, status_style

Kind = Literal["text", "code", "number", "duration", "time", "status", "outcomes"]
"""What a column's values are: text; text such as an id; a number; milliseconds; a datetime; a status; statuses."""

Shown = str | list[str]
"""A cell as it goes to the page: text, or the statuses of `outcomes`."""

CELL_MAX: Final = 160
"""Characters of a cell; all of it is in the row's details."""

DETAIL_MAX: Final = 20_000
SEARCHED_MAX: Final = 500
"""Characters of a cell that a search looks at. At sequences of outcomes it does not look: they hold the same words."""

_OUTCOMES_MAX: Final = 50
_CHOICES_MAX: Final = 200


@dataclass(frozen=True, eq=False)
class Column:
    """A column.

    Args:
        key: its name in exports.
        title: for people.
        values: one for each row; None where there is none.
        kind: what they are.
        width: pixels at least.
        grow: its share of the room that is left.
        hidden: not in the table, only in a row's details and in exports.
    """

    key: str
    title: str
    values: Sequence[Any]
    kind: Kind = "text"
    width: int = 120
    grow: int = 0
    hidden: bool = False

    def text(self, row: int) -> str:
        """A cell in words."""
        return _TEXTS[self.kind](self.values[row])

    def shown(self, row: int) -> Shown:
        """A cell as it goes to the page: on one line, without control characters, cut."""
        if self.kind == "outcomes":
            return [clean_text(one, 40) for one in (self.values[row] or ())[-_OUTCOMES_MAX:]]
        if self.kind == "status":
            return clean_text(self.values[row] or "", 40)
        return clean_text(self.text(row), CELL_MAX)

    @cached_property
    def sort_keys(self) -> list[Any]:
        """What rows are sorted by; None for rows without a value."""
        return list(map(_KEYS[self.kind], self.values))

    def statuses(self) -> list[str]:
        """The statuses that are shown as such, the most frequent first."""
        if self.kind == "status":
            found = Counter(filter(None, self.values))
        elif self.kind == "outcomes":
            found = Counter(one for outcomes in self.values for one in outcomes or ())
        else:
            return []
        return [clean_text(status, 40) for status, _ in found.most_common(20)]


@dataclass(frozen=True)
class Wish:
    """What of a table is wanted, and in which order.

    Args:
        search: words that all must stand somewhere in a row.
        where: column key → text its cell must have.
        sort: key of the column to sort by; empty for the order the rows came in.
        descending: the greatest first. Rows without a value come last in either case.
    """

    search: str = ""
    where: tuple[tuple[str, str], ...] = ()
    sort: str = ""
    descending: bool = False


class Table:
    """Columns of one length.

    Raises:
        ValueError: they differ in length, or two have the same key.
    """

    def __init__(self, columns: Iterable[Column]) -> None:
        self.columns = tuple(columns)
        self._by_key = {column.key: column for column in self.columns}
        lengths = {len(column.values) for column in self.columns}
        if len(lengths) > 1:
            raise ValueError(f"The columns of a table have one length, but these have {sorted(lengths)}.")
        if len(self._by_key) != len(self.columns):
            raise ValueError("Two columns of the table have the same key.")
        self.size = lengths.pop() if lengths else 0
        self.visible = tuple(column for column in self.columns if not column.hidden)

    def column(self, key: str) -> Column | None:
        """The column of that key."""
        return self._by_key.get(key)

    def rows(self, wish: Wish) -> list[int]:
        """The numbers of the rows that are wanted, in the order wanted; what names no column is left out."""
        kept: list[int] = list(range(self.size))
        for key, text in wish.where:
            if column := self.column(key):
                kept = [row for row in kept if column.text(row) == text]
        for word in wish.search.casefold().split():
            texts = self._texts
            kept = [row for row in kept if word in texts[row]]
        if by := self.column(wish.sort):
            kept = _sorted(kept, by.sort_keys, descending=wish.descending)
        return kept

    def window(self, rows: Sequence[int], first: int, count: int) -> list[tuple[Any, ...]]:
        """A part of the rows for the page: each its number, then its visible cells."""
        wanted = rows[max(first, 0) : max(first, 0) + max(count, 0)]
        return [(row, *(column.shown(row) for column in self.visible)) for row in wanted]

    def details(self, row: int) -> list[tuple[str, str]]:
        """All of a row that is not empty: titles and texts."""
        told = ((column.title, plain_text(column.text(row), DETAIL_MAX)) for column in self.columns)
        return [(title, text) for title, text in told if text]

    def choices(self, key: str) -> list[str]:
        """The texts that stand in a column, in order; of very many, the most frequent."""
        column = self.column(key)
        if column is None:
            return []
        found = Counter(column.text(row) for row in range(self.size))
        return sorted(text for text, _ in found.most_common(_CHOICES_MAX) if text)

    def data(self, rows: Sequence[int]) -> dict[str, list[Any]]:
        """Key → the raw values of these rows, hidden columns with them."""
        return {column.key: [column.values[row] for row in rows] for column in self.columns}

    @cached_property
    def _texts(self) -> list[str]:
        searched = [column for column in self.columns if column.kind != "outcomes"]
        parts = [
            [text[:SEARCHED_MAX] for text in map(_TEXTS[column.kind], column.values)] for column in searched
        ]
        return ["\n".join(row).casefold() for row in zip(*parts, strict=True)] or [""] * self.size


def table_of(columns: Mapping[str, Sequence[Any]]) -> Table:
    """A table of any columns, by name; what a column's values are is seen from them.

    Raises:
        ValueError: the columns differ in length.
    """
    return Table(
        Column(name, name, values, kind=_kind(values), width=90, grow=1) for name, values in columns.items()
    )


def plain_text(text: str, limit: int) -> str:
    """Text of several lines in which nothing acts on what is around it: control characters become marks."""
    kept = (char if char.isprintable() or char in "\n\t" else "�" for char in text[:limit])
    return "".join(kept) + (" …" if len(text) > limit else "")


def time_text(moment: datetime) -> str:
    """`2026-05-20 12:03:10`, in UTC."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def _kind(values: Sequence[Any]) -> Kind:
    known = [value for value in values if value is not None]
    if known and all(isinstance(value, int | float) and not isinstance(value, bool) for value in known):
        return "number"
    aware = (isinstance(value, datetime) and value.tzinfo is not None for value in known)
    return "time" if known and all(aware) else "text"


def _sorted(rows: list[int], keys: Sequence[Any], *, descending: bool) -> list[int]:
    known = [row for row in rows if keys[row] is not None]
    known.sort(key=keys.__getitem__, reverse=descending)
    return known + [row for row in rows if keys[row] is None]


def _number(value: Any) -> Any:
    return None if value is None or math.isnan(value) else value


_TEXTS: Final[Mapping[Kind, Callable[[Any], str]]] = {
    "text": lambda value: "" if value is None else str(value),
    "code": lambda value: "" if value is None else str(value),
    "number": lambda value: "" if value is None else f"{value:,}",
    "duration": lambda value: "" if value is None else duration_text(value / 1000),
    "time": lambda value: "" if value is None else time_text(value),
    "status": lambda value: status_style(value).word if value else "",
    "outcomes": lambda value: ", ".join(status_style(one).word.lower() for one in value or ()),
}
_KEYS: Final[Mapping[Kind, Callable[[Any], Any]]] = {
    "text": lambda value: str(value).casefold() if value not in {None, ""} else None,
    "code": lambda value: str(value).casefold() if value not in {None, ""} else None,
    "number": _number,
    "duration": _number,
    "time": lambda value: value,
    "status": lambda value: status_style(value).word if value else None,
    "outcomes": lambda value: tuple(value) if value else None,
}
