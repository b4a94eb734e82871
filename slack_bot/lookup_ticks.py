"""What an errand that looks something up does: reads lists at Zof, and shows of them what its asker may see."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Concatenate, Final, ParamSpec, TypeVar

import sqlalchemy as sa

from slack_bot import results
from slack_bot.errands import Answer, Begun, Errand, ErrandOutcome, Kind, Report
from slack_bot.failures import Subscription, watched_row
from slack_bot.followed import Via
from slack_bot.home_reading import HomeReading
from slack_bot.openings import opens_project
from slack_bot.policy import Ask
from slack_bot.sight import sees_in
from slack_bot.store import questions
from slack_bot.text import channel_link, code, prose, sentence
from slack_bot.views import details, lists
from slack_bot.views.blocks import Message
from slack_bot.views.home import home_message
from slack_bot.views.words import Names
from slack_bot.workbench import Workbench
from slack_bot.zof_lists import READ_MAX
from zof_core import Run
from zof_core.excerpt import lines_about
from zof_core.posture import upcoming_of

P = ParamSpec("P")
T = TypeVar("T")
_LINES: Final = 40
_LINES_READ: Final = 2000


class LookupTicks:
    """Answers errands that look something up."""

    def __init__(self, bench: Workbench, homes: HomeReading) -> None:
        self._bench = bench
        self._homes = homes

    @property
    def _names(self) -> Names:
        return Names(self._bench.config().catalogue)

    async def answer(self, errand: Errand) -> Report:
        """What is about no one run."""
        match errand.kind:
            case Kind.RUNS:
                return await self._runs(errand)
            case Kind.SCHEDULES:
                return await self._schedules(errand)
            case Kind.SUBSCRIBE:
                return await self._subscribe(errand)
            case Kind.UNSUBSCRIBE:
                return await self._unsubscribe(errand)
            case _:
                return await self._home(errand)

    async def about(self, errand: Errand, run: Run) -> Report:
        """What is about one run, which the asker may see."""
        if errand.kind is Kind.WATCH:
            return await self._watch(errand, run)
        if errand.query.case is not None:
            return await self._log(errand, run, errand.query.case)
        failures = await self._bench.lists.not_passed(run.id)
        trouble = failures.sentence if isinstance(failures, results.Refused | results.Unavailable) else ""
        blocks = details.details_blocks(
            run,
            self._names,
            failures if isinstance(failures, list) else None,
            errand.query.page,
            trouble=trouble,
            cut=isinstance(failures, list) and len(failures) >= READ_MAX,
            console=self._bench.config().console_url,
        )
        return _shown(lists.message_of(blocks, f"Run {run.id}"))

    async def _runs(self, errand: Errand) -> Report:
        query, now, policy = errand.query, self._bench.clock(), self._bench.config().policy
        sees = sees_in(policy, errand.asker.id, errand.channel, now)
        mine = await self._asked(questions.started_by, errand.asker.id) if query.mine else None

        def wanted(run: Run) -> bool:
            return (
                (query.environment is None or run.environment == query.environment)
                and (mine is None or run.id in mine)
                and sees(run)
            )

        most = lists.RUNS_SHOWN + 1
        found = await self._bench.lists.runs(wanted, project=query.project, status=query.status, most=most)
        if not isinstance(found, list):
            return _why(found)
        starters = await self._asked(questions.starters, [run.id for run in found])
        return _shown(lists.runs_list(found, query, self._names, starters, now))

    async def _schedules(self, errand: Errand) -> Report:
        found = await self._bench.lists.schedules()
        if not isinstance(found, list):
            return _why(found)
        now, policy = self._bench.clock(), self._bench.config().policy
        sees = sees_in(policy, errand.asker.id, errand.channel, now)
        project = errand.query.project
        seen = [one for one in found if sees(one) and project in (None, one.project_id)]
        upcoming = upcoming_of(seen, datetime.fromtimestamp(now, UTC))
        due = {one.schedule.id for one in upcoming}
        others = [one for one in seen if one.id not in due]
        return _shown(
            lists.schedules_list(
                upcoming, others, self._names, read=READ_MAX if len(found) >= READ_MAX else None
            )
        )

    async def _subscribe(self, errand: Errand) -> Report:
        project, now = errand.query.project or "", self._bench.clock()
        one = Subscription(
            team=errand.team, channel=errand.channel, project=project, by=errand.asker, since=errand.asked_at
        )
        is_new = await self._bench.engine.in_thread(
            self._bench.store.subscribe, one, now, self._bench.engine.enqueue
        )
        name = prose(self._names.project(project), 80)
        again = "" if is_new else " It was so already."
        text = (
            f":bell: Runs of {name} that fail or end in error are posted to {channel_link(errand.channel)} from now "
            f"on, as far as the rules let you see them here.{again} {code('/zof unsubscribe')} ends that."
        )
        return Answer(text, ErrandOutcome.ANSWERED)

    async def _unsubscribe(self, errand: Errand) -> Report:
        in_thread, store, project = self._bench.engine.in_thread, self._bench.store, errand.query.project
        policy, now = self._bench.config().policy, self._bench.clock()
        ask = Ask(errand.asker.id, errand.channel, errand.kind.verb, None, at=now)
        # Their own, and what they might have asked for; of others nobody hears here.
        endable = [
            one.project
            for one in await in_thread(store.subscriptions)
            if (one.channel, one.project) == (errand.channel, project or one.project)
            and (
                errand.asker.id in {person.id for person in one.people}
                or opens_project(policy, ask, one.project)
            )
        ]
        ended = await in_thread(store.unsubscribe, errand.channel, endable) if endable else []
        if not ended:
            named = project is not None and opens_project(policy, ask, project)
            name = prose(self._names.project(project), 80) if named else code(project or "")
            what = f"failures of {name}" if project else "any failures"
            text = f"This channel is not subscribed to {what}, so there was nothing to end."
            return Answer(text, ErrandOutcome.ANSWERED)
        names = ", ".join(prose(self._names.project(one), 80) for one in ended)
        return Answer(f":no_bell: Failures of {names} are posted here no more.", ErrandOutcome.ANSWERED)

    async def _home(self, errand: Errand) -> Report:
        now = self._bench.clock()
        home = await self._homes.of(errand.asker, now)
        return _shown(home_message(home, now))

    async def _watch(self, errand: Errand, run: Run) -> Report:
        shown = await self._asked(questions.shown_in, [run.id])
        if (errand.channel, run.id) in shown:
            return Answer(
                f"Run {code(run.id)} has its message in this channel already.", ErrandOutcome.ANSWERED
            )
        now = self._bench.clock()
        row = watched_row(
            f"{errand.key}:watch",
            run,
            self._names,
            errand.asker,
            channel=errand.channel,
            now=now,
            via=Via.WATCH,
        )
        return Begun(row.model_copy(update={"team": errand.team, "response_url": errand.response_url}))

    async def _log(self, errand: Errand, run: Run, case: str) -> Report:
        found = await self._bench.lists.result_of(run.id, case)
        if isinstance(found, results.Refused | results.Unavailable):
            return _why(found)
        result, meant = (None, found.meant) if isinstance(found, results.NoSuchCase) else (found, ())
        lines = await self._bench.lists.log(run.id, _LINES_READ)
        if not isinstance(lines, list):
            return _why(lines)
        named = lines_about(lines, [case, (result.name if result else None) or ""])
        if result is None and not named:
            hint = lists.cases_meant(meant) or " Its details list the cases that did not pass."
            return Answer(f"Run {code(run.id)} has no case {code(case)}.{hint}", ErrandOutcome.UNKNOWN_NAME)
        shown = (named or lines)[-_LINES:]
        blocks = lists.case_log(
            run.id, case, result, shown, named=bool(named), ended=run.is_terminal, meant=meant
        )
        if errand.view is not None:
            blocks.append(details.back_button(run.id))
        else:
            blocks.append(lists.details_row(run.id))
        return _shown(lists.message_of(blocks, f"Log of {case} in run {run.id}"))

    async def _asked(
        self, question: Callable[Concatenate[sa.Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        return await self._bench.engine.in_thread(partial(self._bench.store.asked, question, *args, **kwargs))


def _shown(message: Message) -> Answer:
    return Answer(message.text, ErrandOutcome.ANSWERED, blocks=message.blocks)


def _why(why: results.Refused | results.Unavailable) -> Report:
    if isinstance(why, results.Unavailable):
        return why
    return Answer(sentence(why.sentence), ErrandOutcome(why.outcome.value))
