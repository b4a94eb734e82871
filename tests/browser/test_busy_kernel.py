"""A click while a cell keeps the kernel from hearing it: the panel says so, and acts when the cell has ended."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.support.jupyterlab import JupyterLabServer, open_notebook, run_cell
from tests.support.kernel import installed_ipykernel

pytestmark = pytest.mark.browser

OLD = "6.31.0"
CELLS = [
    "from notebook_ext import TablePanel\nTablePanel({'number': list(range(1, 101))})",
    "import time\nfrom pathlib import Path\nwhile not Path('go').exists():\n    time.sleep(0.05)",
]


@pytest.mark.timeout(240)
def test_a_click_that_is_not_heard_says_so_and_acts_later(
    tmp_path: Path, open_page: Callable[..., Page], picture: Callable[[Page, str], None]
) -> None:
    assert version("ipykernel") != OLD
    env = {"PYTHONPATH": str(installed_ipykernel(OLD, tmp_path / "ipykernel"))}
    with JupyterLabServer(tmp_path, env=env) as lab:
        lab.write_notebook("busy.ipynb", CELLS)
        page = open_page()
        open_notebook(page, lab, "busy.ipynb")
        table = run_cell(page, 0)
        expect(table.get_by_role("gridcell", name="1", exact=True)).to_be_visible()
        run_cell(page, 1, wait=False)
        heading = table.get_by_role("columnheader", name="number")
        heading.click()
        said = table.get_by_text("The kernel is busy. This will act when the running cell ends.")
        expect(said).to_be_visible()
        expect(heading).to_have_attribute("aria-sort", "none")
        picture(page, "notebook-busy")
        (lab.root / "go").touch()
        expect(heading).to_have_attribute("aria-sort", "ascending")
        expect(said).to_have_count(0)
