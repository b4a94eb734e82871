"""What the explorer can show, what can be asked for in it, and the words for both. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final, Literal

from notebook_ext.table_data import Table, Wish
from zof_core import Run
from zof_core.assumptions import PAGE_LIMIT_MAX
from zof_core.builders import list_runs
from zof_core.models import Page, creation
from zof_core.requests import Call
from zof_core.wording import status_style

Kind = Literal["runs", "results", "comparison", "flaky"]

RUN_STATUSES: Final = ("queued", "running", "passed", "failed", "error", "canceled")
LAST_RUNS: Final = 10
"""Ours: runs that the view of flaky cases looks at, unless somebody chooses otherwise."""

LAST_CHOICES: Final = (5, 10, 20, 50)
WHOLE_PAGES: Final = 50
"""Pages of each run's results that a comparison and the flaky view read; they say so where there are more."""


@dataclass(frozen=True)
class Words:
    """How a kind of scene is worded and begun.

    Args:
        title: over the table.
        noun: what a row is.
        hint: under the table.
        empty: said where there is no row.
        local: filters over what has been read: column → label.
        wish: how it is sorted at first.
        first: pages read at first, of a hundred.
        more: pages read when somebody asks for more.
    """

    title: str
    noun: str
    hint: str
    empty: str
    local: Mapping[str, str]
    wish: Wish = field(default_factory=Wish)
    first: int = WHOLE_PAGES
    more: int = WHOLE_PAGES


WORDS: Final[Mapping[Kind, Words]] = {
    "runs": Words(
        "Runs",
        "run",
        "Enter shows a run's results. Space picks up to two runs to compare.",
        "There are no such runs.",
        {"environment": "Environment", "suite": "What"},
        first=1,
        more=5,
    ),
    "results": Words(
        "Results",
        "result",
        "Enter opens a result.",
        "The run has no results yet.",
        {"status": "Status", "module": "Module"},
        wish=Wish(sort="status"),  # by the words, so that error and failed come before passed
        first=5,
        more=20,
    ),
    "comparison": Words(
        "Comparison",
        "change",
        "Enter opens a case.",
        "Every case is as it was.",
        {"change": "Change"},
    ),
    "flaky": Words(
        "Flaky cases",
        "case",
        "One change may be a regression or a repair; more are flaky. A hint of ours, not Zof's Test Health.",
        "No case both passed and failed in one environment, with three outcomes or more.",
        {"environment": "Environment", "module": "Module"},
    ),
}


@dataclass(frozen=True)
class Scene:
    """What is shown.

    Args:
        kind: the runs; the results of a run; what changed between two; the cases that changed over several.
        runs: ids of the runs it is made from; none for "runs".
        among: of "flaky": ids of the runs of which the last are taken, the newest first.
    """

    kind: Kind = "runs"
    runs: tuple[str, ...] = ()
    among: tuple[str, ...] = ()

    @property
    def words(self) -> Words:
        """How it is worded."""
        return WORDS[self.kind]

    @property
    def needs_all(self) -> bool:
        """Whether it says nothing true before all of its runs were read."""
        return self.kind in {"comparison", "flaky"}


def flaky_scene(among: Iterable[str], last: int) -> Scene:
    """The cases that changed over the last of these runs."""
    listed = tuple(among)
    return Scene("flaky", listed[:last], listed)


@dataclass(frozen=True)
class Query:
    """Which runs Zof is asked for; empty means any. Days are in UTC, and both included."""

    project: str = ""
    status: str = ""
    after: str = ""
    before: str = ""

    def call(self) -> Call[Page[Run]]:
        """The first page.

        Raises:
            ZofValidationError: that can be no project.
        """
        after, before = _midnight(self.after), _midnight(self.before)
        return list_runs(
            project_id=self.project or None,
            status=self.status or None,
            created_after=after,
            created_before=before + timedelta(days=1) if before else None,
            limit=PAGE_LIMIT_MAX,
        )

    def asking(self, key: str, value: str) -> Query:
        """The same with another value for a filter of the page; itself if that cannot be."""
        if key in {"after", "before"}:
            try:
                return replace(self, **{key: day_text(value)})
            except ValueError:
                return self
        if key == "run_status" and value in {"", *RUN_STATUSES}:
            return replace(self, status=value)
        return replace(self, project=value) if key == "project" else self


def day_text(day: date | str | None) -> str:
    """A day as `2026-05-20`, or nothing; a moment is the day it is in UTC.

    Raises:
        ValueError: it is no day.
    """
    if isinstance(day, datetime):
        return day.astimezone(UTC).date().isoformat()
    if isinstance(day, date):
        return day.isoformat()
    try:
        return date.fromisoformat(day).isoformat() if day else ""
    except ValueError:
        raise ValueError(f'"{str(day)[:40]}" is no day. Write it as in 2026-05-20, or give a date.') from None


def filters(
    scene: Scene, query: Query, wish: Wish, table: Table, *, projects: Mapping[str, str], last: int
) -> list[dict[str, Any]]:
    """What the page offers to filter by: for each its key, label, value and choices; without choices it is a day.

    Args:
        scene: what is shown.
        query: which runs were asked for.
        wish: which of the rows are wanted.
        table: the rows.
        projects: id → name.
        last: how many runs the flaky view looks at.
    """
    of_runs = scene.kind == "runs"
    listed: list[dict[str, Any]] = []
    if of_runs:
        names = sorted(projects.items(), key=lambda pair: pair[1].casefold())
        statuses = [(status, status_style(status).word) for status in RUN_STATUSES]
        listed.append(_choice("project", "Project", query.project, names))
        listed.append(_choice("run_status", "Status", query.status, statuses))
    if scene.kind == "flaky":
        lasts = [(str(number), f"Last {number}") for number in sorted({*LAST_CHOICES, last})]
        listed.append({"key": "last", "label": "Runs", "value": str(last), "choices": lasts})
    where = dict(wish.where)
    for key, label in scene.words.local.items():
        texts = [(text, text) for text in table.choices(key)]
        listed.append(_choice(key, label, where.get(key, ""), texts))
    if of_runs:
        days = (("after", "From", query.after), ("before", "To", query.before))
        listed += [{"key": key, "label": label, "value": value} for key, label, value in days]
    return listed


def actions(scene: Scene, *, picked: int, rows: int) -> list[dict[str, Any]]:
    """The buttons over the table."""
    if scene.kind != "runs":
        return [{"op": "runs", "label": "← Runs"}]
    return [
        {"op": "results", "label": "Show results", "off": picked != 1},
        {"op": "comparison", "label": "Compare", "off": picked != 2},
        {"op": "flaky", "label": "Flaky cases", "off": not rows},
    ]


def told_of(scene: Scene, query: Query, wish: Wish) -> str:
    """What is shown, in words that stand alone: `Runs (proj_abc, failed, from 2026-05-20)`."""
    where = [text for _, text in wish.where]
    days = [f"{word} {day}" for word, day in (("from", query.after), ("to", query.before)) if day]
    asked = (
        [query.project, query.status, *where, *days] if scene.kind == "runs" else [names_of(scene), *where]
    )
    search = [f'with "{wish.search}"'] if wish.search else []
    parts = ", ".join(filter(None, [*asked, *search]))
    return f"{scene.words.title} ({parts})" if parts else scene.words.title


def names_of(scene: Scene) -> str:
    """The runs it is about, by id."""
    return " → ".join(scene.runs) if scene.kind != "flaky" else ""


def counted(scene: Scene, *, whole: int, found: int, lacking: bool, unchanged: int | None) -> str:
    """How many rows there are, and what that leaves out.

    Args:
        scene: what is shown.
        whole: rows that were read.
        found: those of them that are filtered.
        lacking: there is more that was not read.
        unchanged: of a comparison: cases that are as before.
    """
    number = f"{found:,} of {whole:,}" if found != whole else f"{whole:,}"
    said = f"{number} {scene.words.noun}{'' if whole == 1 else 's'}"
    if scene.kind == "flaky":
        said += f" in the last {len(scene.runs)} run{'' if len(scene.runs) == 1 else 's'}"
    if unchanged is not None:
        said += f", {unchanged:,} as before"
    if lacking:
        said += ", of the results read so far" if scene.needs_all else " loaded, and there are more"
    return said


def older_first(runs: Sequence[Run]) -> tuple[str, ...]:
    """Their ids by age."""
    return tuple(run.id for run in sorted(runs, key=lambda run: creation(run)[0]))


def _midnight(day: str) -> datetime | None:
    return datetime.combine(date.fromisoformat(day), time.min, UTC) if day else None


def _choice(key: str, label: str, value: str, choices: Iterable[tuple[str, str]]) -> dict[str, Any]:
    listed = [("", "All"), *choices]
    if value not in {known for known, _ in listed}:
        listed.append((value, value))
    return {"key": key, "label": label, "value": value, "choices": listed}
