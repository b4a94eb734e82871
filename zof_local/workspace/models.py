"""What a workspace remembers: messages, views, triggers and response URLs (immutable values)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

JsonObject = dict[str, Any]

RESPONSE_URL_USES = 5
RESPONSE_URL_SECONDS = 30 * 60
"""docs.slack.dev/interactivity/handling-user-interaction: five uses within 30 minutes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message in a channel. ``ephemeral_to`` names the only person who sees it."""

    channel: str
    ts: str
    user: str
    text: str
    blocks: tuple[JsonObject, ...] = ()
    attachments: tuple[JsonObject, ...] = ()
    bot_id: str | None = None
    app_id: str | None = None
    thread_ts: str | None = None
    ephemeral_to: str | None = None
    edited_ts: str | None = None
    metadata: JsonObject | None = None
    origin: Literal["app", "person", "notice"] = "person"

    @property
    def every_block(self) -> list[JsonObject]:
        """Its blocks, and those of its attachments."""
        return [*self.blocks, *(block for one in self.attachments for block in one.get("blocks", ()))]

    def as_slack(self, *, team: str, include_metadata: bool = False) -> JsonObject:
        """The message as the Web API and interaction payloads show it."""
        body: JsonObject = {
            "type": "message",
            "user": self.user,
            "text": self.text,
            "ts": self.ts,
            "team": team,
        }
        if self.bot_id:
            body |= {"bot_id": self.bot_id, "app_id": self.app_id}
        if self.blocks:
            body["blocks"] = [dict(block) for block in self.blocks]
        if self.attachments:
            body["attachments"] = [dict(attachment) for attachment in self.attachments]
        if self.thread_ts:
            body["thread_ts"] = self.thread_ts
        if self.edited_ts:
            body["edited"] = {"user": self.user, "ts": self.edited_ts}
        if self.metadata and include_metadata:
            body["metadata"] = self.metadata
        return body


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """An open modal or a published home tab, with the hash that changes at each update.

    ``page`` is the open page to which a modal belongs, which is gone when the page is; empty for a program's.
    """

    id: str
    user: str
    hash: str
    body: JsonObject
    root_id: str
    previous_id: str | None = None
    page: str = ""

    def as_slack(
        self,
        *,
        team: str,
        app: str,
        bot_id: str,
        state: JsonObject | None = None,
        home_for: str | None = None,
    ) -> JsonObject:
        """The view as ``views.*`` answers and ``view_submission`` payloads show it."""
        body: JsonObject = {
            "id": self.id,
            "team_id": team,
            "type": "modal",
            "blocks": [],
            "private_metadata": "",
            "callback_id": "",
            "external_id": "",
            "state": {"values": state or {}},
            "hash": self.hash,
            "title": None,
            "submit": None,
            "close": None,
            "clear_on_close": False,
            "notify_on_close": False,
            "previous_view_id": self.previous_id,
            "root_view_id": self.root_id,
            "app_id": app,
            "app_installed_team_id": team,
            "bot_id": bot_id,
        } | self.body
        if home_for:
            body["user_id"] = home_for
        return body


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """A trigger id: usable once, until ``expires_at`` (seconds of the workspace's clock), on one open page."""

    id: str
    user: str
    expires_at: float
    page: str = ""
    used: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseUrl:
    """A response URL: where answers go, how often it was used, and until when it works."""

    id: str
    channel: str
    user: str
    expires_at: float
    source_ts: str | None = None
    thread_ts: str | None = None
    uses: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PageEvent:
    """A change that the page shows. ``user`` limits it to one person's page."""

    seq: int
    kind: str
    data: JsonObject = field(default_factory=dict)
    channel: str | None = None
    user: str | None = None
