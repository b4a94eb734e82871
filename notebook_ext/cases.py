"""The cases of a run as its panel lists them: which run, which have ended, which are still to come. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from zof_core import Result, Run
from zof_core.catalogue import Catalogue
from zof_core.errors import clean_text
from zof_core.models import creation
from zof_core.wording import case_name, case_took_text, status_style

CASES_SHOWN = 30
RESULTS_KEPT = 200
"""Results of a run that are kept beside those that failed: the newest."""

UNDER_WAY = frozenset({"queued", "running"})
"""Ours: which statuses of a result mean that its case has not ended; the documentation names none."""

_NAME_LENGTH = 100


@dataclass(frozen=True)
class Case:
    """One case: `took` is how long it took, as text; empty if that is not known."""

    name: str
    module: str
    word: str
    tone: str
    took: str


def cases_of(run: Run, results: Sequence[Result], catalogue: Catalogue) -> tuple[tuple[Case, ...], int]:
    """The cases to show and how many more there are: running ones, then the newest that ended, then those to come.

    Args:
        run: whose; one of single cases says which are still to come.
        results: what is known of them, in any order.
        catalogue: names of cases.
    """
    under_way = [result for result in results if result.status in UNDER_WAY and not run.is_terminal]
    ended = sorted(
        (result for result in results if result.status not in UNDER_WAY), key=creation, reverse=True
    )
    known = {result.test_case_id for result in results}
    waiting = [] if run.is_terminal else [one for one in run.test_case_ids or () if one not in known]
    having = [*under_way, *ended]
    shown = [_case(result) for result in having[:CASES_SHOWN]]  # those alone: a run has news all the time
    to_come = waiting[: CASES_SHOWN - len(shown)]
    names = _names(run, catalogue) if to_come else {}
    shown += [
        Case(clean_text(names.get(one, one), _NAME_LENGTH), "", "Waiting", "neutral", "") for one in to_come
    ]
    number = max(_counted(run), len(having)) + len(waiting)
    return tuple(shown), number - len(shown)


def now_line(results: Iterable[Result]) -> str:
    """The case that is running if the platform says so, else the one that ended last."""
    found = list(results)
    running = next((result for result in found if result.status in UNDER_WAY), None)
    if running is not None:
        return f"Now: {case_name(running)}"
    dated = [result for result in found if result.created_at is not None]
    if not dated:
        return ""
    latest = max(dated, key=creation)
    return f"Last: {case_name(latest)}, {status_style(latest.status).word.lower()}"


def counted_at(results: Iterable[Result]) -> datetime | None:
    """When the newest case ended."""
    return max(
        (one.created_at for one in results if one.created_at and one.status not in UNDER_WAY), default=None
    )


def newest(results: Iterable[Result], always: frozenset[str]) -> list[Result]:
    """What is kept of results: those of the statuses in `always`, and the newest others, in the order they came."""
    in_order = sorted(results, key=creation, reverse=True)
    others = {one.id for one in islice((one for one in in_order if one.status not in always), RESULTS_KEPT)}
    return [one for one in reversed(in_order) if one.status in always or one.id in others]


def _case(result: Result) -> Case:
    style = status_style(result.status)
    took = case_took_text(result)
    name, module = (
        clean_text(case_name(result), _NAME_LENGTH),
        clean_text(result.module or "", _NAME_LENGTH),
    )
    return Case(name, module, style.word, style.tone, took)


def _names(run: Run, catalogue: Catalogue) -> dict[str, str]:
    project = catalogue.project(run.project_id or "")
    return {case.id: case.name for case in (project.cases if project else ()) if case.name}


def _counted(run: Run) -> int:
    counts = run.summary
    return counts.passed + counts.failed + counts.error + counts.skipped if counts else 0
