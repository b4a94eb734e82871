"""The form's lists in a real JupyterLab: names of a large catalogue, found as they are typed."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.support.jupyterlab import JupyterLabServer, open_notebook, run_cell

pytestmark = pytest.mark.browser

CELL = """
from notebook_ext import RunForm
from zof_core.catalogue import Catalogue, CatalogueCase, CatalogueProject, CatalogueSuite
suites = [CatalogueSuite(id=f"suite_{n}", name=f"Suite number {n}") for n in range(400)]
cases = [CatalogueCase(id=f"tc_{n}", name=f"Total of a cart with {n} items") for n in range(2_000)]
shop = CatalogueProject(id="proj_abc", name="Webshop", environments=["staging"], suites=suites, cases=cases)
form = RunForm(catalogue=Catalogue(projects=[shop]), environment="staging")
form
"""


@pytest.mark.timeout(240)
@pytest.mark.parametrize("lab", ["dark"], indirect=True)
def test_projects_suites_and_cases_are_found_by_what_is_typed(
    lab: JupyterLabServer, open_page: Callable[..., Page]
) -> None:
    lab.write_notebook("lists.ipynb", [CELL, "form.value"])
    page = open_page()
    open_notebook(page, lab, "lists.ipynb")
    form = run_cell(page, 0).get_by_role("form", name="Start a run")
    options = form.get_by_role("option")

    form.get_by_label("Project").click()
    options.filter(has_text="proj_abc").click()
    expect(form).to_contain_text("Webshop")

    suite = form.get_by_label("Suite")
    suite.click()
    expect(options).to_have_count(51)
    expect(options.last).to_have_text("350 more: type to search")
    for _ in range(31):  # further than the list is high
        suite.press("ArrowDown")
    expect(options.nth(30)).to_have_attribute("aria-selected", "true")
    expect(options.nth(30)).to_be_in_viewport()
    suite.press_sequentially("number 399")
    expect(options).to_have_count(1)
    suite.press("Enter")
    expect(suite).to_have_value("suite_399")
    expect(options).to_have_count(0)

    form.get_by_role("button", name="Use single cases").click()
    cases = form.get_by_label("Test cases")
    cases.press_sequentially("cart with 1999")
    expect(options).to_have_text([re.compile("tc_1999")])
    cases.press("Enter")
    cases.press_sequentially(", tc_7")
    expect(options.first).to_have_text(re.compile("^tc_7Total"))
    cases.press("Enter")
    expect(cases).to_have_value("tc_1999, tc_7")
    expect(form).to_contain_text("--cases tc_1999,tc_7")
    cases.press_sequentially(", tc_19")
    expect(options.first).to_have_text(re.compile("^tc_19Total"))
    cases.press("Escape")
    expect(options).to_have_count(0)
    expect(cases).to_have_value("tc_1999, tc_7, tc_19")

    expect(run_cell(page, 1)).to_contain_text("'cases': ['tc_1999', 'tc_7', 'tc_19']")
