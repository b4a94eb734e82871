"""The panels' JavaScript and CSS, read once, at import.

As text, not as paths: anywidget keeps every instance of a panel alive whose module it was given as a path.
"""

from __future__ import annotations

import re
from pathlib import Path

_STATIC = Path(__file__).parent / "static"


_COMMENT = ("//", "/*", "* ", "*/")
_LOOSE_CSS = re.compile(r"\s*([{};,>])\s*|(?<=:) ")
_STRING = re.compile(r'("(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`)')
_REMARK = re.compile(r" +//[^\n]*")
_LOOSE_JS = re.compile(r"\s*(=>|[!=]==|\|\||&&|[-+]=|[=?:;,{}<>*()\[\]])\s*")
"""White space that means nothing; outside of strings."""


def compact(text: str, kind: str) -> str:
    """A file without indentation, comments and idle white space, rules without their last semicolon.

    Each panel sends its own copy of it to the page.

    Args:
        text: code whose statements all end with a semicolon, as ours do.
        kind: "css" or "js".
    """
    lines = (line.strip() for line in text.splitlines())
    kept = "\n".join(line for line in lines if line and not line.startswith(_COMMENT))
    if kind == "css":
        return _LOOSE_CSS.sub(r"\1", kept).replace(";}", "}")
    parts = _STRING.split(kept)
    parts[::2] = [_LOOSE_JS.sub(r"\1", _REMARK.sub("", part)) for part in parts[::2]]
    return "".join(parts) + "\n"


def _read(name: str) -> str:
    return compact((_STATIC / name).read_text(encoding="utf-8"), name.rpartition(".")[2])


BASE_CSS = _read("base.css")
PANEL_CSS = BASE_CSS + _read("panel.css")
CODE_CSS = _read("code.css")
FORM_CSS = CODE_CSS + _read("form.css")
TABLE_CSS = _read("table.css")
LOG_CSS = _read("log.css")
HOME_CSS = TABLE_CSS + _read("home.css")
GRID_CSS = _read("grid.css")
_BASE_JS = _read("base.js")
_ELEMENTS_JS = _BASE_JS + _read("elements.js")
_PANEL_JS = _BASE_JS + _read("panel.js")
RUN_ESM = _PANEL_JS + _read("run.js")
LOG_ESM = _ELEMENTS_JS + _read("log.js")
GRID_ESM = _ELEMENTS_JS + _read("grid.js") + _read("table_panel.js")
HOME_ESM = _PANEL_JS + _read("home.js")
FORM_ESM = _PANEL_JS + _read("form.js")
