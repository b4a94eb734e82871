"""`zofops manifest`: the Slack app's manifest, to be pasted where Slack makes apps."""

from __future__ import annotations

import argparse
import json
import sys

from slack_bot.errors import SettingsError
from slack_bot.manifest import manifest
from zofops.exit_codes import ExitCode

_HOW = (
    "Say how Slack's requests come in: --socket for an app that needs no public address, or the\n"
    "address where Slack reaches the bot, such as https://zofops.example.com."
)


def main(arguments: argparse.Namespace) -> int:
    """Prints it as JSON."""
    if arguments.url is None and not arguments.socket:
        print(f"zofops manifest: {_HOW}", file=sys.stderr)
        return ExitCode.REFUSED
    try:
        made = manifest(
            arguments.url,
            socket_mode=arguments.socket,
            command=arguments.slash_command,
            name=arguments.name,
        )
    except SettingsError as error:
        print(f"zofops: {error}", file=sys.stderr)
        return ExitCode.REFUSED
    print(json.dumps(made, indent=2))
    return ExitCode.PASSED
