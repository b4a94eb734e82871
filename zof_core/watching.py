"""Watching many runs with few requests. No I/O: a round is a machine, and when the next one is due is arithmetic.

A round lists the queued and the running runs of each project and looks up on its own only what has left those lists, so
requests grow with projects and pages, not with runs. Rounds come ever less often while nothing changes. Requests are
counted (`zof_core.allowance`): a round that would use more than its share of Zof's rate limit pauses in the middle.
"""

from __future__ import annotations

import math
import threading
from collections import defaultdict
from collections.abc import Generator, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from zof_core.allowance import Allowance
from zof_core.assumptions import (
    PAGE_LIMIT_MAX,
    POLL_CAP_SECONDS,
    POLL_FACTOR,
    POLL_FIRST_SECONDS,
    RATE_WINDOW_MAX_SECONDS,
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
from zof_core.models import Page, Run, ZofModel, response_of
from zof_core.paging import Walk
from zof_core.requests import Call
from zof_core.validation import id_problem

M = TypeVar("M", bound=ZofModel)
_PASSING = (ZofServerError, ZofConnectionError, ZofRateLimitError, ZofTimeoutError)
_LISTED = (STATUS_QUEUED, STATUS_RUNNING)
"""In this order: a run that starts between the two lists was seen in the first."""

_CLOCKS_DIFFER = timedelta(seconds=1)
_GATHER_SECONDS = 10.0
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


@dataclass(frozen=True, slots=True)
class Pace:
    """How often runs are looked at, in seconds between rounds, where the share of the rate limit allows it."""

    first: float = POLL_FIRST_SECONDS
    longest: float = POLL_CAP_SECONDS


@dataclass(frozen=True, slots=True)
class _Pause:
    """A look needs more requests than may be sent now: it goes on when there are some."""


class Watchlist:
    """The runs that are watched, and what was last seen of them. Runs come and go while a round is under way."""

    def __init__(self, pace: Pace = Pace()) -> None:  # it is frozen
        self.allowance = Allowance()
        self._pace = pace
        self._seen: dict[str, Run | None] = {}
        self._projects: dict[str, str | None] = {}
        self._hinted: set[str] = set()
        self._new: set[str] = set()
        self._looks: list[_Look] = []
        self._pause = pace.first
        self._due_at: float | None = None
        self._new_at = -math.inf
        self._requests_a_round = 1
        self._failures = 0
        self._lock = threading.RLock()

    def __len__(self) -> int:
        return len(self._seen)

    def add(self, run_id: str, run: Run | None = None, project_id: str | None = None) -> None:
        """Watches a run from now on; looks at once.

        Args:
            run: as it was last seen.
            project_id: where it is, if that is known of a run that was not seen.
        """
        with self._lock:
            if run_id in self._seen:
                return
            if not self._seen:
                self._due_at = None
            self._seen[run_id] = run
            self._projects[run_id] = _listable(run.project_id if run else project_id)
            self._new.add(run_id)
            self._pause = self._pace.first

    def drop(self, run_id: str) -> None:
        """Watches it no longer."""
        with self._lock:
            self._seen.pop(run_id, None)
            self._projects.pop(run_id, None)
            self._hinted.discard(run_id)
            self._new.discard(run_id)

    def hint(self, run_id: str) -> None:
        """Something is said to have happened to a run: it is looked up at once, before the next round is due."""
        with self._lock:
            if run_id in self._seen:
                self._hinted.add(run_id)

    def latest(self, run_id: str) -> Run | None:
        """What was last seen of a run."""
        return self._seen.get(run_id)

    def next_pause(self, plan: Plan) -> float:
        """Seconds until there is something to do that may be done."""
        now = plan.clock.monotonic()
        self.allowance.limit(_rate_limit(plan))
        if self._hinted or (self._looks and self._looks[-1].hinted):
            return self.allowance.wait(now, hinted=True)
        if self._looks:
            return self.allowance.wait(now)
        round_in = max(self._until_due(now), self.allowance.wait(now, self._requests_a_round))
        if not self._new:
            return round_in
        return min(round_in, max(self._until_new(now), self.allowance.wait(now)))

    def round(self, plan: Plan) -> Generator[Command, Any, list[Sighting]]:
        """Looks at runs of which something is said to have happened, else at new ones, else at all, or goes on with it.

        Returns:
            What is new. A run of which the last is said is watched no longer.
        """
        self.allowance.limit(_rate_limit(plan))
        self._begin(plan)
        look = self._looks[-1]
        try:
            is_done = yield from look.go_on()
        except ZofApiError as error:
            self._looks.remove(look)
            return self._take(look.found()) + self._failed(error, plan)
        except BaseException:
            self._looks.remove(look)
            raise
        news = self._take(look.found())
        look.news += len(news)
        if is_done:
            self._looks.remove(look)
            self._failures = 0
            if look.is_round:
                self._requests_a_round = max(1, look.requests)
                longer, shorter = self._pause * POLL_FACTOR, self._pause / 2
                pace = self._pace
                self._pause = max(pace.first, shorter) if look.news else min(pace.longest, longer)
                self._set_due(plan)
        return news

    def _begin(self, plan: Plan) -> None:
        """Begins a look, if there is a reason to."""
        now = plan.clock.monotonic()
        with self._lock:
            self._looks = [look for look in self._looks if look.matters]
            if self._hinted:
                ids, self._hinted = self._hinted, set()
                self._looks.append(_Look(plan, self, ids, hinted=True))
            elif self._new and self._until_new(now) <= 0:
                ids, self._new = self._new, set()
                self._looks.append(_Look(plan, self, ids))
                self._new_at = now
                self._set_due(plan, latest=self._due_at)
            elif not self._looks:
                self._new.clear()
                self._looks.append(_Look(plan, self, set(self._seen), is_round=True))

    def _until_due(self, now: float) -> float:
        return math.inf if self._due_at is None else max(0.0, self._due_at - now)

    def _until_new(self, now: float) -> float:
        """Seconds until new runs are looked at: none, unless so many came singly that half of the share is used."""
        return max(0.0, self._new_at + _GATHER_SECONDS - now) if self.allowance.is_half_spent(now) else 0.0

    def _set_due(self, plan: Plan, at_least: float = 0.0, latest: float | None = None) -> None:
        jitter = 0.9 + 0.2 * plan.clock.random()
        due_at = plan.clock.monotonic() + max(self._pause * jitter, at_least)
        self._due_at = due_at if latest is None else min(due_at, latest)

    def _take(self, found: Iterable[Sighting]) -> list[Sighting]:
        news: list[Sighting] = []
        with self._lock:
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
                    self._projects[sighting.run_id] = _listable(sighting.run.project_id)
        return news

    def _failed(self, error: ZofApiError, plan: Plan) -> list[Sighting]:
        """What a failure means for those who wait: nothing yet, if it may pass."""
        self._failures += 1
        if isinstance(error, _PASSING) and self._failures < WAIT_FAILURES_MAX:
            self._pause = min(self._pace.longest, self._pause * POLL_FACTOR)
            # A clock that was set may read an hour into a date; no rate window is that long.
            self._set_due(plan, min(error.retry_after or 0.0, RATE_WINDOW_MAX_SECONDS))
            return []
        with self._lock:
            lost = [Sighting(run_id, run, error) for run_id, run in self._seen.items()]
            for sighting in lost:
                self.drop(sighting.run_id)
        self._failures = 0
        return lost


class _Look:
    """A look at some of the runs, which may pause in the middle.

    Args:
        plan: how to call.
        watch: what is watched, and the account of requests.
        ids: the runs.
        hinted: whether it is at runs of which something is said to have happened.
        is_round: whether it is at all runs.
    """

    def __init__(
        self, plan: Plan, watch: Watchlist, ids: set[str], *, hinted: bool = False, is_round: bool = False
    ) -> None:
        self.hinted = hinted
        self.is_round = is_round
        self.requests = 0
        self.news = 0
        self._found: list[Sighting] = []
        self._plan = plan
        self._watch = watch
        self._ids = [run_id for run_id in watch._seen if run_id in ids]
        self._steps = self._all()

    @property
    def matters(self) -> bool:
        """Whether anybody still watches one of its runs."""
        return any(run_id in self._watch._seen for run_id in self._ids)

    def found(self) -> list[Sighting]:
        """What has been found since this was last asked."""
        found, self._found = self._found, []
        return found

    def go_on(self) -> Generator[Command, Any, bool]:
        """Looks on as far as requests may be sent. Gives whether all was looked at."""
        answer: Any = None
        try:
            while not isinstance(command := self._steps.send(answer), _Pause):
                answer = yield command
        except StopIteration:
            return True
        except BaseException:
            self._steps.close()
            raise
        return False

    def _all(self) -> Generator[Command | _Pause, Any, None]:
        by_project: dict[str | None, list[str]] = defaultdict(list)
        for run_id in self._ids:
            by_project[self._watch._projects.get(run_id)].append(run_id)
        for project, wanted in by_project.items():
            single = wanted
            if len(wanted) >= _WORTH_LISTING:
                missing = yield from self._list(project, set(wanted))
                single = [run_id for run_id in wanted if run_id in missing]
            for run_id in single:
                yield from self._retrieve(run_id)

    def _list(self, project: str | None, wanted: set[str]) -> Generator[Command | _Pause, Any, set[str]]:
        """Finds runs in the lists of a project (None: of all). Gives those in none: they have ended, or it seems so."""
        missing = set(wanted)
        for status in _LISTED:
            yield from self._walk(
                list_runs(project_id=project, status=status, limit=PAGE_LIMIT_MAX), missing, len(wanted)
            )
        # Of many ends at once, the list of all runs since the oldest of them costs less than looking up each.
        seen = [self._watch.latest(run_id) for run_id in missing]
        made = [run.created_at for run in seen if run and run.created_at]
        if len(missing) >= _WORTH_LISTING:
            since = _just_before(min(made)) if len(made) == len(missing) else None
            # Without a date to begin at, they may be anywhere: a few pages are tried.
            pages = len(missing) - 1 if since else len(missing) // _WORTH_LISTING
            call = list_runs(project_id=project, created_after=since, limit=PAGE_LIMIT_MAX)
            yield from self._walk(call, missing, pages, ended=True)
        return missing

    def _walk(
        self, call: Call[Page[Run]], missing: set[str], pages: int, *, ended: bool = False
    ) -> Generator[Command | _Pause, Any, None]:
        """Finds runs in a list, in so many pages at most.

        Args:
            ended: whether a run that the list shows as ended is one to be told of. In a list of a status it is a sign
                that the list is behind, and the run is looked up.
        """
        walk = Walk(call)
        while walk.call is not None and missing and pages > 0:
            page = yield from self._ask(walk.call)
            pages -= 1
            for run in page.data:
                if run.id in missing and (ended or not run.is_terminal):
                    missing.discard(run.id)
                    self._found.append(Sighting(run.id, run))
            walk.turn(page)

    def _retrieve(self, run_id: str) -> Generator[Command | _Pause, Any, None]:
        if run_id not in self._watch._seen:
            return
        try:
            run = yield from self._ask(retrieve_run(run_id))
        except _PASSING:
            raise
        except ZofApiError as error:
            if error.status in {401, 403}:
                raise
            self._found.append(Sighting(run_id, self._watch.latest(run_id), error))
        else:
            self._found.append(Sighting(run_id, run))

    def _ask(self, call: Call[M]) -> Generator[Command | _Pause, Any, M]:
        """Makes a call as soon as it may be made, and counts the requests that it took."""
        clock, allowance = self._plan.clock, self._watch.allowance
        while allowance.wait(clock.monotonic(), hinted=self.hinted) > 0:
            yield _Pause()
        self.requests += 1
        try:
            model = yield from self._plan.machine(call, priority="background")
        except ZofApiError as error:
            allowance.spend(clock.monotonic(), len(error.attempts))
            raise
        info = response_of(model)
        allowance.spend(clock.monotonic(), len(info.attempts) if info else 1)
        return model


def _listable(project_id: str | None) -> str | None:
    """A project whose runs can be listed. What a server or a token says may be no id, and is not asked for."""
    return None if id_problem("project_id", project_id) else project_id


def _just_before(moment: datetime) -> datetime | None:
    """None at the edge of what a date can be: a server may say anything."""
    try:
        return moment.astimezone(UTC) - _CLOCKS_DIFFER
    except OverflowError:
        return None


def _rate_limit(plan: Plan) -> int | None:
    return plan.governor().limit if plan.key.known else None
