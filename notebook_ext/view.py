"""What a run's panel shows, as data: from a run and its results to words, numbers and shares. Pure.

The live panel, the frozen output and the text are all made from one `RunView`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

from notebook_ext.cases import Case, cases_of, counted_at, now_line
from zof_core import Artifact, Result, Run, RunSummary, Schedule
from zof_core.catalogue import Catalogue
from zof_core.models import creation
from zof_core.usual import Usual, expected_end
from zof_core.wording import case_name, duration_text, status_style

FAILURES_SHOWN = 5
FAILURE_TEXT_LIMIT = 600
"""Characters of a failure's text; the rest is in Zof."""

BAD_RESULTS = ("failed", "error")
NO_NAMES = Catalogue()
_COUNTED = ("passed", "failed", "error", "skipped")


@dataclass(frozen=True)
class Snapshot:
    """What is known of a run at one moment.

    Attributes:
        run: as the platform last gave it; None before its first answer.
        results: results worth showing, in no order: all that failed, and the newest others.
        artifacts: the files that a run which has ended left.
        usual: how long such a run usually takes.
        as_of: when `run` was read, in seconds since the epoch; None before the first answer.
        trouble: why the newest attempt to read it failed and what happens next, as a sentence; empty if it did not.
        trouble_final: the trouble does not pass by itself (no such run), so nobody tries again.
        cancelling: a cancel was asked for and is not confirmed yet.
        refusal: why the newest cancel was refused, as sentences.
    """

    run: Run | None = None
    results: tuple[Result, ...] = ()
    artifacts: tuple[Artifact, ...] = ()
    usual: Usual | None = None
    as_of: float | None = None
    trouble: str = ""
    trouble_final: bool = False
    cancelling: bool = False
    refusal: str = ""

    @property
    def ended(self) -> bool:
        """Nothing more will come."""
        return self.trouble_final or (self.run is not None and self.run.is_terminal)


@dataclass(frozen=True)
class Count:
    """How many cases came out one way: `word` as people read it, `share` of the whole in percent."""

    key: str
    word: str
    icon: str
    tone: str
    number: int
    share: float


@dataclass(frozen=True)
class Failure:
    """A case that did not pass, with the first of what it said."""

    name: str
    module: str
    word: str
    icon: str
    tone: str
    text: str


@dataclass(frozen=True)
class RunView:
    """All that a run's panel says. Texts are plain: whoever renders them escapes them."""

    run_id: str
    title: str
    status: str
    word: str
    icon: str
    tone: str
    project: str = ""
    environment: str = ""
    url: str = ""
    total: int | None = None
    done: int = 0
    counts: tuple[Count, ...] = ()
    now: str = ""
    cases: tuple[Case, ...] = ()
    cases_more: int = 0
    expected_end: float | None = None
    expected_by: str = ""
    artifacts: tuple[Artifact, ...] = ()
    failures: tuple[Failure, ...] = ()
    failures_more: int = 0
    duration: str = ""
    ticking_since: float | None = None
    begun: str = ""
    times: str = ""
    as_of: str = ""
    notice: str = ""
    can_cancel: bool = False
    cancelling: bool = False
    ended: bool = False


def run_view(run_id: str, snapshot: Snapshot, *, now: float, catalogue: Catalogue = NO_NAMES) -> RunView:
    """The view of a run.

    Args:
        run_id: the run's id, known even before the platform answers.
        snapshot: what is known of it.
        now: seconds since the epoch, for the duration of a run that is still running.
        catalogue: names for the ids of projects and suites.
    """
    run = snapshot.run
    if run is None:
        return _unread_view(run_id, snapshot)
    style = status_style(run.status)
    counts, total, done = _counts(run)
    failures, more = _failures(snapshot, counts)
    cases, cases_more = cases_of(run, snapshot.results, catalogue)
    end = expected_end(run, now=now, usual=snapshot.usual, counted_at=counted_at(snapshot.results))
    return RunView(
        run_id=run.id,
        title=title_of(run, catalogue),
        status=run.status,
        word=style.word,
        icon=style.icon,
        tone=style.tone,
        project=project_name(run, catalogue),
        environment=run.environment or "",
        url=safe_url(run.url),
        total=total,
        done=done,
        counts=counts,
        now="" if run.is_terminal else now_line(snapshot.results),
        cases=cases,
        cases_more=cases_more,
        expected_end=end,
        expected_by=_expected_by(run, end, snapshot.usual),
        artifacts=snapshot.artifacts,
        failures=failures,
        failures_more=more,
        duration=_duration(run, now),
        ticking_since=_ticking_since(run),
        begun=date_text(begun)[: len("2026-05-20 12:03")] + " UTC"
        if (begun := run.started_at or run.created_at)
        else "",
        times=_times(run),
        as_of=_as_of(run, snapshot),
        notice=_notice(snapshot),
        can_cancel=not run.is_terminal,
        cancelling=snapshot.cancelling and not run.is_terminal,
        ended=run.is_terminal,
    )


def safe_url(url: str | None) -> str:
    """The URL if it is an absolute http or https one, else nothing: it comes from outside and becomes a link."""
    try:
        parts = urlsplit(url or "")
    except ValueError:
        return ""
    return (url or "") if parts.scheme in {"http", "https"} and parts.netloc else ""


def clock_text(moment: float | datetime) -> str:
    """`12:03:10 UTC`."""
    at = moment if isinstance(moment, datetime) else datetime.fromtimestamp(moment, UTC)
    return at.astimezone(UTC).strftime("%H:%M:%S UTC")


def date_text(moment: datetime) -> str:
    """`2026-05-20 12:03:10 UTC`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def _unread_view(run_id: str, snapshot: Snapshot) -> RunView:
    """Before the first answer there is an id, and maybe trouble."""
    view = RunView(run_id=run_id, title="Run", status="", word="Reading", icon="dots", tone="neutral")
    if snapshot.trouble:
        view = replace(view, word="Not read", icon="alert", tone="warning", notice=_notice(snapshot))
    return replace(view, ended=snapshot.trouble_final)


def title_of(run: Run | Schedule, catalogue: Catalogue) -> str:
    """What is run: a suite by its name, or so many cases."""
    if run.test_suite_id:
        project = catalogue.project(run.project_id or "")
        suites = project.suites if project else []
        return next(
            (suite.name for suite in suites if suite.id == run.test_suite_id and suite.name),
            run.test_suite_id,
        )
    if run.test_case_ids:
        number = len(run.test_case_ids)
        return f"{number} test case{'' if number == 1 else 's'}"
    return "Run"


def project_name(run: Run | Schedule, catalogue: Catalogue) -> str:
    """The name of its project; the id if there is none, and nothing where it is of no project."""
    project = catalogue.project(run.project_id or "")
    return (project.name if project else None) or run.project_id or ""


def _counts(run: Run) -> tuple[tuple[Count, ...], int | None, int]:
    """Counts as Zof gives them, the total if it is known, and how many cases are done."""
    if run.summary is None:
        return (), None, 0
    numbers = {key: int(getattr(run.summary, key) or 0) for key in _COUNTED}
    done = sum(numbers.values())
    total = max(int(run.summary.total or 0), done)
    counts = []
    for key, number in numbers.items():
        style = status_style(key)
        share = 100 * number / total if total else 0.0
        word = "errors" if key == "error" and number != 1 else style.word.lower()
        counts.append(Count(key, word, style.icon, style.tone, number, round(share, 2)))
    return tuple(counts), total or None, done


def _failures(snapshot: Snapshot, counts: Sequence[Count]) -> tuple[tuple[Failure, ...], int]:
    bad = sorted((result for result in snapshot.results if result.status in BAD_RESULTS), key=creation)
    shown = tuple(_failure(result) for result in bad[:FAILURES_SHOWN])
    counted = sum(count.number for count in counts if count.key in BAD_RESULTS)
    return shown, max(counted, len(bad)) - len(shown)


def in_step(results: Iterable[Result], summary: RunSummary | None, *, whole: bool) -> list[Result]:
    """The results that the counts hold, for results are read after the counts and may be ahead of them.

    Args:
        results: what was found, in any order.
        summary: the counts; without them there is nothing to be ahead of.
        whole: `results` are all there are. Else only the bad ones are, of which none is ever forgotten.
    """
    in_order = sorted(results, key=creation)
    if summary is None:
        return in_order
    left = {key: int(getattr(summary, key)) for key in (_COUNTED if whole else BAD_RESULTS)}
    kept = []
    for result in in_order:
        left[result.status] = left.get(result.status, 1 + len(in_order)) - 1
        if left[result.status] >= 0:
            kept.append(result)
    return kept


def _failure(result: Result) -> Failure:
    style = status_style(result.status)
    text = (result.failure_summary or "").strip()
    if len(text) > FAILURE_TEXT_LIMIT:
        text = text[:FAILURE_TEXT_LIMIT].rstrip() + " …"
    return Failure(
        name=case_name(result),
        module=result.module or "",
        word=style.word,
        icon=style.icon,
        tone=style.tone,
        text=text,
    )


def _expected_by(run: Run, end: float | None, usual: Usual | None) -> str:
    """How the expected end was computed: we state the definition of each number of ours."""
    if end is None or run.started_at is None:
        return ""
    by_usual = usual is not None and end == run.started_at.timestamp() + usual.seconds
    return usual.definition if usual is not None and by_usual else "from the share of its cases that are done"


def _duration(run: Run, now: float) -> str:
    """How long it ran, or has been running; nothing while it is queued."""
    if run.started_at is None:
        return ""
    begun = run.started_at.timestamp()
    if run.completed_at:
        return duration_text(run.completed_at.timestamp() - begun)
    return "" if run.is_terminal else duration_text(max(now - begun, 0.0) // 1)


def _ticking_since(run: Run) -> float | None:
    if run.is_terminal or run.started_at is None:
        return None
    return run.started_at.timestamp()


def _times(run: Run) -> str:
    """When it started (or was made) and ended; Zof asks for a time wherever a run is shown."""
    begun = run.started_at or run.created_at
    line = f"{'Started' if run.started_at else 'Created'} {date_text(begun)}" if begun else ""
    if not (run.is_terminal and run.completed_at):
        return line
    end = run.completed_at
    ended = clock_text(end) if begun and begun.date() == end.date() else date_text(end)
    return f"{line} · ended {ended}" if line else f"Ended {ended}"


def _as_of(run: Run, snapshot: Snapshot) -> str:
    """When a run that goes on was read; nothing where the notice says it."""
    said = snapshot.trouble and not snapshot.trouble_final
    if run.is_terminal or snapshot.as_of is None or said:
        return ""
    return f"As of {clock_text(snapshot.as_of)}"


def _notice(snapshot: Snapshot) -> str:
    if not snapshot.trouble:
        return "" if snapshot.ended else snapshot.refusal
    if snapshot.trouble_final or snapshot.as_of is None:
        return snapshot.trouble
    return f"As of {clock_text(snapshot.as_of)} — {snapshot.trouble}"
