"""`zofops bot` as a real process: what it says when it begins, and how it ends."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from zofops.examples import example

CONFIG = example("zofops.toml")
RULES = tomllib.loads(CONFIG.read_text())


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    # Nothing listens on the discard port: the bot is patient with a Slack that does not answer yet.
    return os.environ | {
        "SLACK_BOT_TOKEN": "xoxb-1-2-3",
        "SLACK_SIGNING_SECRET": "0123456789abcdef",
        "SLACK_BASE_URL": "http://127.0.0.1:9/api/",
        "ZOF_API_KEY": "zof_test_0123456789abcdef",
        "ZOF_BASE_URL": "http://127.0.0.1:9/v1",
        "ZOFOPS_CONFIG": str(CONFIG),
        "ZOFOPS_STORE": str(tmp_path / "store.sqlite"),
    }


def bot(environment: dict[str, str], port: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "zofops", "bot", "--port", str(port)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_it_says_what_it_serves_and_ctrl_c_ends_it_with_0(environment: dict[str, str]) -> None:
    with bot(environment, 0) as process:
        assert process.stdout is not None
        said = ""
        while "Ctrl-C" not in said and (line := process.stdout.readline()):
            said += line
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=30)
    assert "https://YOUR-HOST/slack/events" in said
    assert "127.0.0.1:0." not in said
    assert f"{CONFIG} ({len(RULES['allow'])} allow, {len(RULES['deny'])} deny)" in said
    assert "http://127.0.0.1:9/v1" in said
    assert process.returncode == 0
    assert "Traceback" not in errors


def test_a_port_that_is_taken_is_said_without_a_greeting(environment: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, bot(environment, taken.getsockname()[1]) as process:
        said, errors = process.communicate(timeout=30)
    assert said == ""
    assert "address already in use" in errors
    assert process.returncode == 3
