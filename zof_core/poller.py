"""The one poller of a process for each address and key: a thread that lives while runs are watched.

Where time is not the system's, as in tests, there is no thread: whoever waits does the next turn, so that virtual time
passes in one order only.
"""

from __future__ import annotations

import hashlib
import logging
import threading
import time
import weakref
from collections import defaultdict
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from zof_core.call import Plan
from zof_core.clock import SYSTEM, Clock
from zof_core.commands import Command, Hear, Sleep
from zof_core.errors import ZofApiError, ZofConnectionError
from zof_core.forks import ForkLock, forget_at_fork
from zof_core.inbox import Inbox
from zof_core.models import Run
from zof_core.watching import Pace, Sighting, Watchlist

log = logging.getLogger("zof_core")
Listener = Callable[[Sighting], object]
Drive = Callable[[Generator[Command, Any, list[Sighting]]], list[Sighting]]
_OTHERS_TURN_SECONDS = 0.01
_GATHER_SECONDS = 0.02
"""Who waits for many runs, or from many threads, adds them one after another: the first look is at all of them."""

OpenDrive = Callable[[], AbstractContextManager[Drive]]


@dataclass(frozen=True, slots=True)
class PollerStats:
    """What watching costs.

    Args:
        watched: runs watched now.
        rounds: rounds so far.
        interval: seconds between the last round and the next.
        requests: requests of the last minute.
    """

    watched: int = 0
    rounds: int = 0
    interval: float = 0.0
    requests: int = 0


class Poller:
    """Watches runs for any number of waiters.

    Args:
        plan: how to call.
        open_drive: opens what carries out rounds in the thread; closed when the thread ends.
        pace: how often it looks.
    """

    def __init__(self, plan: Plan, open_drive: OpenDrive, pace: Pace | None = None) -> None:
        self._pace = pace or Pace()
        self.has_thread = _is_real(plan.clock)
        self._plan = plan
        self._open_drive = open_drive
        self.forget()
        forget_at_fork(self)

    def forget(self) -> None:
        """In a forked child, which has neither the thread nor the waiters: begins with nothing."""
        self._list = Watchlist(self._pace)
        self._listeners: dict[str, list[Listener]] = defaultdict(list)
        self._wake = threading.Condition()
        self._turning = threading.Lock()
        self._thread: threading.Thread | None = None
        self._hurry = False
        self._rounds = 0
        self._interval = 0.0

    @property
    def stats(self) -> PollerStats:
        """What watching costs."""
        now = self._plan.clock.monotonic()
        return PollerStats(len(self._list), self._rounds, self._interval, self._list.allowance.spent(now))

    def watch(
        self, run_id: str, listener: Listener, run: Run | None = None, project_id: str | None = None
    ) -> None:
        """Tells `listener`, in the poller's thread, whatever is new of a run; first how it is now."""
        with self._wake:
            if known := self._list.latest(run_id):
                listener(Sighting(run_id, known))
            self._listeners[run_id].append(listener)
            self._list.add(run_id, run, project_id)
            self._start_or_wake()

    def unwatch(self, run_id: str, listener: Listener) -> None:
        """Tells it no more; a run that nobody wants to hear of is not watched."""
        with self._wake:
            listeners = self._listeners.get(run_id, [])
            if listener in listeners:
                listeners.remove(listener)
            if not listeners:
                self._listeners.pop(run_id, None)
                self._list.drop(run_id)
                self._start_or_wake()

    def hint(self, run_id: str) -> None:
        """Looks at a run at once."""
        with self._wake:
            self._list.hint(run_id)
            self._start_or_wake()

    def turn(self, inbox: Inbox, seconds: float) -> Generator[Command, Any, Any]:
        """Without a thread: waits for the next round, at most so many seconds, and makes it.

        Returns:
            The next news in a waiter's inbox, None if there are none yet.
        """
        if not self._turning.acquire(blocking=False):
            return (yield Hear(inbox, _OTHERS_TURN_SECONDS))
        try:
            pause = self._next_pause()
            if pause > 0:
                yield Sleep(min(pause, max(0.0, seconds)))
            if pause <= seconds and len(self._list):
                self._tell((yield from self._list.round(self._plan)))
        finally:
            self._turning.release()
        return (yield Hear(inbox, 0.0))

    def _start_or_wake(self) -> None:
        self._hurry = True
        if self.has_thread and self._thread is None and len(self._list):
            thread = threading.Thread(target=self._work, name="zof-poller", daemon=True)
            thread.start()  # if the system gives none, whoever waits next tries again
            self._thread = thread
        self._wake.notify_all()

    def _work(self) -> None:
        time.sleep(_GATHER_SECONDS)
        with self._open_drive() as drive:
            while self._goes_on():
                pause = self._next_pause()
                if pause > 0:
                    with self._wake:
                        self._wake.wait_for(lambda: self._hurry, pause)
                else:
                    self._tell(self._round(drive))

    def _goes_on(self) -> bool:
        with self._wake:
            self._hurry = False  # what is new since is in the list already
            if not len(self._list):
                self._thread = None
                return False
            return True

    def _round(self, drive: Drive) -> list[Sighting]:
        try:
            return drive(self._list.round(self._plan))
        except Exception as error:
            # Nobody may wait for ever because of a mistake in here.
            lost = error if isinstance(error, ZofApiError) else None
            if lost is None:
                log.exception("Watching runs failed")
                lost = ZofConnectionError(f"Watching runs failed with {type(error).__name__}.")
            with self._wake:
                return [Sighting(run_id, None, lost) for run_id in self._drop_all()]

    def _drop_all(self) -> list[str]:
        watched = list(self._listeners)
        for run_id in watched:
            self._list.drop(run_id)
        return watched

    def _next_pause(self) -> float:
        self._interval = self._list.next_pause(self._plan)
        return self._interval

    def _tell(self, news: list[Sighting]) -> None:
        with self._wake:
            self._rounds += 1
            told = [(listener, one) for one in news for listener in self._listeners.get(one.run_id, ())]
            for one in news:
                if one.is_last:
                    self._listeners.pop(one.run_id, None)
        for listener, one in told:
            try:
                listener(one)
            except Exception:
                log.exception("A waiter for run %s could not be told", one.run_id)


_pollers: weakref.WeakValueDictionary[tuple[bytes, Clock | None], Poller] = weakref.WeakValueDictionary()
"""Held by the clients that watch, and by the poller's thread."""

_lock = ForkLock()


def shared_poller(plan: Plan, open_drive: OpenDrive, pace: Pace | None = None) -> Poller:
    """The poller that all clients of the process with this address and key share. Of the key, only a digest is kept.

    Args:
        pace: how often it looks; who asks first decides.
    """
    if not plan.key.known:
        raise ZofApiError("The API key is not known yet; make one call before watching runs.")
    name = _name(plan)
    with _lock:
        poller = _pollers.get(name)
        if poller is None:
            poller = _pollers[name] = Poller(plan, open_drive, pace)
        return poller


def poller_stats(plan: Plan) -> PollerStats:
    """What watching costs with this address and key; nothing if nothing is watched."""
    poller = _pollers.get(_name(plan)) if plan.key.known else None
    return poller.stats if poller else PollerStats()


def _name(plan: Plan) -> tuple[bytes, Clock | None]:
    digest = hashlib.sha256(f"{plan.base_url.text}\n{plan.key.header()}".encode()).digest()
    return digest, None if _is_real(plan.clock) else plan.clock


def _is_real(clock: Clock) -> bool:
    return clock.sleep is SYSTEM.sleep
