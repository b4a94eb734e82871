"""From a Slack app's manifest to the settings of a workspace that has this app installed (pure).

Source: docs.slack.dev/reference/app-manifest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from zof_local.workspace.seed import Command, Seed, Shortcut


def installed(seed: Seed, manifest: Mapping[str, Any]) -> Seed:
    """The seed with the app that a manifest describes, in place of its own."""
    features = _section(manifest, "features")
    display, home = _section(manifest, "display_information"), _section(features, "app_home")
    name = str(_section(features, "bot_user").get("display_name") or display.get("name") or seed.app.name)
    app = replace(
        seed.app,
        name=name,
        description=str(display.get("description", "")),
        has_home=bool(home.get("home_tab_enabled")),
        has_messages=home.get("messages_tab_enabled") is not False,
        commands=tuple(
            Command(
                name=str(one["command"]),
                description=str(one.get("description", "")),
                usage_hint=str(one.get("usage_hint", "")),
                should_escape=bool(one.get("should_escape")),
            )
            for one in features.get("slash_commands", ())
        ),
        shortcuts=tuple(
            Shortcut(
                callback_id=str(one["callback_id"]),
                name=str(one["name"]),
                description=str(one.get("description", "")),
                on_messages=one.get("type") == "message",
            )
            for one in features.get("shortcuts", ())
        ),
    )
    users = tuple(replace(u, real_name=name) if u.id == app.bot_user_id else u for u in seed.users)
    return replace(seed, app=app, users=users)


def scopes_of(manifest: Mapping[str, Any]) -> frozenset[str]:
    """The bot's scopes."""
    return frozenset(_section(_section(manifest, "oauth_config"), "scopes").get("bot", ()))


def events_of(manifest: Mapping[str, Any]) -> frozenset[str]:
    """The events that the bot hears of."""
    return frozenset(_section(_section(manifest, "settings"), "event_subscriptions").get("bot_events", ()))


def _section(value: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    section = value.get(key)
    return section if isinstance(section, Mapping) else {}
