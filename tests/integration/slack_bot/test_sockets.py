"""Socket Mode: the same listeners over WebSockets that come and go."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from slack_bot.sockets import PLACES
from tests.integration.slack_bot.conftest import DANA, RELEASES, BotWorld, make_world

RUN = "/zof run proj_abc staging suite_pr_smoke"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def connected(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[BotWorld]:
    """A world for the module whose bot has no public address."""
    world = await make_world(tmp_path_factory.mktemp("sockets"), over_sockets=True)
    async with world.stack:
        yield world


def form(trigger: str, text: str) -> dict[str, str]:
    return {
        "team_id": "T0ZOF",
        "channel_id": RELEASES,
        "user_id": DANA,
        "user_name": "dana",
        "command": "/zof",
        "text": text,
        "trigger_id": trigger,
    }


async def commands(world: BotWorld, stop: asyncio.Event) -> list[dict[str, Any]]:
    """Types commands without a pause until it is told to stop; gives how each was delivered."""
    sent: list[dict[str, Any]] = []
    while not stop.is_set():
        sent.append((await world.people.user(DANA).message(RELEASES, "/zof whoami"))["delivery"])
    return sent


@pytest.mark.asyncio(loop_scope="module")
async def test_a_run_from_the_command_to_the_last_card(connected: BotWorld, until: Any) -> None:
    await until(lambda: connected.sockets.count >= PLACES)
    outcome = await connected.outcome(await connected.command(RUN))
    assert outcome.outcome == "passed"
    assert outcome.run_id is not None
    card = await connected.card_of(outcome.run_id)
    assert card is not None
    assert "Passed" in card["plain"]


@pytest.mark.asyncio(loop_scope="module")
async def test_nothing_is_believed_that_comes_by_http(connected: BotWorld) -> None:
    body = connected.command_body("help", trigger="1.by-http")
    for secret in (None, ""):
        headers = connected.signed(body, secret=secret)
        assert (await connected.send_raw(body, headers)).status_code == 404


@pytest.mark.asyncio(loop_scope="module")
async def test_a_repeated_envelope_starts_one_run_and_gets_the_same_answer(connected: BotWorld) -> None:
    runs = len(await connected.runs())
    payload = form("1.repeated", "run proj_abc staging suite_pr_smoke")
    sent = await asyncio.gather(*(connected.sockets.deliver("slash_commands", payload) for _ in range(6)))
    assert {one.outcome for one in sent} == {"acked"}
    assert (await connected.outcome("T0ZOF:1.repeated")).outcome == "passed"
    assert len(await connected.runs()) == runs + 1
    refused = form("1.refused", "run proj_abc production suite_regression")
    said = [(await connected.sockets.deliver("slash_commands", refused)).data for _ in range(2)]
    assert said[0] == said[1]
    assert "it writes orders" in str(said[0])


@pytest.mark.asyncio(loop_scope="module")
async def test_hostile_envelopes_change_nothing(connected: BotWorld, until: Any) -> None:
    links = connected.sockets._links
    hostile: list[Any] = [
        "not json",
        "[" * 5000,
        "null",
        '{"envelope_id": 7}',
        '{"envelope_id": "e", "type": "interactive", "payload": {"type": "block_actions"}}',
        '{"envelope_id": "e", "type": "interactive", "payload": []}',
        '{"type": "hello", "debug_info": []}',
        '{"type": "nobody-knows"}',
    ]
    for link in list(links):
        for text in hostile:
            await link.socket.send_text(text)
    before = connected.bot.store.received() if connected.bot else []
    await connected.command("/zof whoami")
    assert connected.bot is not None
    assert len(connected.bot.store.received()) == len(before) + 1
    await until(lambda: connected.sockets.count >= PLACES)


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("reason", ["warning", "refresh_requested"])
async def test_each_connection_is_renewed_and_no_command_is_lost(
    connected: BotWorld, until: Any, reason: Any
) -> None:
    await until(lambda: connected.sockets.count >= PLACES)
    stop = asyncio.Event()
    typing = asyncio.create_task(commands(connected, stop))
    for link in list(connected.sockets._links):
        opened = connected.sockets.opened
        await connected.sockets._disconnect(link, reason)
        await until(lambda opened=opened: connected.sockets.opened > opened)
        await link.socket.close(code=1000)
        await until(lambda: connected.sockets.count == PLACES)
    stop.set()
    sent = await typing
    assert len(sent) > PLACES
    assert [one for one in sent if one["outcome"] != "acked"] == []


@pytest.mark.asyncio(loop_scope="module")
async def test_a_warning_to_all_at_once_leaves_no_gap(connected: BotWorld, until: Any) -> None:
    stop = asyncio.Event()
    typing = asyncio.create_task(commands(connected, stop))
    old, opened = list(connected.sockets._links), connected.sockets.opened
    await connected.sockets.refresh("warning")
    await until(lambda: connected.sockets.opened == opened + PLACES)
    for link in old:
        await link.socket.close(code=1000)
    await until(lambda: connected.sockets.count == PLACES)
    stop.set()
    assert {one["outcome"] for one in await typing} == {"acked"}


@pytest.mark.asyncio(loop_scope="module")
async def test_all_dropped_without_a_word_it_comes_back(connected: BotWorld, until: Any) -> None:
    opened = connected.sockets.opened
    await connected.sockets.drop()
    await until(lambda: connected.sockets.opened == opened + PLACES)
    await connected.command("/zof whoami")
