"""Notebooks that are executed with nobody looking: HTML from the start, and the result in the file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from tests.support.gated_zof import Zof

START = """
from notebook_ext import RunForm, watch
from zof_core import ZofClient
with ZofClient() as zof:
    made = zof.runs.create(project_id="proj_shop", environment="staging", test_suite_id="suite_mixed")
run = watch(made.id, poll_interval=0.1)
run
"""


@pytest.fixture
def execute(zof: Zof, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    for name, value in {**zof.env, "PYTHONPATH": str(Path.cwd())}.items():
        monkeypatch.setenv(name, value)

    def run(*cells: str) -> Any:
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
        NotebookClient(
            notebook, timeout=60, kernel_name="python3", resources={"metadata": {"path": tmp_path}}
        ).execute()
        return notebook

    return run


def test_the_result_is_in_the_file_without_any_widget(execute: Any, zof: Zof) -> None:
    notebook = execute(START, "run.wait(30).status")
    [output] = notebook.cells[0].outputs
    assert set(output.data) == {"text/html", "text/plain"}
    assert "Failed" in output.data["text/html"]
    assert "Cancel run" not in output.data["text/html"]
    assert "test_holds" in output.data["text/html"]
    assert output.data["text/plain"].startswith("Failed: suite_mixed")
    assert notebook.cells[1].outputs[0].data["text/plain"] == "'failed'"
    assert "widgets" not in notebook.metadata
    assert zof.key not in nbformat.writes(notebook)


def test_a_form_says_that_nobody_can_fill_it_in(execute: Any) -> None:
    notebook = execute(
        "from notebook_ext import RunForm\nRunForm(project='proj_shop', environment='<i>x</i>')"
    )
    [output] = notebook.cells[0].outputs
    assert set(output.data) == {"text/html", "text/plain"}
    assert "proj_shop" in output.data["text/html"]
    assert "&lt;i&gt;x&lt;/i&gt;" in output.data["text/html"]
    assert "needs a notebook with a kernel" in output.data["text/html"]
