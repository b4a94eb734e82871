"""The Slack app's manifest."""

from __future__ import annotations

import inspect
import json
import re
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest

import slack_bot
from slack_bot.errors import SettingsError
from slack_bot.listeners import Listeners
from slack_bot.manifest import EVENTS, SCOPES, SHORTCUTS, manifest, usage_hint
from zofops.cli import main

_SCOPE_OF = {
    "apps_connections_open": None,
    "auth_test": None,
    "chat_delete": "chat:write",
    "chat_postEphemeral": "chat:write",
    "chat_postMessage": "chat:write",
    "chat_update": "chat:write",
    "conversations_history": "channels:history",
    "conversations_info": "channels:read",
    "conversations_members": "channels:read",
    "usergroups_users_list": "usergroups:read",
    "users_info": "users:read",
    "conversations_replies": "channels:history",
    "views_open": None,
    "views_publish": None,
    "views_update": None,
}


def test_its_scopes_are_those_that_the_bot_s_calls_need() -> None:
    source = (Path(slack_bot.__file__).parent / "slack_door.py").read_text("utf-8")
    called = set(re.findall(r"self\._client\.(\w+_\w+)\(", source))
    assert called == set(_SCOPE_OF), "a call without its scope here, or a scope without a call"
    needed = {scope for scope in _SCOPE_OF.values() if scope} | {
        "app_mentions:read",
        "commands",
        "groups:history",
        "groups:read",
        "users:read.email",
    }
    assert set(SCOPES) == needed


class Recorder:
    """Stands for Bolt's app and notes what listeners are for."""

    def __init__(self) -> None:
        self.heard: dict[str, set[str]] = {"event": set(), "shortcut": set()}

    def __getattr__(self, kind: str) -> Any:
        def register(what: Any, *_: Any, **__: Any) -> Any:
            if kind in self.heard and isinstance(what, str):
                self.heard[kind].add(what)
            return lambda listener: listener

        return register


def test_it_names_the_events_and_shortcuts_that_are_listened_to() -> None:
    recorder, nothing = Recorder(), Mock()
    wanted = inspect.signature(Listeners.__init__).parameters
    given = {name: nothing for name, one in wanted.items() if one.default is one.empty and name != "self"}
    Listeners(**given).register(recorder)  # type: ignore[arg-type]
    assert recorder.heard["event"] == set(EVENTS)
    assert recorder.heard["shortcut"] == {one.callback_id for one in SHORTCUTS}


def every_manifest() -> list[dict[str, Any]]:
    return [manifest("https://zofops.example.com"), manifest(None, socket_mode=True)]


def test_both_kinds_keep_slacks_limits() -> None:
    for made in every_manifest():
        features, about = made["features"], made["display_information"]
        assert len(about["name"]) <= 35
        assert len(about["description"]) <= 140
        assert len(features["bot_user"]["display_name"]) <= 80
        assert len(features["slash_commands"]) <= 50
        for command in features["slash_commands"]:
            assert len(command["command"]) <= 32
            assert len(command["description"]) <= 2000
            assert len(command["usage_hint"]) <= 1000
        shortcuts = features.get("shortcuts", [])
        assert len(shortcuts) <= 10
        for shortcut in shortcuts:
            assert len(shortcut["name"]) <= 24
            assert len(shortcut["description"]) <= 150
            assert len(shortcut["callback_id"]) <= 255
        assert len(set(made["oauth_config"]["scopes"]["bot"])) == len(SCOPES)


def test_over_sockets_there_is_no_address_anywhere() -> None:
    made = manifest(None, socket_mode=True)
    assert made["settings"]["socket_mode_enabled"] is True
    assert "url" not in json.dumps(made)
    assert manifest("https://x.example")["settings"]["socket_mode_enabled"] is False


def test_one_address_for_everything() -> None:
    made = manifest("https://zofops.example.com/")
    [command] = made["features"]["slash_commands"]
    url = "https://zofops.example.com/slack/events"
    assert command["url"] == made["settings"]["interactivity"]["request_url"] == url
    assert command["should_escape"] is True
    assert len(usage_hint()) <= 1000
    assert "rerun RUN [--failed]" in usage_hint()
    assert len(made["display_information"]["description"]) <= 140


@pytest.mark.parametrize(
    ("url", "more", "says"),
    [
        ("http://zofops.example.com", {}, "Give https://YOUR-HOST"),
        ("https://zofops.example.com/path", {}, "Give https://YOUR-HOST"),
        ("https://x.example", {"command": "zof"}, "'zof' is no slash command"),
        ("https://x.example", {"command": "/Zof"}, "is no slash command"),
        ("https://x.example", {"name": ""}, "1 to 35 characters"),
    ],
)
def test_what_slack_would_refuse_is_refused(url: str, more: dict[str, str], says: str) -> None:
    with pytest.raises(SettingsError) as caught:
        manifest(url, **more)
    assert says in str(caught.value)


def test_the_command_prints_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["manifest", "https://zofops.example.com", "--slash-command", "/zof-test"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert made["features"]["slash_commands"][0]["command"] == "/zof-test"
    assert main(["manifest", "ftp://x"]) == 2
    assert "https://YOUR-HOST" in capsys.readouterr().err
    assert main(["manifest", "--socket"]) == 0
    assert json.loads(capsys.readouterr().out)["settings"]["socket_mode_enabled"] is True
