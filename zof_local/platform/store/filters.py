"""The WHERE part of a list: column names are ours, values are always bound."""

from __future__ import annotations

from dataclasses import dataclass, field


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
