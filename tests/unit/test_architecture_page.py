"""What docs/architecture.md says of where things are: each file that it names is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "architecture.md").read_text("utf-8")
ROWS = re.findall(r"^\| .* \| (`(?:zof|slack|notebook).*/.*`.*) \|$", PAGE, re.MULTILINE)


def _places(named: str) -> list[Path]:
    """The files of one row; a name is read from the root, else from a directory that the row named before."""
    found: list[Path] = []
    for name in re.findall(r"`([^`<]+(?:\.py|\.js|/))`", named):
        homes = [parent for path in reversed(found) for parent in (path, *path.parents)]
        candidates = [base / name for base in (ROOT, *homes)]
        found.append(next((path for path in candidates if path.exists()), ROOT / name))
    return found


@pytest.mark.parametrize("named", ROWS)
def test_each_file_that_the_page_names_is_there(named: str) -> None:
    places = _places(named)
    assert places
    assert [path for path in places if not path.exists()] == []


def test_the_page_has_a_row_for_most_of_what_there_is() -> None:
    assert len(ROWS) > 80
