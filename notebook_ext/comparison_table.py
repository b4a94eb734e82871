"""Two runs beside each other: new failures first, then what was fixed, what still fails, what got slower."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from notebook_ext.assets import TABLE_CSS
from notebook_ext.html import frozen_html
from notebook_ext.tables import cell, id_cell, status_cell, table_html, table_text
from zof_core import Result
from zof_core.comparison import Change, Comparison
from zof_core.wording import case_took_text, cases_text, status_style

ROWS_SHOWN = 200
_HEADINGS = ("Change", "Case", "Before", "After", "Took")


@dataclass(frozen=True)
class ComparisonTable:
    """What changed from one run to another; `changes` is the same for code.

    Args:
        before: id of the older run.
        after: id of the newer run.
        changes: what changed.
    """

    before: str
    after: str
    changes: Comparison

    def _rows(self) -> list[tuple[str, Change]]:
        return changes_of(self.changes)[:ROWS_SHOWN]

    def _caption(self) -> str:
        found = self.changes
        counts = (
            (found.new_failures, "newly failing"),
            (found.fixed, "fixed"),
            (found.still_failing, "still failing"),
            (found.slower, "slower"),
            (found.gone, "without a result now"),
        )
        said = ", ".join(f"{len(changes)} {word}" for changes, word in counts if changes) or "no difference"
        rest = f"; {cases_text(found.unchanged)} as before" if found.unchanged else ""
        return f"From {self.before} to {self.after}: {said}{rest}"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        rows = (
            (
                cell(word),
                id_cell(change.name),
                _status(change.before),
                _status(change.after),
                cell(_took(change)),
            )
            for word, change in self._rows()
        )
        table = table_html(_HEADINGS, rows, caption=self._caption(), empty="Every case is as it was.")
        return {"text/html": frozen_html(table, style=TABLE_CSS), "text/plain": repr(self)}

    def __repr__(self) -> str:
        rows = [
            [word, change.name, _word(change.before), _word(change.after), _took(change)]
            for word, change in self._rows()
        ]
        return f"{self._caption()}\n{table_text(_HEADINGS, rows)}" if rows else self._caption()


def changes_of(found: Comparison) -> list[tuple[str, Change]]:
    """All that changed, each with the word for it, in the order people should look at it."""
    kinds = (
        ("New failure", found.new_failures),
        ("Fixed", found.fixed),
        ("Still failing", found.still_failing),
        ("Slower", found.slower),
        ("No result any more", found.gone),
    )
    return [(word, change) for word, changes in kinds for change in changes]


def _status(result: Result | None) -> str:
    return status_cell(status_style(result.status)) if result else cell("–")


def _word(result: Result | None) -> str:
    return status_style(result.status).word if result else "–"


def _took(change: Change) -> str:
    times = (case_took_text(one) for one in (change.before, change.after) if one)
    return " → ".join(filter(None, times))
