"""What a tick does: load the row, ask the pure machine, run the effect, commit change and next tick."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final, assert_never

from slack_bot import errands, following, results, transitions
from slack_bot.again import run_again, target_suite
from slack_bot.approvals import Ballot, awaiting, has_voted, refusal_of, vote
from slack_bot.audit import Note
from slack_bot.config import BotConfig
from slack_bot.engine import Engine
from slack_bot.errands import Answer, Errand, ErrandOutcome, Kind
from slack_bot.following import FollowedRun, State
from slack_bot.notes import notes_of_errand, notes_of_run
from slack_bot.pacing import CardBudgets
from slack_bot.policy import Ask, Needed, Target, decide, openings
from slack_bot.requests import idempotency_key
from slack_bot.settings import Timing
from slack_bot.slack_door import SlackDoor
from slack_bot.store.store import Store
from slack_bot.text import code, sentence
from slack_bot.views import answers
from slack_bot.views.approval_card import approval_card
from slack_bot.views.blocks import Message, note
from slack_bot.views.card import run_card, run_summary
from slack_bot.zof_door import ZofDoor
from zof_core import Run
from zof_core.webhooks import Event
from zof_core.wording import status_style

log: Final = logging.getLogger(__name__)

_RESPONSE_URL_SECONDS: Final = 29 * 60
"""A response URL lives 30 minutes (docs.slack.dev, handling user interaction)."""
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
        self._config = config
        self._timing = timing
        self._clock = clock
        self._budgets = CardBudgets(time.monotonic, timing.card_updates)
        self._engine: Engine | None = None

    def attach(self, engine: Engine) -> None:
        """Names the engine that runs the ticks; it must be named before it is launched."""
        self._engine = engine

    @property
    def engine(self) -> Engine:
        """The engine that runs the ticks."""
        assert self._engine is not None
        return self._engine

    async def advance(self, kind: str, key: str, seq: int) -> None:
        """One tick. Does nothing if the row has moved on."""
        found = await self.engine.in_thread(self._store.load, kind, key)
        if found is None or found[1] != seq:
            return
        entity = found[0]
        if isinstance(entity, FollowedRun):
            await self._advance_run(entity, seq)
        else:
            await self._advance_errand(entity, seq)

    # ---- followed runs

    async def _advance_run(self, row: FollowedRun, seq: int) -> None:
        try:
            after, due = await self._next_of_run(row, seq)
            await self._save(after, seq, due, notes=notes_of_run(row, after, self._clock()))
        except Exception:
            log.exception("A tick of a followed run failed.")
            after = transitions.after_fault(row, self._clock(), self._timing)
            pause = transitions.pause(max(after.faults, 1), self._timing)
            due = None if after.state is State.ENDED else self._clock() + pause
            await self._save(after, seq, due, notes=notes_of_run(row, after, self._clock()))

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
                return await self._tell(row, note(sentence(text, 2000)), row.accepted_at)
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

    # ---- errands

    async def _advance_errand(self, errand: Errand, seq: int) -> None:
        now = self._clock()
        task = errands.decide(errand, now)
        if isinstance(task, errands.Rest):
            await self._save(errand, seq, task.until)
            return
        try:
            await self._settle(errand, await self._run_task(errand, task), seq)
        except Exception:
            log.exception("A tick of an errand failed.")
            fault = results.Unavailable("I have a fault of my own; the bot's log has it.")
            await self._settle(errand, fault, seq)

    async def _settle(self, errand: Errand, report: errands.Report, seq: int) -> None:
        now = self._clock()
        after = errands.apply(errand, report, now, self._timing)
        failed = after.kind is Kind.CANCEL and after.outcome is ErrandOutcome.FAULT
        if failed and errand.outcome is None:
            await self._wake_run(errand, canceled_by=None, rearm=True)
        rest = errands.decide(after, now)
        begun = report.run if isinstance(report, errands.Begun) else None
        due = rest.until if isinstance(rest, errands.Rest) else now
        await self._save(after, seq, due, begun=begun, notes=notes_of_errand(errand, after, now))

    async def _run_task(self, errand: Errand, task: errands.Task) -> errands.Report:
        match task:
            case errands.Inquire():
                return await self._inquire(errand)
            case errands.CancelRun():
                return await self._cancel(errand)
            case errands.Vote():
                return await self._vote(errand)
            case errands.Reply():
                return await self._tell(errand, await self._reply(errand), errand.asked_at)
            case _:
                assert_never(task)

    async def _inquire(self, errand: Errand) -> errands.Report:
        read = await self._zof.read(errand.run_id)
        if isinstance(read, results.Unavailable):
            return read
        if isinstance(read, results.Refused):
            return Answer(sentence(read.sentence), ErrandOutcome(read.outcome.value))
        run = read.findings.run
        ask = _ask(errand, run, await self._followed(errand), self._clock())
        policy = self._config().policy
        decision = decide(policy, ask)
        if not decision.allowed:
            return Answer(answers.denied(ask, decision, openings(policy, ask)).text, ErrandOutcome.DENIED)
        if errand.kind is Kind.STATUS:
            return Answer(f"Run {code(run.id)}", ErrandOutcome.ANSWERED, read.findings)
        if errand.kind is Kind.RERUN:
            return await self._again(errand, run, decision.approval)
        return Answer(_too_late(run), ErrandOutcome.ANSWERED) if run.is_terminal else errands.Permitted()

    async def _again(self, errand: Errand, run: Run, needed: Needed | None) -> errands.Report:
        if not run.is_terminal:
            text = f"Run {code(run.id)} has not ended yet. Wait for its end or cancel it, then run it again."
            return Answer(text, ErrandOutcome.ANSWERED)
        cases: tuple[str, ...] = tuple(run.test_case_ids or ())
        if errand.failed_only:
            failed = await self._zof.failed_cases(run.id)
            if isinstance(failed, results.Unavailable):
                return failed
            if isinstance(failed, results.Refused):
                return Answer(sentence(failed.sentence), ErrandOutcome(failed.outcome.value))
            if not failed:
                text = f"No case of run {code(run.id)} failed, so there is nothing to run again."
                return Answer(text, ErrandOutcome.ANSWERED)
            cases = failed
        followed = await self._followed(errand)
        begun = run_again(
            errand,
            run,
            followed=followed,
            catalogue=self._config().catalogue,
            cases=cases,
            now=self._clock(),
        )
        if isinstance(begun, str):
            return Answer(sentence(begun), ErrandOutcome.FAULT)
        return errands.Begun(awaiting(begun, needed, self._clock()))

    async def _vote(self, errand: Errand) -> errands.Report:
        key, now, approve = errand.followed_key or "", self._clock(), errand.kind is Kind.APPROVE
        row = await self.engine.in_thread(self._store.followed_by_key, key)
        digest = row.approval.digest if row and row.approval else ""
        # Between the click and now the bot may have been away, and the rules may be others.
        ballot = Ballot(errand.asker, errand.channel, digest, approve=approve)
        refusal = refusal_of(ballot, row, self._config().policy, now)
        # A vote of theirs that is counted was cut off before it was answered: it stays counted.
        if refusal is not None and not has_voted(row, errand.asker):
            return Answer(sentence(refusal), ErrandOutcome.DENIED)
        change = partial(vote, voter=errand.asker, now=now, approve=approve)
        await self.engine.in_thread(self._store.change_run, key, change, now, self.engine.enqueue)
        row = await self.engine.in_thread(self._store.followed_by_key, key)
        return Answer(answers.voted(errand.asker, row), ErrandOutcome.ANSWERED)

    async def _cancel(self, errand: Errand) -> errands.Report:
        result = await self._zof.cancel(errand.run_id)
        if isinstance(result, results.Unavailable):
            return result
        if isinstance(result, results.Refused):
            return Answer(sentence(result.sentence), ErrandOutcome.FAULT)
        if result is None:
            read = await self._zof.read(errand.run_id)
            if not isinstance(read, results.Read):
                return results.Unavailable(read.sentence)
            if not read.findings.run.is_terminal:
                return results.Unavailable("Zof did not take the cancel, though the run has not ended.")
            # A repeated cancel of our own finds the run cancelled, and that is what was asked.
            if status_style(read.findings.run.status).word != status_style("canceled").word:
                return Answer(_too_late(read.findings.run), ErrandOutcome.ANSWERED)
        await self._wake_run(errand, canceled_by=errand.asker.name, rearm=False)
        return Answer(f"Run {code(errand.run_id)} is cancelled.", ErrandOutcome.ANSWERED)

    async def _reply(self, errand: Errand) -> Message:
        if errand.shown is None:
            return note(errand.answer or "")
        run = errand.shown.run
        followed = await self._followed(errand)
        project = self._config().catalogue
        names = {item.id: item.name for item in project.projects}
        suites = {suite.id: suite.name for item in project.projects for suite in item.suites}
        return run_summary(
            errand.shown,
            project=(followed.project_name if followed else None) or names.get(run.project_id or ""),
            suite=(followed.suite_name if followed else None) or suites.get(run.test_suite_id or ""),
            started_by=followed.asker.name if followed else None,
            read_at=errand.shown_at,
        )

    async def _followed(self, errand: Errand) -> FollowedRun | None:
        return await self.engine.in_thread(self._store.followed_by_run_id, errand.run_id)

    async def _wake_run(self, errand: Errand, *, canceled_by: str | None, rearm: bool) -> None:
        change = partial(transitions.look_again_soon, canceled_by=canceled_by, rearm=rearm)
        await self.engine.in_thread(self._look_again, errand.run_id, change)

    def _look_again(self, run_id: str, change: Callable[..., FollowedRun]) -> None:
        """Has a run looked at now, if this bot follows it. For a thread."""
        followed = self._store.followed_by_run_id(run_id)
        if followed is not None:
            now = self._clock()
            self._store.change_run(followed.key, partial(change, now=now), now, self.engine.enqueue)

    # ---- events of Zof's

    async def take_event(self, event: Event) -> None:
        """Writes an event of Zof's down and has its run looked at now. Once, however often it is delivered."""
        await self.engine.in_thread(self._take_event, event)

    def _take_event(self, event: Event) -> None:
        if self._store.knows_event(event.id):
            return
        if event.run_id:
            self._look_again(event.run_id, transitions.look_again_soon)
        # Last: an event that did not wake its run is not known yet, and Zof sends it again.
        self._store.note_event(event.id, self._clock())

    # ---- both

    async def _tell(
        self, to: FollowedRun | Errand, message: Message, since: float
    ) -> results.Said | results.SlackBusy | results.SlackRefused:
        url = to.response_url if self._clock() - since < _RESPONSE_URL_SECONDS else None
        return await self._slack.tell(to.channel, to.asker.id, message, url)

    async def _save(
        self,
        entity: FollowedRun | Errand,
        seq: int,
        due: float | None,
        *,
        begun: FollowedRun | None = None,
        notes: Sequence[Note] = (),
    ) -> None:
        now, enqueue = self._clock(), self.engine.enqueue
        saved = self.engine.in_thread(
            self._store.save, entity, seq, due, now, enqueue, begun=begun, notes=notes
        )
        # A stop must not cut between an effect and its being written down.
        await asyncio.shield(saved)


def _card_of(row: FollowedRun) -> Message | None:
    """The run's card; before there is a run, that of its approval; None if there is nothing to show."""
    if row.run is not None:
        return run_card(row)
    return approval_card(row) if row.approval is not None else None


def _wanted(row: FollowedRun) -> str:
    message = _card_of(row)
    return message.digest() if message else ""


def _ask(errand: Errand, run: Run, followed: FollowedRun | None, now: float) -> Ask:
    known = followed.request if followed else None
    target = Target(
        project=run.project_id or (known.project_id if known else ""),
        environment=run.environment or (known.environment if known else ""),
        suite=target_suite(run, followed),
    )
    started_by = followed.asker.id if followed else None
    return Ask(errand.asker.id, errand.channel, errand.kind.value, target, started_by, now)


def _too_late(run: Run) -> str:
    word = status_style(run.status).word
    return f"Run {code(run.id)} is complete already ({sentence(word)}), so there is nothing to cancel."
