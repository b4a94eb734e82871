"""The Slack app's manifest: what Slack must know of the bot, made from what the bot does. Pure.

Shape and limits from Slack's manifest reference (docs.slack.dev, app manifest; schema 2). What the bot listens to
stands in `EVENTS` and `SHORTCUTS`, what it may do in `SCOPES`: a test compares them with its listeners and its calls.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final, Literal

from slack_bot.endpoint import PATH
from slack_bot.errors import SettingsError
from slack_bot.grammar import USAGE
from slack_bot.requests import ACTIONS_SHORTCUT

SCOPES: Final = (
    "app_mentions:read",
    "channels:history",
    "channels:read",
    "chat:write",
    "commands",
    "groups:history",
    "groups:read",
    "usergroups:read",
    "users:read",
    "users:read.email",
)
"""To take commands, hear of mentions, post and change cards, and find a card again whose posting got no answer; and for
the rules: who is a guest, whose e-mail address is whose, who is in a user group, whether a channel is shared."""
HOME_EVENT: Final = "app_home_opened"
MENTION_EVENT: Final = "app_mention"
EVENTS: Final[tuple[str, ...]] = (HOME_EVENT, MENTION_EVENT)
"""Bot events."""
COMMAND: Final = "/zof"
NAME_MAX: Final = 35
_COMMAND: Final = re.compile(r"/[a-z0-9_-]{1,31}")
_HOST: Final = re.compile(r"https://[A-Za-z0-9.-]+(?::\d+)?")


@dataclass(frozen=True, slots=True)
class Shortcut:
    """A shortcut: on a message's menu, or everywhere."""

    name: str
    callback_id: str
    description: str
    type: Literal["message", "global"] = "message"


SHORTCUTS: Final[tuple[Shortcut, ...]] = (
    Shortcut("Zof actions", ACTIONS_SHORTCUT, "What can be done to the run that this message shows"),
)


def manifest(
    url: str | None, *, socket_mode: bool = False, command: str = COMMAND, name: str = "Zof"
) -> dict[str, Any]:
    """The manifest of an app that one workspace installs.

    Args:
        url: where Slack reaches the bot, such as `https://zofops.example.com`; None with Socket Mode.
        socket_mode: Slack sends over connections that the bot opens, so there is no address.
        command: the slash command's name.
        name: the app's, as people see it.

    Raises:
        SettingsError: Slack would refuse one of them; the text says which and why.
    """
    request_url = None if socket_mode else f"{_base(url)}{PATH}"
    if not _COMMAND.fullmatch(command):
        raise SettingsError(f"'{command}' is no slash command: a slash, then up to 31 of a-z, 0-9, - and _.")
    if not 1 <= len(name) <= NAME_MAX:
        raise SettingsError(f"'{name}' is no name for an app: Slack takes 1 to {NAME_MAX} characters.")
    address = {"request_url": request_url} if request_url else {}
    return {
        "_metadata": {"major_version": 2, "minor_version": 0},
        "display_information": {
            "name": name,
            "description": "Start, watch and cancel Zof runs, by the rules of your channels",
        },
        "features": {
            **_home(),
            "bot_user": {"display_name": name, "always_online": True},
            "slash_commands": [
                {
                    "command": command,
                    **({"url": request_url} if request_url else {}),
                    "description": "Start, follow or cancel a Zof run",
                    "usage_hint": usage_hint(),
                    # Mentions come as ids: a name can be taken over, an id cannot.
                    "should_escape": True,
                }
            ],
            **_shortcuts(),
        },
        "oauth_config": {"scopes": {"bot": sorted(SCOPES)}},
        "settings": {
            **({"event_subscriptions": {**address, "bot_events": sorted(EVENTS)}} if EVENTS else {}),
            "interactivity": {"is_enabled": True, **address},
            "org_deploy_enabled": False,
            "socket_mode_enabled": socket_mode,
            "token_rotation_enabled": False,
        },
    }


def _base(url: str | None) -> str:
    base = (url or "").rstrip("/")
    if not _HOST.fullmatch(base):
        raise SettingsError(
            f"'{url or ''}' is not an address that Slack can reach. Give https://YOUR-HOST, without a path, "
            "or --socket."
        )
    return base


def _home() -> dict[str, Any]:
    if HOME_EVENT not in EVENTS:
        return {}
    return {"app_home": {"home_tab_enabled": True, "messages_tab_enabled": False}}


def _shortcuts() -> dict[str, Any]:
    if not SHORTCUTS:
        return {}
    return {
        "shortcuts": [
            {
                "name": one.name,
                "type": one.type,
                "callback_id": one.callback_id,
                "description": one.description,
            }
            for one in SHORTCUTS
        ]
    }


def usage_hint() -> str:
    """What Slack shows while the command is typed."""
    return " | ".join(usage.removeprefix(f"{COMMAND} ") for usage in USAGE.values())
