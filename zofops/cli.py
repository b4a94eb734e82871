"""`zofops`: reads the command line and hands over to the command's module.

A command's module is imported only when the command is used, so that `zofops run` needs no Slack and `zofops bot`
no Jupyter; what is missing is named with the line that installs it.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Callable, Sequence
from importlib.metadata import version

from zof_core.validation import quoted
from zofops.exit_codes import ExitCode
from zofops.usage import Parser

_EXTRA_OF = {
    "slack_bolt": "slack",
    "slack_sdk": "slack",
    "aiohttp": "slack",
    "dbos": "slack",
    "sqlalchemy": "slack",
    "uvicorn": "slack",
    "anywidget": "notebook",
    "ipywidgets": "notebook",
    "fastapi": "local",
    "starlette": "local",
    "pytest": "local",
    "jupyterlab": "local",
}

EXIT_CODES = """\
exit codes:
    0  passed
    1  failed
    2  bad usage, an unknown name, or a denial: nothing was started
    3  the run ended in error, or Zof or the network failed
    4  cancelled
    5  waited too long; the run goes on
  130  stopped with Ctrl-C; the run goes on
"""

_START_HERE = """\
start here:
  zofops demo                                  all of it on this machine, with no account
  zofops run proj_abc staging suite_pr_smoke   run a suite on Zof; needs ZOF_API_KEY
  zofops COMMAND --help                        what a command takes
"""

_ZOF_SETTINGS = """\
settings:
  ZOF_API_KEY   from Admin Center → Developer → API keys; never on the command line
  ZOF_BASE_URL  where Zof is (default: https://api.zof.ai/v1)
"""

_BOT_SETTINGS = """\
settings:
  SLACK_BOT_TOKEN       your Slack app's page, OAuth & Permissions
  SLACK_APP_TOKEN       for --socket: Basic Information, App-Level Tokens
  SLACK_SIGNING_SECRET  for --http: Basic Information
  ZOF_API_KEY           Zof's Admin Center → Developer → API keys
  ZOFOPS_CONFIG         path of your zofops.toml: who may do what
and where they differ from the defaults:
  ZOFOPS_STORE          where it keeps what it has promised (zofops.sqlite)
  ZOF_BASE_URL          https://api.zof.ai/v1
  SLACK_BASE_URL        https://slack.com/api/
  ZOF_WEBHOOK_SECRET    of a webhook of Zof's to /zof/webhooks, if there is one

Ctrl-C ends it; what was accepted and not finished goes on at the next start.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit code."""
    arguments = _parser().parse_args(argv)
    try:
        command = importlib.import_module(arguments.module)
        run: Callable[[argparse.Namespace], int] = getattr(command, arguments.function)
        code = int(run(arguments))
        sys.stdout.flush()
    except ModuleNotFoundError as error:
        return _missing_extra(error)
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has left, as `| head` does; nothing must be flushed at the end any more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.PIPE_CLOSED
    except Exception as error:
        # Python's own code for a traceback is 1, which says here that the tests failed.
        if os.environ.get("ZOFOPS_DEBUG"):
            raise
        print(
            f"zofops: this should not have happened: {type(error).__name__}: {error}. "
            "ZOFOPS_DEBUG=1 shows where; please report it.",
            file=sys.stderr,
        )
        return ExitCode.FAULT
    return code


def _missing_extra(error: ModuleNotFoundError) -> int:
    extra = _EXTRA_OF.get((error.name or "").partition(".")[0])
    if extra is None:
        raise error
    print(
        f"zofops: this command needs {error.name}, which is not installed. "
        f"Install it with: pip install 'zof-chatops[{extra}]'",
        file=sys.stderr,
    )
    return ExitCode.REFUSED


def _parser() -> Parser:
    parser = Parser(
        prog="zofops",
        description="Zof from the command line: run suites, serve the Slack bot, try all of it here.",
        epilog=f"{_START_HERE}\n{EXIT_CODES}",
    )
    parser.add_argument("--version", action="version", version=f"zofops {version('zof-chatops')}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add_demo(commands)
    _add_run(commands)
    _add_wait(commands)
    _add_bot(commands)
    _add_manifest(commands)
    _add_doctor(commands)
    _add_policy(commands)
    _add_audit(commands)
    _add_local(commands)
    return parser


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"{quoted(text)} is not a number of seconds above 0")
    return value


def _days(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 < value <= 36_500:
        raise argparse.ArgumentTypeError(f"{quoted(text)} is not a number of days above 0")
    return value


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) <= 65535):
        raise argparse.ArgumentTypeError(f"{quoted(text)} is not a port from 0 to 65535 (0 takes a free one)")
    return int(text)


def _add_demo(commands: argparse._SubParsersAction[Parser]) -> None:
    demo = commands.add_parser(
        "demo",
        help="all of it on this machine, with no account",
        description=(
            "Starts a Zof, a Slack, the bot and JupyterLab on free ports of this machine\n"
            "and prints the links to open. Ctrl-C ends it; all that was made goes with it."
        ),
        epilog=EXIT_CODES,
    )
    demo.add_argument(
        "--once", metavar="COMMAND", help="send this one slash command, print the channel, and leave"
    )
    demo.add_argument("--channel", default="#releases", help="channel to send it in (default: %(default)s)")
    demo.add_argument("--user", default="dana", help="who sends it (default: %(default)s)")
    demo.add_argument(
        "--timeout",
        type=_seconds,
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


def _add_run(commands: argparse._SubParsersAction[Parser]) -> None:
    run = commands.add_parser(
        "run",
        help="start a run and follow it to its end",
        description=(
            "Starts a run of a suite, or of single cases, shows its progress and the cases\n"
            "that did not pass, and ends with a code that says how the run ended."
        ),
        epilog=f"""\
examples:
  zofops run proj_abc staging suite_pr_smoke
  zofops run proj_abc staging --cases tc_login_001,tc_checkout_014

{_ZOF_SETTINGS}
{EXIT_CODES}""",
    )
    run.add_argument("project", metavar="PROJECT", help="the project's id, such as proj_abc")
    run.add_argument("environment", metavar="ENVIRONMENT", help="the environment's label, such as staging")
    run.add_argument(
        "suite", metavar="SUITE", nargs="?", help="the suite's id, such as suite_pr_smoke; or use --cases"
    )
    run.add_argument("--cases", metavar="ID,ID", help="ids of test cases, instead of a suite")
    run.add_argument(
        "--no-wait",
        action="store_true",
        help="print the run's id and leave; zofops wait takes it up",
    )
    _add_timeout(run)
    run.add_argument(
        "--idempotency-key",
        metavar="KEY",
        help="a text of your own, such as a build's number: repeated with it, nothing starts twice",
    )
    run.set_defaults(module="zofops.commands.run", function="start")


def _add_wait(commands: argparse._SubParsersAction[Parser]) -> None:
    wait = commands.add_parser(
        "wait",
        help="follow a run that was started before",
        description="Follows a run to its end, as zofops run does, whoever started it.",
        epilog=f"{_ZOF_SETTINGS}\n{EXIT_CODES}",
    )
    wait.add_argument("run", metavar="RUN", help="the run's id, such as run_8f3k2m")
    _add_timeout(wait)
    wait.set_defaults(module="zofops.commands.run", function="wait")


def _add_timeout(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--timeout",
        type=_seconds,
        default=3600.0,
        metavar="SECONDS",
        help="how long to wait; the run goes on all the same (default: %(default)g)",
    )


def _add_bot(commands: argparse._SubParsersAction[Parser]) -> None:
    bot = commands.add_parser(
        "bot",
        help="serve the Slack bot",
        description=(
            "Serves the Slack bot. Over sockets (Socket Mode) it needs no public address; over\n"
            "HTTP Slack's request URL ends in /slack/events."
        ),
        epilog=_BOT_SETTINGS,
    )
    how = bot.add_mutually_exclusive_group()
    for name, about in (
        ("socket", "open connections to Slack (default if SLACK_APP_TOKEN is set)"),
        ("http", "wait for Slack's requests (default if it is not)"),
    ):
        how.add_argument(f"--{name}", dest="transport", action="store_const", const=name, help=about)
    bot.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    bot.add_argument("--port", type=_port, default=3000, help="port to listen on (default: %(default)s)")
    bot.set_defaults(module="zofops.commands.bot", function="main")


def _add_manifest(commands: argparse._SubParsersAction[Parser]) -> None:
    manifest = commands.add_parser(
        "manifest",
        help="the Slack app's manifest, to make the app from",
        description=(
            "Prints the manifest of the Slack app: with --socket of one that needs no public\n"
            "address, with a URL of one to which Slack sends its requests."
        ),
    )
    how = manifest.add_mutually_exclusive_group(required=True)
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


def _add_doctor(commands: argparse._SubParsersAction[Parser]) -> None:
    doctor = commands.add_parser(
        "doctor",
        help="what stands in the bot's way: tokens, scopes, clock, rules, store, Zof",
        description=(
            "Checks, by reading alone, whatever the bot needs, and says of each thing how it\n"
            "stands and what to do next. 0: nothing is wrong, 1: something is, 2: settings miss."
        ),
        epilog=_BOT_SETTINGS,
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


def _add_policy(commands: argparse._SubParsersAction[Parser]) -> None:
    policy = commands.add_parser("policy", help="the bot's rules: check the file, or explain a decision")
    actions = policy.add_subparsers(title="actions", metavar="ACTION", required=True)
    check = actions.add_parser("check", help="say whether the file is valid (0 valid, 2 not)")
    check.set_defaults(module="zofops.commands.policy", function="check")
    explain = actions.add_parser(
        "explain",
        help="say what the rules decide, and by which of them (0 allowed, 2 denied)",
        description="Says what the rules decide, by which of them, and what each of the others lacked. Slack is not "
        "asked: --group, --guest and --shared say what it would say.",
    )
    explain.add_argument(
        "person", metavar="PERSON", help="Slack user id, such as U02DANA, or a name of [people]"
    )
    explain.add_argument("channel", metavar="CHANNEL", help="Slack channel id, such as C0RELEASES")
    explain.add_argument("verb", metavar="VERB", help="run, rerun, cancel, status or subscribe")
    explain.add_argument("project", metavar="PROJECT", nargs="?", help="project id")
    explain.add_argument("environment", metavar="ENVIRONMENT", nargs="?", help="environment")
    explain.add_argument("suite", metavar="SUITE", nargs="?", help="suite id; without it, single cases")
    explain.add_argument(
        "--group", action="append", metavar="NAME", help="a group of [groups] the person is in"
    )
    explain.add_argument("--guest", action="store_true", help="the person is a guest")
    explain.add_argument("--shared", action="store_true", help="the channel is shared with another company")
    explain.set_defaults(module="zofops.commands.policy", function="explain")
    for action in (check, explain):
        action.add_argument("--config", metavar="FILE", help="default: ZOFOPS_CONFIG, else zofops.toml")


def _add_audit(commands: argparse._SubParsersAction[Parser]) -> None:
    audit = commands.add_parser("audit", help="the bot's audit trail: check it, or export it")
    actions = audit.add_subparsers(title="actions", metavar="ACTION", required=True)
    verify = actions.add_parser(
        "verify", help="check that nothing in it was changed, left out or put in (0 whole, 1 not)"
    )
    verify.add_argument("--head", metavar="HASH", help="a head that an earlier check printed")
    verify.set_defaults(module="zofops.commands.audit", function="verify")
    export = actions.add_parser("export", help="write it to standard output")
    kinds = export.add_mutually_exclusive_group()
    kinds.add_argument(
        "--json", dest="format", action="store_const", const="json", help="one object a line (default)"
    )
    kinds.add_argument("--csv", dest="format", action="store_const", const="csv", help="a table")
    export.set_defaults(module="zofops.commands.audit", function="export", format="json")
    for action in (verify, export):
        action.add_argument(
            "--store", metavar="FILE", help="the bot's store (default: ZOFOPS_STORE, else zofops.sqlite)"
        )


def _add_local(commands: argparse._SubParsersAction[Parser]) -> None:
    local = commands.add_parser("local", help="a Zof or a Slack on this machine, one at a time")
    services = local.add_subparsers(title="services and actions", metavar="SERVICE", required=True)
    platform = services.add_parser("platform", help="the documented Zof API, running real pytest suites")
    platform.add_argument("--port", type=_port, default=8800, help="loopback port (default: %(default)s)")
    platform.add_argument("--suites", metavar="FILE", help="suites.toml (default: the example project's)")
    platform.add_argument(
        "--role",
        default="QA Lead",
        help="role of the printed key, which decides what it may (default: %(default)s)",
    )
    platform.add_argument(
        "--retention-days",
        type=_days,
        default=90.0,
        metavar="DAYS",
        help="how long results, logs and artifacts are kept (default: %(default)g)",
    )
    platform.add_argument(
        "--faults",
        metavar="LIST",
        default="",
        help="what goes wrong on purpose, such as 'latency=0.2, status=503@0.1' (see docs/local.md)",
    )
    platform.set_defaults(module="zofops.commands.local", function="platform")
    schedules = services.add_parser("schedules", help="list the platform's schedules")
    schedules.set_defaults(module="zofops.commands.local", function="schedules")
    pause = services.add_parser("pause", help="pause a schedule of the platform's")
    resume = services.add_parser("resume", help="have a paused schedule go on with its next slot")
    for action in (pause, resume):
        action.add_argument("schedule", metavar="SCHEDULE", help="the schedule's id, such as sched_4k7q2m")
    pause.set_defaults(module="zofops.commands.local", function="pause")
    resume.set_defaults(module="zofops.commands.local", function="resume")
    emit = services.add_parser(
        "emit", help="send one of Zof's events to the webhooks that want it, to try them"
    )
    emit.add_argument("event", metavar="EVENT", help="the event's type, such as agent.offline")
    emit.set_defaults(module="zofops.commands.local", function="emit")
    for service in (platform, schedules, pause, resume, emit):
        service.add_argument(
            "--data-dir",
            metavar="DIR",
            default=".zof-local/platform",
            help="where runs are kept (default: %(default)s)",
        )
    workspace = services.add_parser("workspace", help="a Slack workspace with a web page")
    workspace.add_argument("--port", type=_port, default=8900, help="loopback port (default: %(default)s)")
    workspace.add_argument(
        "--bot-url",
        metavar="URL",
        default="http://127.0.0.1:3000",
        help="where the bot listens (default: %(default)s)",
    )
    workspace.set_defaults(module="zofops.commands.local", function="workspace")
