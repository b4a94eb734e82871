"""Reads one run until it ends, for all who look at it. Lives on the loop thread."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace

from notebook_ext.cases import newest
from notebook_ext.pace import Pace, setback
from notebook_ext.view import BAD_RESULTS, FAILURES_SHOWN, Snapshot, in_step
from zof_core import (
    Artifact,
    AsyncZofClient,
    Page,
    Result,
    Run,
    RunSummary,
    ZofApiError,
    ZofConflictError,
    deadline,
)
from zof_core.usual import Usual
from zof_core.wording import error_sentences

Listener = Callable[[Snapshot], Awaitable[None]]
Clock = Callable[[], float]

_log = logging.getLogger(__name__)
_PAGE = 100
_ARTIFACTS_SECONDS = 5.0
_ALWAYS_KEPT = frozenset(BAD_RESULTS)


class Follower:
    """One run, read again and again while somebody looks at it or waits for it.

    Every method runs on the loop thread.

    Args:
        client: gives the client, which belongs to that loop; asked again if it raises.
        run_id: the run.
        pace: gives how often to read.
        clock: seconds since the epoch.
        run: the run as already known, from its creation say.
        usual: gives how long such a run usually takes; asked once.
    """

    def __init__(
        self,
        client: Callable[[], AsyncZofClient],
        run_id: str,
        *,
        pace: Callable[[], Pace],
        clock: Clock,
        run: Run | None = None,
        usual: Callable[[Run], Awaitable[Usual | None]] | None = None,
    ) -> None:
        self.run_id = run_id
        self.snapshot = Snapshot(run=run, as_of=clock() if run else None)
        self.error: ZofApiError | None = None
        self._client = client
        self._pace = pace
        self._clock = clock
        self._usual = usual
        self._listeners: list[Listener] = []
        self._waiting = 0
        self._task: asyncio.Task[None] | None = None
        self._telling: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()
        self._ended = asyncio.Event()
        self._found: dict[str, Result] = {}
        self._counted: RunSummary | None = None
        self._left: tuple[Artifact, ...] = ()

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Has `listener` awaited with the present snapshot, if any, and every new one; returns how to stop that."""
        self._listeners.append(listener)
        if self.snapshot != Snapshot():
            telling = asyncio.get_running_loop().create_task(self._tell(listener, self.snapshot))
            self._telling.add(telling)
            telling.add_done_callback(self._telling.discard)
        self._ensure_reading()

        def leave() -> None:
            with contextlib.suppress(ValueError):
                self._listeners.remove(listener)
            self._stop_if_alone()

        return leave

    async def ended(self) -> Snapshot:
        """Waits until the run has ended and every listener has been told."""
        self._waiting += 1
        try:
            self._ensure_reading()
            await self._ended.wait()
        finally:
            self._waiting -= 1
            self._stop_if_alone()
        return self.snapshot

    async def read(self) -> Snapshot:
        """Reads the run now, unless it has ended; raises what the client raises."""
        if not self.snapshot.ended:
            await self._read()
        return self.snapshot

    async def cancel(self) -> None:
        """Asks Zof to cancel the run; listeners see that it was asked for. A run that has ended is left as it is.

        Raises:
            ZofApiError: Zof refused, or could not be asked; listeners see why.
        """
        if self.snapshot.ended:
            return
        await self._publish(replace(self.snapshot, cancelling=True, refusal=""))
        try:
            await self._client().runs.cancel(self.run_id)
        except ZofConflictError:
            pass  # it ended while we asked: the next reading shows how
        except ZofApiError as error:
            refused = f"The run was not cancelled. {error_sentences(error)}"
            await self._publish(replace(self.snapshot, cancelling=False, refusal=refused))
            raise
        self._wake.set()

    def hurry(self) -> None:
        """Reads at once, where a pause would come first."""
        self._wake.set()

    def _ensure_reading(self) -> None:
        if self._task is None and not self._ended.is_set():
            self._task = asyncio.get_running_loop().create_task(self._follow(), name=f"follow {self.run_id}")

    def _stop_if_alone(self) -> None:
        alone = not self._listeners and not self._waiting
        # The last of its listeners leaves when the run has ended, and is still being told so.
        if self._task is not None and alone and not self.snapshot.ended:
            self._task.cancel()
            self._task = None

    async def _follow(self) -> None:
        idle = failures = 0
        while not self.snapshot.ended:
            before = self.snapshot.run
            try:
                await self._read()
                await self._ask_usual()
                failures = 0
                idle = idle + 1 if self.snapshot.run == before else 0
                wait: float | None = self._pace().after(idle)
            except ZofApiError as error:
                failures += 1
                wait = await self._fail(error, failures)
            except Exception as error:  # a fault of ours must not leave a panel that says "Running" for ever
                _log.exception("Run %s could not be read", self.run_id)
                failures += 1
                wait = await self._fail(
                    ZofApiError(f"The run could not be read ({type(error).__name__})."), failures
                )
            if wait is not None and not self.snapshot.ended:
                await self._pause(wait)
        self._task = None
        self._ended.set()

    async def _read(self) -> None:
        run = await self._client().runs.retrieve(self.run_id)
        with contextlib.suppress(ZofApiError):  # the counts are worth showing without the names
            await self._read_results(run)
        if run.is_terminal:
            await self._read_artifacts()
        results = tuple(self._found.values())
        cancelling = self.snapshot.cancelling and not run.is_terminal
        self.error = None
        await self._publish(
            replace(
                self.snapshot,
                run=run,
                results=results,
                artifacts=self._left,
                as_of=self._clock(),
                trouble="",
                cancelling=cancelling,
            )
        )

    async def _read_results(self, run: Run) -> None:
        """The newest page when it is due; at the end, failures that were on no page we saw."""
        if not (run.is_terminal or self._results_due(run)):
            return
        page = await self._client().results.list(run_id=self.run_id, limit=_PAGE)
        self._keep(page, run.summary, whole=not page.has_more)
        if run.is_terminal and page.has_more:
            for status in BAD_RESULTS:
                if self._lacks(run.summary, status):
                    bad = await self._client().results.list(run_id=self.run_id, status=status, limit=_PAGE)
                    self._keep(bad, run.summary, whole=False)
        self._counted = run.summary

    async def _read_artifacts(self) -> None:
        """They are named at the end, which must not wait for them for long."""
        with contextlib.suppress(ZofApiError), deadline(_ARTIFACTS_SECONDS):
            page = await self._client().runs.artifacts.list(self.run_id, limit=_PAGE)
            self._left = tuple(page.data)

    async def _ask_usual(self) -> None:
        """Once, after the run was shown for the first time: nobody waits for it."""
        run, ask = self.snapshot.run, self._usual
        if ask is None or run is None or run.is_terminal:
            return
        self._usual = None
        if usual := await ask(run):
            await self._publish(replace(self.snapshot, usual=usual))

    def _results_due(self, run: Run) -> bool:
        """With all counts that are new, so that the cases which are named are those that are counted."""
        return run.summary is None or run.summary != self._counted

    def _keep(self, page: Page[Result], summary: RunSummary | None, *, whole: bool) -> None:
        found = {**self._found, **{result.id: result for result in page.data}}
        counted = in_step(found.values(), summary, whole=whole)
        self._found = {result.id: result for result in newest(counted, _ALWAYS_KEPT)}

    def _lacks(self, summary: RunSummary | None, status: str) -> bool:
        have = sum(result.status == status for result in self._found.values())
        return summary is None or have < min(int(getattr(summary, status)), FAILURES_SHOWN)

    async def _fail(self, error: ZofApiError, failures: int) -> float | None:
        self.error = error
        back = setback(error, self._pace(), failures)
        await self._publish(replace(self.snapshot, trouble=back.sentence, trouble_final=back.wait is None))
        return back.wait

    async def _pause(self, seconds: float) -> None:
        self._wake.clear()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), seconds)

    async def _publish(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        for listener in list(self._listeners):
            await self._tell(listener, snapshot)

    async def _tell(self, listener: Listener, snapshot: Snapshot) -> None:
        try:
            await listener(snapshot)
        except Exception:  # a panel that cannot be written to must not stop the others
            _log.exception("A panel of %s could not be updated", self.run_id)
