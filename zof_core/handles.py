"""A handle to a run that goes on elsewhere: wait for it, cancel it, hand it to another process."""

from __future__ import annotations

import base64
import binascii
import inspect
import json
import queue
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from zof_core.assumptions import WAIT_SECONDS
from zof_core.deadlines import ambient_deadline, checked_seconds
from zof_core.errors import ZofValidationError
from zof_core.models import Run
from zof_core.poller import Listener, Poller
from zof_core.validation import checked_id, quoted
from zof_core.waiting import not_ended
from zof_core.watching import Sighting

if TYPE_CHECKING:
    from zof_core.client import AsyncZofClient, ZofClient

OnUpdate = Callable[[Run], object]


def named_run(run: Run | str) -> tuple[str, Run | None]:
    """The id of a run that was given itself or by its id, and the run if it is known."""
    return (run.id, run) if isinstance(run, Run) else (run, None)


def make_token(run_id: str, project_id: str | None) -> str:
    """A text that names a run, for another process. It holds no secret."""
    facts = json.dumps({"run": run_id, "project": project_id}, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(facts).decode()


def read_token(token: str) -> tuple[str, str | None]:
    """Run and project of a token.

    Raises:
        ZofValidationError: it is none.
    """
    try:
        facts = json.loads(base64.urlsafe_b64decode(token.encode()))
        run_id, project = facts["run"], facts["project"]
    except (ValueError, TypeError, KeyError, AttributeError, binascii.Error, RecursionError):
        run_id, project = None, None
    if not isinstance(run_id, str) or not isinstance(project, str | None):
        raise ZofValidationError(f"{quoted(token)} is no token of a run handle.", param="token")
    return checked_id("run_id", run_id), project


class BaseHandle:
    """What both kinds of handle have in common."""

    def __init__(self, poller: Callable[[], Poller], run_id: str, run: Run | None = None) -> None:
        self.id = checked_id("run_id", run_id)
        self._poller = poller
        self._run = run

    @property
    def latest(self) -> Run | None:
        """The run as it was last seen; None before the first look."""
        return self._run

    @property
    def token(self) -> str:
        """Names this run to another process: `client.runs.resume(token)`."""
        return make_token(self.id, self._run.project_id if self._run else None)

    def notify(self, event: Any = None) -> None:
        """Something is said to have happened, as by a webhook: the run is looked at now, not at the next round.

        Args:
            event: with a `run_id`; one of another run is ignored. None counts for this run.
        """
        about = getattr(event, "run_id", None) if event is not None else self.id
        if about == self.id:
            self._poller().hint(self.id)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.id} {self._run.status if self._run else 'not seen yet'}>"

    def _see(self, sighting: Sighting, on_update: OnUpdate | None) -> object:
        """Takes note of news; gives what `on_update` returned."""
        if sighting.error is not None:
            raise sighting.error
        if sighting.run is None or sighting.run == self._run:
            return None
        self._run = sighting.run
        return on_update(sighting.run) if on_update else None

    @property
    def _ended(self) -> Run | None:
        return self._run if self._run is not None and self._run.is_terminal else None


class RunHandle(BaseHandle):
    """A run, from code that blocks. All handles of a process are served by one poller."""

    def __init__(self, client: ZofClient, run_id: str, run: Run | None = None) -> None:
        super().__init__(client.poller, run_id, run)
        self._client = client

    def refresh(self) -> Run:
        """Reads the run now."""
        self._run = self._client.runs.retrieve(self.id)
        return self._run

    def cancel(self) -> Run:
        """Cancels it; see `client.runs.cancel`."""
        self._run = self._client.runs.cancel(self.id)
        return self._run

    def wait(self, *, timeout: float = WAIT_SECONDS, on_update: OnUpdate | None = None) -> Run:
        """Waits until the run has ended.

        Args:
            timeout: seconds.
            on_update: called in this thread with the run whenever something about it has changed.

        Raises:
            ZofTimeoutError: it has not ended by then; it goes on.
        """
        wait_all([self], timeout=timeout, on_update=on_update)
        assert self._run is not None
        return self._run


def wait_any(
    handles: Iterable[RunHandle], *, timeout: float = WAIT_SECONDS, on_update: OnUpdate | None = None
) -> RunHandle:
    """Waits until one of several runs has ended, and gives its handle.

    Raises:
        ZofTimeoutError: none has by then.
    """
    return _wait(list(handles), timeout, on_update, enough=1)[0]


def wait_all(
    handles: Iterable[RunHandle], *, timeout: float = WAIT_SECONDS, on_update: OnUpdate | None = None
) -> list[Run]:
    """Waits until all of several runs have ended, and gives them in the order of the handles.

    Raises:
        ZofTimeoutError: one has not by then.
    """
    listed = list(handles)
    _wait(listed, timeout, on_update, enough=len(listed))
    return [run for handle in listed if (run := handle.latest)]


def _wait(
    handles: list[RunHandle], timeout: float, on_update: OnUpdate | None, *, enough: int
) -> list[RunHandle]:
    ends_at = _ends_at(handles, timeout)
    handles[0]._client.ready()
    news: queue.SimpleQueue[Sighting] = queue.SimpleQueue()
    by_id = {handle.id: handle for handle in handles}
    listener: Listener = news.put
    watched = [handle for handle in handles if handle._ended is None]
    for handle in watched:
        handle._poller().watch(handle.id, listener, handle.latest)
    try:
        while len(ended := [handle for handle in handles if handle._ended]) < enough:
            try:
                sighting = news.get(timeout=max(0.0, ends_at - time.monotonic()))
            except queue.Empty:
                waiting = next(handle for handle in handles if handle._ended is None)
                raise not_ended(waiting.id, waiting.latest, timeout) from None
            by_id[sighting.run_id]._see(sighting, on_update)
        return ended
    finally:
        for handle in watched:
            handle._poller().unwatch(handle.id, listener)


class AsyncRunHandle(BaseHandle):
    """A run, from `async` code. All handles of a process are served by one poller."""

    def __init__(self, client: AsyncZofClient, run_id: str, run: Run | None = None) -> None:
        super().__init__(client.poller, run_id, run)
        self._client = client

    async def refresh(self) -> Run:
        """Reads the run now."""
        self._run = await self._client.runs.retrieve(self.id)
        return self._run

    async def cancel(self) -> Run:
        """Cancels it; see `client.runs.cancel`."""
        self._run = await self._client.runs.cancel(self.id)
        return self._run

    async def wait(self, *, timeout: float = WAIT_SECONDS, on_update: OnUpdate | None = None) -> Run:
        """Waits until the run has ended; see `RunHandle.wait`. `on_update` may be a coroutine function."""
        await async_wait_all([self], timeout=timeout, on_update=on_update)
        assert self._run is not None
        return self._run


async def async_wait_any(
    handles: Iterable[AsyncRunHandle], *, timeout: float = WAIT_SECONDS, on_update: OnUpdate | None = None
) -> AsyncRunHandle:
    """Waits until one of several runs has ended, and gives its handle; see `wait_any`."""
    return (await _async_wait(list(handles), timeout, on_update, enough=1))[0]


async def async_wait_all(
    handles: Iterable[AsyncRunHandle], *, timeout: float = WAIT_SECONDS, on_update: OnUpdate | None = None
) -> list[Run]:
    """Waits until all of several runs have ended, and gives them in the order of the handles; see `wait_all`."""
    listed = list(handles)
    await _async_wait(listed, timeout, on_update, enough=len(listed))
    return [run for handle in listed if (run := handle.latest)]


async def _async_wait(
    handles: list[AsyncRunHandle], timeout: float, on_update: OnUpdate | None, *, enough: int
) -> list[AsyncRunHandle]:
    import asyncio  # noqa: PLC0415  # who only calls synchronously does not load it

    ends_at = _ends_at(handles, timeout)
    await handles[0]._client.ready()
    loop = asyncio.get_running_loop()
    news: asyncio.Queue[Sighting] = asyncio.Queue()
    by_id = {handle.id: handle for handle in handles}

    def listener(sighting: Sighting) -> None:
        loop.call_soon_threadsafe(news.put_nowait, sighting)

    watched = [handle for handle in handles if handle._ended is None]
    for handle in watched:
        handle._poller().watch(handle.id, listener, handle.latest)
    try:
        while len(ended := [handle for handle in handles if handle._ended]) < enough:
            try:
                sighting = await asyncio.wait_for(news.get(), max(0.0, ends_at - time.monotonic()))
            except TimeoutError:
                waiting = next(handle for handle in handles if handle._ended is None)
                raise not_ended(waiting.id, waiting.latest, timeout) from None
            told = by_id[sighting.run_id]._see(sighting, on_update)
            if inspect.isawaitable(told):
                await told
        return ended
    finally:
        for handle in watched:
            handle._poller().unwatch(handle.id, listener)


def _ends_at(handles: list[Any], timeout: float) -> float:
    checked_seconds("timeout", timeout)
    if not handles:
        raise ZofValidationError("No run to wait for was given.", param="handles")
    ends_at = time.monotonic() + timeout
    outer = ambient_deadline()
    return ends_at if outer is None else min(ends_at, outer)
