"""What a tick does: load the row, ask the pure machine, run the effect, commit change and next tick."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Final, assert_never

from slack_bot import following, results, transitions
from slack_bot.config import BotConfig
from slack_bot.engine import Engine
from slack_bot.errand_ticks import ErrandTicks
from slack_bot.following import FollowedRun, State
from slack_bot.notes import notes_of_run
from slack_bot.pacing import CardBudgets
from slack_bot.requests import idempotency_key
from slack_bot.settings import Timing
from slack_bot.slack_door import SlackDoor
from slack_bot.store.store import Store
from slack_bot.text import sentence
from slack_bot.views.approval_card import approval_card
from slack_bot.views.blocks import Message, note
from slack_bot.views.card import run_card
from slack_bot.workbench import Workbench
from slack_bot.zof_door import ZofDoor
from zof_core.webhooks import Event

log: Final = logging.getLogger(__name__)

_CLOCK_SKEW: Final = 60.0


class Ticks:
    """Advances followed runs and errands.

    Args:
        config: asked at each step that needs permission, so it gives the rules as they are then.
        clock: Unix time.
    """

    def __init__(
        self,
        *,
        store: Store,
        zof: ZofDoor,
        slack: SlackDoor,
        config: Callable[[], BotConfig],
        timing: Timing,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._zof = zof
        self._slack = slack
        self._timing = timing
        self._clock = clock
        self._budgets = CardBudgets(time.monotonic, timing.card_updates)
        self._bench = Workbench(store, zof, slack, config, timing, clock)
        self._errands = ErrandTicks(self._bench)

    def attach(self, engine: Engine) -> None:
        """Names the engine that runs the ticks; it must be named before it is launched."""
        self._bench.attach(engine)

    @property
    def engine(self) -> Engine:
        """The engine that runs the ticks."""
        return self._bench.engine

    async def advance(self, kind: str, key: str, seq: int) -> None:
        """One tick. Does nothing if the row has moved on."""
        found = await self.engine.in_thread(self._store.load, kind, key)
        if found is None or found[1] != seq:
            return
        entity = found[0]
        if isinstance(entity, FollowedRun):
            await self._advance_run(entity, seq)
        else:
            await self._errands.advance(entity, seq)

    # ---- followed runs

    async def _advance_run(self, row: FollowedRun, seq: int) -> None:
        try:
            after, due = await self._next_of_run(row, seq)
            await self._bench.save(after, seq, due, notes=notes_of_run(row, after, self._clock()))
        except Exception:
            log.exception("A tick of a followed run failed.")
            after = transitions.after_fault(row, self._clock(), self._timing)
            pause = transitions.pause(max(after.faults, 1), self._timing)
            due = None if after.state is State.ENDED else self._clock() + pause
            await self._bench.save(after, seq, due, notes=notes_of_run(row, after, self._clock()))

    async def _next_of_run(self, row: FollowedRun, seq: int) -> tuple[FollowedRun, float | None]:
        step = following.decide(row, self._clock(), _wanted(row))
        if isinstance(step, following.Done):
            return row, None
        if isinstance(step, following.Wait):
            return row, step.until
        result = await self._run_effect(row, step, seq)
        now = self._clock()
        after = transitions.apply(row, step, result, now, self._timing)
        match following.decide(after, now, _wanted(after)):
            case following.Done():
                return after, None
            case following.Wait(until):
                return after, until
            case _:
                return after, now

    async def _run_effect(self, row: FollowedRun, effect: following.Effect, seq: int) -> results.Result:
        match effect:
            case following.Start():
                return await self._zof.start(row.request, idempotency_key(row.key))
            case following.Poll(run_id):
                return await self._poll(run_id, row)
            case following.Show():
                return await self._show(row, seq)
            case following.Say(text):
                return await self._bench.tell(row, note(sentence(text, 2000)), row.accepted_at)
            case following.Expire():
                return results.Closed()
            case following.Finish():
                await self._remove_doubles(row)
                return results.Closed()
            case _:
                assert_never(effect)

    async def _poll(self, run_id: str, row: FollowedRun) -> results.Result:
        read = await self._zof.read(run_id, row.findings)
        if isinstance(read, results.Refused) and read.outcome is not results.Outcome.UNKNOWN_NAME:
            # A key that is refused now may be set anew: the run goes on meanwhile, and so do we.
            return results.Unavailable(read.sentence, why="Zof refuses the bot's API key")
        return read

    async def _show(self, row: FollowedRun, seq: int) -> results.Result:
        message, run_id = _card_of(row), row.run.id if row.run else ""
        assert message is not None
        posted = row.card.ts is not None
        wait = self._budgets.update(final=row.is_over) if posted else self._budgets.post(row.channel)
        if wait > 0:
            return results.NotYet(wait)
        if row.card.ts is not None:
            return await self._slack.update_card(row.channel, row.card.ts, message, row.key, run_id)
        begun = await self.engine.in_thread(self._store.note_attempt, row.key, seq)
        if begun is None:
            return results.SlackBusy()
        if not begun:
            return await self._slack.post_card(row.channel, message, row.key, run_id)
        found = await self._find_cards(row)
        if isinstance(found, results.SlackBusy):
            return results.SlackBusy(found.retry_after, doubtful=True)
        if isinstance(found, list) and found:
            shown = await self._slack.update_card(row.channel, found[0], message, row.key, run_id)
        else:
            shown = await self._slack.post_card(row.channel, message, row.key, run_id)
        if isinstance(shown, results.Shown):
            return results.Shown(shown.ts, shown.digest, searched=True)
        return (
            results.SlackBusy(shown.retry_after, doubtful=True)
            if isinstance(shown, results.SlackBusy)
            else shown
        )

    async def _remove_doubles(self, row: FollowedRun) -> None:
        if row.card.ts is None or not row.card.doubted:
            return
        found = await self._find_cards(row)
        for ts in found if isinstance(found, list) else ():
            if ts != row.card.ts:
                await self._slack.delete(row.channel, ts)

    async def _find_cards(self, row: FollowedRun) -> list[str] | results.SlackBusy | results.SlackRefused:
        return await self._slack.find_cards(row.channel, row.key, row.accepted_at - _CLOCK_SKEW)

    # ---- events of Zof's

    async def take_event(self, event: Event) -> None:
        """Writes an event of Zof's down and has its run looked at now. Once, however often it is delivered."""
        await self.engine.in_thread(self._take_event, event)

    def _take_event(self, event: Event) -> None:
        if self._store.knows_event(event.id):
            return
        if event.run_id:
            self._bench.look_again(event.run_id, transitions.look_again_soon)
        # Last: an event that did not wake its run is not known yet, and Zof sends it again.
        self._store.note_event(event.id, self._clock())


def _card_of(row: FollowedRun) -> Message | None:
    """The run's card; before there is a run, that of its approval; None if there is nothing to show."""
    if row.run is not None:
        return run_card(row)
    return approval_card(row) if row.approval is not None else None


def _wanted(row: FollowedRun) -> str:
    message = _card_of(row)
    return message.digest() if message else ""
