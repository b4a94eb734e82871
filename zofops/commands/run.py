"""`zofops run` and `zofops wait`: follow a run on the terminal, leave with its exit code."""

from __future__ import annotations

import argparse
import os
import sys
from contextlib import suppress

from zof_core import (
    Project,
    Run,
    ZofApiError,
    ZofClient,
    ZofInvalidRequestError,
    ZofNotFoundError,
    ZofTimeoutError,
    ZofValidationError,
)
from zof_core.catalogue import Catalogue, load_catalogue, merged, nearest
from zof_core.errors import clean_text
from zof_core.validation import quoted
from zof_core.wording import (
    as_typed,
    case_name,
    duration_text,
    error_sentences,
    progress_text,
    status_style,
    took_text,
)
from zofops import exit_codes
from zofops.exit_codes import ExitCode

_SHOWN_FAILURES = 10
_SHOWN_NAMES = 6
_NOT_PASSED = ("failed", "error")


def start(arguments: argparse.Namespace) -> int:
    """Starts a run; see `zofops run --help`."""
    try:
        with ZofClient() as zof:
            try:
                run = _create(zof, arguments)
            except (ZofNotFoundError, ZofInvalidRequestError) as error:
                unsent = isinstance(error, ZofValidationError)
                return _refused(error, "" if unsent else _meant(zof, arguments, error.param))
            print(f"{clean_text(run.id)}  {clean_text(run.url or '')}".rstrip(), flush=True)
            return ExitCode.PASSED if arguments.no_wait else _follow(zof, run.id, arguments.timeout)
    except ZofApiError as error:
        return _refused(error)
    except KeyboardInterrupt:
        print(
            "\nzofops: stopped before Zof answered. Look in the Console whether a run was started.",
            file=sys.stderr,
        )
        return ExitCode.INTERRUPTED


def wait(arguments: argparse.Namespace) -> int:
    """Follows a run that was started before, by whomever; see `zofops wait --help`."""
    try:
        with ZofClient() as zof:
            return _follow(zof, arguments.run, arguments.timeout)
    except ZofApiError as error:
        return _refused(error)


def _create(zof: ZofClient, arguments: argparse.Namespace) -> Run:
    return zof.runs.create(
        project_id=arguments.project,
        environment=arguments.environment,
        test_suite_id=arguments.suite,
        test_case_ids=_cases(arguments.cases),
        idempotency_key=arguments.idempotency_key,
    )


def _meant(zof: ZofClient, arguments: argparse.Namespace, param: str | None) -> str:
    """For the first name nobody has heard of, the one that was probably meant; empty if there is none.

    Args:
        param: the field that Zof did not know, if it said so; then no other is looked at, and what there is is listed.
    """
    catalogue = _known(zof, arguments.project)
    project = catalogue.project(arguments.project)
    choices = {
        "project_id": (arguments.project, [known.id for known in catalogue.projects]),
        "environment": (arguments.environment, project.environments if project else []),
        "test_suite_id": (arguments.suite, [suite.id for suite in project.suites] if project else []),
    }
    for typed, names in [choices[param]] if param in choices else choices.values():
        if typed and typed not in names and (near := nearest(typed, names)):
            return f"Did you mean {quoted(near)}?"
    names = choices[param][1] if param in choices else []
    return f"There are: {_some(names)}." if names else ""


def _some(names: list[str]) -> str:
    rest = len(names) - _SHOWN_NAMES
    return ", ".join(map(quoted, names[:_SHOWN_NAMES])) + (f" and {rest} more" if rest > 0 else "")


def _known(zof: ZofClient, project_id: str) -> Catalogue:
    """The names of ZOFOPS_CONFIG if that is set, of Zof's projects, and of what ran in this one lately."""
    catalogue = Catalogue()
    projects: list[Project] = []
    runs: list[Run] = []
    # A name to offer is a courtesy: what cannot be read is left out.
    with suppress(ZofApiError):
        if place := os.environ.get("ZOFOPS_CONFIG"):
            catalogue = load_catalogue(place)
    with suppress(ZofApiError):
        projects = zof.projects.list(limit=100).data
        runs = zof.runs.list(project_id=project_id, limit=100).data
    return merged(catalogue, projects, runs)


def _cases(text: str | None) -> list[str] | None:
    return None if text is None else [case.strip() for case in text.split(",") if case.strip()]


def _refused(error: ZofApiError, remark: str = "") -> ExitCode:
    sentence = error_sentences(error)
    if isinstance(error, ZofInvalidRequestError):
        sentence = as_typed(sentence)
    print(f"zofops: {sentence} {remark}".rstrip(), file=sys.stderr)
    return exit_codes.of_error(error)


def _follow(zof: ZofClient, run_id: str, timeout: float) -> ExitCode:
    again = f"The run goes on. Follow it with: zofops wait {run_id}"
    try:
        ended = zof.runs.wait_until_complete(run_id, deadline=timeout, on_update=_show)
    except ZofTimeoutError:
        print(f"zofops: it has not ended within {duration_text(timeout)}. {again}", file=sys.stderr)
        return ExitCode.WAITED_TOO_LONG
    except KeyboardInterrupt:
        print(f"\nzofops: stopped looking. {again}", file=sys.stderr)
        return ExitCode.INTERRUPTED
    _show_failures(zof, ended)
    _show_link(ended)
    return exit_codes.of_status(ended.status)


def _show(run: Run) -> None:
    took = took_text(run)
    end = f" · took {took}" if took else ""
    print(f"{status_style(run.status).word} · {progress_text(run)}{end}", flush=True)


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
            name = clean_text(case_name(result), 200)
            print(f"  {status_style(result.status).word:<7}{name}")
            shown += 1
    if shown < total:
        print(f"  and {total - shown} more")


def _show_link(run: Run) -> None:
    if run.url:
        print(f"Open in Console: {clean_text(run.url)}")
