"""A run in a notebook: shows itself live, can be awaited, cancelled and asked for its results."""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from typing import TYPE_CHECKING, Any

from notebook_ext.connection import Connection, connect
from notebook_ext.following import Follower
from notebook_ext.loop import LoopThread
from notebook_ext.view import Snapshot, run_view
from zof_core import Artifact, AsyncZofClient, Result, Run, ZofApiError, ZofClient, ZofTimeoutError
from zof_core.catalogue import Catalogue
from zof_core.comparison import compare
from zof_core.wording import duration_text

if TYPE_CHECKING:
    from notebook_ext.artifacts import RunArtifacts
    from notebook_ext.comparison_table import ComparisonTable
    from notebook_ext.run_panel import RunPanel


class RunHandle:
    """One run. As the last line of a cell it shows its live panel, which stays in the notebook when the run has ended.

    `await run` and `run.wait()` give the run once it has ended; interrupting either leaves the run alone.
    """

    def __init__(self, run_id: str, connection: Connection, *, run: Run | None = None) -> None:
        self.id = run_id
        self.connection = connection
        self._follower: Follower | None = None
        self._known = run

    @property
    def loop(self) -> LoopThread:
        """The thread on which all of it happens."""
        return self.connection.loop

    @property
    def status(self) -> str:
        """The status, read anew unless the run has ended.

        Raises:
            ZofApiError: it could not be read.
        """
        return self.refresh().status

    @property
    def url(self) -> str | None:
        """Where Zof shows the run."""
        return self.refresh().url

    @property
    def results(self) -> list[Result]:
        """All results there are by now, read anew.

        Raises:
            ZofApiError: they could not be read.
        """
        return self.loop.run(self._all_results())

    @property
    def artifacts(self) -> RunArtifacts:
        """The files it left, read anew: `run.artifacts["junit.xml"].download()`; shows itself with Download buttons.

        Raises:
            ZofApiError: they could not be read.
        """
        from notebook_ext.artifacts import RunArtifacts  # noqa: PLC0415  a panel, which knows the handle

        return RunArtifacts(self.id, self.loop.run(self._all_artifacts()), self.connection)

    def refresh(self) -> Run:
        """The run as it is now; one that has ended is not read again.

        Raises:
            ZofApiError: it could not be read.
        """
        snapshot = self.loop.run(self._read())
        return _run_of(snapshot, self._follower)

    def wait(self, deadline: float | None = None) -> Run:
        """Blocks until the run has ended and its panels show it; ■ interrupts the waiting, not the run.

        In a cell, `await run` is better: the kernel stays free to hear the panel's Cancel button.

        Args:
            deadline: seconds from now; None waits for ever.

        Raises:
            ZofTimeoutError: it has not ended by then.
            ZofApiError: it cannot be read at all, as when there is no such run.
        """
        return self.loop.run(self._ended(deadline))

    def __await__(self) -> Generator[Any, None, Run]:
        return self.loop.bridge(self._ended(None)).__await__()

    def cancel(self) -> None:
        """Asks Zof to cancel the run; does nothing if it has ended.

        Raises:
            ZofApiError: Zof refused.
        """
        self.loop.run(self._cancel())

    def to_df(self) -> Any:
        """All results as a pandas DataFrame, one row each.

        Raises:
            ImportError: pandas is not installed.
        """
        from notebook_ext.frames import results_frame  # noqa: PLC0415  pandas is slow to import

        return results_frame(self.results)

    def compare(self, newer: RunHandle) -> ComparisonTable:
        """What changed from this run to a newer one, case by case; shows itself as a table.

        Raises:
            ZofApiError: a run or its results could not be read.
        """
        from notebook_ext.comparison_table import ComparisonTable  # noqa: PLC0415  only who compares needs it

        self.refresh()
        newer.refresh()
        return ComparisonTable(self.id, newer.id, compare(self.results, newer.results))

    def follower(self) -> Follower:
        """What reads the run. To be called on the loop thread only."""
        if self._follower is None:
            self._follower = Follower(
                self.connection.client,
                self.id,
                pace=self.connection.pace,
                clock=self.connection.clock,
                run=self._known,
                usual=self.connection.usual,
            )
        return self._follower

    @property
    def snapshot(self) -> Snapshot:
        """What was read last, without reading."""
        return self._follower.snapshot if self._follower else Snapshot(run=self._known)

    def __repr__(self) -> str:
        run = self.snapshot.run
        return f"<Run {self.id} {run.status if run else 'not read yet'}>"

    def _ipython_display_(self) -> None:
        from notebook_ext.run_panel import RunPanel  # noqa: PLC0415  the panel knows the handle

        RunPanel(self)._ipython_display_()

    def _display_(self) -> RunPanel:
        """What marimo shows in its place."""
        from notebook_ext.run_panel import RunPanel  # noqa: PLC0415  the panel knows the handle

        return RunPanel(self)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        from notebook_ext.html import frozen_html, run_html, run_text  # noqa: PLC0415

        view = run_view(
            self.id, self.snapshot, now=self.connection.clock(), catalogue=self.connection.catalogue
        )
        return {"text/html": frozen_html(run_html(view, live=False)), "text/plain": run_text(view)}

    async def _read(self) -> Snapshot:
        return await self.follower().read()

    async def _cancel(self) -> None:
        await self.follower().cancel()

    async def _ended(self, deadline: float | None) -> Run:
        follower = self.follower()
        try:
            snapshot = await asyncio.wait_for(follower.ended(), deadline)
        except TimeoutError:
            status = follower.snapshot.run.status if follower.snapshot.run else "not read yet"
            raise ZofTimeoutError(
                f"Run {self.id} has not ended within {duration_text(deadline or 0)}; it was {status}.",
                hint="It goes on: wait again, or allow more time.",
            ) from None
        return _run_of(snapshot, follower)

    async def _all_results(self) -> list[Result]:
        return [result async for result in self.connection.client().results.list_auto(run_id=self.id)]

    async def _all_artifacts(self) -> list[Artifact]:
        return [one async for one in self.connection.client().runs.artifacts.list_auto(self.id)]


def watch(
    run_id: str,
    client: ZofClient | AsyncZofClient | None = None,
    *,
    catalogue: Catalogue | None = None,
    poll_interval: float | None = None,
) -> RunHandle:
    """A run that exists already, to be shown, awaited or cancelled.

    Args:
        run_id: such as `run_xyz`.
        client: whose settings to use; by default those of the environment (`ZOF_API_KEY`, `ZOF_BASE_URL`).
        catalogue: names for ids; by default that of `ZOFOPS_CONFIG` or `zofops.toml`, if there is one.
        poll_interval: seconds between two readings; by default a second on this machine, else the client's own pace.
    """
    return RunHandle(run_id, connect(client, catalogue=catalogue, poll_interval=poll_interval))


def _run_of(snapshot: Snapshot, follower: Follower | None) -> Run:
    if snapshot.run is not None and not snapshot.trouble_final:
        return snapshot.run
    if follower is not None and follower.error is not None:
        raise follower.error
    raise ZofApiError(snapshot.trouble or "The run was not read.")
