"""A long log in a real JupyterLab: from the key press until its last line can be seen."""

from __future__ import annotations

import statistics
from collections.abc import Iterator

from benchmarks.notebook.cells import SETUP
from benchmarks.notebook.lines import Line, spread, target, times
from benchmarks.notebook.page import Seen, notebooks
from benchmarks.notebook.zof import LAST_LINE, LOG_LINES, busy_zof
from tests.support.jupyterlab import run_cell

ROUNDS = 3
MOST_MS = 1500

_READ = f"""{SETUP}
log = LogPanel(watch("run_log"))
log.run.loop.run(log._read_all())
text = log.plain()
"""
_CELLS = {
    "ours": ("log", f"out.querySelector('[role=log]')?.textContent.includes({LAST_LINE!r})"),
    "ours, read from Zof": (
        "LogPanel(watch('run_log'))",
        f"out.querySelector('[role=log]')?.textContent.includes({LAST_LINE!r})",
    ),
    "Output": (
        "output = ipywidgets.Output()\ndisplay(output)\noutput.append_stdout(text)",
        f"out.querySelector('.jp-OutputArea-output pre')?.textContent.includes({LAST_LINE!r})",
    ),
    "Textarea": (
        "display(ipywidgets.Textarea(value=text))",
        f"out.querySelector('textarea')?.value.includes({LAST_LINE!r})",
    ),
}


def log() -> Iterator[Line]:
    """Lines of the log that the kernel has, and of one that it has still to read."""
    spent: dict[str, list[Seen]] = {name: [] for name in _CELLS}
    with busy_zof() as env, notebooks(env) as opened:
        for _ in range(ROUNDS):
            with opened(
                [_READ, "display(ipywidgets.HTML('first'))", *(code for code, _ in _CELLS.values())]
            ) as book:
                run_cell(book.page, 0)
                book.until(1, "out.textContent.includes('first')")  # has the front end load its widgets
                for index, (name, (_, seen)) in enumerate(_CELLS.items(), 2):
                    spent[name].append(book.until(index, seen))
    took = {name: [one.after for one in values] for name, values in spent.items()}
    ours = statistics.median(took["ours"])
    beside = (
        f"{name} {spread(took[name])}{times(statistics.median(took[name]), ours)}"
        for name in ("Output", "Textarea")
    )
    yield Line(
        f"a log of {LOG_LINES:,} lines that the kernel has: its end seen after the key press",
        spread(took["ours"]),
        target(f"{MOST_MS} ms", ours <= MOST_MS),
        "in one piece: " + "; ".join(beside),
    )
    read = statistics.median(took["ours, read from Zof"])
    yield Line(
        "the same, read from Zof in pages of 100 first",
        spread(took["ours, read from Zof"]),
        target(f"{MOST_MS} ms", read <= MOST_MS),
    )
    sent = {name: statistics.median(one.sent for one in values) / 1000 for name, values in spent.items()}
    yield Line(
        "sent until then",
        f"{sent['ours']:,.0f} kB",
        "",
        "; ".join(f"{name} {sent[name]:,.0f} kB" for name in ("Output", "Textarea")),
    )
