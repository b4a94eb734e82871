"""`zofops bot`: the Slack bot as a server."""

from __future__ import annotations

import argparse
import os
import sys

import uvicorn

import slack_bot
from slack_bot.errors import BotError
from zofops.exit_codes import ExitCode

_GRACE_SECONDS = 5
"""How long requests under way may go on after SIGTERM: longer than Slack waits for any answer."""


def main(arguments: argparse.Namespace) -> int:
    """Serves until SIGINT or SIGTERM; what was accepted and not finished goes on at the next start."""
    try:
        app = slack_bot.create_app(slack_bot.BotSettings.from_env(os.environ))
    except BotError as error:
        print(f"zofops: {error}", file=sys.stderr)
        return ExitCode.REFUSED
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            timeout_graceful_shutdown=_GRACE_SECONDS,
            host=arguments.host,
            port=arguments.port,
            lifespan="on",
            access_log=False,
            server_header=False,
        )
    )
    server.run()
    return ExitCode.PASSED if server.started else ExitCode.FAULT
