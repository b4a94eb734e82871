"""What Slack sends to an app: the fields of commands and interactions, without I/O.

Sources: docs.slack.dev/interactivity/implementing-slash-commands and
docs.slack.dev/reference/interaction-payloads.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from zof_local.workspace.models import JsonObject, Message, Trigger, View
from zof_local.workspace.seed import Channel, Seed, User


@dataclass(frozen=True, slots=True)
class Context:
    """Who does something, and the trigger id it gives."""

    seed: Seed
    user: User
    trigger: Trigger

    @property
    def verification_token(self) -> str:
        """The deprecated token field: present in payloads, and no secret here."""
        return hashlib.sha256(self.seed.app.id.encode()).hexdigest()[:24]


def channel_name(channel: Channel) -> str:
    """A channel's name as payloads show it."""
    return "directmessage" if channel.kind == "im" else channel.name


def command_form(
    context: Context, channel: Channel, *, command: str, text: str, response_url: str
) -> dict[str, str]:
    """The form of a slash command."""
    seed = context.seed
    return {
        "token": context.verification_token,
        "team_id": seed.team.id,
        "team_domain": seed.team.domain,
        "channel_id": channel.id,
        "channel_name": channel_name(channel),
        "user_id": context.user.id,
        "user_name": context.user.name,
        "command": command,
        "text": text,
        "api_app_id": seed.app.id,
        "is_enterprise_install": "false",
        "response_url": response_url,
        "trigger_id": context.trigger.id,
    }


def _envelope(context: Context, kind: str) -> JsonObject:
    seed, user = context.seed, context.user
    return {
        "type": kind,
        "team": {"id": seed.team.id, "domain": seed.team.domain},
        "user": {"id": user.id, "username": user.name, "name": user.name, "team_id": seed.team.id},
        "api_app_id": seed.app.id,
        "token": context.verification_token,
        "enterprise": None,
        "is_enterprise_install": False,
        "trigger_id": context.trigger.id,
    }


def message_action_payload(
    context: Context,
    channel: Channel,
    message: Message,
    action: JsonObject,
    *,
    response_url: str,
    state: JsonObject,
) -> JsonObject:
    """``block_actions`` from a message. An ephemeral message's body is not included, as Slack's is not."""
    ephemeral = message.ephemeral_to is not None
    container: JsonObject = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": channel.id,
        "is_ephemeral": ephemeral,
    }
    if message.thread_ts:
        container["thread_ts"] = message.thread_ts
    payload = _envelope(context, "block_actions") | {
        "container": container,
        "channel": {"id": channel.id, "name": channel_name(channel)},
        "state": {"values": state},
        "response_url": response_url,
        "actions": [action],
    }
    if not ephemeral:
        payload["message"] = message.as_slack(team=context.seed.team.id, include_metadata=True)
    return payload


def _view(context: Context, view: View, state: JsonObject) -> JsonObject:
    app = context.seed.app
    return view.as_slack(team=context.seed.team.id, app=app.id, bot_id=app.bot_id, state=state)


def view_action_payload(context: Context, view: View, action: JsonObject, state: JsonObject) -> JsonObject:
    """``block_actions`` from a view."""
    return _envelope(context, "block_actions") | {
        "container": {"type": "view", "view_id": view.id},
        "view": _view(context, view, state),
        "actions": [action],
    }


def _suggestion(context: Context, block: JsonObject, element: JsonObject, query: str) -> JsonObject:
    asked = {"action_id": element.get("action_id"), "block_id": block.get("block_id"), "value": query}
    payload = _envelope(context, "block_suggestion") | asked
    del payload["trigger_id"]
    return payload


def message_suggestion_payload(
    context: Context,
    channel: Channel,
    message: Message,
    *,
    block: JsonObject,
    element: JsonObject,
    query: str,
) -> JsonObject:
    """``block_suggestion`` from a message: the app is asked for options that fit ``query``."""
    return _suggestion(context, block, element, query) | {
        "container": {"type": "message", "message_ts": message.ts, "channel_id": channel.id},
        "channel": {"id": channel.id, "name": channel_name(channel)},
        "message": message.as_slack(team=context.seed.team.id),
    }


def view_suggestion_payload(
    context: Context, view: View, *, block: JsonObject, element: JsonObject, query: str
) -> JsonObject:
    """``block_suggestion`` from a view."""
    return _suggestion(context, block, element, query) | {
        "container": {"type": "view", "view_id": view.id},
        "view": _view(context, view, {}),
    }


def shortcut_payload(
    context: Context,
    callback_id: str,
    action_ts: str,
    *,
    channel: Channel | None = None,
    message: Message | None = None,
    response_url: str | None = None,
) -> JsonObject:
    """``shortcut``, or ``message_action`` when it was used on a message."""
    if channel is None or message is None:
        return _envelope(context, "shortcut") | {"callback_id": callback_id, "action_ts": action_ts}
    return _envelope(context, "message_action") | {
        "callback_id": callback_id,
        "action_ts": action_ts,
        "message_ts": message.ts,
        "channel": {"id": channel.id, "name": channel_name(channel)},
        "message": message.as_slack(team=context.seed.team.id),
        "response_url": response_url,
    }


def view_submission_payload(context: Context, view: View, state: JsonObject) -> JsonObject:
    """``view_submission``."""
    return _envelope(context, "view_submission") | {"view": _view(context, view, state), "response_urls": []}


def view_closed_payload(context: Context, view: View, state: JsonObject, *, is_cleared: bool) -> JsonObject:
    """``view_closed``, which carries no trigger id."""
    payload = _envelope(context, "view_closed") | {
        "view": _view(context, view, state),
        "is_cleared": is_cleared,
    }
    del payload["trigger_id"]
    return payload
