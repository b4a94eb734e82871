"""`zofops run` and `zofops wait`: follow a run on the terminal, leave with its exit code."""

from __future__ import annotations

import argparse
import sys

from zof_core import Run, ZofApiError, ZofClient, ZofTimeoutError, ZofValidationError
from zof_core.errors import clean_text
from zof_core.wording import as_typed, duration_text, error_sentences, progress_text, status_style
from zofops import exit_codes
from zofops.exit_codes import ExitCode

_SHOWN_FAILURES = 10
_NOT_PASSED = ("failed", "error")


def start(arguments: argparse.Namespace) -> int:
    """Starts a run; see `zofops run --help`."""
    try:
        with ZofClient() as zof:
            run = zof.runs.create(
                project_id=arguments.project,
                environment=arguments.environment,
                test_suite_id=arguments.suite,
                test_case_ids=_cases(arguments.cases),
                idempotency_key=arguments.idempotency_key,
            )
            print(f"{run.id}  {run.url or ''}".rstrip(), flush=True)
            return ExitCode.PASSED if arguments.no_wait else _follow(zof, run.id, arguments.timeout)
    except ZofApiError as error:
        return _refused(error)


def wait(arguments: argparse.Namespace) -> int:
    """Follows a run that was started before, by whomever; see `zofops wait --help`."""
    try:
        with ZofClient() as zof:
            return _follow(zof, arguments.run, arguments.timeout)
    except ZofApiError as error:
        return _refused(error)


def _cases(text: str | None) -> list[str] | None:
    return None if text is None else [case.strip() for case in text.split(",") if case.strip()]


def _refused(error: ZofApiError) -> ExitCode:
    sentence = error_sentences(error)
    # What was typed is named as it was typed; what Zof says stays as Zof says it.
    words = as_typed(sentence) if isinstance(error, ZofValidationError) else sentence
    print(f"zofops: {words}", file=sys.stderr)
    return exit_codes.of_error(error)


def _follow(zof: ZofClient, run_id: str, timeout: float) -> ExitCode:
    again = f"The run goes on. Follow it with: zofops wait {run_id}"
    try:
        ended = zof.runs.wait_until_complete(run_id, timeout=timeout, on_update=_show)
    except ZofTimeoutError:
        print(f"zofops: it has not ended within {duration_text(timeout)}. {again}", file=sys.stderr)
        return ExitCode.WAITED_TOO_LONG
    except KeyboardInterrupt:
        print(f"\nzofops: stopped looking. {again}", file=sys.stderr)
        return ExitCode.INTERRUPTED
    _show_failures(zof, ended)
    return exit_codes.of_status(ended.status)


def _show(run: Run) -> None:
    took = ""
    if run.is_terminal and run.completed_at and (begun := run.started_at or run.created_at):
        took = f" · took {duration_text((run.completed_at - begun).total_seconds())}"
    print(f"{status_style(run.status).word} · {progress_text(run)}{took}", flush=True)


def _show_failures(zof: ZofClient, run: Run) -> None:
    """The first cases that did not pass; that they cannot be read changes nothing about the run's end."""
    summary = run.summary
    total = summary.failed + summary.error if summary else 0
    shown = 0
    for status in _NOT_PASSED if total else ():
        try:
            page = zof.results.list(run_id=run.id, status=status, limit=_SHOWN_FAILURES)
        except ZofApiError as error:
            print(
                f"zofops: which cases did not pass could not be read. {error_sentences(error)}",
                file=sys.stderr,
            )
            return
        for result in page.data[: _SHOWN_FAILURES - shown]:
            name = clean_text(result.name or result.test_case_id or result.id, 200)
            print(f"  {status_style(result.status).word:<7}{name}")
            shown += 1
    if shown < total:
        print(f"  and {total - shown} more")
