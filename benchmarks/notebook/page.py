"""Notebooks in a real JupyterLab: how long after the key press something is seen, and what was sent until then."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from playwright.sync_api import Page, WebSocket, sync_playwright

from tests.support.browser import CHROMIUM_FLAGS, find_browser
from tests.support.jupyterlab import JupyterLabServer, cell_at, open_notebook

PATIENCE_MS = 90_000

_WATCH = """([index, seen]) => {
  const out = document.querySelectorAll('.jp-Notebook .jp-CodeCell')[index];
  const visible = (one) => !!one && one.checkVisibility() && one.getBoundingClientRect().height > 0;
  const test = new Function('out', 'visible', `return ${seen}`);
  window.seenAfter = null;
  const pressed = (event) => {
    if (event.key !== 'Enter') return;
    removeEventListener('keydown', pressed, true);
    const begun = performance.now();
    const look = () => {
      if (!test(out, visible)) return requestAnimationFrame(look);
      requestAnimationFrame(() => { window.seenAfter = performance.now() - begun; });
    };
    look();
  };
  addEventListener('keydown', pressed, true);
}"""


@dataclass(frozen=True)
class Seen:
    """When something was painted after the key press, in milliseconds, and the bytes sent to the page until then."""

    after: float
    sent: int


class Notebook:
    """One that is open; `place` is its file."""

    def __init__(self, page: Page, place: Path) -> None:
        self.page = page
        self.place = place
        self._bytes = 0
        page.on("websocket", self._listen)

    def until(self, index: int, seen: str) -> Seen:
        """Runs a cell until the JavaScript `seen` is true, of the cell `out`; `visible(element)` is at hand."""
        cell_at(self.page, index).locator(".cm-content").click()
        self.page.evaluate(_WATCH, [index, seen])
        before = self._bytes
        self.page.keyboard.press("Shift+Enter")
        self.page.wait_for_function("window.seenAfter !== null", timeout=PATIENCE_MS)
        return Seen(float(self.page.evaluate("window.seenAfter")), self._bytes - before)

    def _listen(self, socket: WebSocket) -> None:
        socket.on("framereceived", self._count)

    def _count(self, payload: str | bytes) -> None:
        self._bytes += len(payload)


Opener = Callable[[list[str]], AbstractContextManager[Notebook]]


@contextmanager
def notebooks(env: dict[str, str]) -> Iterator[Opener]:
    """Gives what opens a notebook of such cells in a page and a kernel of its own."""
    env = {"PYTHONPATH": str(Path.cwd()), **env}
    numbers = count()
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=CHROMIUM_FLAGS)
        with JupyterLabServer(Path(home), env=env) as lab:

            @contextmanager
            def opened(cells: list[str]) -> Iterator[Notebook]:
                place = lab.write_notebook(f"notebook{next(numbers)}.ipynb", cells)
                page = browser.new_page(viewport={"width": 1440, "height": 900})
                book = Notebook(page, place)
                open_notebook(page, lab, place.name)
                yield book
                page.close()

            yield opened
        browser.close()
