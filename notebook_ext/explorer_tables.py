"""What the explorer shows as tables: runs, results, what changed between two runs, and cases that change. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from notebook_ext.table_data import Column, Table
from notebook_ext.view import RunView, Snapshot, run_view, safe_url
from zof_core import Result, Run
from zof_core.catalogue import Catalogue
from zof_core.comparison import Change
from zof_core.flakiness import VERDICTS, FlakyCase
from zof_core.wording import case_name

T = TypeVar("T")


def runs_table(runs: Sequence[Run], catalogue: Catalogue, *, of_one_project: bool = False) -> Table:
    """Runs, in the order Zof lists them: the newest first.

    Args:
        runs: the runs.
        catalogue: names for ids.
        of_one_project: all are, as a filter says; so no column repeats it.
    """
    views = [run_view(run.id, Snapshot(run=run), now=0.0, catalogue=catalogue) for run in runs]
    of_run, of_view = _over(runs), _over(views)
    return Table(
        [
            # Without the project all are in sight beside JupyterLab's file browser; the run's id leads to its results.
            Column("status", "Status", of_run(lambda run: run.status), "status", width=106),
            Column("id", "Run", of_run(lambda run: run.id), "code", width=152, grow=1),
            Column("suite", "What", of_view(lambda view: view.title), width=92, grow=2),
            Column(
                "project",
                "Project",
                of_view(lambda view: view.project),
                width=100,
                grow=1,
                hidden=of_one_project,
            ),
            Column("environment", "Environment", of_view(lambda view: view.environment), width=100),
            Column("outcomes", "Outcomes", of_view(_counts), width=120, grow=2),
            Column("duration_ms", "Duration", of_run(_run_ms), "duration", width=76),
            Column("created_at", "Created (UTC)", of_run(lambda run: run.created_at), "time", width=162),
            Column("project_id", "Project id", of_run(lambda run: run.project_id), "code", hidden=True),
            Column("suite_id", "Suite id", of_run(lambda run: run.test_suite_id), "code", hidden=True),
            *(
                Column(key, key.capitalize(), of_run(_counter(key)), "number", hidden=True)
                for key in ("passed", "failed", "error", "skipped", "total")
            ),
            Column("started_at", "Started", of_run(lambda run: run.started_at), "time", hidden=True),
            Column("completed_at", "Ended", of_run(lambda run: run.completed_at), "time", hidden=True),
            Column("url", "Console", of_run(lambda run: safe_url(run.url)), hidden=True),
        ]
    )


def results_table(results: Sequence[Result]) -> Table:
    """Results in the order they were read."""
    of = _over(results)
    return Table(
        [
            Column("status", "Status", of(lambda one: one.status), "status", width=104),
            Column("name", "Case", of(case_name), "code", width=200, grow=3),
            Column("module", "Module", of(lambda one: one.module), width=100, grow=1),
            Column("duration_ms", "Duration", of(lambda one: one.duration_ms), "duration", width=90),
            Column("said", "What it said", of(_first_line), width=200, grow=3),
            Column("test_case_id", "Case id", of(lambda one: one.test_case_id), "code", hidden=True),
            Column("run_id", "Run", of(lambda one: one.run_id), "code", hidden=True),
            Column("id", "Result", of(lambda one: one.id), "code", hidden=True),
            Column("created_at", "Created", of(lambda one: one.created_at), "time", hidden=True),
            Column("failure_summary", "Failure", of(lambda one: one.failure_summary), hidden=True),
        ]
    )


def comparison_table(changes: Sequence[tuple[str, Change]]) -> Table:
    """What changed from one run to another."""
    of = _over(changes)

    def before(get: Callable[[Result], Any]) -> list[Any]:
        return of(lambda pair: get(pair[1].before) if pair[1].before else None)

    def after(get: Callable[[Result], Any]) -> list[Any]:
        return of(lambda pair: get(pair[1].after) if pair[1].after else None)

    return Table(
        [
            Column("change", "Change", of(lambda pair: pair[0]), width=150),
            Column("name", "Case", of(lambda pair: pair[1].name), "code", width=200, grow=2),
            Column("before", "Before", before(lambda one: one.status), "status", width=104),
            Column("after", "After", after(lambda one: one.status), "status", width=104),
            Column("before_ms", "Took before", before(lambda one: one.duration_ms), "duration", width=104),
            Column("after_ms", "Took after", after(lambda one: one.duration_ms), "duration", width=104),
            Column("test_case_id", "Case id", of(lambda pair: pair[1].case), "code", hidden=True),
            Column("before_said", "Failure before", before(lambda one: one.failure_summary), hidden=True),
            Column("after_said", "Failure after", after(lambda one: one.failure_summary), hidden=True),
        ]
    )


def flaky_table(cases: Sequence[FlakyCase]) -> Table:
    """Cases whose verdict changes, each with its outcomes, oldest first."""
    of = _over(cases)
    return Table(
        [
            Column("name", "Case", of(lambda one: one.name), "code", width=200, grow=3),
            Column("module", "Module", of(lambda one: one.module), width=100, grow=1),
            Column("environment", "Environment", of(lambda one: one.environment), width=100),
            Column("changes", "Changes", of(lambda one: one.changes), "number", width=80),
            Column("failed", "Failed", of(_failed), "number", width=70),
            Column("outcomes", "Outcomes, oldest first", of(_outcomes), "outcomes", width=220, grow=2),
            Column("test_case_id", "Case id", of(lambda one: one.case), "code", hidden=True),
            Column("runs", "Runs, oldest first", of(_runs), hidden=True),
        ]
    )


def _over(items: Sequence[T]) -> Callable[[Callable[[T], Any]], list[Any]]:
    return lambda get: [get(item) for item in items]


def _counts(view: RunView) -> str:
    return ", ".join(f"{count.number} {count.word}" for count in view.counts if count.number)


def _counter(key: str) -> Callable[[Run], Any]:
    return lambda run: getattr(run.summary, key) if run.summary else None


def _run_ms(run: Run) -> float | None:
    if run.started_at is None or run.completed_at is None:
        return None
    return max((run.completed_at - run.started_at).total_seconds() * 1000, 0.0)


def _first_line(result: Result) -> str:
    lines: Iterable[str] = (result.failure_summary or "").strip().splitlines()
    return next(iter(lines), "")


def _failed(case: FlakyCase) -> int:
    return sum(one.status == "failed" for one in case.results if one.status in VERDICTS)


def _outcomes(case: FlakyCase) -> list[str]:
    return [one.status for one in case.results]


def _runs(case: FlakyCase) -> str:
    return " ".join(one.run_id or "" for one in case.results)
