"""What `zofops` understands: one module a group of commands, each of which adds its parsers.

None of them imports what its command does: that is loaded when the command is used.
"""

from __future__ import annotations

from importlib.metadata import version

from zofops.arguments import audit, bot, demo, local, policy, runs
from zofops.arguments.common import EXIT_CODES
from zofops.usage import Parser

_START_HERE = """\
start here:
  zofops demo                                  all of it on this machine, with no account
  zofops run proj_abc staging suite_pr_smoke   run a suite on Zof; needs ZOF_API_KEY
  zofops COMMAND --help                        what a command takes
"""


def parser() -> Parser:
    """The parser of the whole command line; what it gives names the command's `module` and `function`."""
    whole = Parser(
        prog="zofops",
        description="Zof from the command line: run suites, serve the Slack bot, try all of it here.",
        epilog=f"{_START_HERE}\n{EXIT_CODES}",
    )
    whole.add_argument("--version", action="version", version=f"zofops {version('zof-chatops')}")
    commands = whole.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for group in (demo, runs, bot, policy, audit, local):
        group.add(commands)
    return whole
