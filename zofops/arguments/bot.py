"""`zofops bot`, and what comes before it: `zofops manifest` and `zofops doctor`."""

from __future__ import annotations

from zofops.arguments.common import port
from zofops.usage import Commands

_SETTINGS = """\
settings:
  SLACK_BOT_TOKEN       your Slack app's page, OAuth & Permissions
  SLACK_APP_TOKEN       for --socket: Basic Information, App-Level Tokens
  SLACK_SIGNING_SECRET  for --http: Basic Information
  ZOF_API_KEY           Zof's Admin Center → Developer → API keys
  ZOFOPS_CONFIG         path of your zofops.toml: who may do what (./zofops.toml)
and where they differ from the defaults:
  ZOFOPS_STORE          where it keeps what it has promised (zofops.sqlite)
  ZOF_BASE_URL          https://api.zof.ai/v1
  SLACK_BASE_URL        https://slack.com/api/
  ZOF_WEBHOOK_SECRET    of a webhook of Zof's to /zof/webhooks, if there is one
"""


def add(commands: Commands) -> None:
    """Adds the three commands."""
    _add_bot(commands)
    _add_manifest(commands)
    _add_doctor(commands)


def _add_bot(commands: Commands) -> None:
    bot = commands.add_parser(
        "bot",
        help="serve the Slack bot",
        description=(
            "Serves the Slack bot. Over sockets (Socket Mode) it needs no public address; over\n"
            "HTTP Slack's request URL ends in /slack/events."
        ),
        epilog=f"{_SETTINGS}\nCtrl-C ends it; what was accepted and not finished goes on at the next start.",
    )
    how = bot.add_mutually_exclusive_group()
    for name, about in (
        ("socket", "open connections to Slack (default if SLACK_APP_TOKEN is set)"),
        ("http", "wait for Slack's requests (default if it is not)"),
    ):
        how.add_argument(f"--{name}", dest="transport", action="store_const", const=name, help=about)
    bot.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    bot.add_argument("--port", type=port, default=3000, help="port to listen on (default: %(default)s)")
    bot.set_defaults(module="zofops.commands.bot", function="main")


def _add_manifest(commands: Commands) -> None:
    manifest = commands.add_parser(
        "manifest",
        help="the Slack app's manifest, to make the app from",
        description=(
            "Prints the manifest of the Slack app: with --socket of one that needs no public\n"
            "address, with a URL of one to which Slack sends its requests."
        ),
    )
    how = manifest.add_mutually_exclusive_group()
    how.add_argument(
        "url",
        metavar="URL",
        nargs="?",
        help="where Slack reaches the bot, such as https://zofops.example.com",
    )
    how.add_argument("--socket", action="store_true", help="for Socket Mode, as zofops bot --socket has it")
    manifest.add_argument("--slash-command", default="/zof", metavar="NAME", help="default: %(default)s")
    manifest.add_argument("--name", default="Zof", help="the app's name (default: %(default)s)")
    manifest.set_defaults(module="zofops.commands.manifest", function="main")


def _add_doctor(commands: Commands) -> None:
    doctor = commands.add_parser(
        "doctor",
        help="what stands in the bot's way: tokens, scopes, clock, rules, store, Zof",
        description=(
            "Checks, by reading alone, whatever the bot needs, and says of each thing how it\n"
            "stands and what to do next. It ends with 0 if nothing is wrong, with 1 if something is,\n"
            "with 2 if settings are missing."
        ),
        epilog=_SETTINGS,
    )
    doctor.add_argument(
        "--url", metavar="URL", help="where the bot listens (default over HTTP: http://127.0.0.1:3000)"
    )
    how = doctor.add_mutually_exclusive_group()
    for name in ("socket", "http"):
        how.add_argument(
            f"--{name}", dest="transport", action="store_const", const=name, help="as zofops bot has it"
        )
    doctor.set_defaults(module="zofops.commands.doctor", function="main")
