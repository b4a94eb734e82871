from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from notebook_ext.log_lines import MESSAGE_MAX, LogLines, row_text
from zof_core import LogLine


def _lines(*messages: str) -> list[LogLine]:
    at = datetime(2026, 5, 20, 12, 3, 4, tzinfo=UTC)
    return [LogLine(message=message, level="info", timestamp=at) for message in messages]


def test_a_line_has_its_time_and_level_and_long_ones_are_cut() -> None:
    lines = LogLines(10)
    assert lines.add(_lines("one", "two\nthree", "x" * 5000)) == 4
    assert list(map(row_text, lines.last(4)))[:3] == [
        "12:03:04  INFO  one", "12:03:04  INFO  two", "12:03:04  INFO  three",
    ]  # fmt: skip
    assert len(lines.last(1)[0][2]) == MESSAGE_MAX


@given(st.lists(st.integers(0, 30), max_size=8), st.integers(1, 20), st.integers(0, 300), st.integers(1, 40))
def test_whatever_is_asked_for_is_numbered_right(
    batches: list[int], kept: int, number: int, most: int
) -> None:
    lines = LogLines(kept)
    every: list[str] = []
    for size in batches:
        added = [f"line {len(every) + n}" for n in range(size)]
        every += added
        lines.add(_lines(*added))
    assert lines.total == len(every)
    assert lines.dropped == max(0, len(every) - kept)
    first, rows = lines.since(number, most)
    assert [row[2] for row in rows] == every[first : first + most]
    assert first >= lines.dropped
    assert [row[2] for row in lines.last(most)] == every[max(lines.dropped, len(every) - most) :]
