"""A browser for the browser tests: what is there, else Debian's Chromium, else Playwright's own.

`python -m tests.support.browser` makes sure that there is one and prints which; the tests ask `find_browser()`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
"""Quiet, and without the sandbox, which Chromium cannot have when it is run by root or in a container."""

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


class NoBrowserError(RuntimeError):
    """No browser could be found or installed; the message says what was tried."""


def find_browser() -> str | None:
    """The path of a Chromium that answers, or None. `ZOF_TEST_BROWSER` names one and goes before all others."""
    return next((path for path in _candidates() if _answers(path)), None)


def ensure_browser() -> str:
    """As `find_browser`, and installs one if there is none."""
    if named := os.environ.get("ZOF_TEST_BROWSER"):
        if not _answers(named):
            raise NoBrowserError(
                f"ZOF_TEST_BROWSER names {named}, which does not start. Name another or unset it."
            )
        return named
    found = find_browser()
    tried = ["none of " + ", ".join(_NAMES) + " is on the PATH"]
    for title, install in (
        ("apt-get install chromium", _debian),
        ("playwright install chromium", _playwright),
    ):
        if found:
            break
        tried.append(f"'{title}': {install()}")
        found = find_browser()
    if not found:
        raise NoBrowserError(
            "The browser tests need Chromium and none could be had (" + "; ".join(tried) + "). "
            "Install Chromium or Chrome, or set ZOF_TEST_BROWSER to its path."
        )
    return found


def _candidates() -> Iterator[str]:
    if named := os.environ.get("ZOF_TEST_BROWSER"):
        yield named
        return
    yield from filter(None, map(shutil.which, _NAMES))
    cache = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or _playwright_cache())
    for pattern in ("chromium-*/chrome-linux*/chrome", "chromium-*/chrome-mac*/*.app/Contents/MacOS/*"):
        yield from map(str, sorted(cache.glob(pattern), reverse=True))


def _playwright_cache() -> Path:
    home = Path.home()
    return (
        home / "Library/Caches/ms-playwright" if sys.platform == "darwin" else home / ".cache/ms-playwright"
    )


def _answers(path: str) -> bool:
    try:
        return (
            subprocess.run([path, "--version"], capture_output=True, timeout=30, check=False).returncode == 0
        )
    except (OSError, subprocess.TimeoutExpired):
        return False


def _debian() -> str:
    if not shutil.which("apt-get"):
        return "this is no Debian"
    if os.geteuid() != 0:
        return "only root may install"
    print("Installing Debian's Chromium for the browser tests (once) ...", flush=True)
    return _run(["apt-get", "update", "-qq"]) and _run(["apt-get", "install", "-y", "-qq", "chromium"])


def _playwright() -> str:
    print("Installing Playwright's Chromium for the browser tests (once) ...", flush=True)
    return _run([sys.executable, "-m", "playwright", "install", "chromium"])


def _run(command: list[str]) -> str:
    """Runs it and says how it went, in a few words."""
    env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=env)
    last = (done.stderr or done.stdout).strip().splitlines()[-1:] or ["no output"]
    return "installed" if done.returncode == 0 else f"exit code {done.returncode}, {last[0][:200]}"


if __name__ == "__main__":
    try:
        print(f"Browser for the tests: {ensure_browser()}")
    except NoBrowserError as error:
        sys.exit(str(error))
