"""The front ends that show our panels: each shows what a piece of Python makes, in a page of Playwright's sync API.

JupyterLab, Notebook 7 and Voila are doors of one Jupyter server; marimo has a server of its own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from typing import Protocol, Self

from playwright.sync_api import Locator, Page

from tests.support.jupyterlab import JupyterLabServer, open_notebook, run_cell
from zof_local.serving import bind_loopback

_VOILA_TEMPLATE = """{%- extends 'voila/templates/lab/index.html.j2' -%}
{%- block notebook_css -%}
{{ super() | replace("https://cdn.jsdelivr.net/npm/@fortawesome/fontawesome-free@^5/css/", "data:text/css,") }}
{%- endblock notebook_css -%}
"""
"""Voila's own page with its two links to a font on a CDN taken out; our panels have their icons with them."""

_START_SECONDS = 60.0

_DOORS = {"jupyterlab": "lab/tree", "notebook": "notebooks"}
HOSTS = (*_DOORS, "voila", "marimo")


class Host(Protocol):
    """A front end; `show` runs the code, whose last line is what is to be seen, and gives where that is."""

    name: str

    def show(self, page: Page, code: str) -> Locator: ...


class Notebook:
    """JupyterLab, or with the door `notebooks` Notebook 7: a person runs the cell."""

    def __init__(self, name: str, server: JupyterLabServer, door: str) -> None:
        self.name = name
        self._server = server
        self._door = door

    def show(self, page: Page, code: str) -> Locator:
        """See `Host`."""
        self._server.write_notebook(f"{self.name}.ipynb", [code])
        open_notebook(page, self._server, f"{self.name}.ipynb", door=self._door)
        return run_cell(page, 0)


class Voila:
    """Voila runs all cells itself and shows what they made.

    Args:
        server: one whose `data` directory holds the template, see `_configure`.
    """

    name = "voila"

    def __init__(self, server: JupyterLabServer, *, dark: bool) -> None:
        self._server = server
        self._theme = "dark" if dark else "light"

    def show(self, page: Page, code: str) -> Locator:
        """See `Host`."""
        self._server.write_notebook("voila.ipynb", [code])
        page.goto(f"{self._server.url('voila.ipynb', 'voila/render')}&theme={self._theme}&template=offline")
        return page.locator("#rendered_cells")


class Marimo:
    """marimo's app view of a notebook; a server for each notebook."""

    name = "marimo"

    def __init__(self, directory: Path, env: Mapping[str, str], *, dark: bool) -> None:
        self._directory = directory
        self._env = env
        self._dark = dark
        self._process: subprocess.Popen[bytes] | None = None

    def show(self, page: Page, code: str) -> Locator:
        """See `Host`."""
        self._directory.mkdir(parents=True)
        place = self._directory / "app.py"
        body = "\n".join(f"    {line}" for line in code.splitlines())
        place.write_text(
            "import marimo\n\napp = marimo.App()\n\n\n"
            f'@app.cell\ndef _():\n{body}\n    return\n\n\nif __name__ == "__main__":\n    app.run()\n'
        )
        page.goto(self._start(place))
        return page.locator("marimo-anywidget")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=20)

    def _start(self, place: Path) -> str:
        settings = self._directory / "config" / "marimo" / "marimo.toml"
        settings.parent.mkdir(parents=True)
        settings.write_text(f'[display]\ntheme = "{"dark" if self._dark else "light"}"\n')
        with bind_loopback() as sock:
            port = sock.getsockname()[1]
        log = self._directory / "marimo.log"
        with log.open("wb") as file:
            self._process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "marimo",
                    "run",
                    str(place),
                    "--headless",
                    "--no-token",
                    f"--port={port}",
                ],
                cwd=self._directory,
                env={**os.environ, **self._env, "XDG_CONFIG_HOME": str(self._directory / "config")},
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
            )
        until = time.monotonic() + _START_SECONDS
        while not _answers(f"http://127.0.0.1:{port}/health"):
            if self._process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"marimo did not start: {log.read_text()[-500:]}")
            time.sleep(0.1)
        return f"http://127.0.0.1:{port}/"


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@contextmanager
def front_ends(directory: Path, env: Mapping[str, str], *, dark: bool) -> Iterator[Callable[[str], Host]]:
    """Gives the front end of a name of `HOSTS`; a server is started when it is first needed.

    Args:
        directory: an empty one for everything they write.
        env: for their kernels.
        dark: their dark theme.
    """
    with ExitStack() as stack:

        @cache
        def jupyter() -> JupyterLabServer:
            _configure(directory / "jupyter" / "home")
            return stack.enter_context(JupyterLabServer(directory / "jupyter", env=env, dark=dark))

        def host(name: str) -> Host:
            if name == "marimo":
                return stack.enter_context(Marimo(directory / "marimo", env, dark=dark))
            if name == "voila":
                return Voila(jupyter(), dark=dark)
            return Notebook(name, jupyter(), _DOORS[name])

        yield host


def _configure(home: Path) -> None:
    """So that Notebook 7 can be looked into, and that Voila loads nothing from outside."""
    _write(
        home / "config" / "jupyter_notebook_config.json",
        {"JupyterNotebookApp": {"expose_app_in_browser": True}},
    )
    _write(
        home / "config" / "jupyter_server_config.json",
        {"ServerApp": {"tornado_settings": {"mathjax_url": "data:text/javascript,"}}},
    )
    template = home / "data" / "voila" / "templates" / "offline"
    _write(template / "conf.json", {"base_template": "lab"})
    (template / "index.html.j2").write_text(_VOILA_TEMPLATE)


def _write(place: Path, content: object) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(json.dumps(content))
