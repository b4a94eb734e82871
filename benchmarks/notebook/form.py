"""A form in a real JupyterLab: from the key press until it can be seen."""

from __future__ import annotations

import statistics
from collections.abc import Iterator

from benchmarks.notebook.cells import CORE_FORM, OUR_FORM, SETUP
from benchmarks.notebook.lines import Line, spread, target, times
from benchmarks.notebook.page import Seen, notebooks
from benchmarks.notebook.zof import busy_zof
from tests.support.jupyterlab import run_cell

PAGES = 4
EACH = 5
MOST_MS = 300

_OURS = (OUR_FORM, "visible(out.querySelector('form button[type=submit]'))")
_CORE = (CORE_FORM, "visible(out.querySelector('.jupyter-button'))")


def form() -> Iterator[Line]:
    """Lines of the first form of a page, which loads the front end's widgets, and of those after it."""
    first: dict[str, list[Seen]] = {OUR_FORM: [], CORE_FORM: []}
    later: dict[str, list[Seen]] = {OUR_FORM: [], CORE_FORM: []}
    with busy_zof() as env, notebooks(env) as opened:
        for number in range(PAGES):
            pair = [_OURS, _CORE] if number % 2 else [_CORE, _OURS]
            cells = pair * EACH
            with opened([SETUP, *(code for code, _ in cells)]) as book:
                run_cell(book.page, 0)
                for index, (code, seen) in enumerate(cells, 1):
                    (first if index == 1 else later)[code].append(book.until(index, seen))
    for what, found in (
        ("a form in JupyterLab: seen after the key press", later),
        ("the same, first widget of a page", first),
    ):
        ours, core = ([one.after for one in found[code]] for code in (OUR_FORM, CORE_FORM))
        median, other = statistics.median(ours), statistics.median(core)
        yield Line(
            what,
            spread(ours),
            target(f"{MOST_MS} ms", median <= MOST_MS),
            f"the same fields of core ipywidgets {spread(core)}{times(other, median)}",
        )
    sent, others = (statistics.median(one.sent for one in later[code]) for code in (OUR_FORM, CORE_FORM))
    yield Line("sent until then", f"{sent / 1000:.0f} kB", "", f"{others / 1000:.0f} kB{times(others, sent)}")
