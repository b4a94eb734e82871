"""Waiting for a run: when to look again, and when to stop. No I/O: it asks its driver for calls and pauses."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

from zof_core.assumptions import POLL_CAP_SECONDS, POLL_FACTOR, POLL_FIRST_SECONDS, WAIT_FAILURES_MAX
from zof_core.builders import retrieve_run
from zof_core.call import Plan
from zof_core.commands import Command, Notify, Sleep
from zof_core.deadlines import ambient_deadline, checked_seconds
from zof_core.errors import ZofConnectionError, ZofRateLimitError, ZofServerError, ZofTimeoutError
from zof_core.models import Run
from zof_core.validation import quoted
from zof_core.wording import duration_text

_LAST_LOOK_SECONDS = 1.0
_PASSING = (ZofServerError, ZofConnectionError, ZofRateLimitError)


def wait_until_complete(
    plan: Plan, run_id: str, timeout: float, on_update: Callable[[Run], object] | None
) -> Generator[Command, Any, Run]:
    """Reads a run until it has ended.

    Args:
        plan: how the client calls.
        run_id: the run.
        timeout: seconds to wait at most.
        on_update: told of every change.

    Raises:
        ZofTimeoutError: it has not ended by then.
        ZofApiError: it cannot be read; a fault that may pass is put up with a few times in a row.
    """
    checked_seconds("timeout", timeout)
    clock = plan.clock
    ends_at = clock.monotonic() + timeout
    if (outer := ambient_deadline()) is not None:
        ends_at = min(ends_at, outer)
    last_look_at = ends_at - min(_LAST_LOOK_SECONDS, 0.1 * timeout)
    pause = POLL_FIRST_SECONDS
    failures = 0
    before: Run | None = None
    while True:
        try:
            run = yield from plan.machine(retrieve_run(run_id), ends_at, "background")
        except _PASSING as error:
            failures += 1
            if failures >= WAIT_FAILURES_MAX or clock.monotonic() >= last_look_at:
                raise
            pause = max(pause, error.retry_after or 0.0)
        else:
            failures = 0
            if on_update is not None and run != before:
                yield Notify(on_update, run)
            if run.is_terminal:
                return run
            before = run
        left = last_look_at - clock.monotonic()
        if left <= 0:
            raise not_ended(run_id, before, timeout)
        yield Sleep(min(pause * (0.8 + 0.4 * clock.random()), left))
        pause = min(POLL_CAP_SECONDS, pause * POLL_FACTOR)


def not_ended(run_id: str, run: Run | None, timeout: float) -> ZofTimeoutError:
    """The time to wait for a run is up."""
    seen = f"; it was {run.status} when last read" if run else ""
    return ZofTimeoutError(
        f"Run {quoted(run_id)} has not ended within {duration_text(timeout)}{seen}.",
        hint="It goes on: look again later, or allow more time.",
        operation="runs.wait_until_complete",
        subject={"run_id": run_id},
    )
