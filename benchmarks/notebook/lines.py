"""A line of the table in the README, and the table."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

HEAD = "| what | ours | target | beside |\n| --- | --- | --- | --- |"


@dataclass(frozen=True)
class Line:
    """One figure of ours, what was wanted, and the same of others."""

    what: str
    ours: str
    target: str = ""
    beside: str = ""

    def __str__(self) -> str:
        return f"| {self.what} | {self.ours} | {self.target} | {self.beside} |"


def target(wanted: str, met: bool) -> str:
    """A target and whether it was met."""
    return f"{wanted}: {'met' if met else '**not met**'}"


def times(other: float, ours: float) -> str:
    """How many times ours another figure is; nothing where ours is next to nothing."""
    return f", {other / ours:.2g} times" if ours >= 0.5 else ""


def spread(values: Sequence[float], unit: str = "ms") -> str:
    """The median and, in brackets, the least and the most."""
    return f"{statistics.median(values):,.0f} {unit} ({min(values):,.0f} to {max(values):,.0f})"


def show(lines: Iterable[Line]) -> None:
    """Prints lines as soon as there are some."""
    for line in lines:
        print(line, flush=True)
