"""The bot as a process of its own, to be killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx

from slack_bot.settings import BotSettings, Transport

SERVE = "tests.integration.slack_bot.serve"
ROOT = Path(__file__).parents[3]


_SECRET_OF = {Transport.HTTP: "SLACK_SIGNING_SECRET", Transport.SOCKET: "SLACK_APP_TOKEN"}


def _secret(settings: BotSettings) -> str:
    over_http = settings.transport is Transport.HTTP
    secret = settings.slack_signing_secret if over_http else settings.slack_app_token
    assert secret is not None
    return secret.get_secret_value()


class BotProcess:
    """The bot in a process of its own, on a socket that outlives it, as under a supervisor."""

    def __init__(self, world: Any, sock: Any, log: Path) -> None:
        self._world = world
        self._socket = sock
        self._log = log
        self._point = log.with_name("point.json")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        settings = self._world.settings
        env = os.environ | {
            "SLACK_BOT_TOKEN": settings.slack_bot_token.get_secret_value(),
            _SECRET_OF[settings.transport]: _secret(settings),
            "SLACK_BASE_URL": settings.slack_base_url,
            "ZOF_API_KEY": settings.zof_api_key.get_secret_value(),
            "ZOF_BASE_URL": settings.zof_base_url,
            "ZOFOPS_CONFIG": str(settings.config_path),
            "ZOFOPS_STORE": str(settings.store_path),
        }
        if settings.zof_webhooks is not None:
            env["ZOF_WEBHOOK_SECRET"] = settings.zof_webhooks.current.get_secret_value()
        fd = self._socket.fileno()
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", SERVE, str(fd), settings.timing.model_dump_json(), str(self._point)],
                env=env,
                cwd=ROOT,
                pass_fds=[fd],
                stdout=log,
                stderr=log,
            )

    def kill(self, how: signal.Signals = signal.SIGKILL) -> int:
        assert self._process is not None
        self._process.send_signal(how)
        return self._process.wait(timeout=15)

    def die_at(self, method: str, about: str, *, after: bool) -> None:
        """Has it kill itself at a call to the store, once.

        Args:
            method: of the store.
            about: what is in the repr of its arguments.
            after: only when it has committed.
        """
        told = self._point.with_suffix(".new")
        told.write_text(json.dumps({"method": method, "about": about, "after": after}), "utf-8")
        told.replace(self._point)

    @property
    def is_dead(self) -> bool:
        return self._process is not None and self._process.poll() is not None

    def stop(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self.kill()

    async def ready(self) -> bool:
        try:
            answer = await self._world.http.get(f"{self._world.bot_url}/healthz", timeout=2)
        except httpx.HTTPError:
            return False
        return answer.status_code == 200
