"""Charts as static SVG: points over time, a grid of marks, bars. Pure; every text is escaped here.

Colours are the notebook theme's variables or the text's own colour, so a saved chart follows the reader's theme. A
status is told by the shape of its mark, and by a word beside it; its colour only repeats that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from zof_core.errors import clean_text

WIDTH = 720
_TONES: Mapping[str, str] = {
    "good": "var(--jp-success-color1, currentColor)",
    "bad": "var(--jp-error-color1, currentColor)",
    "warning": "var(--jp-warn-color1, currentColor)",
    "progress": "var(--jp-brand-color1, currentColor)",
}
_SHAPES: Mapping[str, str] = {
    "good": "M{l} {y}a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z",
    "progress": "M{l} {y}a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z",
    "bad": "M{l} {t}l8 8m0 -8l-8 8",
    "warning": "M{x} {t}l4.5 8h-9z",
}
_DASH = "M{l} {y}h8"
_FILLED = frozenset({"good", "progress"})
_HOT = ("bad", "warning")
_LINE_HEIGHT = 18
_NAMES_WIDTH = 270
_NAME_LENGTH = 34
"""Characters that fit beside the marks in wide fonts, at 7.5 units each: an SVG cuts what does not."""


@dataclass(frozen=True)
class Mark:
    """A mark of a chart.

    Args:
        x: from left (0) to right (1); in a grid the number of its column.
        y: from bottom (0) to top (1); in a grid the number of its row.
        tone: of `zof_core.wording`: shape and colour.
        told: what it stands for; shown when it is pointed at.
    """

    x: float
    y: float
    tone: str
    told: str


def points_svg(
    marks: Sequence[Mark],
    *,
    heights: Sequence[tuple[float, str]],
    dates: Sequence[tuple[float, str]],
    described: str,
    legend: Sequence[tuple[str, str]] = (),
    joined: bool = False,
) -> str:
    """Marks over time.

    Args:
        marks: oldest first.
        heights: lines across with their labels, each from bottom (0) to top (1).
        dates: labels below, each from left (0) to right (1).
        described: the whole chart in words.
        legend: tone and word of each kind of mark.
        joined: with a line from mark to mark.
    """
    left, right, top, bottom = 72, WIDTH - 20, 14, 196

    def at(mark: Mark) -> tuple[float, float]:
        return left + 12 + mark.x * (right - left - 24), bottom - mark.y * (bottom - top)

    parts = []
    for share, text in heights:
        y = bottom - share * (bottom - top)
        parts.append(_line(left, y, right, y, faint=True) + _text(left - 8, y + 4, text, anchor="end"))
    for share, text in dates:
        anchor = "start" if share == 0 else "end" if share == 1 else "middle"
        parts.append(_text(left + 12 + share * (right - left - 24), bottom + 20, text, anchor=anchor))
    if joined and len(marks) > 1:
        way = " ".join(f"{x:.1f},{y:.1f}" for x, y in map(at, marks))
        parts.append(
            f'<polyline points="{way}" fill="none" style="stroke:{_TONES["progress"]}" stroke-width="2"/>'
        )
    parts += _marks((mark, *at(mark)) for mark in marks)
    return _svg(parts, bottom + 30, described, legend)


def grid_svg(
    rows: Sequence[str],
    columns: Sequence[str],
    marks: Iterable[Mark],
    *,
    described: str,
    legend: Sequence[tuple[str, str]] = (),
) -> str:
    """Marks in rows and columns.

    Args:
        rows: their names, top first.
        columns: their names; the first and the last are written below.
        marks: `x` and `y` are numbers of a column and a row; what has none stays empty.
        described: the whole chart in words.
        legend: tone and word of each kind of mark.
    """
    left, top = _NAMES_WIDTH, 6
    step = min(28.0, (WIDTH - left - 12) / max(1, len(columns)))
    bottom = top + _LINE_HEIGHT * len(rows)
    parts = []
    for number, name in enumerate(rows):
        y = top + _LINE_HEIGHT * number
        parts.append(_text(left - 10, y + 13, clean_text(name, _NAME_LENGTH), anchor="end", told=name))
        parts.append(_line(left, y + _LINE_HEIGHT, left + step * len(columns), y + _LINE_HEIGHT, faint=True))
    placed = [(mark, left + step * (mark.x + 0.5), top + _LINE_HEIGHT * (mark.y + 0.5)) for mark in marks]
    for tone in _HOT:
        cells = "".join(
            f"M{x - step / 2 + 0.5:.1f} {y - 8:.1f}h{step - 1:.1f}v16h{1 - step:.1f}z"
            for mark, x, y in placed
            if mark.tone == tone
        )
        parts.append(f'<path d="{cells}" style="fill:{_TONES[tone]}" fill-opacity=".18"/>' if cells else "")
    parts += _marks(placed)
    if len(columns) == 1:
        parts.append(_text(left, bottom + 18, clean_text(columns[0], 40)))
    elif columns:
        parts.append(_text(left - 10, bottom + 18, "oldest run on the left:", anchor="end"))
        parts.append(
            _text(left, bottom + 18, f"{clean_text(columns[0], 30)} … {clean_text(columns[-1], 30)}")
        )
    return _svg(parts, bottom + 28, described, legend)


def bars_svg(bars: Sequence[tuple[str, float, str]], *, described: str) -> str:
    """Bars from left to right.

    Args:
        bars: name, share from 0 to 1, and what is written behind it.
        described: the whole chart in words.
    """
    left, right = _NAMES_WIDTH, WIDTH - 130
    parts = []
    for number, (name, share, text) in enumerate(bars):
        y = 6 + 26 * number
        parts.append(_text(left - 10, y + 15, clean_text(name, _NAME_LENGTH), anchor="end", told=name))
        parts.append(
            f'<rect x="{left}" y="{y + 2}" width="{right - left}" height="16" rx="3" fill="none" '
            'stroke="currentColor" stroke-opacity=".35"/>'
        )
        if share > 0:
            parts.append(
                f'<rect x="{left}" y="{y + 2}" width="{share * (right - left):.1f}" height="16" rx="3" '
                f'style="fill:{_TONES["progress"]}"/>'
            )
        parts.append(_text(right + 10, y + 15, text))
    return _svg(parts, 12 + 26 * len(bars), described, ())


def _svg(parts: list[str], height: float, described: str, legend: Sequence[tuple[str, str]]) -> str:
    if legend:
        x = 80.0
        for tone, word in legend:
            parts.append(_mark(tone, x, height + 8) + _text(x + 12, height + 12, clean_text(word, 60)))
            x += 36 + 7 * len(word)
        height += _LINE_HEIGHT + 4
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{escape(clean_text(described, 2000))}" '
        f'viewBox="0 0 {WIDTH} {height:g}" width="{WIDTH}" height="{height:g}" '
        'style="max-width:100%;height:auto;color:var(--jp-ui-font-color1, currentColor)" '
        f'font-size="12" font-family="system-ui, sans-serif">{"".join(parts)}</svg>'
    )


def _marks(placed: Iterable[tuple[Mark, float, float]]) -> list[str]:
    """Marks at their places; those of a tone share its style, which is most of their length."""
    groups: dict[str, list[str]] = {}
    for mark, x, y in placed:
        title = f"<title>{escape(clean_text(mark.told, 200))}</title>"
        groups.setdefault(mark.tone, []).append(f'<path d="{_shape(mark.tone, x, y)}">{title}</path>')
    return [f"<g{_style(tone)}>{''.join(paths)}</g>" for tone, paths in groups.items()]


def _mark(tone: str, x: float, y: float) -> str:
    return f'<path d="{_shape(tone, x, y)}"{_style(tone)}/>'


def _shape(tone: str, x: float, y: float) -> str:
    form = _SHAPES.get(tone, _DASH)
    return form.format(x=f"{x:.1f}", y=f"{y:.1f}", l=f"{x - 4:.1f}", t=f"{y - 4:.1f}")


def _style(tone: str) -> str:
    colour = _TONES.get(tone, "currentColor")
    return f' style="fill:{colour if tone in _FILLED else "none"};stroke:{colour}" stroke-width="2"'


def _line(x1: float, y1: float, x2: float, y2: float, *, faint: bool) -> str:
    opacity = ' stroke-opacity=".2"' if faint else ""
    return f'<path d="M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}" stroke="currentColor"{opacity}/>'


def _text(x: float, y: float, text: str, *, anchor: str = "start", told: str = "") -> str:
    title = f"<title>{escape(clean_text(told, 200))}</title>" if told else ""
    where = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="currentColor"'
    return f"<text {where}>{escape(text)}{title}</text>"
