"""A table of 100,000 rows and eight columns in a real JupyterLab: ours beside itables and ipydatagrid, in one run.

`pip install itables ipydatagrid` for the others; those that are missing are left out.
"""

from __future__ import annotations

import importlib.util
import json
import statistics
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.notebook.lines import Line, spread, target, times
from benchmarks.notebook.page import Seen, notebooks
from tests.support.jupyterlab import run_cell, save_notebook

ROWS = 100_000
ROUNDS = 3
SCROLLS = 60
OURS = "TablePanel"

_DATA = f"""
import pandas as pd
import ipywidgets
from notebook_ext import TablePanel
rows = range({ROWS})
columns = {{
    "status": [("passed", "failed", "skipped")[n % 3] for n in rows],
    "case": [f"tests/checkout/test_cart.py::test_total[{{n}}]" for n in rows],
    "module": [("checkout", "login", "search")[n % 3] for n in rows],
    "environment": ["staging"] * {ROWS},
    "duration": [n * 7 % 1000 for n in rows],
    "run": [f"run_{{n // 100}}" for n in rows],
    "owner": [f"team {{n % 11}}" for n in rows],
    "said": [f"expected {{n}}, got {{n + 1}}" for n in rows],
}}
frame = pd.DataFrame(columns)
"""


@dataclass(frozen=True)
class Table:
    """A table to measure.

    Args:
        needs: the package it needs.
        code: the cell that shows it.
        seen: what is true in the page once its rows can be seen; `out` is the cell's output.
    """

    needs: str
    code: str
    seen: str


TABLES = {
    OURS: Table(
        "notebook_ext",
        "TablePanel(columns)",
        "out.querySelectorAll('.zof-space [role=gridcell]:not(.zof-wait)').length >= 80",
    ),
    "itables, cut": Table(
        "itables",
        "import itables; itables.show(frame, connected=False)",
        "out.querySelectorAll('tbody td').length >= 80",
    ),
    "itables, whole": Table(
        "itables",
        "import itables; itables.show(frame, connected=False, maxBytes=0)",
        "out.querySelectorAll('tbody td').length >= 80",
    ),
    "ipydatagrid": Table(
        "ipydatagrid",
        "from ipydatagrid import DataGrid; DataGrid(frame)",
        "[...out.querySelectorAll('canvas')].some((one) => one.width > 300 && one.height > 100)",
    ),
}

_SCROLL = """async ([index, fractions]) => {
  const box = document.querySelectorAll('.jp-Notebook .jp-CodeCell')[index].querySelector('[role=grid]');
  const frame = () => new Promise(requestAnimationFrame);
  const took = [];
  for (const fraction of fractions) {
    const begun = performance.now();
    box.scrollTop = fraction * box.scrollHeight;
    const place = Math.floor(box.scrollTop / 28) + 5;
    for (;;) {
      await frame();
      const row = box.querySelector(`[data-place="${place}"]`);
      if (row && !row.querySelector('.zof-wait')) break;
      if (performance.now() - begun > 10000) break;
    }
    took.push(performance.now() - begun);
  }
  return took;
}"""


def _saved(place: Path, index: int) -> int:
    outputs = json.loads(place.read_text())["cells"][index]["outputs"]
    return sum(len(json.dumps(output.get("data", {}))) for output in outputs)


def table(rounds: int = ROUNDS) -> Iterator[Line]:
    """Lines of ours and of the others that are installed."""
    names = [name for name, table in TABLES.items() if importlib.util.find_spec(table.needs)]
    fractions = [(n * 0.618) % 1 for n in range(SCROLLS)]
    spent: dict[str, list[Seen]] = {name: [] for name in names}
    scrolls: list[float] = []
    saved: dict[str, int] = {}
    with notebooks({}) as opened:
        for _ in range(rounds):
            with opened([_DATA, *(TABLES[name].code for name in names)]) as book:
                run_cell(book.page, 0)
                for index, name in enumerate(names, 1):
                    spent[name].append(book.until(index, TABLES[name].seen))
                    if name == OURS:
                        scrolls += book.page.evaluate(_SCROLL, [index, fractions])
                save_notebook(book.page)
                saved = {name: _saved(book.place, index) for index, name in enumerate(names, 1)}
    took = {name: [one.after for one in values] for name, values in spent.items()}
    sent = {name: statistics.median(one.sent for one in values) for name, values in spent.items()}
    ours = statistics.median(took[OURS])
    others = [name for name in names if name != OURS]

    def beside(text: Callable[[str], str]) -> str:
        return "; ".join(f"{name} {text(name)}" for name in others)

    yield Line(
        f"a table of {ROWS:,} rows: seen after the key press",
        spread(took[OURS]),
        target("500 ms", ours <= 500),
        beside(lambda name: spread(took[name]) + times(statistics.median(took[name]), ours)),
    )
    yield Line(
        "sent until then",
        f"{sent[OURS] / 1000:,.0f} kB",
        target("50 kB", sent[OURS] <= 50_000),
        beside(lambda name: f"{sent[name] / 1000:,.0f} kB"),
    )
    yield Line(
        "in the saved file, before freezing",
        f"{saved[OURS] / 1000:,.1f} kB",
        "",
        beside(lambda name: f"{saved[name] / 1000:,.1f} kB"),
    )
    scrolls.sort()
    median, worst = statistics.median(scrolls), scrolls[int(0.95 * len(scrolls))]
    yield Line(
        "rows there after scrolling far, median and 95th percentile",
        f"{median:.0f} ms, {worst:.0f} ms",
        f"{target('median 100 ms', median <= 100)}; {target('95th percentile', worst <= 100)}",
    )
