"""The home as HTML and as text. Pure; every value is escaped here."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from itertools import islice

from notebook_ext.html import attributes, run_html, trouble_html
from notebook_ext.icons import icon_svg
from notebook_ext.runs_table import runs_html
from notebook_ext.view import NO_NAMES, RunView, clock_text, date_text, project_name, title_of
from zof_core.catalogue import Catalogue
from zof_core.home import ELSEWHERE, Home, Tile
from zof_core.posture import Figure, NextStep, Upcoming

_UPCOMING_SHOWN = 5
_EVIDENCE_SHOWN = 5


def home_html(
    home: Home | None,
    active: Iterable[RunView],
    *,
    live: bool,
    reading: bool = False,
    trouble: str = "",
    looked: RunView | None = None,
    catalogue: Catalogue = NO_NAMES,
) -> str:
    """The whole home.

    Args:
        home: what was read last; None before the first time.
        active: views of the runs that have not ended.
        live: with what needs a kernel: the buttons that read it anew and that show a run.
        reading: it is being read just now.
        trouble: why nothing at all could be read, as sentences.
        looked: the run that somebody looks at, under the rest.
        catalogue: names for the ids in schedules.
    """
    notice = trouble_html(trouble) if trouble else ""
    if home is None:
        body = notice or '<div class="zof-block zof-line">Reading runs, results and schedules …</div>'
        return _section(_head("", live=live, reading=reading) + body)
    told = home.posture
    as_of = f"As of {clock_text(told.at)}"
    return _section(
        _head(as_of, live=live, reading=reading)
        + notice
        + "".join(trouble_html(notice) for notice in home.notices)
        + _tiles(home.tiles)
        + _active(list(active), told.active)
        + '<div class="zof-columns">'
        + _block("Next", _steps(told.next_steps, live=live))
        + _block(
            "Coverage by module",
            _modules(told.modules, silent=bool({"runs", "results"} & set(home.troubles))),
        )
        + _block("Schedules", _upcoming(told.upcoming, catalogue, silent="schedules" in home.troubles))
        + "</div>"
        + (_looked(looked, live=live) if looked else "")
        + f'<div class="zof-foot">{escape(ELSEWHERE)}</div>'
    )


def home_text(home: Home | None, catalogue: Catalogue = NO_NAMES) -> str:
    """The home for front ends without HTML."""
    if home is None:
        return "Zof: reading runs, results and schedules …"
    told = home.posture
    figures = (f"{tile.figure.name}: {_value(tile)} ({tile.figure.definition})" for tile in home.tiles)
    modules = (f"Coverage of {one.name}: {one.text}" for one in told.modules)
    upcoming = (_when(one, catalogue) for one in told.upcoming[:_UPCOMING_SHOWN])
    actions = (f"Next: {action}" for action in told.next_actions)
    lines = [f"Zof, as of {date_text(told.at)}", *home.notices, *figures, *modules, *upcoming, *actions]
    return "\n".join([*lines, ELSEWHERE])


def _section(body: str) -> str:
    return (
        f'<section class="zof-run zof-home zof-progress" role="region" aria-label="Zof home">{body}</section>'
    )


def _head(as_of: str, *, live: bool, reading: bool) -> str:
    said = f'<span class="zof-where">{escape(as_of)}</span>' if as_of else ""
    word, state = ("Reading …", " disabled") if reading else ("Read again", "")
    button = (
        f'<button type="button" class="zof-button" data-zof="refresh"{state}>{word}</button>' if live else ""
    )
    return (
        '<div class="zof-head"><strong class="zof-title">Command center</strong>'
        f'{said}<span class="zof-gap"></span>{button}</div>'
    )


def _tiles(tiles: Iterable[Tile]) -> str:
    return f'<ul class="zof-tiles">{"".join(map(_tile, tiles))}</ul>'


def _tile(tile: Tile) -> str:
    figure = tile.figure
    tone, icon = _mood(tile)
    mark = f"{icon_svg(icon)}" if icon else ""
    evidence = attributes({"title": ", ".join(figure.evidence[:_EVIDENCE_SHOWN])}) if figure.evidence else ""
    return (
        f'<li class="zof-{tone}"{evidence}><span class="zof-label">{escape(figure.name)}</span>'
        f'<b class="zof-number">{mark}<span>{escape(_value(tile))}</span></b>'
        f'<span class="zof-definition">{escape(figure.definition)}</span></li>'
    )


def _value(tile: Tile) -> str:
    return "Not read" if tile.trouble else tile.figure.text


def _mood(tile: Tile) -> tuple[str, str]:
    """Tone and icon of what somebody should look at; the word beside them says the same."""
    if tile.trouble:
        return "warning", "alert"
    wants_a_look = (
        tile.figure.name in {"Stuck runs", "Open critical failures", "Flaky cases"} and tile.figure.value
    )
    return ("warning", "alert") if wants_a_look else ("neutral", "")


def _block(title: str, body: str) -> str:
    return f'<div class="zof-block"><h4>{escape(title)}</h4>{body}</div>'


def _nothing(text: str) -> str:
    return f'<div class="zof-line">{escape(text)}</div>'


def _steps(steps: Iterable[NextStep], *, live: bool) -> str:
    items = "".join(f"<li>{escape(step.text)}{_look(step) if live else ''}</li>" for step in steps)
    return f"<ol>{items}</ol>" if items else _nothing("Nothing waits to be done that can be seen from here.")


def _look(step: NextStep) -> str:
    if not step.runs:
        return ""
    facts = attributes({"data-zof": "look", "data-run": step.runs[0], "title": step.runs[0]})
    return f' <button type="button" class="zof-button"{facts}>Look at the run</button>'


def _looked(view: RunView, *, live: bool) -> str:
    hide = '<button type="button" class="zof-button" data-zof="hide">Hide the run</button>' if live else ""
    return f'<div class="zof-block zof-looked">{run_html(view, live=False)}{hide}</div>'


def _active(views: list[RunView], figure: Figure) -> str:
    if not views:
        return ""
    caption = f"{figure.name}: {figure.definition}, newest first"
    return f'<div class="zof-block">{runs_html(views, caption)}</div>'


def _modules(modules: Iterable[Figure], *, silent: bool) -> str:
    rows = "".join(_module(one) for one in modules)
    if not rows:
        return _nothing(
            "Not read." if silent else "The catalogue names no cases, so there is nothing to cover."
        )
    return f'<ul class="zof-modules">{rows}</ul>'


def _module(figure: Figure) -> str:
    share = round(100 * (figure.value or 0), 1)
    facts: dict[str, str | int | float] = {
        "role": "meter", "aria-label": f"Coverage of {figure.name}", "aria-valuemin": 0, "aria-valuemax": 100,
        "aria-valuenow": share, "aria-valuetext": figure.text,
    }  # fmt: skip
    return (
        f'<li><span class="zof-name-of">{escape(figure.name)}</span>'
        f'<span class="zof-bar"{attributes(facts)}><i class="zof-progress" style="width: {share:g}%"></i></span>'
        f"<span>{escape(figure.text)}</span></li>"
    )


def _upcoming(upcoming: tuple[Upcoming, ...], catalogue: Catalogue, *, silent: bool) -> str:
    rows = "".join(f"<li>{escape(_when(one, catalogue))}</li>" for one in islice(upcoming, _UPCOMING_SHOWN))
    if not rows:
        return _nothing("Not read." if silent else "No active schedule.")
    more = len(upcoming) - _UPCOMING_SHOWN
    return f"<ul>{rows}</ul>" + (_nothing(f"And {more} more") if more > 0 else "")


def _when(one: Upcoming, catalogue: Catalogue) -> str:
    schedule = one.schedule
    where = f" on {schedule.environment}" if schedule.environment else ""
    project = project_name(schedule, catalogue)
    of = f" ({project})" if project else ""
    return f"{date_text(one.at)} · {title_of(schedule, catalogue)}{where}{of} · {schedule.cron} UTC"
