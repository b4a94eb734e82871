"""What Slack says of people, channels and groups, remembered for a while.

A request waits a moment for what is not known yet; what has grown old is asked again beside the work, and used
meanwhile up to a limit. What Slack does not say in time stays unknown, and the rules then hold on the safe side.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator, Mapping
from typing import Final, Generic, TypeVar

from slack_bot.config import BotConfig
from slack_bot.known import ChannelFacts, Known, PersonFacts
from slack_bot.results import SlackBusy, SlackRefused
from slack_bot.settings import Timing
from slack_bot.sight import channels_of
from slack_bot.slack_door import SlackDoor

log: Final = logging.getLogger(__name__)

V = TypeVar("V")
Ask = Callable[[str], Awaitable[V | SlackBusy | SlackRefused | None]]

MOST: Final = 10_000
"""So many people and channels are remembered; those not seen for longest are forgotten first."""


class Memory(Mapping[str, V], Generic[V]):
    """What was said under each id, as long as it may be used.

    Args:
        ask: asks Slack.
        fresh, stale: seconds after which it is asked again, and forgotten.
        clock: seconds that never go back.
    """

    def __init__(
        self, ask: Ask[V], fresh: float, stale: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._ask = ask
        self._fresh = fresh
        self._stale = stale
        self._clock = clock
        self._said: OrderedDict[str, tuple[float, V | None]] = OrderedDict()
        self._asking: dict[str, asyncio.Task[None]] = {}

    def __getitem__(self, key: str) -> V:
        at, value = self._said[key]
        if value is None or self._clock() - at > self._stale:
            raise KeyError(key)
        return value

    def __iter__(self) -> Iterator[str]:
        return (key for key in self._said if key in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def look(self, key: str) -> asyncio.Task[None] | None:
        """Has something asked that is not known or has grown old; gives what is worth waiting for, if anything."""
        at, value = self._said.get(key, (None, None))
        age = self._clock() - at if at is not None else None
        if age is not None and age <= self._fresh:
            return None
        task = self._asking.get(key)
        if task is None:
            task = self._asking[key] = asyncio.create_task(self._learn(key), name="directory")
            task.add_done_callback(lambda _: self._asking.pop(key, None))
        return task if age is None or value is None or age > self._stale else None

    async def stop(self) -> None:
        """Ends all asking."""
        asking = list(self._asking.values())
        for task in asking:
            task.cancel()
        await asyncio.gather(*asking, return_exceptions=True)

    async def _learn(self, key: str) -> None:
        said = await self._ask(key)
        if isinstance(said, SlackBusy):
            return
        if isinstance(said, SlackRefused):
            log.warning("Slack does not say who or what %s is: %s", key, said.sentence)
            said = None
        self._said[key] = (self._clock(), said)
        self._said.move_to_end(key)
        while len(self._said) > MOST:
            self._said.popitem(last=False)


class Directory:
    """The rules together with what Slack says of those they are about.

    Args:
        config: the rules as they are now.
        clock: seconds that never go back.
    """

    def __init__(
        self,
        slack: SlackDoor,
        config: Callable[[], BotConfig],
        timing: Timing,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._config = config
        self._patience = timing.directory_patience
        ages = timing.directory_fresh, timing.directory_stale, clock
        self._people: Memory[PersonFacts] = Memory(slack.person, *ages)
        self._channels: Memory[ChannelFacts] = Memory(slack.channel, *ages)
        self._groups: Memory[frozenset[str]] = Memory(slack.group, *ages)
        self._members: Memory[frozenset[str]] = Memory(slack.members, *ages)
        self._known = Known(self._people, self._channels, self._groups, self._members)
        self._joined: tuple[BotConfig | None, BotConfig] = None, config()

    def config(self) -> BotConfig:
        """The rules as they are now, with what is known now."""
        config = self._config()
        if config is not self._joined[0]:
            # Once for each state of the file: what is known is looked up when it is asked for.
            policy = config.policy.model_copy(update={"known": self._known})
            self._joined = config, config.model_copy(update={"policy": policy})
        return self._joined[1]

    async def look(
        self, people: Iterable[str] = (), channels: Iterable[str] = (), patience: float | None = None
    ) -> None:
        """Makes people and channels known, as far as Slack says it in time.

        With them what the rules name: who is in the groups, and who is in the private channels. Of a channel that no
        rule names, such as a direct message, nothing is asked: nothing hangs on it.
        """
        policy = self._config().policy
        groups = {one for listed in policy.groups.values() for one in listed}
        named = channels_of(policy)
        private = {one for one in named if one in self._channels and self._channels[one].private}
        tasks = [
            *(self._people.look(user) for user in set(people) if user),
            *(self._channels.look(channel) for channel in set(channels) & set(named)),
            *(self._groups.look(group) for group in groups),
            *(self._members.look(channel) for channel in private),
        ]
        waited_for = [task for task in tasks if task is not None]
        if waited_for:
            await asyncio.wait(waited_for, timeout=self._patience if patience is None else patience)

    async def look_around(self, people: Iterable[str], channels: Collection[str]) -> None:
        """Before a request is judged: `look`, but everywhere if it comes from no channel that the rules name."""
        if set(channels) & set(channels_of(self._config().policy)):
            await self.look(people, channels)
        else:
            await self.look_everywhere(people)

    async def look_everywhere(self, people: Iterable[str] = ()) -> None:
        """Makes people known, and all channels that the rules name: for what is asked in none, as in the home."""
        half = self._patience / 2
        await self.look(people, channels_of(self._config().policy), half)
        # Now that it is known which of them are private.
        await self.look(patience=half)

    async def stop(self) -> None:
        """Ends all asking."""
        for memory in (self._people, self._channels, self._groups, self._members):
            await memory.stop()
