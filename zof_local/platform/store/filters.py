"""The WHERE part of a list: column names are ours, values are always bound."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field

from zof_local.platform.paging import PageRequest


@dataclass(slots=True)
class Conditions:
    """Conditions joined by AND, always within one organization."""

    organization_id: str
    values: list[str | int] = field(init=False)
    _terms: list[str] = field(init=False)

    def __post_init__(self) -> None:
        self._terms = ["organization_id = ?"]
        self.values = [self.organization_id]

    @property
    def text(self) -> str:
        """The SQL, with a `?` for each of `values`."""
        return " AND ".join(self._terms)

    def equal(self, column: str, value: str | None) -> None:
        """The column has this value; no condition without one."""
        self._add(f"{column} = ?", value)

    def below(self, column: str, value: int | None) -> None:
        """The column is less than this value; no condition without one."""
        self._add(f"{column} < ?", value)

    def created_between(self, after: str | None, before: str | None) -> None:
        """Created after, and before, these moments; each end may be open."""
        self._add("created_at > ?", after)
        self._add("created_at < ?", before)

    def _add(self, term: str, value: str | int | None) -> None:
        if value is not None:
            self._terms.append(term)
            self.values.append(value)


def newest_first(
    connection: sqlite3.Connection, table: str, columns: str, where: Conditions, page: PageRequest
) -> list[sqlite3.Row]:
    """The rows of a page, and one more if there are as many; table and columns are constants of ours."""
    where.below("seq", page.position)
    return connection.execute(
        f"SELECT {columns} FROM {table} WHERE {where.text} ORDER BY seq DESC LIMIT ?",  # noqa: S608 - constants
        (*where.values, page.limit + 1),
    ).fetchall()
