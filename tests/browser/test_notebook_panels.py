"""The home, the log and the form's code in a real JupyterLab."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.aria import assert_aria
from tests.support.jupyterlab import JupyterLabServer, open_notebook, run_cell, save_notebook
from zofops.world import World

pytestmark = pytest.mark.browser

CELLS = [
    '%load_ext notebook_ext\nrun = %zof run proj_abc staging suite_pr_smoke\nrun.wait()',
    '%zof home',
    '%zof logs',
    'from notebook_ext import RunForm\nRunForm(project="proj_abc", environment="staging", suite="suite_pr_smoke")',
    '%zof results --status passed',
    '%zof plot durations proj_abc',
    '%zof freeze',
]  # fmt: skip


@pytest.mark.timeout(240)
@pytest.mark.parametrize("lab", ["dark"], indirect=True)
def test_home_log_and_code_are_there_and_stay_in_the_saved_file(
    lab: JupyterLabServer,
    world: World,
    open_page: Callable[..., Page],
    picture: Callable[[Page | Locator, str], None],
) -> None:
    place = lab.write_notebook("panels.ipynb", CELLS)
    page = open_page(height=1500)
    open_notebook(page, lab, "panels.ipynb")
    run_cell(page, 0)

    home = run_cell(page, 1).get_by_role("region", name="Zof home")
    expect(home).to_contain_text("Pass rate")
    expect(home).to_contain_text("runs that passed of those that passed, failed or ended in error")
    expect(home.get_by_role("button", name="Read again")).to_be_enabled()
    assert_aria(home, "home")
    picture(home, "notebook-home")

    log = run_cell(page, 2)
    lines = log.get_by_role("log")
    expect(lines).to_contain_text(re.compile("passed|failed"))
    search = log.get_by_label("Search the log")
    search.fill("nothing has this in it")
    expect(log.get_by_role("status").first).to_contain_text("0 of ")
    search.fill("passed")
    expect(lines).to_contain_text("passed")
    with page.expect_download() as download:
        log.get_by_role("button", name="Download").click()
    assert download.value.suggested_filename.startswith("run_")
    picture(log, "notebook-log")

    form = run_cell(page, 3).get_by_role("form", name="Start a run")
    form.get_by_text("Show code").click()
    expect(form).to_contain_text("%zof run proj_abc staging suite_pr_smoke")
    expect(form).to_contain_text('test_suite_id="suite_pr_smoke"')
    form.get_by_label("Suite").fill("suite_regression")
    expect(form).to_contain_text("%zof run proj_abc staging suite_regression")
    picture(page, "notebook-code")

    expect(run_cell(page, 4).get_by_role("table")).to_contain_text("Passed")
    plot = run_cell(page, 5)
    expect(plot.get_by_role("img").first).to_be_visible()
    run_cell(page, 6)
    save_notebook(page)
    saved = json.loads(place.read_text())
    html = ["".join(out["data"].get("text/html", "")) for cell in saved["cells"] for out in cell["outputs"]]
    assert [cell["outputs"][0]["data"].keys() for cell in saved["cells"][1:4]] == [
        {"text/html", "text/plain"}
    ] * 3
    assert "Pass rate" in html[1]
    assert world.zof_key not in place.read_text()
