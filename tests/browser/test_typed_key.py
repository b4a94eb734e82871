"""A key typed into a form in a real JupyterLab that saves widget state: it starts a run and is in no file."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.support.jupyterlab import JupyterLabServer, open_notebook, run_cell, save_notebook
from zofops.world import World

pytestmark = pytest.mark.browser

CELLS = [
    "from notebook_ext import RunForm\n"
    'form = RunForm(project="proj_abc", environment="staging", suite="suite_pr_smoke")\nform',
    "from notebook_ext import HomePanel\nhome = HomePanel()\nhome",
    "ended = await form.run\n[print(one) for one in form.run.artifacts]\nform.run.artifacts",
    "print(repr(form), vars(form), home.get_state())\n1 / 0",
]


@pytest.mark.timeout(240)
@pytest.mark.parametrize("dark", [True], ids=["dark"])
def test_a_typed_key_starts_a_run_and_is_in_no_file(
    dark: bool,
    world: World,
    tmp_path: Path,
    open_page: Callable[..., Page],
    picture: Callable[[Page, str], None],
) -> None:
    (tmp_path / "profiles.toml").touch()  # whoever runs this may have a key in theirs
    env = {**world.notebook_env, "ZOF_API_KEY": "", "ZOF_PROFILES": str(tmp_path / "profiles.toml")}
    with JupyterLabServer(tmp_path, env=env, dark=dark, save_widget_state=True) as lab:
        place = lab.write_notebook("key.ipynb", CELLS)
        page = open_page(dark=dark, height=1200)
        open_notebook(page, lab, "key.ipynb")
        output = run_cell(page, 0)
        home = run_cell(page, 1)
        asked = output.get_by_role("form", name="Connect to Zof")
        expect(asked).to_be_visible()
        field = asked.get_by_label("Zof API key")
        assert field.get_attribute("type") == "password"
        field.fill("wrong-key-0123456789abcdef")
        asked.get_by_role("button", name="Connect").click()
        expect(asked.get_by_role("alert")).to_contain_text("does not accept the API key")
        expect(field).to_have_value("")
        picture(page, f"notebook-key-{'dark' if dark else 'light'}")
        field.fill(world.zof_key)
        field.press("Enter")
        expect(asked).to_have_count(0)
        expect(home.get_by_role("region", name="Zof home")).to_contain_text("Pass rate")
        expect(home.get_by_role("form")).to_have_count(0)
        save_notebook(page)  # as it is while the panels live
        assert "widget-state" in place.read_text()
        assert world.zof_key not in place.read_text()

        output.get_by_role("button", name="Start run").click()
        expect(output).to_contain_text("Passed", timeout=60_000)
        files = run_cell(page, 2)
        with page.expect_download() as download:
            files.get_by_role("button", name=re.compile("junit.xml")).click()
        assert 'testsuite name="pytest"' in Path(download.value.path()).read_text()
        picture(page, f"notebook-run-{'dark' if dark else 'light'}")
        expect(run_cell(page, 3)).to_contain_text("ZeroDivisionError")
        save_notebook(page)
        saved = json.loads(place.read_text())
        assert "ZeroDivisionError" in json.dumps(saved)
        assert world.zof_key not in place.read_text()
        # All that the server and the kernel wrote: settings, logs, the history.
        written = [path for path in tmp_path.rglob("*") if path.is_file()]
        assert any(path.name == "history.sqlite" for path in written)
        assert [path for path in written if world.zof_key.encode() in path.read_bytes()] == []
