"""Inline SVG icons, on a grid of 16 × 16, under the names `zof_core.wording` uses; they take the tone around them."""

from __future__ import annotations

from html import escape

_STROKE = (
    'fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round"'
)
_DOT = '<circle cx="{x}" cy="8" r="1.25" fill="currentColor" stroke="none"/>'

_SHAPES = {
    "alert": '<path d="M8 2 14.5 13.5h-13zM8 6.5v3.25"/><circle cx="8" cy="11.6" r=".4"/>',
    "check": '<circle cx="8" cy="8" r="6.25"/><path d="m5.25 8.25 2 2 3.5-4.25"/>',
    "clock": '<circle cx="8" cy="8" r="6.25"/><path d="M8 4.75V8l2.25 1.5"/>',
    "cross": '<circle cx="8" cy="8" r="6.25"/><path d="m5.9 5.9 4.2 4.2m0-4.2-4.2 4.2"/>',
    "dots": "".join(_DOT.format(x=x) for x in (3.5, 8, 12.5)),
    "file": '<path d="M4 1.75h5.5L12.5 5v9.25H4zM9.25 2v3.25h3"/>',
    "link": '<path d="M6.5 3.5h-3v9h9v-3M9 3h4v4m0-4L7.5 8.5"/>',
    "play": '<path d="M14.25 8A6.25 6.25 0 1 1 8 1.75"/>',
    "question": '<circle cx="8" cy="8" r="6.25"/><path d="M6.25 6.4a1.8 1.8 0 1 1 2.6 1.7c-.6.3-.85.6-.85 1.2"/>'
    '<circle cx="8" cy="11.4" r=".4"/>',
    "skip": '<circle cx="8" cy="8" r="6.25"/><path d="M5.5 8h5"/>',
    "stop": '<circle cx="8" cy="8" r="6.25"/><path d="m4 12 8-8"/>',
}
_PLAIN = '<circle cx="8" cy="8" r="6.25"/>'


def icon_svg(name: str, title: str = "") -> str:
    """The icon as SVG, hidden from screen readers unless it has a title; an unknown name gives a plain ring."""
    shape = _SHAPES.get(name, _PLAIN)
    said = f'role="img" aria-label="{escape(title)}"' if title else 'aria-hidden="true"'
    kind = " zof-spin" if name == "play" else ""
    return f'<svg class="zof-icon{kind}" viewBox="0 0 16 16" width="16" height="16" {_STROKE} {said}>{shape}</svg>'
