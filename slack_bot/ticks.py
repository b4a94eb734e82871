"""What a tick does: load the row, ask the pure machine, run the effect, commit change and next tick."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Final, assert_never

from slack_bot import following, results, transitions
from slack_bot.directory import Directory
from slack_bot.engine import Engine
from slack_bot.errand_ticks import ErrandTicks
from slack_bot.errands import Errand
from slack_bot.failures import FailureWatch
from slack_bot.followed import FollowedRun, State
from slack_bot.home_reading import HomeReading
from slack_bot.home_ticks import FailureTicks, HomeTicks
from slack_bot.homes import HomeTab
from slack_bot.late_starts import is_late, refusal_to_start
from slack_bot.lookout import Lookout
from slack_bot.notes import notes_of_run
from slack_bot.pacing import CardBudgets
from slack_bot.plans import shown_plan
from slack_bot.requests import idempotency_key
from slack_bot.settings import Timing
from slack_bot.slack_door import SlackDoor
from slack_bot.store import questions
from slack_bot.store.living import RUN
from slack_bot.store.store import Store
from slack_bot.text import sentence
from slack_bot.views.approval_card import approval_card
from slack_bot.views.blocks import Message, note
from slack_bot.views.card import failures_reply, run_card
from slack_bot.views.confirmation import confirmation_card
from slack_bot.workbench import Workbench
from slack_bot.zof_door import ZofDoor, if_it_is_gone
from slack_bot.zof_lists import ZofLists
from zof_core.poller import Poller
from zof_core.webhooks import Event

log: Final = logging.getLogger(__name__)

_CLOCK_SKEW: Final = 60.0
_COMMIT_TRIES: Final = 8


class Ticks:
    """Advances followed runs and errands.

    Args:
        directory: asked at each step that needs permission, so it gives the rules as they are then.
        poller: looks at all runs together.
        clock: Unix time.
    """

    def __init__(
        self,
        *,
        store: Store,
        zof: ZofDoor,
        lists: ZofLists,
        slack: SlackDoor,
        directory: Directory,
        timing: Timing,
        poller: Poller,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._zof = zof
        self._slack = slack
        self._timing = timing
        self._clock = clock
        self._budgets = CardBudgets(time.monotonic, timing.card_updates)
        self._bench = Workbench(store, zof, lists, slack, directory, timing, clock)
        homes = HomeReading(self._bench, timing.home_shared)
        self._errands = ErrandTicks(self._bench, homes)
        self._homes = HomeTicks(self._bench, homes)
        self._failures = FailureTicks(self._bench)
        self._lookout = Lookout(poller, self._change_run, timing)

    def attach(self, engine: Engine) -> None:
        """Names the engine that runs the ticks; it must be named before it is launched."""
        self._bench.attach(engine)

    async def resume(self) -> None:
        """Has all followed runs watched again, at start."""
        rows = await self.engine.in_thread(self._store.following)
        await self.engine.in_thread(self._lookout.watch, rows)

    async def stop(self) -> None:
        """Hears no more news."""
        await self.engine.in_thread(self._lookout.stop)

    def _change_run(self, run_id: str, change: Callable[[FollowedRun, float], FollowedRun]) -> bool:
        """Brings news into the row of a run. For a thread."""
        now = self._clock()
        # One channel may have started it, and others watch it: each has a row of its own.
        changed = [
            self._store.change_run(
                key,
                lambda row: change(row, now),
                now,
                self.engine.enqueue,
                due=lambda row: self._due(row, now) or now,
                notes=lambda before, after: notes_of_run(before, after, now),
            )
            for key in self._store.asked(questions.rows_of_run, run_id)
        ]
        return any(changed)

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
        match entity:
            case FollowedRun():
                await self._advance_run(entity, seq)
            case Errand():
                await self._errands.advance(entity, seq)
            case HomeTab():
                await self._homes.advance(entity, seq)
            case FailureWatch():
                await self._failures.advance(entity, seq)
            case _:
                assert_never(entity)

    # ---- followed runs

    async def _advance_run(self, row: FollowedRun, seq: int) -> None:
        try:
            step = following.decide(row, self._clock(), self._wanted(row))
            if isinstance(step, following.Done | following.Wait):
                await self._bench.save(row, seq, step.until if isinstance(step, following.Wait) else None)
            else:
                result = await self._run_effect(row, step, seq)
                if not isinstance(result, results.Overtaken):
                    await self._commit(row, seq, step, result)
        except Exception:
            log.exception("A tick of a followed run failed.")
            after = transitions.after_fault(row, self._clock(), self._timing)
            pause = transitions.pause(max(after.faults, 1), self._timing)
            due = None if after.state is State.ENDED else self._clock() + pause
            await self._bench.save(after, seq, due, notes=notes_of_run(row, after, self._clock()))

    async def _commit(
        self, row: FollowedRun, seq: int, step: following.Effect, result: results.Result
    ) -> None:
        """Writes down what came of an effect. News that came meanwhile stays: the result is put upon it."""
        for _ in range(_COMMIT_TRIES):
            now = self._clock()
            after = transitions.apply(row, step, result, now, self._timing)
            saved = await self._bench.save(
                after, seq, self._due(after, now), notes=notes_of_run(row, after, now)
            )
            if saved:
                if after.state is State.FOLLOWING:
                    await self.engine.in_thread(self._lookout.watch, [after])
                return
            found = await self.engine.in_thread(self._store.load, RUN, row.key)
            if found is None or not isinstance(found[0], FollowedRun) or found[0].state is State.ENDED:
                return
            row, seq = found[0], found[1]

    async def _run_effect(
        self, row: FollowedRun, effect: following.Effect, seq: int
    ) -> results.Result | results.Overtaken:
        match effect:
            case following.Prove(requirement):
                return await self._zof.proof(row.request.project_id, requirement, self._clock())
            case following.Start():
                if late := await self._too_late(row):
                    return late
                begun = await self._zof.start(row.request, idempotency_key(row.key))
                return await self._with_usual(begun, row) if isinstance(begun, results.Read) else begun
            case following.Poll(run_id):
                return await self._poll(run_id, row)
            case following.Show():
                return await self._show(row, seq)
            case following.Thread():
                return await self._thread(row)
            case following.Say(text):
                return await self._bench.tell(row, note(sentence(text, 2000)), row.accepted_at)
            case following.Expire():
                return results.Closed()
            case following.Finish():
                return await self._remove_doubles(row)
            case _:
                assert_never(effect)

    async def _too_late(self, row: FollowedRun) -> results.TooLate | None:
        """Why a request that could not be started at once is not started any more; None if it is."""
        if not is_late(row, self._clock()):
            return None
        await self._bench.directory.look([row.asker.id], [row.channel])
        policy = self._bench.config().policy
        return refusal_to_start(row, policy, self._clock(), self._timing.start_within)

    async def _poll(self, run_id: str, row: FollowedRun) -> results.Result:
        if not row.look:
            return results.Watched()
        read = await self._zof.read(run_id, row.findings)
        if not isinstance(read, results.Read):
            return if_it_is_gone(read)
        return await self._with_usual(read, row)

    async def _with_usual(self, read: results.Read, row: FollowedRun) -> results.Read:
        if row.usual is not None:
            return read
        return results.Read(read.findings, await self._bench.lists.usual(read.findings.run))

    async def _thread(self, row: FollowedRun) -> results.Result:
        """The failures, in the card's thread. It is looked for first, so that a repeated tick posts nothing twice."""
        assert row.card.ts is not None
        assert row.findings is not None
        key, run = f"{row.key}#failures", row.findings.run
        there = await self._slack.has_reply(row.channel, row.card.ts, key)
        if not isinstance(there, bool):
            return there
        if there:
            return results.Shown(row.card.ts, "")
        wait = self._budgets.post(row.channel)
        if wait > 0:
            return results.NotYet(wait)
        failures = await self._bench.lists.not_passed(run.id)
        message = failures_reply(row, failures if isinstance(failures, list) else None)
        return await self._slack.post_card(row.channel, message, key, run.id, thread_ts=row.card.ts)

    async def _show(self, row: FollowedRun, seq: int) -> results.Result | results.Overtaken:
        message, run_id = self._card_of(row), row.run.id if row.run else ""
        assert message is not None
        posted = row.card.ts is not None
        wait = self._budgets.update(row.key, final=row.is_over) if posted else self._budgets.post(row.channel)
        if wait > 0:
            return results.NotYet(wait)
        if row.card.ts is not None:
            return await self._slack.update_card(row.channel, row.card.ts, message, row.key, run_id)
        begun = await self.engine.in_thread(self._store.note_attempt, row.key, seq)
        if begun is None:
            return results.Overtaken()
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

    async def _remove_doubles(self, row: FollowedRun) -> results.Closed | results.SlackBusy:
        if row.card.ts is None or not row.card.doubted:
            return results.Closed()
        found = await self._find_cards(row)
        if isinstance(found, results.SlackBusy):
            return found
        for ts in found if isinstance(found, list) else ():
            if ts != row.card.ts:
                gone = await self._slack.delete(row.channel, ts)
                if isinstance(gone, results.SlackBusy):
                    return gone
        return results.Closed()

    async def _find_cards(self, row: FollowedRun) -> list[str] | results.SlackBusy | results.SlackRefused:
        return await self._slack.find_cards(row.channel, row.key, row.accepted_at - _CLOCK_SKEW)

    def _card_of(self, row: FollowedRun) -> Message | None:
        return _card_of(row, self._bench.config().console_url)

    def _wanted(self, row: FollowedRun) -> str:
        message = self._card_of(row)
        return message.digest() if message else ""

    def _due(self, row: FollowedRun, now: float) -> float | None:
        """When there is something to do with a row; None if there is nothing any more."""
        match following.decide(row, now, self._wanted(row)):
            case following.Done():
                return None
            case following.Wait(until):
                return until
            case _:
                return now

    # ---- events of Zof's

    async def take_event(self, event: Event) -> None:
        """Writes an event of Zof's down and has its run looked at now. Once, however often it is delivered."""
        await self.engine.in_thread(self._take_event, event)

    def _take_event(self, event: Event) -> None:
        if self._store.knows_event(event.id):
            return
        now = self._clock()
        plan = shown_plan(event, self._bench.config().policy, now)
        if plan is not None:
            self._store.begin(plan, now, self.engine.enqueue)
        if event.run_id:
            self._bench.look_again(event.run_id, transitions.look_again_soon)
            self._store.look_out(self._clock(), self.engine.enqueue)
        # Last: an event that did not wake its run is not known yet, and Zof sends it again.
        self._store.note_event(event.id, self._clock())


def _card_of(row: FollowedRun, console: str | None) -> Message | None:
    """The run's card; before there is a run, that of what must come first; None if there is nothing to show."""
    if row.run is not None:
        return run_card(row, console)
    # Nobody is asked to approve what lacks its evidence.
    unproven = row.requires is not None and row.evidence is None
    if row.approval is not None and not unproven:
        return approval_card(row)
    return confirmation_card(row) if row.confirmation is not None else None
