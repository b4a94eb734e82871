"""A real JupyterLab for tests to look at: opens notebooks in a page of Playwright's sync API and runs their cells."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import nbformat
from playwright.sync_api import Locator, Page

from zofops.jupyter import JupyterLab

_THEMES = "@jupyterlab/apputils-extension/themes.jupyterlab-settings"
_WIDGETS = "@jupyter-widgets/jupyterlab-manager/plugin.jupyterlab-settings"

# The execution indicator says "idle" before the kernel is connected, and keys sent then are lost.
_CONNECTED = """() => {
  const current = window.jupyterapp && window.jupyterapp.shell.currentWidget;
  const context = current && (current.sessionContext || (current.context && current.context.sessionContext));
  const kernel = context && context.session && context.session.kernel;
  return !!kernel && kernel.connectionStatus === 'connected' && kernel.status === 'idle' && !kernel.hasPendingInput;
}"""
_EXECUTED = """i => /\\[\\d+\\]/.test(
  document.querySelectorAll('.jp-Notebook .jp-CodeCell')[i].querySelector('.jp-InputPrompt').textContent)"""


class JupyterLabServer:
    """`with JupyterLabServer(directory, env=…) as lab: open_notebook(page, lab, "first.ipynb")`.

    Args:
        directory: an empty one; notebooks go to its `notebooks`, all of Jupyter's own files to its `home`.
        env: for the kernels, such as ZOF_API_KEY and ZOF_BASE_URL.
        dark: JupyterLab's dark theme.
        save_widget_state: JupyterLab's setting of that name.
    """

    def __init__(
        self,
        directory: Path,
        *,
        env: Mapping[str, str] | None = None,
        dark: bool = False,
        save_widget_state: bool = False,
    ) -> None:
        self.root = directory / "notebooks"
        self.root.mkdir(parents=True, exist_ok=True)
        settings: dict[str, dict[str, object]] = {}
        if dark:
            settings[_THEMES] = {"theme": "JupyterLab Dark"}
        if save_widget_state:
            settings[_WIDGETS] = {"saveState": True}
        self._lab = JupyterLab(self.root, home=directory / "home", env=env, settings=settings)

    def write_notebook(self, name: str, cells: list[str]) -> Path:
        """Writes a notebook of code cells."""
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
        notebook.metadata["kernelspec"] = {
            "name": "python3",
            "display_name": "Python 3",
            "language": "python",
        }
        place = self.root / name
        nbformat.write(notebook, place)
        return place

    def url(self, name: str, door: str = "lab/tree") -> str:
        """Where the notebook opens, in JupyterLab or in another front end of the same server."""
        return self._lab.url(name, door)

    def __enter__(self) -> Self:
        self._lab.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lab.__exit__(kind, error, trace)


def open_notebook(
    page: Page, lab: JupyterLabServer, name: str, *, door: str = "lab/tree", timeout: float = 60_000
) -> None:
    """Opens a notebook and waits for its kernel; milliseconds."""
    page.goto(f"{lab.url(name, door)}&reset", timeout=timeout)
    page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Notebook").first.wait_for(timeout=timeout)
    page.wait_for_function(_CONNECTED, timeout=timeout)


def cell_at(page: Page, index: int) -> Locator:
    """The code cell of that number, from 0."""
    return page.locator(".jp-Notebook .jp-CodeCell").nth(index)


def run_cell(page: Page, index: int, *, wait: bool = True, timeout: float = 60_000) -> Locator:
    """Runs a code cell and, if `wait`, waits for its end; returns its output area."""
    cell = cell_at(page, index)
    cell.locator(".cm-content").click()
    page.keyboard.press("Shift+Enter")
    if wait:
        page.wait_for_function(_EXECUTED, arg=index, timeout=timeout)
    return cell.locator(".jp-OutputArea")


def save_notebook(page: Page) -> None:
    """Saves the notebook that is open and waits until it is on disk."""
    page.evaluate(
        """async () => { const context = window.jupyterapp.shell.currentWidget.context; await context.save(); }"""
    )
