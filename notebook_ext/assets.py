"""The panels' JavaScript and CSS, read once, at import.

As text, not as paths: anywidget keeps every instance of a panel alive whose module it was given as a path.
"""

from __future__ import annotations

from pathlib import Path

_STATIC = Path(__file__).parent / "static"


_COMMENT = ("//", "/*", "* ", "*/")


def _read(name: str) -> str:
    """A file without indentation and whole-line comments: each panel sends its own copy of it to the page."""
    lines = (line.strip() for line in (_STATIC / name).read_text(encoding="utf-8").splitlines())
    return "".join(f"{line}\n" for line in lines if line and not line.startswith(_COMMENT))


PANEL_CSS = _read("panel.css")
FORM_CSS = _read("form.css")
TABLE_CSS = _read("table.css")
LOG_CSS = _read("log.css")
HOME_CSS = TABLE_CSS + _read("home.css")
_PANEL_JS = _read("panel.js")
RUN_ESM = _PANEL_JS + _read("run.js")
LOG_ESM = _PANEL_JS + _read("log.js")
HOME_ESM = _PANEL_JS + _read("home.js")
FORM_ESM = _PANEL_JS + _read("form.js")
