"""What Slack has said, remembered for a while."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from slack_bot.config import load_config
from slack_bot.directory import Directory, Memory
from slack_bot.known import ChannelFacts, PersonFacts
from slack_bot.results import SlackBusy, SlackRefused
from slack_bot.settings import Timing
from tests.support.clock import Clock

FRESH, STALE = 60.0, 900.0


class Slack:
    """Answers what it is told to, and notes what it is asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.says: Any = "said"
        self.gate = asyncio.Event()
        self.gate.set()

    async def __call__(self, key: str) -> Any:
        self.asked.append(key)
        await self.gate.wait()
        return self.says


@pytest.fixture
def slack() -> Slack:
    return Slack()


@pytest.fixture
def clock() -> Clock:
    return Clock()


async def learned(memory: Memory[str], key: str) -> None:
    if task := memory.look(key):
        await task


async def test_what_is_fresh_is_not_asked_again(slack: Slack, clock: Clock) -> None:
    memory: Memory[str] = Memory(slack, FRESH, STALE, clock)
    assert "U1" not in memory
    await learned(memory, "U1")
    assert memory["U1"] == "said"
    assert memory.look("U1") is None
    clock.now += FRESH
    assert memory.look("U1") is None
    assert slack.asked == ["U1"]


async def test_what_is_old_is_asked_beside_the_work_and_used_meanwhile(slack: Slack, clock: Clock) -> None:
    memory: Memory[str] = Memory(slack, FRESH, STALE, clock)
    await learned(memory, "U1")
    clock.now += FRESH + 1
    slack.says = "said anew"
    assert memory.look("U1") is None
    assert memory["U1"] == "said"
    await asyncio.gather(*memory._asking.values())
    assert memory["U1"] == "said anew"


async def test_many_ask_once(slack: Slack, clock: Clock) -> None:
    memory: Memory[str] = Memory(slack, FRESH, STALE, clock)
    slack.gate.clear()
    tasks = {memory.look("U1") for _ in range(5)}
    assert len(tasks) == 1
    slack.gate.set()
    await asyncio.gather(*(task for task in tasks if task))
    assert slack.asked == ["U1"]


async def test_what_can_no_longer_be_asked_is_forgotten_in_the_end(slack: Slack, clock: Clock) -> None:
    memory: Memory[str] = Memory(slack, FRESH, STALE, clock)
    await learned(memory, "U1")
    slack.says = SlackBusy()
    clock.now += STALE
    memory.look("U1")
    await asyncio.gather(*memory._asking.values())
    assert memory["U1"] == "said"
    clock.now += 1
    with pytest.raises(KeyError):
        memory["U1"]
    assert list(memory) == []
    assert len(memory) == 0
    assert memory.look("U1") is not None
    await memory.stop()


@pytest.mark.parametrize("says", [None, SlackRefused("user_not_found")])
async def test_a_refusal_is_unknown_and_is_not_asked_again_at_once(
    slack: Slack, clock: Clock, says: Any
) -> None:
    memory: Memory[str] = Memory(slack, FRESH, STALE, clock)
    await learned(memory, "U1")
    slack.says = says
    clock.now += FRESH + 1
    memory.look("U1")
    await asyncio.gather(*memory._asking.values())
    assert "U1" not in memory
    assert memory.look("U1") is None
    assert len(slack.asked) == 2


async def test_who_was_not_asked_about_for_longest_is_forgotten_first(
    slack: Slack, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("slack_bot.directory.MOST", 2)
    memory: Memory[str] = Memory(slack, FRESH, STALE, clock)
    for key in ("U1", "U2", "U3"):
        await learned(memory, key)
    assert list(memory) == ["U2", "U3"]


class Door:
    """What the directory asks of the door to Slack."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []

    async def person(self, user: str) -> PersonFacts:
        self.asked.append(("person", user))
        return PersonFacts(guest=False)

    async def channel(self, channel: str) -> ChannelFacts:
        self.asked.append(("channel", channel))
        return ChannelFacts(shared=False, private=channel.startswith("G"))

    async def group(self, group: str) -> frozenset[str]:
        self.asked.append(("group", group))
        return frozenset({"U1"})

    async def members(self, channel: str) -> frozenset[str]:
        self.asked.append(("members", channel))
        return frozenset({"U2"})


@pytest.fixture
def config(tmp_path: Any) -> Callable[[], Any]:
    path = tmp_path / "zofops.toml"
    path.write_text(
        '[groups]\nall = ["S0ALL"]\n[[allow]]\nchannels = ["C0OPEN", "G0OWN"]\nverbs = ["run"]\nprojects = ["*"]\n'
        'environments = ["*"]\npeople = ["group:all"]\n',
        "utf-8",
    )
    read = load_config(path)
    return lambda: read


async def test_at_start_it_asks_about_all_that_the_rules_name_and_who_is_in_private_channels(
    config: Callable[[], Any],
) -> None:
    door = Door()
    directory = Directory(door, config, Timing())  # type: ignore[arg-type]  # the four calls it makes
    await directory.look_everywhere()
    known = directory.config().policy.known
    assert known is not None
    assert known.groups["S0ALL"] == {"U1"}
    assert known.members["G0OWN"] == {"U2"}
    assert "C0OPEN" not in known.members
    assert sorted(door.asked) == [
        ("channel", "C0OPEN"),
        ("channel", "G0OWN"),
        ("group", "S0ALL"),
        ("members", "G0OWN"),
    ]
    await directory.look(["U9", ""], ["C0OPEN", ""])
    assert [one for one in door.asked if one[0] == "person"] == [("person", "U9")]
    assert directory.config() is directory.config()
    await directory.stop()


async def test_of_a_channel_that_no_rule_names_nothing_is_asked(config: Callable[[], Any]) -> None:
    door = Door()
    directory = Directory(door, config, Timing())  # type: ignore[arg-type]  # the four calls it makes
    await directory.look(["U9"], ["C0OPEN", "D0DIRECT"])
    await directory.look_around(["U9"], ["D0DIRECT"])
    assert {one for kind, one in door.asked if kind == "channel"} == {"C0OPEN", "G0OWN"}
    await directory.stop()


async def test_a_request_from_where_no_rule_is_makes_all_places_known_another_its_own(
    config: Callable[[], Any], clock: Clock
) -> None:
    door = Door()
    directory = Directory(door, config, Timing(), clock)  # type: ignore[arg-type]  # the four calls it makes
    await directory.look_around(["U9"], ["C0OPEN"])
    assert ("channel", "G0OWN") not in door.asked
    clock.now += STALE + 1
    door.asked.clear()
    await directory.look_around(["U9"], ["D0HOME"])
    assert {one for kind, one in door.asked if kind == "channel"} >= {"C0OPEN", "G0OWN"}
    known = directory.config().policy.known
    assert known is not None
    assert known.members["G0OWN"] == {"U2"}
    await directory.stop()
