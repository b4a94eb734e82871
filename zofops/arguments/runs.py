"""`zofops run` and `zofops wait`."""

from __future__ import annotations

from zofops.arguments.common import EXIT_CODES, seconds
from zofops.usage import Commands, Parser

_SETTINGS = """\
settings:
  ZOF_API_KEY   from Admin Center → Developer → API keys; never on the command line
  ZOF_BASE_URL  where Zof is (default: https://api.zof.ai/v1)
or api_key and base_url in a profile: ~/.config/zof/profiles.toml, table [default] or the
one that ZOF_PROFILE names.
"""
_EPILOG = f"""\
{_SETTINGS}
{EXIT_CODES}
Whatever stops the waiting, the run goes on; zofops wait takes it up again.
"""


def add(commands: Commands) -> None:
    """Adds both commands."""
    _add_run(commands)
    _add_wait(commands)


def _add_run(commands: Commands) -> None:
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

{_EPILOG}""",
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


def _add_wait(commands: Commands) -> None:
    wait = commands.add_parser(
        "wait",
        help="follow a run that was started before",
        description="Follows a run to its end, as zofops run does, whoever started it.",
        epilog=_EPILOG,
    )
    wait.add_argument("run", metavar="RUN", help="the run's id, such as run_8f3k2m")
    _add_timeout(wait)
    wait.set_defaults(module="zofops.commands.run", function="wait")


def _add_timeout(parser: Parser) -> None:
    parser.add_argument(
        "--timeout",
        type=seconds,
        default=3600.0,
        metavar="SECONDS",
        help="how long to wait; the run goes on all the same (default: %(default)g)",
    )
