"""How followed runs are looked at: all together, by the client's shared poller, so that requests do not grow with runs.

The poller lists the runs of each project and keeps to its share of Zof's rate limit. It only brings news: what is true
stands in the rows, a row that hears nothing has itself watched anew, and a restart has all of them watched again.

While Zof does not answer, a row is written once, and then again when there is news: a thousand runs in an outage are a
thousand changes, not a thousand at each try.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from functools import partial
from typing import Final

from slack_bot import transitions
from slack_bot.followed import FollowedRun
from slack_bot.results import Refused, Unavailable
from slack_bot.settings import Timing
from slack_bot.transitions import pause
from slack_bot.zof_door import failure_of, if_it_is_gone
from zof_core import ZofApiError
from zof_core.poller import Poller
from zof_core.watching import Sighting

log: Final = logging.getLogger(__name__)

_OFTEN: Final = 20
"""The longest pause: the poller has tried a few times itself."""

ChangeRow = Callable[[str, Callable[[FollowedRun, float], FollowedRun]], bool]
"""Changes the row of a run with this id of Zof's and wakes it; False if it has ended or is not known."""


class Lookout:
    """Has runs watched, and brings what is new of them into their rows.

    Args:
        poller: the client's.
        change: writes into a row, from the poller's thread.
        timing: intervals.
    """

    def __init__(self, poller: Poller, change: ChangeRow, timing: Timing) -> None:
        self._poller = poller
        self._change = change
        self._timing = timing
        self._watched: set[str] = set()
        self._lost: dict[str, str | None] = {}
        self._again: threading.Timer | None = None
        self._lock = threading.Lock()
        self._hearing = threading.Lock()
        self._stopped = False

    def watch(self, rows: Iterable[FollowedRun]) -> None:
        """Has their runs watched from now on, if they are not yet. For a thread."""
        for row in rows:
            run = row.run
            if run is None or row.is_over:
                continue
            with self._lock:
                if run.id in self._watched:
                    continue
                self._watched.add(run.id)
            # After an outage the first look is news in any case: the card says no longer that it is behind.
            seen = run if row.outage_since is None else None
            self._poller.watch(run.id, self._hear, seen, run.project_id)

    def stop(self) -> None:
        """Watches nothing any more; what is being written down is, before this returns. For a thread."""
        with self._hearing:
            self._stopped = True
        with self._lock:
            watched, self._watched = self._watched, set()
            if self._again is not None:
                self._again.cancel()
        for run_id in watched:
            self._poller.unwatch(run_id, self._hear)

    def _hear(self, news: Sighting) -> None:
        written = wanted = True
        with self._hearing:
            if self._stopped:
                return
            try:
                wanted = self._change(news.run_id, partial(self._after, news))
            except Exception:
                log.exception(
                    "What is new of run %s could not be written down; it is looked at again.", news.run_id
                )
                written = False
        if not written:
            # An end is told once, so without another look this row would never hear of it.
            self._poller.unwatch(news.run_id, self._hear)
            self._look_out_again(news, None)
        elif not wanted or (news.is_last and news.error is None):
            # Not while hearing: the poller may be about to tell something of its own.
            self._poller.unwatch(news.run_id, self._hear)
            with self._lock:
                self._watched.discard(news.run_id)
        elif news.error is not None:
            self._look_out_again(news, news.error)

    def _look_out_again(self, news: Sighting, error: ZofApiError | None) -> None:
        """A run that was lost is watched anew after a pause, together with all others of that time.

        Args:
            error: why the poller has given it up; None if its news could not be written down.
        """
        failure = failure_of(error) if error is not None else None
        seconds = pause(
            _OFTEN, self._timing, failure.retry_after if isinstance(failure, Unavailable) else None
        )
        with self._lock:
            self._lost[news.run_id] = news.run.project_id if news.run else None
            if self._again is None and not self._stopped:
                self._again = threading.Timer(seconds, self._watch_lost)
                self._again.daemon = True
                self._again.start()

    def _watch_lost(self) -> None:
        with self._lock:
            lost, self._lost, self._again = self._lost, {}, None
        for run_id, project in lost.items():
            if not self._stopped:
                self._poller.watch(run_id, self._hear, None, project)

    def _after(self, news: Sighting, row: FollowedRun, now: float) -> FollowedRun:
        if news.error is not None:
            failure = if_it_is_gone(failure_of(news.error))
            if isinstance(failure, Refused):
                return transitions.look_again_soon(row, now)
            return transitions.lost_sight(row, failure, now, self._timing)
        assert news.run is not None
        return transitions.sighted(row, news.run, now, self._timing)
