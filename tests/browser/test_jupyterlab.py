"""The main job from a notebook: the example notebook in a real JupyterLab, from an empty field to the saved result."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Page, expect

from tests.support.jupyterlab import JupyterLabServer, open_notebook, run_cell, save_notebook
from zofops.notebooks import copy_notebooks
from zofops.world import World

pytestmark = pytest.mark.browser

NOTEBOOK = "first_run.ipynb"
CHANGED_BY_OPENING = """async () => {
  const { context } = window.jupyterapp.shell.currentWidget;
  await context.sessionContext.session.kernel.info;
  await new Promise(requestAnimationFrame);
  return context.model.dirty;
}"""
RUN_TIMEOUT = 60_000
POLL = 500


@pytest.mark.timeout(240)
def test_a_form_starts_a_run_that_is_watched_until_its_end(
    lab: JupyterLabServer,
    world: World,
    open_page: Callable[..., Page],
    picture: Callable[[Page, str], None],
    request: pytest.FixtureRequest,
) -> None:
    copy_notebooks(lab.root)
    page = open_page()
    open_notebook(page, lab, NOTEBOOK)
    assert not page.evaluate(CHANGED_BY_OPENING)
    output = run_cell(page, 0)
    form = output.get_by_role("form", name="Start a run")
    suite, start = form.get_by_label("Suite"), form.get_by_role("button", name="Start run")

    suite.fill("")
    start.click()
    expect(form.get_by_role("alert").filter(has_text=re.compile("suite", re.IGNORECASE))).to_be_visible()

    suite.fill("suite_of_nobody")
    suite.press("Escape")
    start.click()
    expect(form.get_by_role("alert").filter(has_text="suite_of_nobody")).to_be_visible()

    suite.fill("suite_pr_smoke")
    suite.press("Escape")
    start.click()
    expect(output).to_contain_text(re.compile("Queued|Running"), timeout=RUN_TIMEOUT)
    expect(output).to_contain_text(re.compile("run_[a-z0-9]+"))
    expect(output.get_by_role("region").get_by_role("status")).to_have_text("Passed", timeout=RUN_TIMEOUT)
    expect(output).to_contain_text(re.compile(r"\d{2,} passed"))

    listed = run_cell(page, 1)
    expect(listed).to_contain_text("passed staging suite_pr_smoke")
    theme = request.node.callspec.params["lab"]
    picture(page, "notebook" if theme == "light" else "notebook-dark")

    save_with_result(page, lab.root / NOTEBOOK)
    assert world.zof_key not in (lab.root / NOTEBOOK).read_text()


def save_with_result(page: Page, place: Path) -> None:
    """Saves until the file shows the result to whoever opens it next; the panel freezes soon after the end."""
    for _ in range(RUN_TIMEOUT // POLL):
        save_notebook(page)
        outputs = nbformat.reads(place.read_text(), as_version=4).cells[1].outputs
        html = "".join(output["data"].get("text/html", "") for output in outputs)
        if "Passed" in html and "run_" in html:
            return
        page.wait_for_timeout(POLL)
    pytest.fail(f"The saved file shows no result: {html[:500]}")
