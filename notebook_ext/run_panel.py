"""The live panel of one run."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import traitlets

from notebook_ext.artifacts import hand_over
from notebook_ext.assets import PANEL_CSS, RUN_ESM
from notebook_ext.handle import RunHandle
from notebook_ext.html import run_html, run_text
from notebook_ext.panel import Panel
from notebook_ext.view import RunView, Snapshot, run_view
from zof_core import ZofApiError


class _Home(Protocol):
    """A panel that shows a run in its `panel` trait."""

    def write(self, **traits: Any) -> None: ...
    async def ended(self) -> None: ...


class RunContent:
    """A run inside a panel: follows the handle and writes what it shows into the panel's `panel` trait."""

    def __init__(self, run: RunHandle, home: _Home) -> None:
        self._run = run
        self._home = home
        self._leave: Callable[[], None] | None = None
        self._shown = ("", False)

    def look(self) -> None:
        """Follows the run from now on; harmless when it does already. On the loop thread."""
        if self._leave is None:
            self._show()
            self._leave = self._run.follower().listen(self._changed)

    async def hand_over(self, panel: Panel, artifact_id: str) -> None:
        """Sends one of the run's files to the panel's views. On the loop thread."""
        run = self._run
        await hand_over(panel, run.connection, run.snapshot.artifacts, artifact_id)

    def retry(self) -> None:
        """Reads at once. On the loop thread."""
        self._run.follower().hurry()

    def leave(self) -> None:
        """Stops following. On the loop thread."""
        if self._leave is not None:
            self._leave()
            self._leave = None

    def html(self, *, live: bool) -> str:
        """The run as HTML."""
        return run_html(self._view(), live=live)

    def text(self) -> str:
        """The run as text."""
        return run_text(self._view())

    def _view(self) -> RunView:
        run = self._run
        return run_view(run.id, run.snapshot, now=run.connection.clock(), catalogue=run.connection.catalogue)

    async def _changed(self, snapshot: Snapshot) -> None:
        self._run.connection.judge(self._run.follower().error)
        self._show()
        if snapshot.ended:
            self.leave()
            await self._home.ended()

    def _show(self) -> None:
        html = self.html(live=True)
        wants_key = self._run.connection.wants_key
        if (html, wants_key) != self._shown:
            self._shown = (html, wants_key)
            self._home.write(panel={"html": html, "now": round(self._run.connection.clock(), 3)})


class RunPanel(Panel):
    """One run as a widget of its own, to be put into containers; a `RunHandle` shows itself through it.

    Args:
        run: from `watch`, or a form's `run`.
    """

    _esm = RUN_ESM
    _css = PANEL_CSS

    panel = traitlets.Dict().tag(sync=True)

    def __init__(self, run: RunHandle) -> None:
        self.run = run
        self._keyring = run.connection
        self._content = RunContent(run, self)
        super().__init__(run.loop)

    def html(self, *, live: bool) -> str:
        """See `Panel`."""
        return self._content.html(live=live)

    def text(self) -> str:
        """See `Panel`."""
        return self._content.text()

    def opened(self) -> None:
        """See `Panel`."""
        self._loop.submit(self._look())

    def left(self) -> None:
        """See `Panel`."""
        self._content.leave()

    def heard(self, message: Mapping[str, Any]) -> None:
        """See `Panel`."""
        match message:
            case {"op": "cancel"}:
                self._loop.submit(self._cancel())
            case {"op": "save", "id": str(wanted)}:
                self._loop.submit(self._content.hand_over(self, wanted))

    def retry(self) -> None:
        """See `Panel`."""
        self._content.retry()

    async def ended(self) -> None:
        """See `RunContent`."""
        await self.freeze()

    async def _look(self) -> None:
        self._content.look()

    async def _cancel(self) -> None:
        with contextlib.suppress(ZofApiError):  # the panel says why
            await self.run.follower().cancel()
