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

from zofops.exit_codes import ExitCode

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
  0 passed    1 failed    2 bad usage, unknown name or denied    3 run in error, or platform or network fault
  4 canceled  5 waited too long             130 stopped with Ctrl-C; a run goes on
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


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="zofops",
        description="Zof from the command line: run suites, serve the Slack bot, try all of it on this machine.",
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"zofops {version('zof-chatops')}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add_demo(commands)
    _add_run(commands)
    _add_wait(commands)
    _add_bot(commands)
    _add_manifest(commands)
    _add_audit(commands)
    _add_local(commands)
    return parser


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"'{text}' is not a number of seconds above 0")
    return value


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) <= 65535):
        raise argparse.ArgumentTypeError(f"'{text}' is not a port from 0 to 65535 (0 takes a free one)")
    return int(text)


def _add_demo(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    demo = commands.add_parser(
        "demo",
        help="Zof, Slack, the bot and a notebook on this machine, with no account",
        description="Starts a Zof, a Slack, the bot and JupyterLab on free loopback ports; prints where to look.",
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
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


def _add_run(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    run = commands.add_parser(
        "run",
        help="start a run and wait for its end",
        description="Starts a run on Zof (ZOF_API_KEY, ZOF_BASE_URL), shows its progress and waits for its end.",
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    run.add_argument("project", metavar="PROJECT", help="the project's id, such as proj_abc")
    run.add_argument("environment", metavar="ENVIRONMENT", help="the environment's label, such as staging")
    run.add_argument("suite", metavar="SUITE", nargs="?", help="the suite's id, such as suite_pr_smoke")
    run.add_argument("--cases", metavar="ID,ID", help="test cases instead of a suite")
    run.add_argument("--no-wait", action="store_true", help="print the run's id and leave")
    _add_timeout(run)
    run.add_argument("--idempotency-key", metavar="KEY", help="the same key never starts a second run")
    run.set_defaults(module="zofops.commands.run", function="start")


def _add_wait(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    wait = commands.add_parser(
        "wait",
        help="follow a run that was started before",
        description="Shows a run's progress and waits for its end, like `zofops run`, whoever started it.",
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
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


def _add_bot(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    bot = commands.add_parser(
        "bot",
        help="serve the Slack bot",
        description=(
            "Serves the Slack bot at /slack/events. Settings come from the environment: SLACK_BOT_TOKEN, "
            "SLACK_SIGNING_SECRET, ZOF_API_KEY, and where they differ from the defaults SLACK_BASE_URL, ZOF_BASE_URL, "
            "ZOFOPS_CONFIG (zofops.toml) and ZOFOPS_STORE (zofops.sqlite)."
        ),
    )
    bot.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    bot.add_argument("--port", type=_port, default=3000, help="port to listen on (default: %(default)s)")
    bot.set_defaults(module="zofops.commands.bot", function="main")


def _add_manifest(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    manifest = commands.add_parser("manifest", help="the Slack app's manifest, to make the app from")
    manifest.add_argument(
        "url", metavar="URL", help="where Slack reaches the bot, such as https://zofops.example.com"
    )
    manifest.add_argument("--slash-command", default="/zof", metavar="NAME", help="default: %(default)s")
    manifest.add_argument("--name", default="Zof", help="the app's name (default: %(default)s)")
    manifest.set_defaults(module="zofops.commands.manifest", function="main")


def _add_audit(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
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


def _add_local(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    local = commands.add_parser("local", help="a Zof or a Slack on this machine, one at a time")
    services = local.add_subparsers(title="services", metavar="SERVICE", required=True)
    platform = services.add_parser("platform", help="the documented Zof API, running real pytest suites")
    platform.add_argument("--port", type=_port, default=8800, help="loopback port (default: %(default)s)")
    platform.add_argument("--suites", metavar="FILE", help="suites.toml (default: the example project's)")
    platform.add_argument(
        "--data-dir",
        metavar="DIR",
        default=".zof-local/platform",
        help="where runs are kept (default: %(default)s)",
    )
    platform.set_defaults(module="zofops.commands.local", function="platform")
    workspace = services.add_parser("workspace", help="a Slack workspace with a web page")
    workspace.add_argument("--port", type=_port, default=8900, help="loopback port (default: %(default)s)")
    workspace.add_argument(
        "--bot-url",
        metavar="URL",
        default="http://127.0.0.1:3000",
        help="where the bot listens (default: %(default)s)",
    )
    workspace.set_defaults(module="zofops.commands.local", function="workspace")
