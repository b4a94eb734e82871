"""A saved panel looks as the live one did, whatever rules JupyterLab has for the HTML of others."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.support.jupyterlab import JupyterLabServer, open_notebook, run_cell
from zof_core import ZofClient
from zofops.world import World

pytestmark = pytest.mark.browser

# A saved panel names its files, a live one hands them out.
LOOKS = """panel => [...panel.querySelectorAll("*")].filter((node) => !node.closest(".zof-artifacts")).map((node) => {
  const style = getComputedStyle(node);
  const names = ["display", "font", "color", "backgroundColor", "padding", "margin", "border", "listStyleType",
    "lineHeight", "textAlign", "textDecorationLine", "whiteSpace", "wordBreak", "width", "height"];
  return [node.tagName, node.className.baseVal ?? node.className, ...names.map((name) => style[name])].join(" | ");
})"""
CELLS = """row => [...row.cells].map((cell) => {
  const style = getComputedStyle(cell);
  return [style.textAlign, style.backgroundColor, getComputedStyle(row).backgroundColor].join(" ");
})"""
OVER = "box => box.scrollWidth - box.clientWidth"
CLEAR = "rgba(0, 0, 0, 0)"


@pytest.fixture(scope="module")
def run_id(world: World) -> str:
    """A run with failures, errors and skips."""
    with ZofClient(world.zof_key, base_url=world.zof_url) as zof:
        runs = [
            zof.runs.create(project_id="proj_abc", environment="staging", test_suite_id=suite)
            for suite in ("suite_regression", "suite_pr_smoke")
        ]
        for run in runs:
            zof.runs.wait_until_complete(run.id, deadline=60)
    return runs[0].id


@pytest.mark.timeout(240)
def test_a_saved_panel_looks_as_the_live_one(
    lab: JupyterLabServer, run_id: str, open_page: Callable[..., Page]
) -> None:
    lab.write_notebook(
        "saved.ipynb",
        [
            "from ipywidgets import Box\nfrom notebook_ext import RunPanel, watch\n"
            f"run = watch('{run_id}')\nrun.refresh()\nrun.wait()\nBox([RunPanel(run)], layout=dict(display='block'))",
            "run",
            "%load_ext notebook_ext\n%zof runs",
            f"%zof results {run_id} --status failed",
            "%zof explore proj_abc",
        ],
    )
    page = open_page(width=1280)  # with the file browser open there are some 840 pixels for a panel
    open_notebook(page, lab, "saved.ipynb")
    live, saved = run_cell(page, 0).locator(".zof-run"), run_cell(page, 1).locator(".zof-run")
    expect(page.locator(".jp-RenderedHTMLCommon .zof-run")).to_have_count(1)
    expect(live).to_contain_text("Failed")
    expect(saved).to_contain_text("Failed")
    assert saved.evaluate(LOOKS) == live.evaluate(LOOKS)

    rows = run_cell(page, 2).locator("tbody tr")
    expect(rows).to_have_count(2)
    page.mouse.move(0, 0)
    for row in rows.all():
        assert set(row.evaluate(CELLS)) == {f"left {CLEAR} {CLEAR}"}

    said = run_cell(page, 3).locator(".zof-scroll")
    expect(said).to_contain_text("What it said")
    assert said.evaluate(OVER) <= 0
    sheet = run_cell(page, 4).get_by_role("grid")
    expect(sheet).to_contain_text("Regression")
    assert sheet.evaluate(OVER) <= 0
