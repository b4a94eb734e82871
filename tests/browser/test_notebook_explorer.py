"""The explorer and a table of 100,000 rows in a real JupyterLab, in both themes, by keyboard."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.aria import assert_aria
from tests.support.jupyterlab import JupyterLabServer, open_notebook, run_cell, save_notebook
from tests.support.listing_zof import KEY, ListingZof

pytestmark = pytest.mark.browser

CELLS = [
    "%load_ext notebook_ext\n%zof explore",
    'from notebook_ext import TablePanel\nTablePanel({"case": [f"test_{n}" for n in range(100_000)], '
    '"took": [n * 7 % 1000 for n in range(100_000)]}, title="Many")',
    "%zof freeze",
    "%zof plot durations proj_abc",
]
ACTIVE = "grid => document.getElementById(grid.getAttribute('aria-activedescendant'))?.textContent"
OUTLINE = "grid => getComputedStyle(grid.querySelector('.zof-active')).outlineStyle"
COLOURS = """grid => {
  const style = getComputedStyle(grid.querySelector('[role=gridcell] span[dir]'));
  return [style.color, getComputedStyle(grid.closest('.zof-run')).backgroundColor];
}"""


@pytest.fixture(scope="module")
def zof() -> Iterator[ListingZof]:
    with ListingZof() as listing:
        yield listing


@pytest.fixture
def themed(
    request: pytest.FixtureRequest, zof: ListingZof, tmp_path: Path
) -> Iterator[tuple[JupyterLabServer, str]]:
    zof.trouble = ""
    with JupyterLabServer(tmp_path, env=zof.env, dark=request.param == "dark") as server:
        yield server, request.param


def contrast(text: str, ground: str) -> float:
    """The contrast of a colour, which may let the ground shine through, as WCAG defines it."""
    below = [float(part) for part in re.findall(r"[\d.]+", ground)][:3]
    *above, opacity = [*map(float, re.findall(r"[\d.]+", text)), 1.0][:4]
    mixed = [opacity * one + (1 - opacity) * other for one, other in zip(above, below, strict=True)]
    dark, light = sorted(map(luminance, (mixed, below)))
    return (light + 0.05) / (dark + 0.05)


def luminance(parts: list[float]) -> float:
    red, green, blue = (
        c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in (n / 255 for n in parts)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


@pytest.mark.timeout(240)
@pytest.mark.parametrize("themed", ["light"], indirect=True)
def test_runs_are_explored_by_keyboard(
    themed: tuple[JupyterLabServer, str],
    zof: ListingZof,
    open_page: Callable[..., Page],
    picture: Callable[[Page | Locator, str], None],
) -> None:
    lab, theme = themed
    page, out, grid = _open(lab, open_page(), picture, theme)
    out.get_by_role("button", name="Compare").click()
    expect(out.get_by_role("region", name="Comparison")).to_contain_text("run_3 → run_1")
    expect(grid.get_by_role("row").nth(1)).to_contain_text("New failure")
    assert_aria(out.get_by_role("region", name="Comparison"), "comparison")

    out.get_by_role("button", name="← Runs").click()
    expect(grid).to_have_attribute("aria-rowcount", "101")
    grid.focus()
    press(page, "Home", "ArrowDown", "Enter")
    expect(out.get_by_role("region", name="Results")).to_contain_text("run_1")
    expect(grid).to_have_attribute("aria-rowcount", "41")
    press(page, "ArrowDown", "Enter")
    detail = out.get_by_label("Details")
    expect(detail).to_contain_text('<img src=x onerror="window.hostile=1">')
    expect(detail).to_contain_text("W" * 10_000)
    page.keyboard.press("Escape")
    expect(detail).to_be_hidden()
    expect(grid).to_be_focused()
    assert page.evaluate("window.hostile") is None
    _is_saved_as_csv(page, out)

    zof.trouble = "403"
    out.get_by_role("button", name="← Runs").click()
    out.get_by_role("button", name="Load 500 more").click()
    expect(out.get_by_role("alert")).to_contain_text("its role may not list runs")
    picture(page, f"notebook-trouble-{theme}")
    zof.trouble = ""
    out.get_by_role("button", name="Try again").click()
    expect(out.get_by_role("alert")).to_be_hidden()
    expect(grid).to_have_attribute("aria-rowcount", "201")


@pytest.mark.timeout(240)
@pytest.mark.parametrize("themed", ["dark"], indirect=True)
def test_flaky_cases_and_many_rows_are_seen_and_stay_in_the_saved_file(
    themed: tuple[JupyterLabServer, str],
    open_page: Callable[..., Page],
    picture: Callable[[Page | Locator, str], None],
) -> None:
    lab, theme = themed
    page, out, grid = _open(lab, open_page(dark=True), picture, theme)
    out.get_by_role("button", name="Flaky cases").click()
    expect(out.get_by_role("status").first).to_have_text("2 cases in the last 10 runs")
    assert_aria(out.get_by_role("region", name="Flaky cases"), "flaky")
    sequence = grid.get_by_role("gridcell", name="passed, passed, failed").first
    expect(sequence.locator("svg").first).to_be_visible()
    picture(out, f"notebook-flaky-{theme}")

    _is_reached_by_keyboard(page, run_cell(page, 1).get_by_role("grid"))
    plot = run_cell(page, 3)
    expect(plot.get_by_role("img").first).to_be_visible()
    picture(plot, "notebook-plot")
    run_cell(page, 2)
    save_notebook(page)
    text = (lab.root / "explore.ipynb").read_text()
    html = ["".join(cell["outputs"][0]["data"]["text/html"]) for cell in json.loads(text)["cells"][:2]]
    assert "Flaky cases: 2 cases in the last 10 runs" in html[0]
    assert "Many: 100,000 rows, of which the first 50 are here" in html[1]
    assert KEY not in text


def _open(
    lab: JupyterLabServer, page: Page, picture: Callable[[Page | Locator, str], None], theme: str
) -> tuple[Page, Locator, Locator]:
    """The explorer with two runs picked by keyboard: its page, its output and its grid."""
    lab.write_notebook("explore.ipynb", CELLS)
    open_notebook(page, lab, "explore.ipynb")
    out = run_cell(page, 0)
    grid = out.get_by_role("grid")
    expect(out.get_by_role("status").first).to_have_text("100 runs loaded, and there are more")
    expect(grid).to_have_attribute("aria-rowcount", "101")
    expect(grid.get_by_role("gridcell", name="Webshop").first).to_be_visible()
    assert contrast(*grid.evaluate(COLOURS)) >= 7
    grid.focus()
    press(page, "ArrowDown", " ", "ArrowDown", "ArrowDown", " ")
    expect(grid.get_by_role("row", selected=True)).to_have_count(2)
    assert grid.evaluate(OUTLINE) == "solid"
    picture(out, f"notebook-explorer-{theme}")
    return page, out, grid


def _is_saved_as_csv(page: Page, out: Locator) -> None:
    """What is filtered is what is downloaded, and no cell is a formula."""
    out.get_by_label("Search the table").fill("assertion")
    expect(out.get_by_role("status").first).to_have_text("2 of 40 results")
    page.evaluate(
        "document.addEventListener('click', event => { window.clickedFile ||= event.target.download; })"
    )
    with page.expect_download() as download:
        out.get_by_role("button", name="Download CSV").click()
    assert page.evaluate("window.clickedFile") == download.value.suggested_filename  # VS Code listens there
    assert download.value.suggested_filename == "zof-results-run_1.csv"
    with Path(download.value.path()).open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["status"] for row in rows] == ["failed", "failed"]
    assert rows[0]["name"] == "test_checkout_000"


def _is_reached_by_keyboard(page: Page, grid: Locator) -> None:
    """From the first row to the last of 100,000, and sorted from its heading."""
    expect(grid).to_have_attribute("aria-rowcount", "100001")
    grid.focus()
    press(page, "End")
    expect(grid.get_by_role("gridcell", name="test_99999", exact=True)).to_be_visible()
    assert grid.get_by_role("row").count() < 60
    expect(grid.locator("[aria-rowindex='100001']")).to_contain_text("test_99999")
    press(page, "PageUp", "PageUp", "ArrowUp")
    expect(grid.locator(".zof-current [role=gridcell]").first).to_have_text("test_99974")
    press(page, "Home", "ArrowUp", "ArrowRight", "Enter")
    expect(grid.get_by_role("columnheader", name="took")).to_have_attribute("aria-sort", "ascending")
    press(page, "Enter")
    expect(grid.get_by_role("columnheader", name="took")).to_have_attribute("aria-sort", "descending")
    expect(grid.locator("[aria-rowindex='2']")).to_contain_text("999")
    assert grid.evaluate(ACTIVE) is not None
