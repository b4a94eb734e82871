"""The console's runs as HTML, from rows of the store. Pure: whatever tests printed is escaped here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape

from zof_local.platform.assumptions import SCHEDULE
from zof_local.platform.console.frame import clock, empty, press, size
from zof_local.platform.ids import module_of, name_of
from zof_local.platform.store.artifacts import Artifact
from zof_local.platform.store.results import LogLine, Result
from zof_local.platform.store.runs import Run
from zof_local.platform.store.schedules import Schedule

_WORDS = {
    "queued": "Queued",
    "running": "Running",
    "passed": "Passed",
    "failed": "Failed",
    "error": "Error",
    "canceled": "Cancelled",
    "skipped": "Skipped",
}
_MARKS = {
    "queued": "○",
    "running": "◐",
    "passed": "✓",
    "failed": "✕",
    "error": "!",
    "canceled": "⊘",
    "skipped": "–",
}
_FILES = {"log.txt": "All that pytest printed", "junit.xml": "JUnit XML, for other tools"}
_COUNTS = ("passed", "failed", "error", "skipped")


@dataclass(frozen=True, slots=True)
class Titles:
    """What people call projects, by id, and suites, by project and id: two projects may share a suite's id."""

    projects: Mapping[str, str]
    suites: Mapping[tuple[str, str], str]

    def project(self, of: Run | Schedule) -> str:
        """The name of its project."""
        return self.projects.get(of.project_id, of.project_id)

    def place(self, of: Run | Schedule) -> str:
        """Its project and environment."""
        return f"{self.project(of)} · {of.environment}"

    def selection(self, of: Run | Schedule) -> str:
        """What it runs: a suite's name, or cases."""
        if of.test_suite_id is not None:
            return self.suites.get((of.project_id, of.test_suite_id), of.test_suite_id)
        cases = of.test_case_ids or ()
        return cases[0] if len(cases) == 1 else f"{len(cases)} cases"


def missing(run_id: str) -> str:
    """There is no such run."""
    return empty(f"There is no run <code>{escape(run_id)}</code>", '<a href="/">All runs</a>')


def runs_list(runs: Sequence[Run], titles: Titles) -> str:
    """The newest runs."""
    if not runs:
        return empty(
            "No runs yet",
            "Start one with <code>POST /v1/runs</code>, from Slack or from a notebook, and it appears here.",
        )
    rows = "".join(
        f'<a class="row" href="/runs/{run.id}">{pill(run.status)}'
        f'<span class="what"><b>{escape(titles.selection(run))}</b>'
        f"<small>{escape(titles.place(run))}{_origin(run)}</small></span>"
        f'{_bar(run)}<span class="counts">{_counts(run)}</span>'
        f'<span class="when"><code>{run.id}</code><small>{clock(run.created_at)}</small></span></a>'
        for run in runs
    )
    under_way = {status: sum(run.status == status for run in runs) for status in ("running", "queued")}
    said = " · ".join(f"{count} {status}" for status, count in under_way.items() if count)
    return f'<h1>Runs <small>{said}</small></h1><section class="list">{rows}</section>'


def run_page(
    run: Run,
    results: Sequence[Result],
    log: Sequence[LogLine],
    titles: Titles,
    *,
    artifacts: Sequence[Artifact] = (),
    form_token: str | None = None,
) -> str:
    """One run: status, counts, the cases with the failures first, files, log.

    `form_token` is for who may cancel it: the owner of the machine, not everybody with the run's link.
    """
    reason = f'<p class="reason {run.status}">{escape(run.reason)}</p>' if run.reason else ""
    facts = [
        ("Run", f"<code>{run.id}</code>"),
        ("Project", escape(titles.project(run))),
        ("Environment", escape(run.environment)),
        ("Created", clock(run.created_at)),
        ("Source", _source(run)),
        ("Took" if run.is_terminal else "Running for", _took(run)),
    ]
    definitions = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in facts)
    cancel = (
        press(f"/runs/{run.id}/cancel", "Cancel run", form_token, quiet=True)
        if form_token is not None and not run.is_terminal
        else ""
    )
    return (
        f'<div class="title"><h1>{escape(titles.selection(run))}</h1>{pill(run.status)}{cancel}</div>{reason}'
        f'<section class="card">{_bar(run)}<p class="counts">{_counts(run)}</p>'
        f"<dl>{definitions}{_files(run, artifacts)}</dl></section>"
        f"{_cases(run, results)}{_log(log)}"
    )


def _source(run: Run) -> str:
    if run.scheduled_for is None:
        return "Started by hand"
    return f"Schedule, for {run.scheduled_for[11:16]} UTC"


def _origin(run: Run) -> str:
    return " · by schedule" if run.source == SCHEDULE else ""


def _files(run: Run, artifacts: Sequence[Artifact]) -> str:
    if not artifacts:
        return ""
    links = "".join(
        f'<a class="file" href="/runs/{run.id}/artifacts/{one.id}" download title="{_FILES.get(one.name, "")}">'
        f"{escape(one.name)} <small>{size(one.size_bytes)}</small></a>"
        for one in artifacts
    )
    return f'<div class="wide"><dt>Artifacts</dt><dd>{links}</dd></div>'


def _cases(run: Run, results: Sequence[Result]) -> str:
    troubled = [result for result in results if result.status in {"failed", "error"}]
    others = [result for result in results if result.status not in {"failed", "error"}]
    parts = []
    if troubled:
        parts.append(f'<h2>Needs a look <small>{len(troubled)}</small></h2><section class="list">')
        parts += [_case(result, shown=len(troubled) <= 3) for result in troubled]
        parts.append("</section>")
    if others:
        parts.append(f'<h2>Other cases <small>{len(others)}</small></h2><section class="list">')
        parts += [_case(result, shown=False) for result in others]
        parts.append("</section>")
    if not run.kept:
        return '<section class="empty"><p>Results, log and artifacts were removed, as the run is old.</p></section>'
    if not results:
        parts.append(f'<section class="empty"><p>{_waiting(run)}</p></section>')
    return "".join(parts)


def _waiting(run: Run) -> str:
    if run.status == "queued":
        return "Queued: the run starts as soon as there is room."
    return "No results." if run.is_terminal else "Collecting the cases …"


def _case(result: Result, *, shown: bool) -> str:
    summary = f'<p class="reason">{escape(result.failure_summary)}</p>' if result.failure_summary else ""
    output = f"<pre>{escape(result.output)}</pre>" if result.output else ""
    head = (
        f'<span class="mark {result.status}" title="{_WORDS[result.status]}">{_MARKS[result.status]}</span>'
        f'<span class="what"><b>{escape(name_of(result.node_id))}</b>'
        f"<small>{escape(module_of(result.node_id))}</small></span>"
        f'<span class="when">{_seconds(result.duration_ms)}</span>'
    )
    if not summary and not output:
        return f'<div class="case" id="{result.id}"><div class="line">{head}</div></div>'
    opened = " open" if shown else ""
    return (
        f'<details class="case" id="{result.id}"{opened}><summary class="line">{head}</summary>'
        f"{summary}{output}</details>"
    )


def _log(log: Sequence[LogLine]) -> str:
    if not log:
        return ""
    lines = "\n".join(
        f'<span class="{escape(line.level)}"><i>{line.timestamp[11:23]}</i> {escape(line.message)}</span>'
        for line in log
    )
    return (
        f'<h2>Log <small>{len(log)} lines</small></h2><details class="log" id="log">'
        f'<summary class="line">What pytest printed</summary><pre>{lines}</pre></details>'
    )


def pill(status: str) -> str:
    """A status as a coloured word."""
    return f'<span class="pill {status}"><span class="mark">{_MARKS[status]}</span>{_WORDS[status]}</span>'


def _bar(run: Run) -> str:
    parts = "".join(
        f'<i class="{name}" style="flex-grow:{count}"></i>'
        for name in _COUNTS
        if (count := getattr(run, name))
    )
    done = sum(getattr(run, name) for name in _COUNTS)
    left = max(0, (run.total or 0) - done) or (0 if parts else 1)
    rest = f'<i style="flex-grow:{left}"></i>' if left else ""
    label = f"{done} of {run.total} cases" if run.total is not None else "not collected yet"
    return f'<span class="bar" role="img" aria-label="{label}">{parts}{rest}</span>'


def _counts(run: Run) -> str:
    """The counts in the words that the card and the panel have for them: "13 passed, 2 errors"."""
    counted = {name: count for name in _COUNTS if (count := getattr(run, name))}
    line = ", ".join(
        f'<span class="{name}"><b>{count}</b> {"errors" if name == "error" and count > 1 else name}</span>'
        for name, count in counted.items()
    )
    left = (run.total or 0) - sum(counted.values())
    rest = f" · <b>{left}</b> {'not run' if run.is_terminal else 'to go'}" if left > 0 else ""
    return f"{line or 'no results yet'}{rest}"


def _took(run: Run) -> str:
    if run.started_at is None or run.completed_at is None:
        return "–" if run.started_at is None else f'<time data-since="{run.started_at}">…</time>'
    seconds = (
        datetime.fromisoformat(run.completed_at) - datetime.fromisoformat(run.started_at)
    ).total_seconds()
    return f"{seconds:.1f} s" if seconds < 60 else f"{int(seconds // 60)} min {int(seconds % 60):02d} s"


def _seconds(milliseconds: int) -> str:
    return f"{milliseconds} ms" if milliseconds < 1000 else f"{milliseconds / 1000:.2f} s"
