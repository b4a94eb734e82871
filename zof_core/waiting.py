"""Waiting for runs. No I/O: a wait is a machine that hears news from the poller until enough runs have ended."""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Callable, Generator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from zof_core.commands import Command, Hear, Notify
from zof_core.deadlines import ambient_deadline, checked_seconds
from zof_core.errors import ZofTimeoutError
from zof_core.inbox import Inbox
from zof_core.models import Run
from zof_core.validation import quoted, refuse
from zof_core.wording import duration_text

if TYPE_CHECKING:
    from zof_core.handles import BaseHandle
    from zof_core.poller import Poller
    from zof_core.watching import Sighting

H = TypeVar("H", bound="BaseHandle")
_LAST_LOOK_SECONDS = 1.0


def wait_for_runs(
    handles: Sequence[H], deadline: float, on_update: Callable[[Run], object] | None, *, enough: int
) -> Generator[Command, Any, list[H]]:
    """Waits until so many of several runs have ended.

    Args:
        handles: of the runs, one at least.
        deadline: seconds from now.
        on_update: told of every change.
        enough: how many.

    Returns:
        The handles of those that have ended.

    Raises:
        ZofTimeoutError: fewer have by then.
        ZofApiError: a run cannot be read; a fault that may pass is put up with a few times in a row.
    """
    checked_seconds("deadline", deadline)
    if on_update is not None and not callable(on_update):
        refuse({"on_update": f"on_update must be a function, not {type(on_update).__name__}."})
    for plan in {id(handle.plan): handle.plan for handle in handles}.values():
        yield from plan.key_machine(plan.clock.monotonic() + deadline)
    wait = _Wait(handles, deadline)
    try:
        while len(wait.ended) < enough:
            run = yield from wait.change()
            if run is not None and on_update is not None:
                yield Notify(on_update, run)
    finally:
        wait.leave()
    return wait.ended


class _Wait(Generic[H]):
    """Somebody who waits for runs.

    Args:
        handles: of the runs; several may be of the same run.
        deadline: seconds from now.
    """

    def __init__(self, handles: Sequence[H], deadline: float) -> None:
        self.ended = [handle for handle in handles if handle.has_ended]
        self._clock = handles[0].plan.clock
        now = self._clock.monotonic()
        outer = ambient_deadline(self._clock)
        self._ends_at = now + deadline if outer is None else min(now + deadline, outer)
        self._allowed = max(0.0, self._ends_at - now)
        self._last_look_at = self._ends_at - min(_LAST_LOOK_SECONDS, 0.1 * (self._ends_at - now))
        self._looked = False
        self._inbox = Inbox()
        self._going: dict[tuple[Poller, str], list[H]] = defaultdict(list)
        for handle in handles:
            if not handle.has_ended:
                self._going[handle.poller(), handle.id].append(handle)
        self._listeners = {spot: partial(self._hear, spot) for spot in self._going}
        for (poller, run_id), listener in self._listeners.items():
            first = self._going[poller, run_id][0]
            poller.watch(run_id, listener, first.latest, first.project_id)

    def change(self) -> Generator[Command, Any, Run | None]:
        """Waits for something to happen. Gives the run that it happened to, None if it is no news for us.

        Raises:
            ZofTimeoutError: the time is up.
        """
        news = yield from self._news()
        if news is None:
            return None
        spot, sighting = news
        if sighting.error is not None:
            raise copy.copy(sighting.error)  # others raise it, too, each with a traceback of its own
        handles = self._going.get(spot, [])
        changed = [handle for handle in handles if handle.see(sighting.run)]
        if sighting.is_last:
            self.ended += self._going.pop(spot, [])
        return sighting.run if changed else None

    def leave(self) -> None:
        """Waits no more."""
        for (poller, run_id), listener in self._listeners.items():
            poller.unwatch(run_id, listener)

    def _hear(self, spot: tuple[Poller, str], sighting: Sighting) -> None:
        self._inbox.put((spot, sighting))

    def _news(self) -> Generator[Command, Any, tuple[tuple[Poller, str], Sighting] | None]:
        now = self._clock.monotonic()
        if now >= self._last_look_at and not self._looked:
            self._looked = True  # the next round may come too late
            for poller, run_id in self._going:
                poller.hint(run_id)
        left = max(0.0, (self._ends_at if self._looked else self._last_look_at) - now)
        poller = next(iter(self._going))[0]
        if poller.has_thread:
            news = yield Hear(self._inbox, left)
        else:
            news = (yield Hear(self._inbox, 0.0)) or (yield from poller.turn(self._inbox, left))
        if news is None and now >= self._ends_at:
            waiting = next(iter(self._going.values()))[0]
            raise not_ended(waiting.id, waiting.latest, self._allowed)
        return news  # type: ignore[no-any-return]  # what `_hear` put in


def not_ended(run_id: str, run: Run | None, seconds: float) -> ZofTimeoutError:
    """The time to wait for a run is up."""
    seen = f"; it was {run.status} when last read" if run else ""
    return ZofTimeoutError(
        f"Run {quoted(run_id)} has not ended within {duration_text(seconds)}{seen}.",
        hint="It goes on: look again later, or allow more time.",
        operation="runs.wait_until_complete",
        subject={"run_id": run_id},
    )
