"""What the home shows to one person: read from Zof once for everybody, then cut down to what the rules let them see."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from slack_bot.approvals import is_open
from slack_bot.config import BotConfig
from slack_bot.followed import Asker, FollowedRun
from slack_bot.membership import same_person
from slack_bot.policy import Ask, may_approve
from slack_bot.results import Refused, Unavailable
from slack_bot.sight import channels_of, place_for, sees_somewhere
from slack_bot.store import questions
from slack_bot.views.home import HomeContent
from slack_bot.views.words import Names
from slack_bot.workbench import Workbench
from zof_core.catalogue import CatalogueProject
from zof_core.home import Home, Lists, home_of


@dataclass(slots=True)
class _Kept:
    lists: Lists
    at: float


class HomeReading:
    """Reads homes; what was read for one person serves others for a few seconds.

    Args:
        fresh: seconds that it serves.
    """

    def __init__(self, bench: Workbench, fresh: float) -> None:
        self._bench = bench
        self._fresh = fresh
        self._kept: _Kept | None = None
        self._turn = asyncio.Lock()

    async def of(self, person: Asker, now: float) -> HomeContent:
        """The home of somebody."""
        lists = await self._lists(now)
        await self._bench.directory.look_everywhere([person.id])
        bench, config = self._bench, self._bench.config()
        waiting = await bench.engine.in_thread(bench.store.asked, questions.awaiting)
        home = None if isinstance(lists, Refused | Unavailable) else home_for(config, person.id, lists, now)
        active = [run.id for run in home.active] if home else []
        starters = await bench.engine.in_thread(bench.store.asked, questions.starters, active)
        anywhere = Ask(person.id, "", "run", None, at=now)
        return HomeContent(
            home=home,
            trouble=lists.sentence if isinstance(lists, Refused | Unavailable) else "",
            names=Names(config.catalogue),
            starters=starters,
            approvals=tuple(row for row in waiting if _may_vote(row, person, config, now)),
            may_run=place_for(config.policy, anywhere, channels_of(config.policy)) is not None,
        )

    async def _lists(self, now: float) -> Lists | Refused | Unavailable:
        async with self._turn:
            if self._kept is not None and 0 <= now - self._kept.at < self._fresh:
                return self._kept.lists
            read = await self._bench.lists.home()
            if isinstance(read, Lists) and not read.troubles:
                self._kept = _Kept(read, now)
            return read


def home_for(config: BotConfig, user: str, lists: Lists, now: float) -> Home:
    """The home of somebody, who sees what some rule shows them in some channel. Pure."""
    sees = sees_somewhere(config.policy, user, now)
    projects = {
        project.id
        for project in config.catalogue.projects
        for environment in project.environments or [""]
        for suite in _suites(project)
        if sees(_Place(project.id, environment, suite))
    }
    seen = {run.project_id for run in lists.runs if sees(run)}
    return home_of(lists, config.catalogue, projects={*projects, *filter(None, seen)}, sees=sees)


def _suites(project: CatalogueProject) -> list[str | None]:
    return [suite.id for suite in project.suites] or [None]


@dataclass(frozen=True, slots=True)
class _Place:
    project_id: str | None
    environment: str | None
    test_suite_id: str | None


def _may_vote(row: FollowedRun, person: Asker, config: BotConfig, now: float) -> bool:
    approval = row.approval
    return (
        approval is not None
        and is_open(row, now)
        and not any(
            same_person(config.policy, person.id, one)
            for one in (row.asker.id, *(by.id for by in approval.by))
        )
        and may_approve(config.policy, approval.rule, person.id, afar=row.channel)
    )
