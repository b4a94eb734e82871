"""`zofops run`: start a run, show its progress, leave with its exit code."""

from __future__ import annotations

import argparse
import sys

from zof_core import Run, ZofApiError, ZofClient, ZofTimeoutError
from zof_core.wording import counts_line, error_sentences, status_style
from zofops import exit_codes
from zofops.exit_codes import ExitCode


def main(arguments: argparse.Namespace) -> int:
    """Runs what the arguments name; see `zofops run --help`."""
    try:
        with ZofClient() as zof:
            run = zof.runs.create(
                project_id=arguments.project,
                environment=arguments.environment,
                test_suite_id=arguments.suite,
                test_case_ids=_cases(arguments.cases),
                idempotency_key=arguments.idempotency_key,
            )
            print(f"{run.id}  {run.url or ''}".rstrip())
            return ExitCode.PASSED if arguments.no_wait else _wait(zof, run, arguments.timeout)
    except ZofApiError as error:
        print(f"zofops: {error_sentences(error)}", file=sys.stderr)
        return exit_codes.of_error(error)


def _cases(text: str | None) -> list[str] | None:
    return None if text is None else [case.strip() for case in text.split(",") if case.strip()]


def _wait(zof: ZofClient, run: Run, timeout: float) -> ExitCode:
    try:
        ended = zof.runs.wait_until_complete(run.id, timeout=timeout, on_update=_show)
    except ZofTimeoutError:
        print(
            f"zofops: {run.id} has not ended within {timeout:g} s and goes on. Wait longer with --timeout.",
            file=sys.stderr,
        )
        return ExitCode.WAITED_TOO_LONG
    return exit_codes.of_status(ended.status)


def _show(run: Run) -> None:
    counts = f" · {counts_line(run.summary)}" if run.summary else ""
    print(f"{status_style(run.status).word}{counts}")
