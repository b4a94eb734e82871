"""The thread that watches runs for a whole process: one for each address and key, alive only while runs are watched."""

from __future__ import annotations

import hashlib
import logging
import os
import threading
from collections import defaultdict
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any

from zof_core.ambient import background
from zof_core.call import Plan
from zof_core.clock import SYSTEM
from zof_core.commands import Command
from zof_core.errors import ZofApiError, ZofConnectionError
from zof_core.models import Run
from zof_core.watching import Sighting, Watchlist

log = logging.getLogger("zof_core")
Listener = Callable[[Sighting], object]
Drive = Callable[[Generator[Command, Any, list[Sighting]]], list[Sighting]]


@dataclass(frozen=True, slots=True)
class PollerStats:
    """What watching costs.

    Args:
        watched: runs watched now.
        rounds: rounds so far.
        interval: seconds between the last round and the next.
    """

    watched: int = 0
    rounds: int = 0
    interval: float = 0.0


class Poller:
    """Watches runs for any number of waiters.

    Args:
        plan: how to call.
        drive: carries out a round.
    """

    def __init__(self, plan: Plan, drive: Drive) -> None:
        self._plan = plan
        self._drive = drive
        self._list = Watchlist()
        self._listeners: dict[str, list[Listener]] = defaultdict(list)
        self._wake = threading.Condition()
        self._thread: threading.Thread | None = None
        self._hurry = False
        self._stats = PollerStats()

    @property
    def stats(self) -> PollerStats:
        """What watching costs."""
        with self._wake:
            return PollerStats(len(self._list), self._stats.rounds, self._stats.interval)

    def watch(self, run_id: str, listener: Listener, run: Run | None = None) -> None:
        """Tells `listener`, in the poller's thread, whatever is new of a run; first how it is now."""
        with self._wake:
            if known := self._list.latest(run_id):
                listener(Sighting(run_id, known))
            self._listeners[run_id].append(listener)
            self._list.add(run_id, run)
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

    def _start_or_wake(self) -> None:
        self._hurry = True
        if self._thread is None and len(self._list):
            self._thread = threading.Thread(target=self._work, name="zof-poller", daemon=True)
            self._thread.start()
        self._wake.notify_all()

    def _work(self) -> None:
        while True:
            with self._wake:
                if not len(self._list):
                    self._thread = None
                    return
                self._hurry = False
            news = self._round()
            with self._wake:
                told = [(listener, one) for one in news for listener in self._listeners.get(one.run_id, ())]
                for one in news:
                    if one.is_last:
                        self._listeners.pop(one.run_id, None)
                pause = self._list.next_pause(self._rate_limit(), self._plan.clock.random())
                self._stats = PollerStats(len(self._list), self._stats.rounds + 1, pause)
            for listener, one in told:
                _tell(listener, one)
            self._sleep(pause)

    def _round(self) -> list[Sighting]:
        try:
            with background():
                return self._drive(self._list.round(self._plan))
        except Exception as error:
            # Nobody may wait for ever because of a mistake in here.
            log.exception("Watching runs failed")
            lost = ZofConnectionError(f"Watching runs failed with {type(error).__name__}.")
            with self._wake:
                return [Sighting(run_id, None, lost) for run_id in self._drop_all()]

    def _drop_all(self) -> list[str]:
        watched = list(self._listeners)
        for run_id in watched:
            self._list.drop(run_id)
        return watched

    def _rate_limit(self) -> int | None:
        window = self._plan.governor().window(self._plan.clock.monotonic()) if self._plan.key.known else None
        return window.limit if window else None

    def _sleep(self, seconds: float) -> None:
        if self._plan.clock.sleep is not SYSTEM.sleep:
            self._plan.clock.sleep(seconds)
            return
        with self._wake:
            self._wake.wait_for(lambda: self._hurry or not len(self._list), seconds)


def _tell(listener: Listener, one: Sighting) -> None:
    try:
        listener(one)
    except Exception:
        log.exception("A waiter for run %s could not be told", one.run_id)


_pollers: dict[bytes, Poller] = {}
_lock = threading.Lock()


def shared_poller(plan: Plan, make_drive: Callable[[], Drive]) -> Poller:
    """The poller that all clients of the process with this address and key share. Of the key, only a digest is kept."""
    if not plan.key.known:
        raise ZofApiError("The API key is not known yet; make one call before watching runs.")
    name = _name(plan)
    with _lock:
        poller = _pollers.get(name)
        if poller is None:
            poller = _pollers[name] = Poller(plan, make_drive())
        return poller


def poller_stats(plan: Plan) -> PollerStats:
    """What watching costs with this address and key; nothing if nothing is watched."""
    poller = _pollers.get(_name(plan)) if plan.key.known else None
    return poller.stats if poller else PollerStats()


def _name(plan: Plan) -> bytes:
    return hashlib.sha256(f"{plan.base_url.text}\n{plan.key.header()}".encode()).digest()


def _forget() -> None:
    global _lock  # noqa: PLW0603  # a lock held by another thread of the parent stays locked in the child
    _lock = threading.Lock()
    _pollers.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
