"""The bot and bare Bolt, each a process of its own."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from benchmarks.bot.remote import Remote
from benchmarks.bot.traffic import CHANNELS, SECRET, Line

CONFIG = f"""
[[allow]]
channels = {json.dumps(CHANNELS)}
verbs = ["run", "status"]
projects = ["proj_abc"]
environments = ["staging"]
suites = ["*"]
people = ["*"]
[[catalogue.projects]]
id = "proj_abc"
name = "Checkout"
environments = ["staging"]
suites = [{{ id = "suite_1", name = "One" }}]
"""

BOLT = """
import sys
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.adapter.asgi.async_handler import AsyncSlackRequestHandler
import uvicorn
async def authorize(enterprise_id, team_id):
    return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, bot_token="xoxb-1")
app = AsyncApp(signing_secret=sys.argv[2], authorize=authorize, process_before_response=sys.argv[3] == "pbr")
@app.command("/zof")
async def command(ack):
    await ack("ok")
uvicorn.run(AsyncSlackRequestHandler(app), port=int(sys.argv[1]), log_level="error")
"""

SYNC = """
import sys
from slack_bolt import App
from slack_bolt.authorization import AuthorizeResult
def authorize(enterprise_id, team_id):
    return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, bot_token="xoxb-1")
app = App(signing_secret=sys.argv[2], authorize=authorize)
@app.command("/zof")
def command(ack):
    ack("ok")
app.start(port=int(sys.argv[1]), http_server_logger_enabled=False)
"""

OURS = """
import os, sys, uvicorn
from slack_bot import BotSettings, create_app
uvicorn.run(create_app(BotSettings.from_env(os.environ)), port=int(sys.argv[1]), log_level="error", lifespan="on")
"""


@contextmanager
def process(code: str, *more: str, env: dict[str, str] | None = None) -> Iterator[tuple[int, int]]:
    """Runs a server on a free port; gives that and its process id."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-c", code, str(port), *more]
    server = subprocess.Popen(command, env=os.environ | (env or {}), stdout=subprocess.DEVNULL)
    try:
        yield port, server.pid
    finally:
        server.kill()
        server.wait()


async def answers(port: int) -> None:
    """Returns when a server answers."""
    deadline = time.monotonic() + 60
    while True:
        try:
            await Line(port).ask("whoami")
        except (OSError, AssertionError, asyncio.IncompleteReadError):
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.2)
        else:
            return


@asynccontextmanager
async def bot(home: Path, remote: Remote) -> AsyncIterator[tuple[int, int]]:
    """Our bot between a Slack and a Zof that do just enough."""
    server = await asyncio.start_server(remote.serve, "127.0.0.1", 0)
    at_port = server.sockets[0].getsockname()[1]
    config = home / "zofops.toml"
    config.write_text(CONFIG, "utf-8")
    env = {
        "SLACK_BOT_TOKEN": "xoxb-1",
        "SLACK_SIGNING_SECRET": SECRET,
        "SLACK_BASE_URL": f"http://127.0.0.1:{at_port}/api/",
        "ZOF_API_KEY": "zof_bench",
        "ZOF_WEBHOOK_SECRET": SECRET,
        "ZOF_BASE_URL": f"http://127.0.0.1:{at_port}/v1",
        "ZOFOPS_CONFIG": str(config),
        "ZOFOPS_STORE": str(home / "bench.sqlite"),
    }
    with process(OURS, env=env) as (port, pid):
        await answers(port)
        yield port, pid
    server.close()
