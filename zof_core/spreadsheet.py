"""Values as cells of a CSV file that people open in a spreadsheet. Pure."""

from __future__ import annotations

from typing import Final, TypeVar

T = TypeVar("T")

FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""A spreadsheet takes a cell of text that begins like this for a formula, and people and tests write what they like."""


def plain_cell(value: T) -> T | str:
    """The value, but text that a spreadsheet would run as a formula with an apostrophe before it."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value
