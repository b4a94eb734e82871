"""Watching many runs with few requests. No I/O: a round is a machine, and when the next one is due is arithmetic.

A round lists the queued and the running runs of each project and looks up on its own only what has left those lists, so
requests grow with projects and pages, not with runs. Rounds come ever less often while nothing changes, and never so
often that they use more than their share of Zof's rate window.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Generator, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from zof_core.assumptions import (
    PAGE_LIMIT_MAX,
    POLL_CAP_SECONDS,
    POLL_FACTOR,
    POLL_FIRST_SECONDS,
    POLL_SHARE,
    RATE_LIMIT_USUAL,
    STATUS_QUEUED,
    STATUS_RUNNING,
    WAIT_FAILURES_MAX,
)
from zof_core.builders import list_runs, retrieve_run
from zof_core.call import Plan
from zof_core.commands import Command
from zof_core.errors import (
    ZofApiError,
    ZofConnectionError,
    ZofRateLimitError,
    ZofServerError,
    ZofTimeoutError,
)
from zof_core.models import Page, Run
from zof_core.paging import Walk
from zof_core.requests import Call

_PASSING = (ZofServerError, ZofConnectionError, ZofRateLimitError, ZofTimeoutError)
_LISTED = (STATUS_QUEUED, STATUS_RUNNING)
"""In this order: a run that starts between the two lists was seen in the first."""

_CLOCKS_DIFFER = timedelta(seconds=1)
_WORTH_LISTING = 3
"""From so many runs of a project on, two lists are cheaper than looking up each."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """News of a run: how it is now, or why that cannot be known."""

    run_id: str
    run: Run | None
    error: ZofApiError | None = None

    @property
    def is_last(self) -> bool:
        """Whether nothing more will come."""
        return self.error is not None or (self.run is not None and self.run.is_terminal)


class Watchlist:
    """The runs that are watched, and what was last seen of them."""

    def __init__(self) -> None:
        self._seen: dict[str, Run | None] = {}
        self._projects: dict[str, str | None] = {}
        self._hinted: set[str] = set()
        self._pause = POLL_FIRST_SECONDS
        self._requests_a_round = 1
        self._failures = 0

    def __len__(self) -> int:
        return len(self._seen)

    def add(self, run_id: str, run: Run | None = None) -> None:
        """Watches a run from now on; looks soon."""
        if run_id not in self._seen:
            self._seen[run_id] = run
            self._projects[run_id] = run.project_id if run else None
            self._pause = POLL_FIRST_SECONDS

    def drop(self, run_id: str) -> None:
        """Watches it no longer."""
        self._seen.pop(run_id, None)
        self._projects.pop(run_id, None)
        self._hinted.discard(run_id)

    def hint(self, run_id: str) -> None:
        """Something is said to have happened to a run: it is looked up in the next round, which is due at once."""
        if run_id in self._seen:
            self._hinted.add(run_id)

    def latest(self, run_id: str) -> Run | None:
        """What was last seen of a run."""
        return self._seen.get(run_id)

    def next_pause(self, rate_limit: int | None, chance: float) -> float:
        """Seconds until the next round.

        Args:
            rate_limit: `X-RateLimit-Limit`, None if it is not known.
            chance: 0 to below 1.
        """
        if self._hinted:
            return 0.0
        share = POLL_SHARE * (rate_limit or RATE_LIMIT_USUAL) / 60.0
        return max(self._pause, self._requests_a_round / share) * (0.9 + 0.2 * chance)

    def round(self, plan: Plan) -> Generator[Command, Any, list[Sighting]]:
        """Looks at all watched runs.

        Returns:
            What is new. A run of which the last is said is watched no longer.
        """
        look = _Look(plan, dict(self._seen), dict(self._projects), set(self._hinted))
        self._hinted -= look.hinted
        try:
            yield from look.at_all()
        except _PASSING as error:
            self._failures += 1
            # Found out before it failed; the rest has its next chance in the next round.
            news = self._take(look.found)
            if self._failures < WAIT_FAILURES_MAX:
                self._slow_down()
                return news
            return news + self._give_up(error)
        except ZofApiError as error:
            return self._take(look.found) + self._give_up(error)
        self._failures = 0
        self._requests_a_round = max(1, look.requests)
        news = self._take(look.found)
        if news:
            self._pause = max(POLL_FIRST_SECONDS, self._pause / 2)
        else:
            self._slow_down()
        return news

    def _slow_down(self) -> None:
        self._pause = min(POLL_CAP_SECONDS, self._pause * POLL_FACTOR)

    def _take(self, found: Iterable[Sighting]) -> list[Sighting]:
        news: list[Sighting] = []
        for sighting in found:
            if sighting.run_id not in self._seen:
                continue
            if sighting.run is not None and sighting.run == self._seen[sighting.run_id]:
                continue
            news.append(sighting)
            if sighting.is_last:
                self.drop(sighting.run_id)
            elif sighting.run is not None:
                self._seen[sighting.run_id] = sighting.run
                self._projects[sighting.run_id] = sighting.run.project_id
        return news

    def _give_up(self, error: ZofApiError) -> list[Sighting]:
        lost = [Sighting(run_id, run, error) for run_id, run in list(self._seen.items())]
        for sighting in lost:
            self.drop(sighting.run_id)
        self._failures = 0
        return lost


class _Look:
    """One round's work."""

    def __init__(
        self, plan: Plan, seen: dict[str, Run | None], projects: dict[str, str | None], hinted: set[str]
    ) -> None:
        self.hinted = hinted & set(seen)
        self.found: list[Sighting] = []
        self.requests = 0
        self._plan = plan
        self._seen = seen
        self._projects = projects

    def at_all(self) -> Generator[Command, Any, None]:
        single = set(self.hinted)
        by_project: dict[str, set[str]] = defaultdict(set)
        for run_id, project in self._projects.items():
            if run_id in single:
                continue
            if project is None:
                single.add(run_id)
            else:
                by_project[project].add(run_id)
        for run_id in self._seen:
            if run_id in single:
                yield from self._retrieve(run_id)
        for project, wanted in by_project.items():
            listed = len(wanted) >= _WORTH_LISTING
            single = (yield from self._list(project, wanted)) if listed else wanted
            for run_id in self._seen:
                if run_id in single:
                    yield from self._retrieve(run_id)

    def _list(self, project: str, wanted: set[str]) -> Generator[Command, Any, set[str]]:
        """Finds runs in the lists of a project. Gives those that are in none: they have ended, or it seems so."""
        missing = set(wanted)
        for status in _LISTED:
            yield from self._walk(
                list_runs(project_id=project, status=status, limit=PAGE_LIMIT_MAX), missing, len(wanted)
            )
        # Of many ends at once, the list of all runs since the oldest of them costs less than looking up each.
        made = [run.created_at for run_id in missing if (run := self._seen[run_id]) and run.created_at]
        if len(missing) >= _WORTH_LISTING and len(made) == len(missing):
            since = min(made) - _CLOCKS_DIFFER
            call = list_runs(project_id=project, created_after=since, limit=PAGE_LIMIT_MAX)
            yield from self._walk(call, missing, len(missing) - 1, ended=True)
        return missing

    def _walk(
        self, call: Call[Page[Run]], missing: set[str], pages: int, *, ended: bool = False
    ) -> Generator[Command, Any, None]:
        """Finds runs in a list, in so many pages at most.

        Args:
            ended: whether a run that the list shows as ended is one to be told of. In a list of a status it is a sign
                that the list is behind, and the run is looked up.
        """
        walk = Walk(call)
        while walk.call is not None and missing and pages > 0:
            page = yield from self._plan.machine(walk.call)
            self.requests += 1
            pages -= 1
            for run in page.data:
                if run.id in missing and (ended or not run.is_terminal):
                    missing.discard(run.id)
                    self.found.append(Sighting(run.id, run))
            walk.turn(page)

    def _retrieve(self, run_id: str) -> Generator[Command, Any, None]:
        self.requests += 1
        try:
            run = yield from self._plan.machine(retrieve_run(run_id))
        except _PASSING:
            raise
        except ZofApiError as error:
            if error.status in {401, 403}:
                raise
            self.found.append(Sighting(run_id, self._seen[run_id], error))
        else:
            self.found.append(Sighting(run_id, run))
