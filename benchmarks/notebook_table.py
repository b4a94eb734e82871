"""A table of 100,000 rows and eight columns in a real JupyterLab: ours beside itables and ipydatagrid, in one run.

`python -m benchmarks.notebook_table ROUNDS`. `pip install itables ipydatagrid` for the others; those that are missing
are left out. Needs a Chromium.
"""

from __future__ import annotations

import importlib.util
import json
import statistics
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, WebSocket, sync_playwright

from tests.support.browser import CHROMIUM_FLAGS, find_browser
from tests.support.jupyterlab import JupyterLabServer, cell_at, open_notebook, run_cell, save_notebook

ROWS = 100_000
ROUNDS = 3
SCROLLS = 60

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
    "ours": Table(
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

_WATCH = """([index, seen]) => {
  const out = document.querySelectorAll('.jp-Notebook .jp-CodeCell')[index];
  const test = new Function('out', `return ${seen}`);
  const begun = performance.now();
  window.seenAfter = null;
  const look = () => {
    if (!test(out)) return requestAnimationFrame(look);
    requestAnimationFrame(() => { window.seenAfter = performance.now() - begun; });
  };
  look();
}"""

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


class Wire:
    """Counts what comes over a page's web sockets."""

    def __init__(self, page: Page) -> None:
        self.bytes = 0
        page.on("websocket", self._listen)

    def _listen(self, socket: WebSocket) -> None:
        socket.on("framereceived", self._count)

    def _count(self, payload: str | bytes) -> None:
        self.bytes += len(payload)


def _shown(page: Page, wire: Wire, index: int, table: Table) -> tuple[float, int]:
    """Milliseconds from the key press until rows can be seen, and bytes until then."""
    before = wire.bytes
    cell_at(page, index).locator(".cm-content").click()
    page.evaluate(_WATCH, [index, table.seen])
    page.keyboard.press("Shift+Enter")
    page.wait_for_function("window.seenAfter !== null", timeout=90_000)
    return float(page.evaluate("window.seenAfter")), wire.bytes - before


def _saved(place: Path, index: int) -> int:
    outputs = json.loads(place.read_text())["cells"][index]["outputs"]
    return sum(len(json.dumps(output.get("data", {}))) for output in outputs)


def main(rounds: int = ROUNDS) -> None:
    """Measures and prints."""
    names = [name for name, table in TABLES.items() if importlib.util.find_spec(table.needs)]
    fractions = [(n * 0.618) % 1 for n in range(SCROLLS)]
    spent: dict[str, list[tuple[float, int]]] = {name: [] for name in names}
    scrolls: list[float] = []
    saved: dict[str, int] = {}
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        env: dict[str, Any] = {"PYTHONPATH": str(Path.cwd())}
        browser = playwright.chromium.launch(executable_path=find_browser(), args=CHROMIUM_FLAGS)
        with JupyterLabServer(Path(home), env=env) as lab:
            for number in range(rounds):
                place = lab.write_notebook(
                    f"round{number}.ipynb", [_DATA, *(TABLES[name].code for name in names)]
                )
                page = browser.new_page(viewport={"width": 1440, "height": 900})
                wire = Wire(page)
                open_notebook(page, lab, place.name)
                run_cell(page, 0)
                for index, name in enumerate(names, 1):
                    spent[name].append(_shown(page, wire, index, TABLES[name]))
                    if name == "ours":
                        scrolls += page.evaluate(_SCROLL, [index, fractions])
                save_notebook(page)
                saved = {name: _saved(place, index) for index, name in enumerate(names, 1)}
                page.close()
                print(f"  round {number + 1}: {[(name, *spent[name][-1]) for name in names]}", flush=True)
        browser.close()
    print(f"A table of {ROWS:,} rows and 8 columns in JupyterLab, {rounds} rounds in turns")
    ours = statistics.median(took for took, _ in spent["ours"])
    for name, values in spent.items():
        took = statistics.median(took for took, _ in values)
        sent = statistics.median(sent for _, sent in values)
        all_took = ", ".join(f"{one:.0f}" for one, _ in values)
        print(
            f"  {name}: rows seen after {took:.0f} ms ({all_took}; {took / ours:.1f} of ours), "
            f"{sent / 1000:,.0f} kB sent until then, {saved[name] / 1000:,.1f} kB in the saved file"
        )
    scrolls.sort()
    print(
        f"  ours, scrolled to {len(scrolls)} places far apart: rows there after {statistics.median(scrolls):.0f} ms, "
        f"95th percentile {scrolls[int(0.95 * len(scrolls))]:.0f} ms (targets: seen 500 ms, 50 kB, scroll 100 ms)"
    )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
