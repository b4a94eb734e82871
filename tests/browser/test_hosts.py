"""The same form, run and result in every front end that this machine can have, told the same to a screen reader.

JupyterLab, Notebook 7, Voila and marimo; all that their pages ask for stays on this machine (see `open_page`).
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.support.aria import assert_aria
from tests.support.gated_zof import Zof, start_zof
from tests.support.hosts import HOSTS, Host, front_ends

pytestmark = pytest.mark.browser

CODE = """from notebook_ext import RunForm
form = RunForm(project="proj_shop", environment="staging", suite="suite_gated", poll_interval=0.2)
form"""
APPS = ("voila", "marimo")
"""No cell to run again: the form takes the next run itself."""

PATIENCE = 60_000
THEMES = ["light", "dark"] if "ZOF_SCREENSHOTS" in os.environ else ["dark"]


@pytest.fixture(scope="module")
def zof(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Zof]:
    platform = start_zof(tmp_path_factory.mktemp("zof"))
    yield platform
    platform.end()


@pytest.fixture(scope="module", params=THEMES)
def theme(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def hosts(theme: str, zof: Zof, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Host]]:
    with front_ends(tmp_path_factory.mktemp("hosts"), zof.env, dark=theme == "dark") as give:
        yield give


@pytest.mark.timeout(240)
@pytest.mark.parametrize("name", HOSTS)
def test_a_form_starts_a_run_that_is_live_until_its_end(
    name: str,
    theme: str,
    hosts: Callable[[str], Host],
    zof: Zof,
    open_page: Callable[..., Page],
    picture: Callable[[Page, str], None],
) -> None:
    zof.close_gate()
    page = open_page(dark=theme == "dark", width=1200, height=720)
    shown = hosts(name).show(page, CODE)
    form = shown.get_by_role("form", name="Start a run")
    expect(form).to_contain_text("Shop", timeout=PATIENCE)  # the project's name, which only Zof knows
    assert_aria(form, "form")

    suite, start = form.get_by_label("Suite"), form.get_by_role("button", name="Start run")
    suite.fill("suite_of_nobody")
    suite.press("Enter")
    expect(form.get_by_role("alert").filter(has_text="suite_of_nobody")).to_be_visible()
    assert_aria(form, "form-refused")

    suite.fill("suite_gated")
    start.click()
    run = shown.get_by_role("region", name=re.compile("Run run_"))
    expect(run).to_contain_text("Last: test_comes_first, passed", timeout=PATIENCE)
    assert_aria(run, "run-live")
    picture(page, f"hosts/{name}-{theme}")

    zof.open_gate()
    expect(run.get_by_role("status")).to_have_text("Passed", timeout=PATIENCE)
    if name in APPS:
        assert_aria(run, "run-ended")
        picture(page, f"hosts/{name}-{theme}-ended")
        first = run.get_attribute("aria-label")
        start.click()
        expect(run).not_to_have_attribute("aria-label", str(first), timeout=PATIENCE)
    else:
        expect(shown).to_contain_text("Run this cell again to start another run.", timeout=PATIENCE)
        assert_aria(run, "run-frozen")
        picture(page, f"hosts/{name}-{theme}-ended")
