"""The lines of a log that are kept, and which of them a view still lacks. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from itertools import islice

from zof_core import LogLine

Row = tuple[str, str, str]
"""Time of day, level, message; what a view shows of a line."""

MESSAGE_MAX = 2_000
"""Characters of a line that are kept: a log may hold a line of megabytes."""


class LogLines:
    """The newest lines of a log, numbered from its start.

    Args:
        most: how many are kept.
    """

    def __init__(self, most: int) -> None:
        self._rows: deque[Row] = deque(maxlen=most)
        self._total = 0

    @property
    def total(self) -> int:
        """How many lines there were."""
        return self._total

    @property
    def dropped(self) -> int:
        """How many of them are kept no more: the oldest."""
        return self._total - len(self._rows)

    def add(self, lines: Iterable[LogLine]) -> int:
        """Takes lines; gives how many. A message of several lines becomes as many rows."""
        before = self._total
        for line in lines:
            for row in _rows(line):
                self._rows.append(row)
                self._total += 1
        return self._total - before

    def since(self, number: int, most: int) -> tuple[int, list[Row]]:
        """At most `most` lines from line `number` on, or from the first that is kept, and that one's number."""
        first = max(number, self.dropped)
        start = first - self.dropped
        return first, list(islice(self._rows, start, start + most))

    def last(self, most: int) -> list[Row]:
        """The last lines."""
        return self.since(self._total - most, most)[1]


def row_text(row: Row) -> str:
    """A line as text."""
    return "  ".join(part for part in row if part)


def _rows(line: LogLine) -> list[Row]:
    at = line.timestamp.strftime("%H:%M:%S") if line.timestamp else ""
    level = (line.level or "").upper()[:8]
    return [(at, level, text[:MESSAGE_MAX]) for text in line.message.splitlines() or [""]]
