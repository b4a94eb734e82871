"""The command center in a notebook: read anew each minute while somebody can see it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path
from time import monotonic
from typing import Any, Final

import traitlets

from notebook_ext import frontend
from notebook_ext.assets import HOME_CSS, HOME_ESM, PANEL_CSS
from notebook_ext.connection import CALL_SECONDS, connect
from notebook_ext.handle import RunHandle
from notebook_ext.home_html import home_html, home_text
from notebook_ext.panel import Panel
from notebook_ext.seen import remember
from notebook_ext.view import RunView, Snapshot, run_view
from zof_core import AsyncZofClient, ZofApiError, ZofClient, deadline
from zof_core.catalogue import Catalogue
from zof_core.home import Home, read_home
from zof_core.wording import error_sentences

REFRESH_SECONDS: Final = 60.0
"""Five requests each time, of Zof's usual hundred a minute."""


class HomePanel(Panel):
    """Figures of the last day, runs under way, coverage, schedules, and what to do next.

    `panel.home` is what was read last (`zof_core.home.Home`), or None.

    Args:
        client: whose settings to use; by default those of the environment (`ZOF_API_KEY`, `ZOF_BASE_URL`).
        catalogue: the cases that coverage counts, or the TOML file that names them; by default that of `ZOFOPS_CONFIG`.
        projects: ids of the projects to tell of; None for all.
        refresh: seconds between two readings while somebody can see the panel.

    Raises:
        ZofValidationError: the catalogue cannot be read.
    """

    _esm = HOME_ESM
    _css = PANEL_CSS + HOME_CSS

    _frozen_css = HOME_CSS

    panel = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        client: ZofClient | AsyncZofClient | None = None,
        *,
        catalogue: Catalogue | str | Path | None = None,
        projects: Collection[str] | None = None,
        refresh: float = REFRESH_SECONDS,
    ) -> None:
        self._connection = connect(client, catalogue=catalogue)
        self._keyring = self._connection
        self._projects = projects
        self._refresh_seconds = refresh
        self._watchers: set[str] = set()
        self._task: asyncio.Task[None] | None = None
        self._asked = asyncio.Event()
        self._reading = False
        self._read_at = monotonic()
        self._trouble = ""
        self._looked: RunHandle | None = None
        self.home: Home | None = None
        super().__init__(self._connection.loop, panel={"html": self.html(live=True)})

    def html(self, *, live: bool) -> str:
        """See `Panel`."""
        return home_html(
            self.home,
            self._active(),
            live=live,
            reading=self._reading,
            trouble=self._trouble,
            looked=self._view_of_looked(),
            catalogue=self._connection.catalogue,
        )

    def text(self) -> str:
        """See `Panel`."""
        return self._trouble or home_text(self.home, self._connection.catalogue)

    def opened(self) -> None:
        """See `Panel`: reads once; where nobody can click, before the cell ends, for there may be no later."""
        if frontend.current_execution().headless:
            self._loop.run(self._read_and_freeze())
        else:
            self._loop.submit(self._read())

    def left(self) -> None:
        """See `Panel`."""
        self._watchers.clear()
        self._asked.set()

    def retry(self) -> None:
        """See `Panel`."""
        self._loop.submit(self._read())

    def heard(self, message: Mapping[str, Any]) -> None:
        """See `Panel`: who can see it, that it is to be read anew, and which run somebody looks at."""
        match message:
            case {"op": "visible", "view": str(view), "visible": bool(visible)}:
                self._loop.submit(self._seen(view, visible=visible))
            case {"op": "refresh"}:
                self._loop.submit(self._read())
            case {"op": "look", "run": str(run_id)} if run_id in self._offered():
                self._loop.submit(self._look(RunHandle(run_id, self._connection)))
            case {"op": "hide"}:
                self._loop.submit(self._look(None))

    # --- on the loop thread ------------------------------------------------------------------------------------------

    async def _seen(self, view: str, *, visible: bool) -> None:
        (self._watchers.add if visible else self._watchers.discard)(view)
        self._asked.set()
        if self._watchers and self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._keep(), name="keep the home")

    async def _read_and_freeze(self) -> None:
        await self._read()
        await self.freeze()

    async def _keep(self) -> None:
        """Reads again and again while somebody can see it, and waits where nobody does."""
        while self._watchers:
            self._asked.clear()
            due_in = self._read_at + self._refresh_seconds - monotonic()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._asked.wait(), max(due_in, 0.0))
                continue  # somebody came or went
            await self._read()
        self._task = None

    async def _look(self, run: RunHandle | None) -> None:
        """Shows a run under the home, as it is now; or none any more."""
        self._looked = run
        if run is not None:
            remember(run.id)
            await self._read_looked()
        self._show()

    async def _read_looked(self) -> None:
        if self._looked is None:
            return
        follower = self._looked.follower()
        try:
            with deadline(CALL_SECONDS):
                await follower.read()
        except ZofApiError as error:
            follower.snapshot = replace(follower.snapshot, trouble=error_sentences(error))
            self._connection.judge(error)

    async def _read(self) -> None:
        if self._reading:
            return
        self._reading = True
        self._show()
        try:
            with deadline(CALL_SECONDS):
                client = self._connection.client()
                machine = read_home(client.plan, self._connection.catalogue, projects=self._projects)
                self.home = await client.drive(machine)
            self._trouble = ""
            self._connection.judge(next(iter(self.home.troubles.values()), None))
            await self._read_looked()
        except ZofApiError as error:  # there is no client: what a list says is the home's own
            self._trouble = error_sentences(error)
            self._connection.judge(error)
        finally:
            self._reading = False
            self._read_at = monotonic()
            self._show()

    def _show(self) -> None:
        self.write(panel={"html": self.html(live=True)})

    def _offered(self) -> set[str]:
        """The runs that the next steps lead to."""
        steps = self.home.posture.next_steps if self.home else ()
        return {run_id for step in steps for run_id in step.runs[:1]}

    def _view_of_looked(self) -> RunView | None:
        run, names = self._looked, self._connection.catalogue
        return run_view(run.id, run.snapshot, now=self._connection.clock(), catalogue=names) if run else None

    def _active(self) -> list[RunView]:
        if self.home is None:
            return []
        now = self.home.posture.at.timestamp()
        names = self._connection.catalogue
        return [run_view(run.id, Snapshot(run=run), now=now, catalogue=names) for run in self.home.active]
