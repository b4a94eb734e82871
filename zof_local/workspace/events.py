"""The Events API: what happens in the workspace, told to the app, and told again when it did not listen.

Source: docs.slack.dev/apis/events-api (three retries: nearly at once, after a minute, after five).
"""

from __future__ import annotations

import asyncio
import re
import secrets

from zof_local.workspace.connection import AppConnection
from zof_local.workspace.models import JsonObject, Message
from zof_local.workspace.seed import Channel, Seed
from zof_local.workspace.settings import WorkspaceSettings
from zof_local.workspace.store import MessageChange, Store


def message_events(seed: Seed, channel: Channel, change: MessageChange, message: Message) -> list[JsonObject]:
    """The events a change of a message gives, by subscription name in ``_subscription``.

    Args:
        change: ``message``, ``message_changed`` or ``message_deleted``.
    """
    if message.ephemeral_to is not None or message.origin == "notice":
        return []
    channel_type = "im" if channel.kind == "im" else "group" if channel.is_private else "channel"
    place = {"channel": channel.id, "channel_type": channel_type}
    shown = message.as_slack(team=seed.team.id)
    subscription = {"im": "message.im", "group": "message.groups", "channel": "message.channels"}[
        channel_type
    ]
    if change == "message":
        events = [shown | place | {"event_ts": message.ts, "_subscription": subscription}]
        mentioned = re.search(rf"<@{re.escape(seed.app.bot_user_id)}[|>]", message.text)
        if mentioned and message.origin == "person":
            mention = shown | {"type": "app_mention", "channel": channel.id, "event_ts": message.ts}
            events.append(mention | {"_subscription": "app_mention"})
        return events
    event_ts = message.edited_ts or message.ts
    body: JsonObject = {"type": "message", "subtype": change, "event_ts": event_ts, "ts": event_ts, **place}
    if change == "message_changed":
        body["message"] = shown
    else:
        body |= {"deleted_ts": message.ts, "previous_message": shown}
    return [body | {"_subscription": subscription}]


class Events:
    """Sends the events the app has subscribed to, each in a task of its own."""

    def __init__(self, store: Store, app: AppConnection, settings: WorkspaceSettings) -> None:
        self._store = store
        self._app = app
        self._settings = settings
        self._tasks: set[asyncio.Task[None]] = set()
        store.on_message = self._message_changed

    @property
    def busy(self) -> bool:
        """Whether any event is still under way."""
        return bool(self._tasks)

    def _message_changed(self, change: MessageChange, message: Message) -> None:
        channel = self._store.channels[message.channel]
        for event in message_events(self._store.seed, channel, change, message):
            self.send(event.pop("_subscription"), event, message.user)

    def send(self, subscription: str, event: JsonObject, user: str) -> None:
        """Send an event if the app subscribed to it.

        Args:
            subscription: its name, such as ``app_mention`` or ``message.channels``.
            user: who caused it: the delivery is listed on their page.
        """
        if subscription not in self._settings.event_subscriptions or not self._app.connected:
            return
        task = asyncio.get_running_loop().create_task(
            self._deliver(self._envelope(event), subscription, user)
        )
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _envelope(self, event: JsonObject) -> JsonObject:
        seed = self._store.seed
        authorization = {
            "enterprise_id": None,
            "team_id": seed.team.id,
            "user_id": seed.app.bot_user_id,
            "is_bot": True,
            "is_enterprise_install": False,
        }
        return {
            "token": "",
            "team_id": seed.team.id,
            "api_app_id": seed.app.id,
            "event": event,
            "type": "event_callback",
            "event_id": f"Ev{secrets.token_hex(5).upper()}",
            "event_time": int(self._store.clock()),
            "authorizations": [authorization],
            "is_ext_shared_channel": False,
        }

    async def _deliver(self, body: JsonObject, label: str, user: str) -> None:
        reason = ""
        for attempt, delay in enumerate((0.0, *self._settings.event_retry_delays)):
            await asyncio.sleep(delay)
            delivery = await self._app.event(body, attempt, reason)
            entry = {"kind": "event", "label": label, "at": self._store.clock(), **delivery.as_json()}
            self._store.log.append("delivery", entry, user=user)
            if delivery.acked or delivery.no_retry or delivery.outcome == "no_app":
                return
            reason = delivery.reason or "unknown_error"

    async def aclose(self) -> None:
        """Stop: events under way are given up."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
