"""The Slack app's manifest: what Slack must know of the bot, made from what the bot does. Pure.

Shape and limits from Slack's manifest reference (docs.slack.dev, app manifest; schema 2): a command's name has at most
32 characters, its description 2,000, its hint 1,000.
"""

from __future__ import annotations

import re
from typing import Any, Final

from slack_bot.endpoint import PATH
from slack_bot.errors import SettingsError
from slack_bot.grammar import USAGE

SCOPES: Final = ("channels:history", "chat:write", "commands", "groups:history")
"""To take commands, to post and change cards, and to find a card again whose posting got no answer."""
COMMAND: Final = "/zof"
_COMMAND: Final = re.compile(r"/[a-z0-9_-]{1,31}")
_HOST: Final = re.compile(r"https://[A-Za-z0-9.-]+(?::\d+)?")


def manifest(url: str, *, command: str = COMMAND, name: str = "Zof") -> dict[str, Any]:
    """The manifest of an app that one workspace installs.

    Args:
        url: where Slack reaches the bot, such as `https://zofops.example.com`.
        command: the slash command's name.
        name: the app's, as people see it.

    Raises:
        SettingsError: Slack would refuse one of them; the text says which and why.
    """
    base = url.rstrip("/")
    if not _HOST.fullmatch(base):
        raise SettingsError(
            f"'{url}' is not an address that Slack can reach. Give https://YOUR-HOST, without a path."
        )
    if not _COMMAND.fullmatch(command):
        raise SettingsError(f"'{command}' is no slash command: a slash, then up to 31 of a-z, 0-9, - and _.")
    if not 1 <= len(name) <= 35:
        raise SettingsError(f"'{name}' is no name for an app: Slack takes 1 to 35 characters.")
    request_url = f"{base}{PATH}"
    return {
        "_metadata": {"major_version": 2, "minor_version": 0},
        "display_information": {
            "name": name,
            "description": "Start, watch and cancel Zof runs, by the rules of your channels",
        },
        "features": {
            "bot_user": {"display_name": name, "always_online": True},
            "slash_commands": [
                {
                    "command": command,
                    "url": request_url,
                    "description": "Start, follow or cancel a Zof run",
                    "usage_hint": usage_hint(),
                    # Mentions come as ids: a name can be taken over, an id cannot.
                    "should_escape": True,
                }
            ],
        },
        "oauth_config": {"scopes": {"bot": list(SCOPES)}},
        "settings": {
            "interactivity": {"is_enabled": True, "request_url": request_url},
            "org_deploy_enabled": False,
            "socket_mode_enabled": False,
            "token_rotation_enabled": False,
        },
    }


def usage_hint() -> str:
    """What Slack shows while the command is typed."""
    return " | ".join(usage.removeprefix(f"{COMMAND} ") for usage in USAGE.values())
