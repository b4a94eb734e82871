"""``conversations.*``."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import TypeVar

from zof_local.workspace.errors import SlackError
from zof_local.workspace.models import JsonObject, Message
from zof_local.workspace.seed import Channel
from zof_local.workspace.store import Store
from zof_local.workspace.webapi.call import Call, Method
from zof_local.workspace.webapi.scopes import check_scopes

PAGE_LIMIT = 1_000

T = TypeVar("T")


def channel_object(store: Store, channel: Channel) -> JsonObject:
    """A conversation as Slack describes it."""
    is_im = channel.kind == "im"
    body: JsonObject = {
        "id": channel.id,
        "created": channel.created,
        "is_channel": not is_im,
        "is_group": False,
        "is_im": is_im,
        "is_mpim": False,
        "is_private": channel.is_private or is_im,
        "is_archived": False,
        "is_general": channel.name == "general",
        "is_shared": channel.is_shared,
        "is_ext_shared": channel.is_shared,
        "is_org_shared": False,
        "is_member": store.seed.app.bot_user_id in channel.members,
        "context_team_id": store.seed.team.id,
    }
    if is_im:
        return body | {"user": channel.im_with, "is_open": True}
    return body | {
        "name": channel.name,
        "name_normalized": channel.name,
        "topic": {"value": channel.topic, "creator": "", "last_set": 0},
        "purpose": {"value": channel.purpose, "creator": "", "last_set": 0},
        "num_members": len(channel.members),
    }


def page_of(items: Sequence[T], call: Call, default: int = 100) -> tuple[list[T], str]:
    """One page by ``limit`` and ``cursor``, and the cursor of the next one ("" at the end)."""
    limit = call.args.integer("limit", default, error="invalid_limit")
    if not 1 <= limit <= PAGE_LIMIT:
        raise SlackError("invalid_limit")
    start = _offset(call.args.text("cursor"))
    end = start + limit
    cursor = base64.b64encode(f"next:{end}".encode()).decode() if end < len(items) else ""
    return list(items[start:end]), cursor


def _offset(cursor: str) -> int:
    if not cursor:
        return 0
    try:
        kind, _, number = base64.b64decode(cursor, validate=True).decode().partition(":")
        offset = int(number)
    except (binascii.Error, ValueError):
        raise SlackError("invalid_cursor") from None
    if kind != "next" or offset < 0:
        raise SlackError("invalid_cursor")
    return offset


def _prefix(channel: Channel) -> str:
    """What the scopes for a conversation of this kind begin with."""
    if channel.kind == "im":
        return "im"
    return "groups" if channel.is_private else "channels"


def _known(call: Call, right: str) -> Channel:
    """The channel that a call names, if the bot's scopes reach conversations of its kind (``right``: read, history)."""
    channel = call.store.channel(call.args.required("channel", "channel_not_found"))
    check_scopes((f"{_prefix(channel)}:{right}",), call.settings.scopes)
    return channel


def _readable(call: Call) -> Channel:
    channel = _known(call, "history")
    if call.store.seed.app.bot_user_id not in channel.members:
        raise SlackError("not_in_channel")
    return channel


def info(call: Call) -> JsonObject:
    """``conversations.info``."""
    channel = _known(call, "read")
    return {"channel": channel_object(call.store, channel)}


def list_(call: Call) -> JsonObject:
    """``conversations.list``; ``types`` chooses among public_channel, private_channel and im."""
    types = set(call.args.ids("types")) or {"public_channel"}
    if types - {"public_channel", "private_channel", "im", "mpim"}:
        raise SlackError("invalid_types")

    prefixes = {"public_channel": "channels", "private_channel": "groups", "im": "im", "mpim": "mpim"}
    for kind in sorted(types):
        check_scopes((f"{prefixes[kind]}:read",), call.settings.scopes)
    wanted = {prefixes[kind] for kind in types}
    found = [channel for channel in call.store.channels.values() if _prefix(channel) in wanted]
    page, cursor = page_of(found, call)
    return {
        "channels": [channel_object(call.store, channel) for channel in page],
        "response_metadata": {"next_cursor": cursor},
    }


def open_(call: Call) -> JsonObject:
    """``conversations.open``: the app's direct message with one person."""
    if "channel" in call.args:
        channel = call.store.channel(call.args.text("channel"))
        return {"channel": {"id": channel.id}, "already_open": True, "no_op": True}
    users = call.args.ids("users")
    if not users:
        raise SlackError("users_list_not_supplied")
    if len(users) > 1:
        raise SlackError("not_enabled", ["[ERROR] this workspace has no group direct messages"])
    channel, already_open = call.store.open_direct_message(users[0])
    body = channel_object(call.store, channel) if call.args.boolean("return_im") else {"id": channel.id}
    return {"channel": body, "already_open": already_open, "no_op": already_open}


def members(call: Call) -> JsonObject:
    """``conversations.members``."""
    channel = _known(call, "read")
    page, cursor = page_of(sorted(channel.members), call)
    return {"members": page, "response_metadata": {"next_cursor": cursor}}


def _in_window(call: Call, message: Message) -> bool:
    inclusive = call.args.boolean("inclusive")
    oldest, latest = call.args.text("oldest"), call.args.text("latest")
    try:
        after = not oldest or float(message.ts) > float(oldest) or (inclusive and message.ts == oldest)
        before = not latest or float(message.ts) < float(latest) or (inclusive and message.ts == latest)
    except ValueError:
        raise SlackError("invalid_ts_oldest" if oldest else "invalid_ts_latest") from None
    return after and before


def _shown(call: Call, message: Message) -> JsonObject:
    body = message.as_slack(team=call.team, include_metadata=call.args.boolean("include_all_metadata"))
    if not message.thread_ts:
        replies = call.store.thread(message.channel, message.ts)[1:]
        if replies:
            body |= {
                "thread_ts": message.ts,
                "reply_count": len(replies),
                "reply_users": list(dict.fromkeys(reply.user for reply in replies)),
                "reply_users_count": len({reply.user for reply in replies}),
                "latest_reply": replies[-1].ts,
            }
    return body


def history(call: Call) -> JsonObject:
    """``conversations.history``: newest first, without replies and ephemeral messages."""
    channel = _readable(call)
    found = [
        message
        for message in reversed(call.store.messages(channel.id))
        if message.ephemeral_to is None and not message.thread_ts and _in_window(call, message)
    ]
    page, cursor = page_of(found, call)
    return {
        "messages": [_shown(call, message) for message in page],
        "has_more": bool(cursor),
        "pin_count": 0,
        "response_metadata": {"next_cursor": cursor},
    }


def replies(call: Call) -> JsonObject:
    """``conversations.replies``: the parent first, then its replies, oldest first."""
    channel = _readable(call)
    try:
        thread = call.store.thread(channel.id, call.args.required("ts", "thread_not_found"))
    except SlackError:
        raise SlackError("thread_not_found") from None
    found = [m for index, m in enumerate(thread) if index == 0 or _in_window(call, m)]
    page, cursor = page_of(found, call)
    return {
        "messages": [_shown(call, message) for message in page],
        "has_more": bool(cursor),
        "response_metadata": {"next_cursor": cursor},
    }


READ = ("channels:read", "groups:read", "im:read", "mpim:read")
HISTORY = ("channels:history", "groups:history", "im:history", "mpim:history")
METHODS = {
    "conversations.info": Method(info, "tier3", scopes=READ),
    "conversations.list": Method(list_, "tier2", scopes=READ),
    "conversations.open": Method(open_, "tier3", scopes=("im:write", "mpim:write", "channels:manage")),
    "conversations.members": Method(members, "tier4", scopes=READ),
    "conversations.history": Method(history, "tier3", scopes=HISTORY),
    "conversations.replies": Method(replies, "tier3", scopes=HISTORY),
}
