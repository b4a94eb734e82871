"""Everything a workspace knows, in memory. A restart begins with the seed anew."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Literal

from zof_local.workspace.errors import SlackError
from zof_local.workspace.eventlog import EventLog
from zof_local.workspace.models import (
    RESPONSE_URL_SECONDS,
    RESPONSE_URL_USES,
    Message,
    ResponseUrl,
    Trigger,
    View,
)
from zof_local.workspace.seed import Channel, Seed, User

Clock = Callable[[], float]
MessageChange = Literal["message", "message_changed", "message_deleted"]
NewId = Callable[[], str]


def _random_id() -> str:
    return secrets.token_hex(5).upper()


class Store:
    """Channels, people, messages, views, triggers and response URLs of one workspace.

    Every change is also appended to ``log`` for the page. Methods that a Web API call reaches raise
    ``SlackError`` with Slack's code.
    """

    def __init__(
        self, seed: Seed, *, clock: Clock = time.time, new_id: NewId = _random_id, event_log_size: int = 5_000
    ) -> None:
        self.seed = seed
        self.clock = clock
        self.new_id = new_id
        self.log = EventLog(event_log_size)
        self.users: dict[str, User] = {user.id: user for user in seed.users}
        self.channels: dict[str, Channel] = {
            channel.id: replace(channel, created=channel.created or int(clock())) for channel in seed.channels
        }
        self.views: dict[str, View] = {}
        self.stacks: dict[tuple[str, str], list[str]] = {}
        self.homes: dict[str, View] = {}
        self.triggers: dict[str, Trigger] = {}
        self.response_urls: dict[str, ResponseUrl] = {}
        self._messages: dict[str, dict[str, Message]] = {channel: {} for channel in self.channels}
        self._last_ts = 0
        self.on_message: Callable[[MessageChange, Message], None] | None = None

    # People and channels

    def channel(self, channel_id: str) -> Channel:
        """The channel, or ``channel_not_found``. Names are accepted as Slack's legacy callers do (#name)."""
        found = self.channels.get(channel_id)
        if found is None and channel_id.startswith("#"):
            found = next((c for c in self.channels.values() if f"#{c.name}" == channel_id), None)
        if found is None:
            raise SlackError("channel_not_found")
        return found

    def user(self, user_id: str) -> User:
        """The user, or ``user_not_found``."""
        found = self.users.get(user_id)
        if found is None:
            raise SlackError("user_not_found")
        return found

    def person(self, name: str) -> User:
        """The user by id or handle, with or without @: how the page and tests name people."""
        handle = name.removeprefix("@")
        found = self.users.get(name) or next((u for u in self.users.values() if u.name == handle), None)
        if found is None:
            raise SlackError("user_not_found")
        return found

    def conversation(self, name: str, user: str) -> Channel:
        """The channel by id or #name; ``@`` and the app's handle is this person's direct message with it."""
        if name == f"@{self.users[self.seed.app.bot_user_id].name}":
            return self.open_direct_message(user)[0]
        return self.channel(name)

    def open_direct_message(self, user_id: str) -> tuple[Channel, bool]:
        """The app's direct message with a person, and whether it was open before."""
        user = self.user(user_id)
        for channel in self.channels.values():
            if channel.kind == "im" and channel.im_with == user.id:
                return channel, True
        bot = self.seed.app.bot_user_id
        channel = Channel(
            f"D{self.new_id()}",
            "directmessage",
            kind="im",
            members=frozenset({user.id, bot}),
            im_with=user.id,
            created=int(self.clock()),
        )
        self.channels[channel.id] = channel
        self._messages[channel.id] = {}
        self.log.append("channel", {"channel": channel.id}, user=user.id)
        return channel, False

    # Messages

    def next_ts(self) -> str:
        """A new message timestamp: seconds and microseconds, later than every one before."""
        self._last_ts = max(self._last_ts + 1, int(self.clock() * 1_000_000))
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def add_message(self, message: Message) -> Message:
        """Put a message into its channel and tell the page."""
        self._messages[message.channel][message.ts] = message
        self._announce("message", message)
        return message

    def message(self, channel: str, ts: str) -> Message:
        """The message, or ``message_not_found``."""
        found = self._messages.get(channel, {}).get(ts)
        if found is None:
            raise SlackError("message_not_found")
        return found

    def replace_message(self, message: Message) -> Message:
        """Show ``message`` where the one with its timestamp was."""
        self.message(message.channel, message.ts)
        self._messages[message.channel][message.ts] = message
        self._announce("message_changed", message)
        return message

    def delete_message(self, message: Message) -> None:
        """Take a message away."""
        self._messages[message.channel].pop(message.ts, None)
        self._announce("message_deleted", message)

    def messages(self, channel: str) -> list[Message]:
        """All messages of a channel, oldest first, ephemeral ones and replies included."""
        return [self._messages[channel][ts] for ts in sorted(self._messages.get(channel, {}), key=_ts_key)]

    def visible_to(self, channel: str, user: str) -> list[Message]:
        """The messages of a channel as one person sees them."""
        return [m for m in self.messages(channel) if m.ephemeral_to in (None, user)]

    def thread(self, channel: str, thread_ts: str) -> list[Message]:
        """A parent message and its replies, without ephemeral ones."""
        self.message(channel, thread_ts)
        return [
            m for m in self.messages(channel) if m.ephemeral_to is None and thread_ts in (m.ts, m.thread_ts)
        ]

    def _announce(self, kind: MessageChange, message: Message) -> None:
        self.log.append(kind, {"message": message}, channel=message.channel, user=message.ephemeral_to)
        if self.on_message is not None:
            self.on_message(kind, message)

    # Triggers and response URLs

    def new_trigger(self, user: str, lifetime: float, page: str = "") -> Trigger:
        """A trigger id that opens one view within ``lifetime`` seconds, on the page where it came from."""
        self._forget_old()
        trigger = Trigger(
            id=f"{int(self.clock() * 1000)}.{self.seed.team.id}.{secrets.token_hex(10)}",
            user=user,
            expires_at=self.clock() + lifetime,
            page=page,
        )
        self.triggers[trigger.id] = trigger
        return trigger

    def check_trigger(self, trigger_id: str) -> Trigger:
        """The trigger if it can still be used; else Slack's code for why not."""
        trigger = self.triggers.get(trigger_id)
        if trigger is None:
            raise SlackError("invalid_trigger_id")
        if trigger.used:
            raise SlackError("exchanged_trigger_id")
        if self.clock() > trigger.expires_at:
            raise SlackError("expired_trigger_id")
        return trigger

    def use_trigger(self, trigger: Trigger) -> None:
        """Mark a trigger as used up."""
        self.triggers[trigger.id] = replace(trigger, used=True)

    def new_response_url(
        self,
        *,
        channel: str,
        user: str,
        source: Message | None = None,
        thread_ts: str | None = None,
    ) -> ResponseUrl:
        """A response URL for answers to one interaction in a channel."""
        self._forget_old()
        entry = ResponseUrl(
            id=f"{self.new_id()}{self.new_id()}{secrets.token_urlsafe(12)}",
            channel=channel,
            user=user,
            expires_at=self.clock() + RESPONSE_URL_SECONDS,
            source_ts=source.ts if source else None,
            thread_ts=thread_ts,
        )
        self.response_urls[entry.id] = entry
        return entry

    def response_url(self, url_id: str) -> ResponseUrl:
        """The entry if it can be used once more; else ``used_url`` or ``expired_url``."""
        entry = self.response_urls.get(url_id)
        if entry is None or self.clock() > entry.expires_at:
            raise SlackError("expired_url")
        if entry.uses >= RESPONSE_URL_USES:
            raise SlackError("used_url")
        return entry

    def use_response_url(self, entry: ResponseUrl) -> None:
        """Count one use."""
        self.response_urls[entry.id] = replace(entry, uses=entry.uses + 1)

    def _forget_old(self) -> None:
        """Keep memory flat: triggers an hour and response URLs an hour after they ended are dropped."""
        horizon = self.clock() - 3600
        for trigger_id in [key for key, entry in self.triggers.items() if entry.expires_at < horizon]:
            del self.triggers[trigger_id]
        for url_id in [key for key, entry in self.response_urls.items() if entry.expires_at < horizon]:
            del self.response_urls[url_id]

    # Views

    def put_view(self, view: View) -> View:
        """Remember a view and tell its person's page."""
        self.views[view.id] = view
        self.log.append("views", {}, user=view.user)
        return view

    def view(self, view_id: str) -> View | None:
        """An open modal or a published home tab."""
        home = next((view for view in self.homes.values() if view.id == view_id), None)
        return self.views.get(view_id) or home

    def publish_home(self, view: View) -> View:
        """Show a home tab to its person."""
        self.homes[view.user] = view
        self.log.append("home", {}, user=view.user)
        return view

    def stack(self, user: str, page: str) -> list[View]:
        """The modals a person has open on a page, the topmost last."""
        return [self.views[view_id] for view_id in self.stacks.get((user, page), [])]

    def push_view(self, view: View) -> View:
        """Open a modal above the others of its person and page."""
        self.stacks.setdefault((view.user, view.page), []).append(view.id)
        return self.put_view(view)

    def close_views(self, user: str, page: str, count: int | None = None) -> list[View]:
        """Close the topmost ``count`` modals that a person has open on a page (None: all), topmost first."""
        stack = self.stacks.pop((user, page), [])
        keep = 0 if count is None else max(0, len(stack) - count)
        closed = [self.views.pop(view_id) for view_id in reversed(stack[keep:])]
        if keep:
            self.stacks[user, page] = stack[:keep]
        if closed:
            self.log.append("views", {}, user=user)
        return closed

    def leave(self, page: str) -> None:
        """A page is gone, and with it the modals that were open on it."""
        for user in [user for user, where in self.stacks if where == page]:
            self.close_views(user, page)


def _ts_key(ts: str) -> tuple[int, int]:
    seconds, _, micros = ts.partition(".")
    return int(seconds), int(micros or 0)
