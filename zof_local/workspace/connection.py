"""The app at the other end: over its Socket Mode connections when it has some, else by signed HTTP requests."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping
from urllib.parse import urlencode

import httpx

from zof_local.workspace.delivery import Delivery, json_object, no_app, timed_out
from zof_local.workspace.models import JsonObject
from zof_local.workspace.settings import WorkspaceSettings
from zof_local.workspace.signing import signed_headers
from zof_local.workspace.sockets import SocketHub
from zof_local.workspace.store import Clock

MAX_ANSWER_BYTES = 1_000_000
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class AppConnection:
    """Delivers commands, interactions and events to the app and waits for its answer."""

    def __init__(self, settings: WorkspaceSettings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._client: httpx.AsyncClient | None = None
        self.url = settings.app_url
        self.sockets = SocketHub(settings)

    def base_url(self) -> str | None:
        """The app's base URL now, or None while there is none."""
        url = self.url() if callable(self.url) else self.url
        return url.rstrip("/") if url else None

    @property
    def connected(self) -> bool:
        """Whether there is an app to deliver to."""
        return self.sockets.connected or self.base_url() is not None

    async def aclose(self) -> None:
        """Close the connections to the app."""
        await self.sockets.aclose()
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    async def command(self, form: Mapping[str, str]) -> Delivery:
        """Deliver a slash command."""
        if self.sockets.connected:
            return await self.sockets.deliver("slash_commands", dict(form))
        return await self._post(urlencode(form).encode(), FORM)

    async def interaction(self, payload: JsonObject) -> Delivery:
        """Deliver an interaction: over HTTP its payload travels as JSON in one form field."""
        if self.sockets.connected:
            return await self.sockets.deliver("interactive", payload)
        return await self._post(urlencode({"payload": json.dumps(payload)}).encode(), FORM)

    async def event(self, body: JsonObject, retry: int = 0, reason: str = "") -> Delivery:
        """Deliver an event; ``retry`` and ``reason`` say that it was sent before and why again."""
        if self.sockets.connected:
            return await self.sockets.deliver("events_api", body, retry=retry, reason=reason)
        headers = {"Content-Type": "application/json"}
        if retry:
            headers |= {"X-Slack-Retry-Num": str(retry), "X-Slack-Retry-Reason": reason}
        return await self._post(json.dumps(body).encode(), headers)

    async def _post(self, body: bytes, headers: Mapping[str, str]) -> Delivery:
        base_url = self.base_url()
        if base_url is None:
            return no_app()
        started = time.perf_counter()

        def spent() -> float:
            return (time.perf_counter() - started) * 1000

        try:
            async with asyncio.timeout(self._settings.delivery_timeout):
                response = await self._send(base_url + self._settings.app_path, body, headers)
        except TimeoutError:
            return timed_out(spent(), self._settings.delivery_timeout)
        except httpx.HTTPError as error:
            sentence = f"The app at {base_url} could not be reached ({type(error).__name__})."
            return Delivery("failed", spent(), error=sentence, reason="connection_failed")
        return _read(response, spent())

    async def _send(self, url: str, body: bytes, headers: Mapping[str, str]) -> httpx.Response:
        if self._client is None:
            # No proxy from the environment: the app stands on this machine. No idle connections either: an
            # app that was restarted on its port must not meet one that died with the app before.
            self._client = httpx.AsyncClient(
                timeout=self._settings.delivery_timeout + 1,
                trust_env=False,
                limits=httpx.Limits(max_keepalive_connections=0),
            )
        signed = signed_headers(self._settings.signing_secret, self._clock(), body)
        common = {
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            "Accept": "application/json,*/*",
        }
        return await self._client.post(url, content=body, headers={**common, **headers, **signed})


def _read(response: httpx.Response, ms: float) -> Delivery:
    no_retry = response.headers.get("x-slack-no-retry") == "1"
    if not response.is_success:
        return Delivery(
            "failed",
            ms,
            response.status_code,
            f"The app answered with HTTP status {response.status_code}.",
            reason="http_error",
            no_retry=no_retry,
        )
    text = response.text if len(response.content) <= MAX_ANSWER_BYTES else ""
    return Delivery("acked", ms, response.status_code, text=text, data=json_object(text))
