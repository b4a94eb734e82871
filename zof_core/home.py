"""Reads what the home needs, with few requests; a part that cannot be read has its own trouble. No I/O: a machine,
for either client: `await client.drive(read_home(client.plan, catalogue))`, or the same without `await`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal, TypeVar

from zof_core.assumptions import PAGE_LIMIT_MAX, STATUS_QUEUED, STATUS_RUNNING
from zof_core.builders import list_results, list_runs, list_schedules
from zof_core.call import Plan
from zof_core.catalogue import Catalogue
from zof_core.commands import Command
from zof_core.errors import ZofApiError
from zof_core.models import Page, Result, Run, Schedule, creation
from zof_core.paging import Walk
from zof_core.posture import Figure, Posture, posture
from zof_core.requests import Call
from zof_core.wording import error_sentences

T = TypeVar("T")
Part = Literal["runs", "results", "schedules"]

WINDOW: Final = timedelta(hours=24)
LONGEST_RUN: Final = timedelta(hours=6)
"""Ours: a run that ended in the window was made at most so long before it."""

PAGES_MAX: Final = 5
"""Ours: pages of one list that are read, of a hundred items each. A home that is refreshed must stay cheap."""

ELSEWHERE: Final = "Specifications, test authoring and SSO are not in Zof's API: open them in the Console."
"""On Zof's own home and in no documented operation: named, and never given a number."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure of the home, or why it cannot be told."""

    figure: Figure
    trouble: ZofApiError | None = None


@dataclass(frozen=True, slots=True)
class Home:
    """The home of one moment.

    Args:
        posture: figures, upcoming schedules, next actions; computed from what could be read.
        runs: what was read of runs, newest first.
        troubles: part → why it could not be read.
        cut: parts that were longer than what is read; their figures count the newest of them.
    """

    posture: Posture
    runs: tuple[Run, ...]
    troubles: Mapping[Part, ZofApiError]
    cut: frozenset[Part]

    @property
    def active(self) -> tuple[Run, ...]:
        """Runs that have not ended, newest first."""
        return tuple(run for run in self.runs if not run.is_terminal)

    @property
    def notices(self) -> tuple[str, ...]:
        """What people should know of how it was read: sentences."""
        parts: dict[str, list[str]] = {}
        for part, error in self.troubles.items():
            parts.setdefault(error_sentences(error), []).append(part)
        failed = tuple(
            f"{_listed(names).capitalize()} could not be read. {said}" for said, names in parts.items()
        )
        most = PAGES_MAX * PAGE_LIMIT_MAX
        cut = (f"Of {part} only the newest {most} are counted." for part in sorted(self.cut))
        return (*failed, *cut)

    @property
    def tiles(self) -> tuple[Tile, ...]:
        """The figures in the order of the home, each with the trouble of what it is computed from."""
        of_runs = self.troubles.get("runs")
        of_results = of_runs or self.troubles.get("results")
        told = self.posture
        counted = (told.runs, told.pass_rate, told.active, told.stuck)
        judged = (told.coverage, told.open_critical, told.flaky)
        return (*(Tile(one, of_runs) for one in counted), *(Tile(one, of_results) for one in judged))


@dataclass(frozen=True, slots=True)
class Lists:
    """What a home is made from, as it was read at one moment; for everybody, so not yet for anybody's eyes."""

    at: datetime
    window: timedelta
    runs: tuple[Run, ...]
    results: tuple[Result, ...]
    schedules: tuple[Schedule, ...]
    troubles: Mapping[Part, ZofApiError]
    cut: frozenset[Part]


def read_home(
    plan: Plan,
    catalogue: Catalogue,
    *,
    projects: Collection[str] | None = None,
    window: timedelta = WINDOW,
) -> Generator[Command, Any, Home]:
    """Reads runs, results and schedules, and computes the home.

    Args:
        plan: how the client calls.
        catalogue: whose cases tell of coverage and of what is critical.
        projects: ids of the projects to tell of; None for all. What is of no project is left out with them.
        window: what "recent" means.
    """
    lists = yield from read_lists(plan, window=window)
    return home_of(lists, catalogue, projects=projects)


def read_lists(plan: Plan, *, window: timedelta = WINDOW) -> Generator[Command, Any, Lists]:
    """Reads what homes are made from, once for any number of them.

    Four lists are read, so the requests do not grow with projects, and at most with `PAGES_MAX` pages of each.

    Args:
        plan: how the client calls.
        window: what "recent" means.
    """
    now = datetime.fromtimestamp(plan.clock.wall(), UTC)
    reader = _Reader(plan)
    since = now - window - LONGEST_RUN
    recent = yield from reader.all("runs", list_runs(created_after=since, limit=PAGE_LIMIT_MAX))
    older: list[Run] = []
    for status in (STATUS_QUEUED, STATUS_RUNNING):
        older += yield from reader.all("runs", list_runs(status=status, limit=PAGE_LIMIT_MAX))
    results = yield from reader.all("results", list_results(created_after=since, limit=PAGE_LIMIT_MAX))
    schedules = yield from reader.all("schedules", list_schedules(limit=PAGE_LIMIT_MAX))

    return Lists(
        at=now,
        window=window,
        runs=tuple(_newest({run.id: run for run in (*recent, *older)}.values())),
        results=tuple(results),
        schedules=tuple(schedules),
        troubles=reader.troubles,
        cut=frozenset(reader.cut),
    )


def home_of(
    lists: Lists,
    catalogue: Catalogue,
    *,
    projects: Collection[str] | None = None,
    sees: Callable[[Run | Schedule], bool] | None = None,
) -> Home:
    """The home of whoever is to see it. Pure.

    Args:
        lists: what was read.
        catalogue: whose cases tell of coverage and of what is critical.
        projects: ids of the projects to tell of; None for all. What is of no project is left out with them.
        sees: whether a run or a schedule may be seen; None for all. Nothing of the others is counted.
    """

    def of(items: Iterable[T]) -> list[T]:
        wanted: Iterable[Any] = items
        return [
            one
            for one in wanted
            if (projects is None or one.project_id in projects) and (sees is None or sees(one))
        ]

    runs = of(lists.runs)
    known = {run.id for run in runs}
    unread = {"runs", "results"} & set(lists.troubles)
    # Without runs and results nothing can be said of any case: an empty list of cases says nothing.
    cases = [
        case
        for project in catalogue.projects
        if not unread and (projects is None or project.id in projects)
        for case in project.cases
    ]
    told = posture(
        runs,
        [result for result in lists.results if result.run_id in known],
        cases,
        of(lists.schedules),
        lists.at,
        window=lists.window,
    )
    return Home(told, tuple(runs), lists.troubles, lists.cut)


class _Reader:
    """Reads lists, and takes note of those that cannot be read or are too long."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self.troubles: dict[Part, ZofApiError] = {}
        self.cut: set[Part] = set()

    def all(self, part: Part, call: Call[Page[T]]) -> Generator[Command, Any, list[T]]:
        items: list[T] = []
        walk = Walk(call)
        try:
            for _ in range(PAGES_MAX):
                if walk.call is None:
                    break
                page = yield from self._plan.machine(walk.call, None, "background")
                items += page.data
                walk.turn(page)
        except ZofApiError as error:
            self.troubles[part] = error
        if walk.call is not None and part not in self.troubles:
            self.cut.add(part)
        return items


def _listed(names: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def _newest(runs: Iterable[Run]) -> list[Run]:
    return sorted(runs, key=creation, reverse=True)
