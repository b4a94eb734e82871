"""A real browser and, for it to look at, the real world of the demo, in an event loop of its own thread."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, sync_playwright

from tests.support.browser import CHROMIUM_FLAGS, find_browser
from tests.support.jupyterlab import JupyterLabServer
from zof_local.testing import LoopThread
from zofops.examples import example
from zofops.world import World, open_world


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    thread, stack = LoopThread(), AsyncExitStack()
    home = tmp_path_factory.mktemp("world")
    opened = open_world(home, suites=example("suites.toml"), config=example("zofops.toml"))
    try:
        yield thread.run(stack.enter_async_context(opened))
    finally:
        thread.run(stack.aclose())
        thread.stop()


@pytest.fixture(params=["light", "dark"])
def lab(
    request: pytest.FixtureRequest, world: World, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[JupyterLabServer]:
    """A JupyterLab whose kernels reach the world's Zof, once in each theme."""
    directory, dark = tmp_path_factory.mktemp("lab"), request.param == "dark"
    with JupyterLabServer(directory, env=world.notebook_env, dark=dark) as server:
        yield server


@pytest.fixture
def browser() -> Iterator[Browser]:
    """One for each test: while it lives, Playwright's loop counts as running, and other tests could start none."""
    path = find_browser()
    if path is None:
        pytest.fail("No Chromium was found. `make test` installs one, or set ZOF_TEST_BROWSER to its path.")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, headless=True, args=CHROMIUM_FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """`open_page(dark=False)`: a page that fails the test when it asks for anything outside this machine.

    So it does when a script on it uses a name that is not there, which front ends only write into their log.
    """
    pages: list[Page] = []
    outside: list[str] = []
    broken: list[str] = []

    def heard(text: str) -> None:
        if "is not defined" in text and "MathJax" not in text:  # Voila's own page asks for it elsewhere
            broken.append(text[:300])

    def open_one(*, dark: bool = False, width: int = 1440, height: int = 900) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light"
        )
        page = context.new_page()
        context.on(
            "request", lambda request: outside.append(request.url) if _is_outside(request.url) else None
        )
        page.on("websocket", lambda socket: outside.append(socket.url) if _is_outside(socket.url) else None)
        page.on("pageerror", lambda error: heard(str(error)))
        page.on("console", lambda message: heard(message.text) if message.type == "error" else None)
        pages.append(page)
        return page

    yield open_one
    for page in pages:
        page.context.close()
    assert outside == []
    assert broken == []


def _is_outside(url: str) -> bool:
    return not url.startswith(("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:", "about:"))


@pytest.fixture
def picture(request: pytest.FixtureRequest) -> Callable[[Page | Locator, str], None]:
    """`picture(shown, name)` keeps a screenshot of a page, or of a part of it, if ZOF_SCREENSHOTS names a directory."""
    directory = os.environ.get("ZOF_SCREENSHOTS")

    def take(shown: Page | Locator, name: str) -> None:
        if directory:
            place = Path(directory) / f"{name}.png"
            place.parent.mkdir(parents=True, exist_ok=True)
            shown.screenshot(path=place, animations="disabled")

    return take
