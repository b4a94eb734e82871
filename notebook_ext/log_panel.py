"""The log of a run: follows it while it runs, keeps the newest 20,000 lines, searches, pauses, downloads."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from html import escape
from typing import Any, Final

import traitlets

from notebook_ext import frontend
from notebook_ext.assets import LOG_CSS, LOG_ESM, PANEL_CSS
from notebook_ext.connection import CALL_SECONDS
from notebook_ext.handle import RunHandle
from notebook_ext.html import trouble_html
from notebook_ext.log_lines import LogLines, row_text
from notebook_ext.pace import setback
from notebook_ext.panel import Panel
from zof_core import LogLine, Page, ZofApiError, background, deadline
from zof_core.builders import list_run_logs
from zof_core.paging import Walk

LINES_KEPT: Final = 20_000
LINES_SAVED: Final = 200
"""What a saved notebook still shows: the end of the log."""

_WHOLE = "All of it"
_PAGE = 100
_BATCH = 2_000
"""Lines in one message to a view."""

_PAGES_HEADLESS = 20
"""Pages read where nobody can watch; a log of millions must not hold up a pipeline."""


class LogPanel(Panel):
    """The log of one run. `panel.lines` holds what was read; `print(panel.plain())` gives it as text.

    Args:
        run: from `watch`, a form's `run` or `%zof status`.
        limit: how many lines are kept, the newest.
    """

    _esm = LOG_ESM
    _css = PANEL_CSS + LOG_CSS
    _frozen_css = LOG_CSS
    _content_trait = "state"

    state = traitlets.Dict().tag(sync=True)

    def __init__(self, run: RunHandle, *, limit: int = LINES_KEPT) -> None:
        self.run = run
        self._keyring = run.connection
        self._hurry = asyncio.Event()
        self.lines = LogLines(limit)
        self._task: asyncio.Task[None] | None = None
        self._walk: Walk[LogLine] = Walk(list_run_logs(run.id, limit=_PAGE))
        self._of_page = 0
        self._sent = 0
        self._word = "Reading"
        self._notice = ""
        super().__init__(run.loop, state=self._state())

    def plain(self, most: int = LINES_KEPT) -> str:
        """The last lines as text."""
        return "\n".join(map(row_text, self.lines.last(most)))

    def html(self, *, live: bool) -> str:
        """See `Panel`: the end of the log."""
        del live  # the live panel is made by its script
        notice = trouble_html(self._notice) if self._notice else ""
        shown = escape(self.plain(LINES_SAVED))
        return (
            f'<section class="zof-run zof-neutral" role="region" aria-label="Log of {escape(self.run.id)}">'
            f'<div class="zof-head"><strong class="zof-title">Log</strong><code>{escape(self.run.id)}</code>'
            f'<span class="zof-gap"></span><span class="zof-where">{escape(self._counted())}</span></div>'
            f'{notice}<pre class="zof-log">{shown}</pre></section>'
        )

    def text(self) -> str:
        """See `Panel`."""
        parts = (f"Log of {self.run.id}: {self._counted()}", self._notice, self.plain(LINES_SAVED))
        return "\n".join(filter(None, parts))

    def opened(self) -> None:
        """See `Panel`."""
        if frontend.current_execution().headless:
            self._loop.run(self._read_and_freeze())
        else:
            self._loop.submit(self._begin())

    def left(self) -> None:
        """See `Panel`."""
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def retry(self) -> None:
        """See `Panel`."""
        self._hurry.set()

    def heard(self, message: Mapping[str, Any]) -> None:
        """See `Panel`: a view says from which line on it lacks the log."""
        match message:
            case {"op": "more", "from": int(number)} if 0 <= number <= self.lines.total:
                self._loop.submit(self._send_from(number))

    # --- on the loop thread ------------------------------------------------------------------------------------------

    async def _begin(self) -> None:
        if self._task is None and self._word != _WHOLE:
            self._task = asyncio.get_running_loop().create_task(self._follow(), name=f"log of {self.run.id}")

    async def _follow(self) -> None:
        idle = failures = 0
        pace = self.run.connection.pace()
        while self._word != _WHOLE:
            try:
                more = await self._read_all()
            except ZofApiError as error:
                failures += 1
                self.run.connection.judge(error)
                back = setback(error, pace, failures)
                self._notice = back.sentence
                self._tell()
                if back.wait is None:
                    return
                self._hurry.clear()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._hurry.wait(), back.wait)
                continue
            self.run.connection.judge(None)
            failures, self._notice = 0, ""
            idle = 0 if more else idle + 1
            self._tell()
            if self._word != _WHOLE:
                await asyncio.sleep(pace.after(idle))

    async def _read_all(self, pages: int | None = None) -> int:
        """Reads what there is by now; gives how many lines that were new."""
        snapshot = await self.run.follower().read()
        found = 0
        while pages is None or pages > 0:
            page = await self._read_page()
            found += self.lines.add(page.data[self._of_page :])
            await self._send_new()
            self._of_page = len(page.data)
            if not page.has_more:
                self._word = _WHOLE if snapshot.ended else "Following"
                return found
            self._walk.turn(page)
            self._of_page = 0
            pages = pages and pages - 1
        return found

    async def _read_page(self) -> Page[LogLine]:
        assert self._walk.call is not None  # it is turned only where there is more
        with background(), deadline(CALL_SECONDS):
            return await self.run.connection.client().run(self._walk.call)

    async def _read_and_freeze(self) -> None:
        try:
            await self._read_all(_PAGES_HEADLESS)
        except ZofApiError as error:
            self._notice = setback(error, self.run.connection.pace(), 1).sentence
        await self.freeze()

    async def _send_new(self) -> None:
        if self.comm is not None and self._views:
            await self._send_from(self._sent)
        self._tell()

    async def _send_from(self, number: int) -> None:
        while True:
            first, rows = self.lines.since(number, _BATCH)
            if not rows:
                return
            self.send({"op": "lines", "at": first, "rows": rows})
            number = first + len(rows)
            self._sent = max(self._sent, number)
            await asyncio.sleep(0)

    def _tell(self) -> None:
        self.write(state=self._state())

    def _state(self) -> dict[str, Any]:
        return {"run": self.run.id, "total": self.lines.total, "word": self._word, "notice": self._notice}

    def _counted(self) -> str:
        total = self.lines.total
        said = f"{total:,} line{'' if total == 1 else 's'}"
        return f"the last {LINES_SAVED} of {said}" if total > LINES_SAVED else said
