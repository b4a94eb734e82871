"""What a tick of an errand does: look up, authorise, act, and say the answer."""

from __future__ import annotations

import logging
from dataclasses import replace
from functools import partial
from typing import Final, assert_never

from slack_bot import errands, results, transitions
from slack_bot.again import run_again, target_suite
from slack_bot.approvals import Ballot, has_voted, people_of, refusal_of, vote
from slack_bot.clicks import REFUSALS
from slack_bot.confirmations import confirmed, declined, prepared
from slack_bot.errands import Answer, Errand, ErrandOutcome, Kind
from slack_bot.followed import FollowedRun
from slack_bot.home_reading import HomeReading
from slack_bot.lookup_ticks import LookupTicks
from slack_bot.notes import notes_of_errand
from slack_bot.openings import openings
from slack_bot.policy import Ask, Decision, Target, decide
from slack_bot.sight import channels_of, place_for
from slack_bot.text import code, sentence
from slack_bot.views import answers
from slack_bot.views.blocks import Message, note
from slack_bot.views.card import run_summary
from slack_bot.views.confirmation import confirmation_answer
from slack_bot.views.details import back_button, details_modal
from slack_bot.views.words import Names
from slack_bot.workbench import Workbench
from zof_core import Run
from zof_core.wording import status_style

_CLOCK_SKEW: Final = 60.0

log: Final = logging.getLogger(__name__)


class ErrandTicks:
    """Advances errands."""

    def __init__(self, bench: Workbench, homes: HomeReading) -> None:
        self._bench = bench
        self._lookups = LookupTicks(bench, homes)

    async def advance(self, errand: Errand, seq: int) -> None:
        """One tick."""
        now = self._bench.clock()
        task = errands.decide(errand, now)
        if isinstance(task, errands.Rest):
            await self._bench.save(errand, seq, task.until)
            return
        try:
            await self._settle(errand, await self._run_task(errand, task), seq)
        except Exception:
            log.exception("A tick of an errand failed.")
            fault = results.Unavailable("I have a fault of my own; the bot's log has it.")
            await self._settle(errand, fault, seq)

    async def _settle(self, errand: Errand, report: errands.Report, seq: int) -> None:
        now = self._bench.clock()
        after = errands.apply(errand, report, now, self._bench.timing)
        failed = after.kind is Kind.CANCEL and after.outcome is ErrandOutcome.FAULT
        if failed and errand.outcome is None:
            await self._wake_run(errand, canceled_by=None, rearm=True)
        rest = errands.decide(after, now)
        begun = [report.run] if isinstance(report, errands.Begun) else []
        due = rest.until if isinstance(rest, errands.Rest) else now
        await self._bench.save(after, seq, due, begun=begun, notes=notes_of_errand(errand, after, now))

    async def _run_task(self, errand: Errand, task: errands.Task) -> errands.Report:
        match task:
            case errands.Inquire():
                return await self._inquire(errand)
            case errands.CancelRun():
                return await self._cancel(errand)
            case errands.Vote():
                return await self._vote(errand)
            case errands.Reply() if errand.kind is Kind.PLAN:
                return await self._post(errand)
            case errands.Reply():
                message = await self._reply(errand)
                if errand.view is None:
                    return await self._bench.tell(errand, message, errand.asked_at)
                back = () if errand.blocks or not errand.run_id else (back_button(errand.run_id),)
                blocks = (*(message.blocks or note(message.text).blocks), *back)
                modal = details_modal(errand.view, errand.channel, blocks)
                return await self._bench.slack.update_modal(errand.view, modal)
            case errands.LookUp():
                return await self._lookups.answer(errand)
            case _:
                assert_never(task)

    async def _post(self, errand: Errand) -> errands.Report:
        """Shows a channel what nobody there asked for. Looked for first: an earlier try may have been cut off."""
        slack, message = self._bench.slack, note(errand.answer or "")
        found = await slack.find_cards(errand.channel, errand.key, errand.asked_at - _CLOCK_SKEW)
        if isinstance(found, results.SlackBusy):
            return found
        if isinstance(found, list) and found:
            return results.Said()
        shown = await slack.post_card(errand.channel, message, errand.key, "")
        return results.Said() if isinstance(shown, results.Shown) else shown

    async def _inquire(self, errand: Errand) -> errands.Report:
        read = await self._bench.zof.read(errand.run_id)
        if isinstance(read, results.Unavailable):
            return read
        if isinstance(read, results.Refused):
            return Answer(sentence(read.sentence), ErrandOutcome(read.outcome.value))
        run = read.findings.run
        directory = self._bench.directory
        if errand.anywhere:
            await directory.look_everywhere([errand.asker.id])
        else:
            await directory.look([errand.asker.id], [errand.channel])
        ask = ask_of(errand, run, await self._followed(errand), self._bench.clock())
        policy = self._bench.config().policy
        if errand.anywhere:
            # Only now is it known what it is about, so where it may be seen.
            place = place_for(policy, ask, channels_of(policy))
            ask = replace(ask, channel=place or ask.channel)
        decision = decide(policy, ask)
        if not decision.allowed:
            # What run it is, is not for whoever may do nothing to it.
            ask = replace(ask, target=None)
            return Answer(answers.denied(ask, decision, openings(policy, ask)).text, ErrandOutcome.DENIED)
        if errand.kind is Kind.STATUS:
            return Answer(f"Run {code(run.id)}", ErrandOutcome.ANSWERED, read.findings)
        if errand.kind is Kind.RERUN:
            return await self._again(errand, run, decision)
        if errand.kind in (Kind.WATCH, Kind.LOGS, Kind.DETAILS):
            said = await self._lookups.about(errand, run)
            return replace(said, channel=ask.channel) if isinstance(said, Answer) else said
        return Answer(_too_late(run), ErrandOutcome.ANSWERED) if run.is_terminal else errands.Permitted()

    async def _again(self, errand: Errand, run: Run, decision: Decision) -> errands.Report:
        if not run.is_terminal:
            text = f"Run {code(run.id)} has not ended yet. Wait for its end or cancel it, then run it again."
            return Answer(text, ErrandOutcome.ANSWERED)
        cases: tuple[str, ...] = tuple(run.test_case_ids or ())
        if errand.failed_only:
            failed = await self._bench.zof.failed_cases(run.id)
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
            catalogue=self._bench.config().catalogue,
            cases=cases,
            now=self._bench.clock(),
        )
        if isinstance(begun, str):
            return Answer(sentence(begun), ErrandOutcome.FAULT)
        policy, now = self._bench.config().policy, self._bench.clock()
        return errands.Begun(prepared(begun, decision, policy, now))

    async def _vote(self, errand: Errand) -> errands.Report:
        key, now, approve = errand.followed_key or "", self._bench.clock(), errand.kind is Kind.APPROVE
        row = await self._bench.engine.in_thread(self._bench.store.followed_by_key, key)
        await self._bench.directory.look([errand.asker.id, *people_of(row)], [errand.channel])
        if errand.kind in (Kind.CONFIRM, Kind.DECLINE):
            return await self._confirm(errand, row, now)
        digest = row.approval.digest if row and row.approval else ""
        # Between the click and now the bot may have been away, and the rules may be others.
        ballot = Ballot(errand.asker, errand.channel, digest, approve=approve, present=errand.present)
        policy = self._bench.config().policy
        refusal = refusal_of(ballot, row, policy, now)
        # A vote of theirs that is counted was cut off before it was answered: it stays counted.
        if refusal is not None and not has_voted(row, errand.asker):
            return Answer(sentence(refusal), ErrandOutcome.DENIED)
        change = partial(
            vote, voter=errand.asker, now=now, approve=approve, policy=policy, present=errand.present
        )
        await self._bench.engine.in_thread(
            self._bench.store.change_run, key, change, now, self._bench.engine.enqueue
        )
        row = await self._bench.engine.in_thread(self._bench.store.followed_by_key, key)
        return Answer(answers.voted(errand.asker, row), ErrandOutcome.ANSWERED)

    async def _confirm(self, errand: Errand, row: FollowedRun | None, now: float) -> errands.Report:
        policy = self._bench.config().policy
        digest = row.confirmation.digest if row and row.confirmation else ""
        ballot = Ballot(errand.asker, errand.channel, digest, approve=True, present=errand.present)
        declines = errand.kind is Kind.DECLINE
        done = row is not None and row.confirmation is not None and row.confirmation.confirmed_at is not None
        refusal = None if done and not declines else REFUSALS[errand.kind](ballot, row, policy, now)
        if refusal is not None or row is None:
            return Answer(sentence(refusal or "This request is gone."), ErrandOutcome.DENIED)
        change = partial(declined, now=now) if declines else partial(confirmed, policy=policy, now=now)
        await self._bench.engine.in_thread(
            self._bench.store.change_run, row.key, change, now, self._bench.engine.enqueue
        )
        row = await self._bench.engine.in_thread(self._bench.store.followed_by_key, row.key) or row
        return Answer(confirmation_answer(row), ErrandOutcome.ANSWERED)

    async def _cancel(self, errand: Errand) -> errands.Report:
        result = await self._bench.zof.cancel(errand.run_id)
        if isinstance(result, results.Unavailable):
            return result
        if isinstance(result, results.Refused):
            return Answer(sentence(result.sentence), ErrandOutcome.FAULT)
        if result is None:
            read = await self._bench.zof.read(errand.run_id)
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
        if errand.blocks:
            return Message(errand.answer or "", errand.blocks)
        if errand.shown is None:
            return note(errand.answer or "")
        run = errand.shown.run
        followed = await self._followed(errand)
        config = self._bench.config()
        names = Names(config.catalogue)
        return run_summary(
            errand.shown,
            project=(followed.project_name if followed else None) or names.project(run.project_id),
            suite=(followed.suite_name if followed else None) or names.what(run),
            started_by=followed.started_by.name if followed and followed.started_by else None,
            read_at=errand.shown_at,
            console=config.console_url,
        )

    async def _followed(self, errand: Errand) -> FollowedRun | None:
        return await self._bench.engine.in_thread(self._bench.store.followed_by_run_id, errand.run_id)

    async def _wake_run(self, errand: Errand, *, canceled_by: str | None, rearm: bool) -> None:
        change = partial(transitions.look_again_soon, canceled_by=canceled_by, rearm=rearm)
        await self._bench.engine.in_thread(self._bench.look_again, errand.run_id, change)


def ask_of(errand: Errand, run: Run, followed: FollowedRun | None, now: float) -> Ask:
    """What the rules are asked of an errand once its run has been read, and so its true target is known."""
    known = followed.request if followed else None
    target = Target(
        project=run.project_id or (known.project_id if known else ""),
        environment=run.environment or (known.environment if known else ""),
        suite=target_suite(run, followed),
    )
    started_by = followed.started_by.id if followed and followed.started_by else None
    return Ask(
        errand.asker.id,
        errand.channel,
        errand.kind.verb,
        target,
        started_by,
        now,
        present=errand.present,
    )


def _too_late(run: Run) -> str:
    word = status_style(run.status).word
    return f"Run {code(run.id)} is complete already ({sentence(word)}), so there is nothing to cancel."
