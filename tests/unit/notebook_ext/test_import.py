"""Importing the package costs a kernel nothing; a name brings its module when it is used."""

from __future__ import annotations

import subprocess
import sys

import pytest

import notebook_ext


def loaded_by(code: str) -> set[str]:
    """The modules of ours, and the slow ones of others, that are there after the code."""
    slow = {"anywidget", "ipywidgets", "pydantic", "httpx", "httpcore", "pandas"}
    show = f"import sys\nprint(*[n for n in sys.modules if n.startswith(('notebook_ext', 'zof_core')) or n in {slow}])"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\n{show}"], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


def test_importing_the_package_loads_nothing_else() -> None:
    assert loaded_by("import notebook_ext") == {"notebook_ext"}


def test_a_form_loads_no_tables_and_no_http() -> None:
    loaded = loaded_by("from notebook_ext import RunForm\nRunForm()")
    assert "notebook_ext.form" in loaded
    assert not loaded & {"notebook_ext.explorer", "notebook_ext.plots", "httpx", "httpcore", "pandas"}


@pytest.mark.parametrize("name", notebook_ext.__all__)
def test_each_name_is_there_when_asked_for(name: str) -> None:
    assert name in dir(notebook_ext)
    assert getattr(notebook_ext, name).__name__ == name
    assert getattr(notebook_ext, name).__module__ == f"notebook_ext.{notebook_ext._MODULES[name]}"


def test_another_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Panels'"):
        notebook_ext.Panels  # noqa: B018
