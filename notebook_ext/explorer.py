"""The explorer: runs by project, environment, status and date; their results, two compared, and cases that change."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from notebook_ext import frontend
from notebook_ext.connection import connect
from notebook_ext.explorer_lists import Lists, Sheet
from notebook_ext.explorer_scenes import (
    LAST_CHOICES,
    LAST_RUNS,
    Query,
    Scene,
    actions,
    counted,
    day_text,
    filters,
    flaky_scene,
    names_of,
    older_first,
    told_of,
)
from notebook_ext.seen import remember
from notebook_ext.table_data import Wish
from notebook_ext.table_panel import TablePanel
from zof_core import AsyncZofClient, ZofApiError, ZofClient
from zof_core.assumptions import PAGE_LIMIT_MAX
from zof_core.catalogue import Catalogue
from zof_core.wording import error_sentences

_log = logging.getLogger(__name__)


class Explorer(TablePanel):
    """Runs to look through; their results, two of them compared, and cases whose outcome changes.

    `explorer.items` are the runs, results, changes or cases that are filtered; `to_df()`, `to_polars()` and
    `to_csv(path)` give the same as a table.

    Args:
        client: whose settings to use; by default those of the environment (`ZOF_API_KEY`, `ZOF_BASE_URL`).
        catalogue: names for ids, or the TOML file that holds them; by default that of `ZOFOPS_CONFIG`.
        project: id of the project to begin with.
        environment: environment to begin with.
        status: a run's status, such as `failed`.
        after: the first day, in UTC: a date, or text as `2026-05-20`.
        before: the last day.

    Raises:
        ValueError: a day cannot be read.
        ZofValidationError: the catalogue cannot be read, or that can be no project.
    """

    def __init__(
        self,
        client: ZofClient | AsyncZofClient | None = None,
        *,
        catalogue: Catalogue | str | Path | None = None,
        project: str | None = None,
        environment: str | None = None,
        status: str | None = None,
        after: date | str | None = None,
        before: date | str | None = None,
    ) -> None:
        self._connection = connect(client, catalogue=catalogue)
        self._keyring = self._connection
        query = Query(project or "", status or "", day_text(after), day_text(before))
        self._lists = Lists(query, self._connection.catalogue)
        self._scene = Scene()
        self._last = LAST_RUNS
        self._sheet: Sheet = self._lists.sheet(self._scene)
        self._filling: asyncio.Task[None] | None = None
        self._busy = ""
        self._error: ZofApiError | None = None
        self._aside = ""
        super().__init__(self._sheet.table, title="Runs", loop=self._connection.loop)
        self.wish = Wish(where=(("environment", environment),) if environment else ())
        self._wish_of_runs = self.wish

    # --- for code ----------------------------------------------------------------------------------------------------

    @property
    def items(self) -> list[Any]:
        """What is filtered, in the order shown: runs, results, pairs of a word and a change, or flaky cases."""
        items = self._sheet.items
        return [items[row] for row in self.rows]

    def load(self, pages: int = 1) -> int:
        """Reads up to `pages` more pages of a hundred; gives how many rows there are then.

        Raises:
            ZofApiError: they could not be read.
        """
        self._loop.run(self._fill_now(pages))
        if self._error is not None:
            raise self._error
        return self.table.size

    def show_runs(self) -> None:
        """Shows the runs, filtered as before; reads the first of them if none was read.

        Raises:
            ZofApiError: they could not be read.
        """
        self._go(Scene())

    def show_results(self, run_id: str) -> None:
        """Shows the results of a run.

        Raises:
            ZofApiError: they could not be read.
        """
        self._go(Scene("results", (run_id,)))

    def show_comparison(self, before: str, after: str) -> None:
        """Shows what changed from one run to another, case by case.

        Raises:
            ZofApiError: they could not be read.
        """
        self._go(Scene("comparison", (before, after)))

    def show_flaky(self, last: int = LAST_RUNS) -> None:
        """Shows the cases whose outcome changed over the last runs that have ended, of those that are filtered.

        Args:
            last: how many runs.

        Raises:
            ZofApiError: they could not be read.
        """
        if self._scene.kind != "runs" or not self._lists.runs.begun:
            self.show_runs()
        self._last = last
        self._go(self._flaky())

    # --- what it shows -----------------------------------------------------------------------------------------------

    def opened(self) -> None:
        """See `Panel`: reads the first page; where nobody can click, before the cell ends."""
        fresh = not self._begun()
        if frontend.current_execution().headless:
            self._loop.run(self._read_and_freeze() if fresh else self.freeze())
        elif fresh:
            self._loop.submit(self._begin(self._scene.words.first))

    def left(self) -> None:
        """See `Panel`."""
        self._stop()

    def retry(self) -> None:
        """See `Panel`."""
        self._loop.submit(self._begin(self._scene.words.first))

    def heard(self, message: Mapping[str, Any]) -> None:
        """See `Panel`: the explorer's own buttons and filters, and what every table can do."""
        match message:
            case {"op": "pick", "row": int(row)} if 0 <= row < self.table.size:
                self._loop.submit(self._pick(row))
            case {"op": "filter", "key": str(key), "value": str(value)}:
                self._loop.submit(self._filter(key, value[:200]))
            case {"op": "more"}:
                self._loop.submit(self._begin(self._scene.words.more))
            case {"op": "again"}:
                self._loop.submit(self._begin(self._scene.words.first))
            case {"op": "runs" | "results" | "comparison" | "flaky" as op}:
                self._loop.submit(self._act(op))
            case _:
                super().heard(message)

    def _named(self) -> str:
        return told_of(self._scene, self._lists.query, self.wish)

    def _counted(self) -> str:
        return counted(
            self._scene,
            whole=self.table.size,
            found=len(self.rows),
            lacking=self._lacking() and bool(self.table.size),
            unchanged=self._sheet.unchanged,
        )

    def _notice(self) -> str:
        return error_sentences(self._error) if self._error else self._aside

    def _file_name(self) -> str:
        return f"zof-{'-'.join((self._scene.kind, *self._scene.runs[:2]))[:100]}.csv"

    def _tools(self) -> dict[str, Any]:
        scene = self._scene
        of_runs = scene.kind == "runs"
        more = self._lacking() and not self._busy and self.table.size
        if self.table.size:
            empty = "Nothing fits the filters."
        else:
            empty = scene.words.empty if self._begun() else "Nothing was read."
        return {
            "where": names_of(scene),
            "busy": self._busy,
            "more": f"Load {scene.words.more * PAGE_LIMIT_MAX:,} more" if more else "",
            "hint": scene.words.hint,
            "empty": empty,
            "filters": filters(
                scene,
                self._lists.query,
                self.wish,
                self.table,
                projects=self._lists.project_names(),
                last=self._last,
            ),
            "actions": actions(scene, picked=len(self._picked), rows=self.table.size),
            "picks": 2 if of_runs else 0,
            "link": "id" if of_runs else "name",
        }

    # --- on the loop thread ------------------------------------------------------------------------------------------

    def _begun(self) -> bool:
        return self._lists.begun(self._scene)

    def _lacking(self) -> bool:
        return self._lists.lacking(self._scene)

    async def _begin(self, pages: int) -> None:
        """Reads what the scene lacks, in a task that another scene ends."""
        self._start_anew()
        self._filling = asyncio.get_running_loop().create_task(self._fill(pages), name="read for an explorer")

    def _start_anew(self) -> None:
        """Ends a reading and takes back what went wrong; before the next one, for that may begin a moment later."""
        self._stop()
        self._error, self._aside = None, ""

    def _stop(self) -> None:
        if self._filling is not None:
            self._filling.cancel()
            self._filling = None
        self._busy = ""

    async def _fill_now(self, pages: int) -> None:
        self._start_anew()
        await self._fill(pages)

    async def _read_and_freeze(self) -> None:
        await self._fill_now(self._scene.words.first)
        await self.freeze()

    async def _fill(self, pages: int) -> None:
        """Reads at most so many pages of each list that the scene needs; what goes wrong is kept as the error."""
        try:
            await self._read(pages)
            if self._scene.kind == "runs" and not self._lists.projects.begun:
                await self._read_projects()
            self._connection.judge(None)
        except ZofApiError as error:
            self._error = error
            self._connection.judge(error)
        except Exception as error:  # a fault of ours must not leave a panel that reads for ever
            _log.exception("A list could not be read")
            self._error = ZofApiError(f"The list could not be read ({type(error).__name__}).")
        self._busy = ""
        self._tell()

    async def _read(self, pages: int) -> None:
        scene, needs = self._scene, self._lists.needs(self._scene)
        for number, reading in enumerate(needs, 1):
            part = f" of run {number} of {len(needs)}" if len(needs) > 1 else ""
            self._busy = f"Reading {'runs' if scene.kind == 'runs' else 'results'}{part} …"
            self._tell()
            for _ in range(pages):
                if reading.whole:
                    break
                await reading.read_page(self._connection.client())
                if not scene.needs_all:
                    self._rebuild()
        if scene.needs_all:
            self._rebuild()

    async def _read_projects(self) -> None:
        """The names to choose from: without them those that are known from elsewhere are offered."""
        self._busy = ""
        try:
            await self._lists.projects.read_page(self._connection.client())
            self._rebuild()
        except ZofApiError as error:
            self._aside = f"The list of projects could not be read. {error_sentences(error)}"

    def _rebuild(self, *, wish: Wish | None = None) -> None:
        self._sheet = self._lists.sheet(self._scene)
        self._set_table(self._sheet.table, wish=wish)

    async def _show_scene(self, scene: Scene) -> None:
        """Changes what is shown. Coming back to the runs, they are filtered and sorted as before."""
        self._start_anew()
        if self._scene.kind == "runs":
            self._wish_of_runs = self.wish
        for run_id in scene.runs:
            self._lists.forget_unless_ended(run_id)
        self._scene = scene
        self.title = scene.words.title
        self._rebuild(wish=self._wish_of_runs if scene.kind == "runs" else scene.words.wish)

    def _flaky(self) -> Scene:
        """Of the runs that are filtered, newest first whatever they are sorted by; another number looks at the same."""
        if self._scene.kind == "flaky":
            return flaky_scene(self._scene.among, self._last)
        wanted = set(self.rows)
        ended = [run.id for row, run in enumerate(self._sheet.items) if row in wanted and run.is_terminal]
        return flaky_scene(ended, self._last)

    async def _act(self, op: str) -> None:
        picked = [self._sheet.items[row] for row in self._picked]
        match op:
            case "results" if len(picked) == 1:
                await self._show_and_begin(Scene("results", (picked[0].id,)))
            case "comparison" if len(picked) == 2:
                await self._show_and_begin(Scene("comparison", older_first(picked)))
            case "flaky" if self._scene.kind == "runs" and self.table.size:
                await self._show_and_begin(self._flaky())
            case "runs":
                await self._show_and_begin(Scene())

    async def _show_and_begin(self, scene: Scene) -> None:
        await self._show_scene(scene)
        if not self._begun():
            await self._begin(scene.words.first)

    async def _open(self, row: int, view: str) -> None:
        if self._scene.kind != "runs":
            await super()._open(row, view)
            return
        run_id = self._sheet.items[row].id
        remember(run_id)
        await self._show_and_begin(Scene("results", (run_id,)))

    async def _pick(self, row: int) -> None:
        if self._scene.kind == "runs":
            others = [one for one in self._picked if one != row]
            self._picked = others if row in self._picked else [*others[-1:], row]
            self._tell()

    async def _filter(self, key: str, value: str) -> None:
        scene = self._scene
        if key in scene.words.local:
            others = tuple(pair for pair in self.wish.where if pair[0] != key)
            await self._wish_for(where=(*others, (key, value)) if value else others)
        elif scene.kind == "flaky" and key == "last" and value in map(str, LAST_CHOICES):
            self._last = int(value)
            await self._show_and_begin(self._flaky())
        elif scene.kind == "runs" and (query := self._lists.query.asking(key, value)) != self._lists.query:
            await self._ask(query)

    async def _ask(self, query: Query) -> None:
        """Asks Zof for other runs; those that were read go."""
        try:
            self._lists.ask(query)
        except ZofApiError as error:  # that can be no project
            self._error = error
            self._tell()
            return
        self._rebuild(wish=self.wish)
        await self._begin(self._scene.words.first)

    def _go(self, scene: Scene) -> None:
        self._loop.run(self._show_scene(scene))
        if not self._begun():
            self.load(scene.words.first)
