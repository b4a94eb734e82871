"""A real browser and, for it to look at, the real world of the demo, in an event loop of its own thread."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, TypeVar

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.support.browser import CHROMIUM_FLAGS, find_browser
from tests.support.jupyterlab import JupyterLabServer
from zofops.examples import example
from zofops.world import World, open_world

T = TypeVar("T")


class LoopThread:
    """Playwright's sync API and our servers each want a loop of their own."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def run(self, job: Coroutine[Any, Any, T], timeout: float = 60) -> T:
        return asyncio.run_coroutine_threadsafe(job, self._loop).result(timeout)

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()


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
    """`open_page(dark=False)`: a page that fails the test when it asks for anything outside this machine."""
    pages: list[Page] = []
    outside: list[str] = []

    def open_one(*, dark: bool = False, width: int = 1440, height: int = 900) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light"
        )
        page = context.new_page()
        page.on("request", lambda request: outside.append(request.url) if _is_outside(request.url) else None)
        pages.append(page)
        return page

    yield open_one
    for page in pages:
        page.context.close()
    assert outside == []


def _is_outside(url: str) -> bool:
    return not url.startswith(("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:", "about:"))


@pytest.fixture
def picture(request: pytest.FixtureRequest) -> Callable[[Page, str], None]:
    """`picture(page, name)` keeps a screenshot if ZOF_SCREENSHOTS names a directory."""
    directory = os.environ.get("ZOF_SCREENSHOTS")

    def take(page: Page, name: str) -> None:
        if directory:
            page.screenshot(path=Path(directory) / f"{name}.png", animations="disabled")

    return take
