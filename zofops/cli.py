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

from zofops.arguments import parser
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


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    if words[:1] == ["help"]:
        # What people try first: `zofops help run` is `zofops run --help`.
        words = [*words[1:], "--help"]
    arguments = parser().parse_args(words)
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
