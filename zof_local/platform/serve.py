"""Serves a platform until it is told to stop."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable

from zof_local.platform.app import create_app
from zof_local.platform.settings import PlatformSettings
from zof_local.platform.state import Platform
from zof_local.serving import Server


async def serve(
    settings: PlatformSettings,
    port: int = 0,
    *,
    on_ready: Callable[[str, str], None] = lambda _api, _console: None,
    stop: asyncio.Event | None = None,
) -> None:
    """Serves a platform on a loopback port; returns after SIGINT, SIGTERM or `stop`, when all its runs have
    ended.

    Args:
        settings: see PlatformSettings.
        port: 0 takes a free one.
        on_ready: called with the API's base URL (`…/v1`) and the console's URL, which contains its token.
        stop: ends the serving when set; without it, the process's signals do.

    Raises:
        PlatformError: suites.toml or the data directory cannot be used.
        ServingError: the port cannot be used, or the start failed.
    """
    app = create_app(settings)
    async with Server(app, port=port) as server:
        platform: Platform = app.state.platform
        on_ready(f"{server.url}/v1", f"{server.url}/?token={platform.console_token}")
        if stop is not None:
            await stop.wait()
        else:
            await _signal()


async def _signal() -> None:
    """Waits for SIGINT or SIGTERM."""
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    numbers = (signal.SIGINT, signal.SIGTERM)
    for number in numbers:
        loop.add_signal_handler(number, told.set)
    try:
        await told.wait()
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)
