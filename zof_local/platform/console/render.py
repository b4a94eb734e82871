"""The console's HTML, from rows of the store. Pure: whatever tests printed is escaped here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape

from zof_local.platform.ids import module_of, name_of
from zof_local.platform.store.results import LogLine, Result
from zof_local.platform.store.runs import Run

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
_COUNTS = ("passed", "failed", "error", "skipped")


@dataclass(frozen=True, slots=True)
class Titles:
    """What people call projects, by id, and suites, by project and id: two projects may share a suite's id."""

    projects: Mapping[str, str]
    suites: Mapping[tuple[str, str], str]

    def project(self, run: Run) -> str:
        """The name of the run's project."""
        return self.projects.get(run.project_id, run.project_id)

    def suite(self, project_id: str, suite_id: str) -> str:
        """The name of a project's suite."""
        return self.suites.get((project_id, suite_id), suite_id)


def document(title: str, content: str, live: str | None) -> str:
    """A whole page; `live` is the path that its content is read from again while it changes."""
    source = f' data-live="{escape(live)}"' if live else ""
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/assets/console.css">
<script src="/assets/console.js" defer></script>
</head>
<body>
<header><a class="brand" href="/"><span class="dot"></span>Zof <em>local</em></a>
<span class="note">A stand-in on this machine; not the Zof service</span></header>
<main id="content"{source}>{content}</main>
</body>
</html>
"""


def refused() -> str:
    """What somebody without the token sees."""
    return document(
        "Zof local",
        '<section class="empty"><h1>This page needs its link</h1><p>Open the console with the link that the '
        "platform printed when it started, or open a run with the link that came with it.</p></section>",
        None,
    )


def missing(run_id: str) -> str:
    """There is no such run."""
    return document(
        "No such run",
        f'<section class="empty"><h1>There is no run <code>{escape(run_id)}</code></h1>'
        '<p><a href="/">All runs</a></p></section>',
        None,
    )


def runs_list(runs: Sequence[Run], titles: Titles) -> str:
    """The newest runs."""
    if not runs:
        return (
            '<section class="empty"><h1>No runs yet</h1><p>Start one with <code>POST /v1/runs</code>, from '
            "Slack or from a notebook, and it appears here.</p></section>"
        )
    rows = "".join(
        f'<a class="row" href="/runs/{run.id}">{_pill(run.status)}'
        f'<span class="what"><b>{escape(_selection(run, titles))}</b>'
        f"<small>{escape(_place(run, titles))}</small></span>"
        f'{_bar(run)}<span class="counts">{_counts(run)}</span>'
        f'<span class="when"><code>{run.id}</code><small>{_clock(run.created_at)}</small></span></a>'
        for run in runs
    )
    return f'<h1>Runs</h1><section class="list">{rows}</section>'


def run_page(run: Run, results: Sequence[Result], log: Sequence[LogLine], titles: Titles) -> str:
    """One run: status, counts, the cases with the failures first, the log."""
    reason = f'<p class="reason">{escape(run.reason)}</p>' if run.reason else ""
    facts = [
        ("Run", f"<code>{run.id}</code>"),
        ("Project", escape(titles.project(run))),
        ("Environment", escape(run.environment)),
        ("Created", _clock(run.created_at)),
        ("Started", _clock(run.started_at)),
        ("Took" if run.is_terminal else "Running for", _took(run)),
    ]
    definitions = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in facts)
    return (
        f'<div class="title"><h1>{escape(_selection(run, titles))}</h1>{_pill(run.status)}</div>{reason}'
        f'<section class="card">{_bar(run)}<p class="counts">{_counts(run)}</p>'
        f"<dl>{definitions}</dl></section>"
        f"{_cases(run, results)}{_log(log)}"
    )


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


def _pill(status: str) -> str:
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


def _selection(run: Run, titles: Titles) -> str:
    if run.test_suite_id is not None:
        return titles.suite(run.project_id, run.test_suite_id)
    cases = run.test_case_ids or ()
    return cases[0] if len(cases) == 1 else f"{len(cases)} cases"


def _place(run: Run, titles: Titles) -> str:
    return f"{titles.project(run)} · {run.environment}"


def _clock(moment: str | None) -> str:
    if moment is None:
        return "–"
    return f'<time datetime="{moment}">{moment[:10]} {moment[11:19]} UTC</time>'


def _took(run: Run) -> str:
    if run.started_at is None or run.completed_at is None:
        return "–" if run.started_at is None else f'<time data-since="{run.started_at}">…</time>'
    seconds = (
        datetime.fromisoformat(run.completed_at) - datetime.fromisoformat(run.started_at)
    ).total_seconds()
    return f"{seconds:.1f} s" if seconds < 60 else f"{int(seconds // 60)} min {int(seconds % 60):02d} s"


def _seconds(milliseconds: int) -> str:
    return f"{milliseconds} ms" if milliseconds < 1000 else f"{milliseconds / 1000:.2f} s"
