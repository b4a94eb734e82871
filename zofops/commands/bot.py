"""`zofops bot`: the Slack bot as a server."""

from __future__ import annotations

import argparse
import os
import socket
import sys

import uvicorn

import slack_bot
from slack_bot.errors import BotError
from slack_bot.settings import Transport
from zofops.exit_codes import ExitCode

_GRACE_SECONDS = 5
"""How long requests under way may go on after SIGTERM: longer than Slack waits for any answer."""


class _Server(uvicorn.Server):
    """Greets once it listens: before that a port may turn out to be taken."""

    def __init__(self, config: uvicorn.Config, app: slack_bot.Bot) -> None:
        super().__init__(config)
        self._app = app

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and not self.should_exit:
            port = self.servers[0].sockets[0].getsockname()[1]
            print(_greeting(self._app, self.config.host, port), flush=True)


def _greeting(app: slack_bot.Bot, host: str, port: int) -> str:
    settings, policy = app.settings, app.config.policy
    events = "/zof/webhooks" if settings.zof_webhooks else "none (ZOF_WEBHOOK_SECRET is not set)"
    first = f"The bot listens on {host}:{port}. Slack's request URL is https://YOUR-HOST/slack/events"
    if settings.transport is Transport.SOCKET:
        first = f"The bot is connected to Slack (Socket Mode). /readyz and /metrics are on {host}:{port}"
    return (
        f"{first}\n"
        f"  rules      {settings.config_path} ({len(policy.allow)} allow, {len(policy.deny)} deny)\n"
        f"  store      {settings.store_path}\n"
        f"  Slack      {settings.slack_base_url}\n"
        f"  Zof        {settings.zof_base_url}\n"
        f"  webhooks   {events}\n"
        "Stop with Ctrl-C; what was accepted and not finished goes on at the next start."
    )


def main(arguments: argparse.Namespace) -> int:
    """Serves until SIGINT or SIGTERM; what was accepted and not finished goes on at the next start."""
    try:
        transport = Transport(arguments.transport) if arguments.transport else None
        app = slack_bot.create_app(slack_bot.BotSettings.from_env(os.environ, transport=transport))
    except BotError as error:
        print(f"zofops: {error}", file=sys.stderr)
        return ExitCode.REFUSED
    server = _Server(
        uvicorn.Config(
            app,
            timeout_graceful_shutdown=_GRACE_SECONDS,
            host=arguments.host,
            port=arguments.port,
            lifespan="on",
            log_level="warning",
            access_log=False,
            server_header=False,
        ),
        app,
    )
    try:
        server.run()
    except KeyboardInterrupt:
        return ExitCode.PASSED  # uvicorn has stopped cleanly, and says so by raising again
    return ExitCode.PASSED if server.started else ExitCode.FAULT
