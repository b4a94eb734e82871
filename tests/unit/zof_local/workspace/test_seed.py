"""The demo's world offers what the bot understands."""

from __future__ import annotations

from slack_bot.grammar import USAGE
from zof_local.workspace.seed import demo_seed


def test_the_hint_of_the_command_names_what_the_bot_can_do() -> None:
    [command] = demo_seed().app.commands
    offered = [f"{command.name} {usage.strip()}" for usage in command.usage_hint.split("|")]
    assert offered == list(USAGE.values())
