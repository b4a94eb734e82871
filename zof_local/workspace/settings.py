"""Settings of a workspace."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from zof_local.workspace.ratelimit import RateLimits
from zof_local.workspace.seed import Seed, demo_seed
from zof_local.workspace.webapi.scopes import DEFAULT_SCOPES

Clock = Callable[[], float]
AppUrl = str | Callable[[], str | None] | None


def _token(prefix: str) -> str:
    return f"{prefix}{secrets.token_urlsafe(24)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkspaceSettings:
    """How a workspace is set up. State lives in memory only: a restart begins with ``seed`` anew.

    Args:
        bot_token: what the app sends as ``Authorization: Bearer …`` (Slack: ``xoxb-…``).
        app_token: what the app opens Socket Mode with (Slack: ``xapp-…``).
        signing_secret: the secret that requests to the app are signed with.
        app_url: base URL of the app, or a callable giving it, or None until ``Workspace.connect_app``.
        app_path: path on the app that takes commands and interactions alike.
        page_token: what opens the page (``/?token=…``) and the page API (``Authorization: Bearer …``).
        delivery_timeout: seconds the app has to answer (Slack: 3).
        trigger_lifetime: seconds a trigger id can be used (Slack: 3).
        scopes: what the bot token may do.
        limits: rate limits of the Web API.
        event_subscriptions: the events the app hears of, by their names in Slack's app settings, such as
            ``app_mention``, ``app_home_opened``, ``message.channels`` and ``message.im``.
        event_retry_delays: seconds before each retry of an event (Slack: at once, 60, 300).
        socket_lifetime: seconds until a Socket Mode connection is asked to refresh.
        event_log_size: how many page events are kept for readers that come back.
        clock: seconds since 1970; what trigger ids, response URLs, timestamps and rate limits go by.
    """

    bot_token: str = field(default_factory=lambda: _token("xoxb-local-"), repr=False)
    signing_secret: str = field(default_factory=lambda: secrets.token_hex(16), repr=False)
    app_token: str = field(default_factory=lambda: _token("xapp-local-"), repr=False)
    scopes: frozenset[str] = DEFAULT_SCOPES
    app_url: AppUrl = None
    app_path: str = "/slack/events"
    page_token: str = field(default_factory=lambda: _token(""), repr=False)
    seed: Seed = field(default_factory=demo_seed)
    delivery_timeout: float = 3.0
    trigger_lifetime: float = 3.0
    limits: RateLimits = field(default_factory=RateLimits)
    event_subscriptions: frozenset[str] = frozenset()
    event_retry_delays: tuple[float, ...] = (0.0, 60.0, 300.0)
    socket_lifetime: float = 4 * 3600.0
    event_log_size: int = 5_000
    clock: Clock = time.time
