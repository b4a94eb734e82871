"""The Slack app's manifest."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import slack_bot
from slack_bot.errors import SettingsError
from slack_bot.manifest import SCOPES, manifest, usage_hint
from zofops.cli import main

_SCOPE_OF = {
    "auth_test": None,
    "chat_delete": "chat:write",
    "chat_postEphemeral": "chat:write",
    "chat_postMessage": "chat:write",
    "chat_update": "chat:write",
    "conversations_history": "channels:history",
    "views_open": None,
}


def test_its_scopes_are_those_that_the_bot_s_calls_need() -> None:
    source = (Path(slack_bot.__file__).parent / "slack_door.py").read_text("utf-8")
    called = set(re.findall(r"self\._client\.(\w+_\w+)\(", source))
    assert called == set(_SCOPE_OF), "a call without its scope here, or a scope without a call"
    needed = {scope for scope in _SCOPE_OF.values() if scope} | {"commands", "groups:history"}
    assert set(SCOPES) == needed


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
