"""The panels' JavaScript and CSS, read once, at import.

As text, not as paths: anywidget keeps every instance of a panel alive whose module it was given as a path.
"""

from __future__ import annotations

from pathlib import Path

_STATIC = Path(__file__).parent / "static"


def _read(name: str) -> str:
    return (_STATIC / name).read_text(encoding="utf-8")


PANEL_CSS = _read("panel.css")
FORM_CSS = _read("form.css")
TABLE_CSS = _read("table.css")
_PANEL_JS = _read("panel.js")
RUN_ESM = _PANEL_JS + _read("run.js")
FORM_ESM = _PANEL_JS + _read("form.js")
