"""Which Slack workspace the bot belongs to: requests that another one signed are not for it.

An app that is installed in several workspaces has one signing secret for all of them, so a right signature does
not say that a request comes from the workspace whose rules `zofops.toml` holds.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Final

from slack_bot.errors import SettingsError
from slack_bot.results import SlackBusy, SlackRefused
from slack_bot.settings import Timing
from slack_bot.slack_door import SlackDoor
from slack_bot.transitions import pause

log: Final = logging.getLogger(__name__)


class Identity:
    """Learns the workspace from Slack, once."""

    def __init__(self, slack: SlackDoor, timing: Timing) -> None:
        self._slack = slack
        self._timing = timing
        self._learning: asyncio.Task[None] | None = None
        self.team: str | None = None
        """Id of the workspace (`T…`); None until Slack has said it."""

    async def learn(self) -> None:
        """Asks once, and goes on asking in the background if Slack is away.

        Raises:
            SettingsError: Slack does not take the token.
        """
        busy = await self._ask()
        if busy is not None:
            self._learning = asyncio.create_task(self._learn_later(busy), name="identity")

    async def stop(self) -> None:
        """Stops asking."""
        if self._learning is not None:
            self._learning.cancel()
            await asyncio.gather(self._learning, return_exceptions=True)

    async def _ask(self) -> SlackBusy | None:
        found = await self._slack.own_team()
        if isinstance(found, SlackRefused):
            raise SettingsError(f"SLACK_BOT_TOKEN: {found.sentence}")
        if isinstance(found, SlackBusy):
            return found
        self.team = found
        return None

    async def _learn_later(self, busy: SlackBusy | None) -> None:
        tries = 0
        while busy is not None:
            tries += 1
            await asyncio.sleep(pause(tries, self._timing, busy.retry_after))
            try:
                busy = await self._ask()
            except SettingsError:
                log.exception("Slack refuses the bot, which takes no requests until that is mended.")
                busy = SlackBusy()
