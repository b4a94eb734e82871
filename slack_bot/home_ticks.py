"""What ticks of homes and of the look-out for failures do."""

from __future__ import annotations

import hashlib
import json
import logging
import time
from datetime import UTC, datetime
from typing import Any, Final

from slack_bot import results
from slack_bot.failures import FailureWatch, FailureWatchState, failures_to_post
from slack_bot.followed import Asker
from slack_bot.home_reading import HomeReading
from slack_bot.homes import HomeState, HomeTab, after_publishing, decide_home
from slack_bot.pacing import Budget
from slack_bot.store import questions
from slack_bot.transitions import pause
from slack_bot.views.home import home_view
from slack_bot.views.words import Names
from slack_bot.workbench import Workbench
from zof_core.home import LONGEST_RUN

log: Final = logging.getLogger(__name__)

_PUBLISHES: Final = 80
"""A minute; `views.publish` is tier 4, which takes 100 and more."""
_AFTER_A_FAULT: Final = 30.0


class HomeTicks:
    """Advances homes."""

    def __init__(self, bench: Workbench, homes: HomeReading) -> None:
        self._bench = bench
        self._homes = homes
        self._budget = Budget(_PUBLISHES, 60.0)

    async def advance(self, row: HomeTab, seq: int) -> None:
        """One tick."""
        try:
            after = await self._next(row)
        except Exception:
            log.exception("A tick of a home failed.")
            after = row.model_copy(update={"not_before": self._bench.clock() + _AFTER_A_FAULT})
        due = after.not_before if after.state is HomeState.OPEN else None
        await self._bench.save(after, seq, due)

    async def _next(self, row: HomeTab) -> HomeTab:
        now, timing = self._bench.clock(), self._bench.timing
        step = decide_home(row, now, timing)
        if step is None or isinstance(step, float):
            return row
        wait = self._budget.take(time.monotonic())
        if wait > 0:
            return after_publishing(row, step, results.NotYet(wait), now, timing)
        content = await self._homes.of(Asker(id=row.user, name=row.user), now)
        view = home_view(content, now, live=not step.last, plain=row.plain)
        digest = _digest(view)
        if digest == row.shown:
            said: results.Shown | results.SlackBusy | results.SlackRefused = results.Shown("", digest)
        else:
            said = await self._bench.slack.publish_home(row.user, view, digest)
        return after_publishing(row, step, said, self._bench.clock(), timing)


def _digest(view: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(view, sort_keys=True).encode()).hexdigest()


class FailureTicks:
    """Advances the look-out."""

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench

    async def advance(self, row: FailureWatch, seq: int) -> None:
        """One tick."""
        bench, now = self._bench, self._bench.clock()
        wanted = await bench.engine.in_thread(bench.store.subscriptions)
        if not wanted:
            await bench.save(row.model_copy(update={"state": FailureWatchState.IDLE}), seq, None)
            return
        since = datetime.fromtimestamp(now, UTC) - LONGEST_RUN
        runs = await bench.lists.failed_runs(since)
        if not isinstance(runs, list):
            tries = row.tries + 1
            retry_after = runs.retry_after if isinstance(runs, results.Unavailable) else None
            due = now + max(pause(tries, bench.timing, retry_after), bench.timing.failures_every)
            await bench.save(row.model_copy(update={"tries": tries}), seq, due)
            return
        # Nobody need have spoken there for hours, and what Slack said of them then is not used for ever.
        people = {person.id for one in wanted for person in one.people}
        await bench.directory.look(people, (one.channel for one in wanted))
        shown = await bench.engine.in_thread(bench.store.asked, questions.shown_in, [run.id for run in runs])
        config = bench.config()
        begun = failures_to_post(runs, wanted, config.policy, Names(config.catalogue), shown=shown, now=now)
        due = now + bench.timing.failures_every
        await bench.save(row.model_copy(update={"tries": 0}), seq, due, begun=begun)
