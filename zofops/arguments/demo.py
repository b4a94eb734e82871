"""`zofops demo`."""

from __future__ import annotations

from zofops.arguments.common import EXIT_CODES, seconds
from zofops.usage import Commands


def add(commands: Commands) -> None:
    """Adds the command."""
    demo = commands.add_parser(
        "demo",
        help="all of it on this machine, with no account",
        description=(
            "Starts a Zof, a Slack, the bot and JupyterLab on free ports of this machine\n"
            "and prints the links to open. Ctrl-C ends it; all that was made goes with it."
        ),
        epilog=f"With --once it ends with one of these.\n\n{EXIT_CODES}",
    )
    demo.add_argument(
        "--once", metavar="COMMAND", help="send this one slash command, print the channel, and leave"
    )
    demo.add_argument("--channel", default="#releases", help="channel to send it in (default: %(default)s)")
    demo.add_argument("--user", default="dana", help="who sends it (default: %(default)s)")
    demo.add_argument(
        "--timeout",
        type=seconds,
        default=300.0,
        metavar="SECONDS",
        help="how long --once waits (default: %(default)g)",
    )
    demo.add_argument(
        "--suites", metavar="FILE", help="suites.toml of your own instead of the example project's"
    )
    demo.add_argument("--config", metavar="FILE", help="zofops.toml of your own instead of the example's")
    demo.add_argument("--no-notebook", action="store_true", help="leave JupyterLab out")
    demo.set_defaults(module="zofops.commands.demo", function="main")
