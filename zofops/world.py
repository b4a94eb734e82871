"""A Zof, a Slack and the bot between them in one process, on free loopback ports."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import SecretStr

import slack_bot
from slack_bot import Bot, BotSettings, Timing
from slack_bot.manifest import manifest
from zof_local import platform, workspace
from zof_local.platform import ApiKey, PlatformSettings, new_secret
from zof_local.serving import Server, bind_loopback, url_of
from zof_local.testing.manifest import events_of, installed, scopes_of
from zof_local.workspace import WorkspaceClient, WorkspaceSettings, demo_seed

BRISK = Timing(
    poll_first=0.5,
    poll_max=1.0,
    start_patience=20.0,
    retry_first=0.5,
    retry_max=5.0,
    reconcile_every=5.0,
    overdue_after=10.0,
    queue_every=0.1,
)
"""For servers on loopback, where looking often costs nobody anything."""

_RATE_LIMIT = 3_000
"""Requests a minute. Bot and notebooks share the organisation's, and on loopback they look often."""


@dataclass(frozen=True, kw_only=True)
class World:
    """Where everything is, and a person's hands in the workspace."""

    zof_url: str
    zof_key: str = field(repr=False)
    page_url: str = field(repr=False)
    console_url: str = field(repr=False)
    people: WorkspaceClient
    bot: Bot
    config_path: Path
    store_path: Path

    @property
    def notebook_env(self) -> dict[str, str]:
        """What a kernel's environment must have to reach this Zof, its key included."""
        return {
            "ZOF_API_KEY": self.zof_key,
            "ZOF_BASE_URL": self.zof_url,
            "ZOFOPS_CONFIG": str(self.config_path),
        }


def workspace_settings(app_url: str | None) -> WorkspaceSettings:
    """A workspace that has the bot's app installed as its manifest says: commands, shortcuts, events, scopes, Home."""
    app = manifest(None, socket_mode=True)
    return WorkspaceSettings(
        app_url=app_url,
        seed=installed(demo_seed(), app),
        scopes=scopes_of(app),
        event_subscriptions=events_of(app),
    )


@asynccontextmanager
async def open_world(
    home: Path, *, suites: Path, config: Path, timing: Timing = BRISK
) -> AsyncIterator[World]:
    """Starts all three, yields, and stops them in the other order.

    `home` is the directory (there must be one) for everything they write. `suites` and `config` are the platform's
    suites.toml and the bot's zofops.toml. Raises what the three say of settings that cannot be used.
    """
    key, store_path = new_secret(), home / "zofops.sqlite"
    zof_socket, slack_socket, bot_socket = bind_loopback(), bind_loopback(), bind_loopback()
    zof_url, slack_url = url_of(zof_socket), url_of(slack_socket)
    slack_settings = workspace_settings(url_of(bot_socket))
    zof = platform.create_app(
        PlatformSettings(
            data_dir=home / "platform",
            suites=suites,
            keys=(ApiKey(key),),
            public_url=zof_url,
            rate_limit=_RATE_LIMIT,
        )
    )
    slack = workspace.create_app(slack_settings)
    bot = slack_bot.create_app(
        BotSettings(
            slack_bot_token=SecretStr(slack_settings.bot_token),
            slack_signing_secret=SecretStr(slack_settings.signing_secret),
            slack_base_url=f"{slack_url}/api/",
            zof_api_key=SecretStr(key),
            zof_base_url=f"{zof_url}/v1",
            config_path=config,
            store_path=store_path,
            timing=timing,
        )
    )
    async with (
        Server(zof, sock=zof_socket),
        Server(slack, sock=slack_socket),
        Server(bot, sock=bot_socket),
        WorkspaceClient(slack_url, slack_settings.page_token) as people,
    ):
        yield World(
            zof_url=f"{zof_url}/v1",
            zof_key=key,
            page_url=f"{slack_url}{slack.state.workspace.page_path()}",
            console_url=f"{zof_url}/?token={zof.state.platform.console_token}",
            people=people,
            bot=bot,
            config_path=config,
            store_path=store_path,
        )
