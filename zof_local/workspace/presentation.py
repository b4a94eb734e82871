"""Messages and views as the page shows them: every text with its nodes, names looked up (pure)."""

from __future__ import annotations

from typing import Any

from zof_local.workspace.inputs import initial_value
from zof_local.workspace.models import JsonObject, Message, View
from zof_local.workspace.mrkdwn import parse_mrkdwn
from zof_local.workspace.plaintext import plain_text, text_object_nodes
from zof_local.workspace.richnodes import markdown_nodes, rich_text_nodes
from zof_local.workspace.seed import Channel, User
from zof_local.workspace.store import Store

DELIVERIES = 100


def present_blocks(value: Any) -> Any:
    """A copy of a block tree in which every text object, rich text and markdown block has ``nodes``."""
    if isinstance(value, list | tuple):
        return [present_blocks(item) for item in value]
    if not isinstance(value, dict):
        return value
    kind = value.get("type")
    shown = {key: present_blocks(item) for key, item in value.items()}
    if kind in ("mrkdwn", "plain_text") and isinstance(value.get("text"), str):
        shown["nodes"] = text_object_nodes(value)
    elif kind == "rich_text" and "elements" in value:
        shown["nodes"] = rich_text_nodes(value)
    elif kind == "markdown":
        shown["nodes"] = markdown_nodes(str(value.get("text", "")))
    elif "action_id" in value and kind != "button":
        shown["initial"] = initial_value(value)
    return shown


def present_message(store: Store, message: Message) -> JsonObject:
    """A message for the page."""
    return {
        "channel": message.channel,
        "ts": message.ts,
        "user": message.user,
        "origin": message.origin,
        "nodes": parse_mrkdwn(message.text),
        "text": message.text,
        "plain": plain_text(message.as_slack(team=store.seed.team.id), names_of(store)),
        "blocks": present_blocks(message.blocks),
        "attachments": [
            {
                **attachment,
                "nodes": parse_mrkdwn(str(attachment.get("text") or attachment.get("fallback") or "")),
            }
            | {"blocks": present_blocks(attachment.get("blocks", []))}
            for attachment in message.attachments
        ],
        "ephemeral": message.ephemeral_to is not None,
        "edited": message.edited_ts is not None and message.origin == "person",
        "thread_ts": message.thread_ts,
    }


def present_view(store: Store, view: View) -> JsonObject:
    """A view for the page."""
    app = store.seed.app
    body = view.as_slack(team=store.seed.team.id, app=app.id, bot_id=app.bot_id)
    keep = ("id", "type", "hash", "title", "submit", "close", "callback_id", "clear_on_close", "blocks")
    shown: JsonObject = present_blocks({key: body.get(key) for key in keep})
    return shown | {"app": app.name, "plain": plain_text(body, names_of(store))}


def present_user(user: User) -> JsonObject:
    """A person or app for the page."""
    return {
        "id": user.id,
        "name": user.name,
        "real_name": user.real_name,
        "title": user.title,
        "is_bot": user.is_bot,
    }


def present_channel(store: Store, channel: Channel, viewer: str) -> JsonObject:
    """A conversation for the page of one person."""
    other = store.users.get(store.seed.app.bot_user_id if channel.kind == "im" else "")
    return {
        "id": channel.id,
        "name": other.real_name if other else channel.name,
        "kind": channel.kind,
        "topic": channel.topic,
        "members": sorted(channel.members),
        "is_member": viewer in channel.members,
        "is_private": channel.is_private,
    }


def names_of(store: Store) -> dict[str, str]:
    """What to show for the ids of people and channels."""
    names = {user.id: user.name for user in store.users.values()}
    names |= {group.id: group.handle for group in store.seed.usergroups}
    return names | {channel.id: channel.name for channel in store.channels.values()}


def present_state(store: Store, viewer: str, page: str = "") -> JsonObject:
    """Everything an open page needs to begin, for one person."""
    seed = store.seed
    channels = [c for c in store.channels.values() if viewer in c.members]
    return {
        "seq": store.log.last,
        "now": store.clock(),
        "team": {"id": seed.team.id, "name": seed.team.name},
        "viewer": viewer,
        "home_channel": seed.first_channel(),
        "app": {
            "id": seed.app.id,
            "name": seed.app.name,
            "user": seed.app.bot_user_id,
            "description": seed.app.description,
            "has_home": seed.app.has_home,
            "has_messages": seed.app.has_messages,
            "shortcuts": [
                {"callback_id": s.callback_id, "name": s.name, "on_messages": s.on_messages}
                for s in seed.app.shortcuts
            ],
            "commands": [
                {"name": c.name, "description": c.description, "usage_hint": c.usage_hint}
                for c in seed.app.commands
            ],
        },
        "names": names_of(store),
        "users": [present_user(user) for user in store.users.values()],
        "channels": [present_channel(store, channel, viewer) for channel in channels],
        "views": [present_view(store, view) for view in store.stack(viewer, page)],
        "home": present_view(store, store.homes[viewer]) if viewer in store.homes else None,
        "deliveries": [event.data for event in store.log.recent("delivery", viewer, DELIVERIES)],
    }
