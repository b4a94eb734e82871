"""What ticks of every kind have in common: the doors, the store, the rules as they are, and how a change is saved."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from slack_bot.audit import Note
from slack_bot.config import BotConfig
from slack_bot.directory import Directory
from slack_bot.engine import Engine
from slack_bot.errands import Errand
from slack_bot.followed import FollowedRun
from slack_bot.results import Said, SlackBusy, SlackRefused
from slack_bot.settings import Timing
from slack_bot.slack_door import SlackDoor
from slack_bot.store import questions
from slack_bot.store.records import Entity
from slack_bot.store.store import Store
from slack_bot.views.blocks import Message
from slack_bot.zof_door import ZofDoor
from slack_bot.zof_lists import ZofLists

_RESPONSE_URL_SECONDS: Final = 29 * 60
"""A response URL lives 30 minutes (docs.slack.dev, handling user interaction)."""


@dataclass(slots=True)
class Workbench:
    """Shared by the ticks of all kinds of rows.

    Args:
        directory: asked at each step that needs permission, so it gives the rules as they are then.
        clock: Unix time.
    """

    store: Store
    zof: ZofDoor
    lists: ZofLists
    slack: SlackDoor
    directory: Directory
    timing: Timing
    clock: Callable[[], float] = time.time
    _engine: Engine | None = field(default=None, init=False)

    def config(self) -> BotConfig:
        """The rules as they are now, with what Slack says of those they are about."""
        return self.directory.config()

    def attach(self, engine: Engine) -> None:
        """Names the engine that runs the ticks; it must be named before it is launched."""
        self._engine = engine

    @property
    def engine(self) -> Engine:
        """The engine that runs the ticks."""
        assert self._engine is not None
        return self._engine

    async def tell(
        self, to: FollowedRun | Errand, message: Message, since: float
    ) -> Said | SlackBusy | SlackRefused:
        """Tells the author of a row something that nobody else sees.

        Args:
            since: Unix time that the response URL is from.
        """
        url = to.response_url if self.clock() - since < _RESPONSE_URL_SECONDS else None
        thread = to.thread if isinstance(to, Errand) else None
        return await self.slack.tell(to.channel, to.asker.id, message, url, thread)

    async def save(
        self,
        entity: Entity,
        seq: int,
        due: float | None,
        *,
        begun: Sequence[FollowedRun] = (),
        notes: Sequence[Note] = (),
    ) -> bool:
        """Commits a row together with its next tick. False if somebody else changed it first."""
        now, enqueue = self.clock(), self.engine.enqueue
        saved = self.engine.in_thread(
            self.store.save, entity, seq, due, now, enqueue, begun=begun, notes=notes
        )
        # A stop must not cut between an effect and its being written down.
        return await asyncio.shield(saved)

    def look_again(self, run_id: str, change: Callable[..., FollowedRun]) -> None:
        """Has a run looked at now, if this bot follows it. For a thread."""
        for key in self.store.asked(questions.rows_of_run, run_id):
            now = self.clock()
            self.store.change_run(key, partial(change, now=now), now, self.engine.enqueue)
