"""kill -9 at each point between a command's arrival and its final message, and at random: nothing lost, nothing twice.

Points: a run's start, its message, its reading and its updates, each before and after it is carried out; a click's
arrival, a vote, a confirmation, their answers, and a webhook's arrival, each before and after it is written down. At
random: with 429, 503, lost answers and hangs of Slack and Zof besides; `make chaos` does that many more times.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest
import pytest_asyncio
from pydantic import SecretStr

from slack_bot.settings import WebhookSecrets
from tests.integration.slack_bot.conftest import BotWorld, make_world
from tests.integration.slack_bot.process import BotProcess
from tests.integration.slack_bot.timing import BRISK
from tests.integration.slack_bot.weather import Storm, Strike
from zof_core.webhooks import sign
from zof_local.serving import bind_loopback, url_of

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(3600)]

KILLS = int(os.environ.get("ZOF_CHAOS_KILLS", "20"))
ROUNDS = 4
SEED = int(os.environ.get("ZOF_CHAOS_SEED", "7"))
PATIENT = BRISK.model_copy(
    update={
        "start_patience": 3600.0,
        "follow_patience": 3600.0,
        "answer_patience": 3600.0,
        "zof_timeout": 2.0,
        "slack_timeout": 2.0,
    }
)
"""A bot that is dead half of the time must not give up a start because time has passed."""
RELEASES, GENERAL = "C0RELEASES", "C0GENERAL"
DANA, SAM = "U02DANA", "U03SAM"
SECRET = "whsec_of_the_bot_and_of_zof"
RUN = "/zof run proj_abc staging suite_pr_smoke"
GATED = "/zof run proj_abc staging suite_gated"

POINTS = [
    ("platform", "/v1/runs", False),
    ("platform", "/v1/runs", True),
    ("slack", "chat.postMessage", False),
    ("slack", "chat.postMessage", True),
    ("platform", "/v1/runs/", False),
    ("platform", "/v1/runs/", True),
    ("slack", "chat.update", False),
    ("slack", "chat.update", True),
]
"""Where the bot dies: before or after the request is carried out."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def mortal(
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[tuple[BotWorld, BotProcess]]:
    """A world for the module, and its bot as a process."""
    home = tmp_path_factory.mktemp("chaos")
    async with AsyncExitStack() as stack:
        secrets = WebhookSecrets(current=SecretStr(SECRET))
        world = await make_world(home, with_bot=False, timing=PATIENT, zof_webhooks=secrets)
        stack.push_async_callback(world.stack.aclose)
        config = world.settings.config_path
        config.write_text(f'{config.read_text("utf-8")}\n[remediation]\nchannel = "{GENERAL}"\n', "utf-8")
        sock = bind_loopback()
        sock.listen(64)
        stack.callback(sock.close)
        world.bot_url = url_of(sock)
        world.connect_bot(world.bot_url)
        bot = BotProcess(world, sock, home / "bot.log")
        bot.start()
        stack.callback(bot.stop)
        yield world, bot


async def settled(world: BotWorld, until: Any, at_least: int) -> None:
    """All runs have ended, each has one card, and that shows its end."""

    async def look() -> bool:
        runs, cards = await world.runs(), await world.cards()
        return (
            len(runs) >= at_least
            and all(run.is_terminal for run in runs)
            and len(cards) == len(runs)
            and all("Passed" in card["plain"] for card in cards)
        )

    try:
        await until(look, timeout=120)
    except AssertionError:
        runs, cards = await world.runs(), await world.cards()
        unseen = [run.id for run in runs if not any(run.id in card["plain"] for card in cards)]
        unfinished = [card["plain"] for card in cards if "Passed" not in card["plain"]]
        pytest.fail(f"{at_least=} {len(runs)=} {len(cards)=} {unseen=} {unfinished=}")
    runs, cards = await world.runs(), await world.cards()
    for run in runs:
        assert len([card for card in cards if run.id in card["plain"]]) == 1


@pytest.mark.parametrize(("server", "path", "after"), POINTS)
async def test_killed_at_a_point(
    mortal: tuple[BotWorld, BotProcess], until: Any, server: str, path: str, after: bool
) -> None:
    world, bot = mortal
    await until(bot.ready)
    runs, cards = len(await world.runs()), len(await world.cards())
    struck = asyncio.Event()

    def strike() -> None:
        bot.kill()
        struck.set()

    world.close_gate()
    late = path == "chat.update"
    if not late:
        getattr(world, server).strikes.append(Strike(path, after, strike))
    await world.command(GATED)
    if late:
        await until(lambda: more_cards(world, cards))
        getattr(world, server).strikes.append(Strike(path, after, strike))
    world.open_gate()
    await asyncio.wait_for(struck.wait(), 60)
    bot.start()
    await settled(world, until, runs + 1)
    assert len(await world.runs()) == runs + 1
    assert len(await world.cards()) == cards + 1


async def more_cards(world: BotWorld, than: int) -> bool:
    return len(await world.cards()) > than


Point = tuple[str, str, bool]
"""A call to the store, what it is about, and whether it has committed when the bot dies."""

LONG = "ZOF_CHAOS_KILLS" in os.environ

VOTE_POINTS: list[Point] = [
    ("commit_inbox", "'approve'", True),
    ("change_run", "function vote", False),
    ("change_run", "function vote", True),
    ("save", "Kind.APPROVE", False),
    ("save", "Kind.APPROVE", True),
]
CONFIRM_POINTS: list[Point] = [
    ("commit_inbox", "'confirm'", True),
    ("change_run", "function confirmed", False),
    ("change_run", "function confirmed", True),
    ("save", "Kind.CONFIRM", False),
    ("save", "Kind.CONFIRM", True),
]
WEBHOOK_POINTS: list[Point] = [
    ("begin", "plan_7", False),
    ("begin", "plan_7", True),
    ("note_event", "evt_7", False),
    ("note_event", "evt_7", True),
]


async def dies_at_each(bot: BotProcess, until: Any, points: list[Point], act: Any) -> None:
    """The bot dies at the first point because of an act, and at the others because of what it has taken on."""
    await until(bot.ready)
    method, about, after = points[0]
    bot.die_at(method, about, after=after)
    await act()
    for method, about, after in points[1:]:
        await until(lambda: bot.is_dead)
        bot.die_at(method, about, after=after)
        bot.start()
    await until(lambda: bot.is_dead)
    bot.start()
    await until(bot.ready)


async def test_killed_at_each_point_of_an_approval(mortal: tuple[BotWorld, BotProcess], until: Any) -> None:
    world, bot = mortal
    await until(bot.ready)
    world.open_gate()
    runs, before = len(await world.runs()), {card["ts"] for card in await world.cards()}
    await world.people.user(SAM).message(RELEASES, "/zof run proj_abc preview suite_pr_smoke")

    async def asked() -> Any:
        return [card for card in await world.cards() if card["ts"] not in before]

    [card] = await until(asked)

    async def approve() -> None:
        await world.people.user(DANA).click(RELEASES, card["ts"], "approve_run")

    await dies_at_each(bot, until, VOTE_POINTS if LONG else VOTE_POINTS[1:4], approve)
    await settled(world, until, runs + 1)
    [after] = [one for one in await world.cards() if one["ts"] == card["ts"]]
    assert "Approved by Dana Ruiz" in after["plain"]
    assert len(await world.runs()) == runs + 1
    assert len(await world.cards()) == len(before) + 1


async def test_killed_at_each_point_of_a_confirmation(
    mortal: tuple[BotWorld, BotProcess], until: Any
) -> None:
    world, bot = mortal
    await until(bot.ready)
    world.open_gate()
    runs, before = len(await world.runs()), {card["ts"] for card in await world.cards()}
    await world.people.user(DANA).message(RELEASES, "/zof run proj_abc production suite_pr_smoke")

    async def asked() -> Any:
        return [card for card in await world.cards() if card["ts"] not in before]

    [question] = await until(asked)

    async def confirm() -> None:
        await world.people.user(DANA).click(RELEASES, question["ts"], "confirm_run")

    await dies_at_each(bot, until, CONFIRM_POINTS if LONG else CONFIRM_POINTS[1:4], confirm)
    await settled(world, until, runs + 1)
    assert len(await world.runs()) == runs + 1
    assert len(await world.cards()) == len(before) + 1


async def test_killed_at_each_point_of_a_webhooks_arrival(
    mortal: tuple[BotWorld, BotProcess], until: Any
) -> None:
    world, bot = mortal
    body = json.dumps(
        {"id": "evt_7", "type": "remediation.plan_pending", "data": {"object": {"id": "plan_7"}}}
    ).encode()

    async def deliver() -> int:
        headers = {"X-Zof-Signature": sign(body, SECRET)}
        answer = await world.http.post(f"{world.bot_url}/zof/webhooks", content=body, headers=headers)
        return answer.status_code

    async def shown() -> list[str]:
        return [card["plain"] for card in await world.cards(GENERAL) if "plan_7" in card["plain"]]

    points = WEBHOOK_POINTS if LONG else WEBHOOK_POINTS[1:3]
    for method, about, after in points:
        await until(bot.ready)
        bot.die_at(method, about, after=after)
        # No answer: Zof sends it again.
        with pytest.raises(httpx.TransportError):
            await deliver()
        await until(lambda: bot.is_dead)
        if (method, after) == ("begin", True):
            # It takes the notice up again and shows it, and dies before it has noted that.
            bot.die_at("save", "Kind.PLAN", after=False)
            bot.start()
            await until(lambda: bot.is_dead)
        bot.start()
    await until(bot.ready)
    assert await deliver() == 200
    await until(shown)
    assert len(await shown()) == 1
    assert await deliver() == 200
    assert len(await shown()) == 1


@pytest.mark.parametrize("part", range(ROUNDS))
async def test_killed_at_random_in_bad_weather(
    mortal: tuple[BotWorld, BotProcess], until: Any, part: int
) -> None:
    world, bot = mortal
    chance = random.Random(SEED * ROUNDS + part)
    await until(bot.ready)
    world.open_gate()
    before, acked, sent = len(await world.runs()), 0, 0
    # At its start it asks who it is; that Slack is away then is another test's.
    slack = Storm(chance, 0.2, ("/api/", "/response/"), ("auth.test", "users.info", "conversations.info"))
    zof = Storm(chance, 0.2, ("/v1/",))
    for _ in range(KILLS // ROUNDS):
        world.slack.storm, world.platform.storm = slack, zof
        typed = asyncio.create_task(world.people.user(DANA).message(RELEASES, RUN))
        await asyncio.sleep(chance.random() * 1.5)
        bot.kill()
        bot.start()
        delivery = (await typed)["delivery"]
        sent, acked = sent + 1, acked + (delivery["outcome"] == "acked")
        await until(bot.ready)
    # One more, which nobody kills: on a slow machine it may be the only one that was acked.
    await world.command(RUN)
    sent, acked = sent + 1, acked + 1
    world.slack.storm = world.platform.storm = None
    await settled(world, until, before + acked)
    # What was written down just before a kill is done though nobody was told; more than was typed is never done.
    assert before + acked <= len(await world.runs()) <= before + sent
    print(f"{sent} kills, {acked} acked, {len(await world.runs()) - before} runs; {slack.met + zof.met}")
