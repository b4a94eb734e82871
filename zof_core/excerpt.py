"""The lines of a run's log that are about one case. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from zof_core.models import LogLine

_HEADING: Final = re.compile(r"_{2,} (\S.*\S|\S) _{2,}")
"""What pytest puts above each case's traceback."""
_OUTSIDE: Final = re.compile(r"ERROR at (?:setup|teardown) of (.+)")
"""What stands there of a case that could not be set up or cleaned up."""
_RULE: Final = re.compile(r"={3,}( .* )?={3,}")
"""What pytest puts between its sections."""


def lines_about(lines: Sequence[LogLine], names: Iterable[str]) -> list[LogLine]:
    """The lines that name a case, and its traceback from its heading to the next, in the log's order.

    Args:
        names: what the case goes by: its id, its name.
    """
    words = [name for name in names if name]
    titles = {_title(word) for word in words}
    found, within = [], False
    for line in lines:
        text = line.message.strip()
        if heading := _HEADING.fullmatch(text):
            outside = _OUTSIDE.fullmatch(heading[1])
            within = (outside or heading)[1] in titles
        elif _RULE.fullmatch(text):
            within = False
        if within or any(word in line.message for word in words):
            found.append(line)
    return found


def _title(name: str) -> str:
    """As a heading has it: `tests/test_cart.py::TestCart::test_add` is `TestCart.test_add` there."""
    path, _, rest = name.partition("::")
    return rest.replace("::", ".") if rest and path.endswith(".py") else name
