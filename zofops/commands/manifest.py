"""`zofops manifest`: the Slack app's manifest, to be pasted where Slack makes apps."""

from __future__ import annotations

import argparse
import json
import sys

from slack_bot.errors import SettingsError
from slack_bot.manifest import manifest
from zofops.exit_codes import ExitCode


def main(arguments: argparse.Namespace) -> int:
    """Prints it as JSON."""
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
