"""Zof or Slack away for a while, or their answers lost: nothing is lost, nothing is doubled, somebody is told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

pytestmark = pytest.mark.asyncio(loop_scope="module")

DANA, SAM, MIRA = "U02DANA", "U03SAM", "U04MIRA"
RUN = "/zof run proj_abc staging suite_pr_smoke"
GATED = "/zof run proj_abc staging suite_gated"


@pytest.fixture(autouse=True)
def _fair_weather_after(shared: Any) -> Iterator[None]:
    yield
    shared.platform.down = shared.slack.down = False
    shared.platform.lose_answer_of.clear()
    shared.slack.lose_answer_of.clear()
    shared.open_gate()


async def running(world: Any, until: Any) -> tuple[str, str]:
    """A gated run that stands on a card: its dedupe key and its id."""
    world.close_gate()
    key = await world.command(GATED)
    run_id = await until(lambda: world.bot.store.command_outcome(key).run_id)
    await until(lambda: card_says(world, run_id, "1 passed · 1 of 2"))
    return key, run_id


async def card_says(world: Any, run_id: str, words: str, *, without: str = "\0") -> bool:
    card = await world.card_of(run_id)
    return card is not None and words in card["plain"] and without not in card["plain"]


async def test_a_start_waits_for_a_zof_that_is_away_and_tells_its_author_once(
    shared: Any, until: Any
) -> None:
    runs, cards = len(await shared.runs()), len(await shared.cards())
    shared.platform.down = True
    key = await shared.command(RUN, user=SAM)

    async def told() -> bool:
        return "Nothing is lost" in await shared.last_told(SAM)

    await until(told)
    assert len(await shared.cards()) == cards
    shared.platform.down = False
    assert (await shared.outcome(key)).outcome == "passed"
    assert len(await shared.runs()) == runs + 1
    assert len(await shared.cards()) == cards + 1
    assert len([m for m in await shared.seen_by(SAM) if m["ephemeral"]]) == 1
    assert all(not m["ephemeral"] for m in await shared.seen_by(MIRA))


async def test_an_outage_while_following_shows_as_of_when_and_goes_on(shared: Any, until: Any) -> None:
    key, run_id = await running(shared, until)
    shared.platform.down = True
    await until(lambda: card_says(shared, run_id, "As of"))
    shared.platform.down = False
    await until(lambda: card_says(shared, run_id, "Running", without="As of"))
    shared.open_gate()
    assert (await shared.outcome(key)).outcome == "passed"


async def test_a_cancel_that_zof_does_not_answer_can_be_pressed_again(shared: Any, until: Any) -> None:
    key, run_id = await running(shared, until)
    card = await shared.card_of(run_id)
    shared.platform.down = True
    dana = shared.people.user(DANA)
    await dana.click("C0RELEASES", card["ts"], "cancel_run")

    async def told() -> bool:
        return "was not cancelled; please try again" in await shared.last_told(DANA)

    await until(told)
    shared.platform.down = False
    await until(lambda: shared.bot.store.followed_by_key(key).cancel_round == 1)
    await until(lambda: card_says(shared, run_id, "Running", without="As of"))

    async def pressed() -> bool:
        await dana.click("C0RELEASES", card["ts"], "cancel_run")
        return bool(await until(lambda: card_says(shared, run_id, "Cancelled by Dana Ruiz"), timeout=10))

    assert await until(pressed)
    assert (await shared.outcome(key)).outcome == "canceled"


async def test_a_start_whose_answer_was_lost_is_one_run(shared: Any) -> None:
    runs = len(await shared.runs())
    shared.platform.lose_answer_of.append("/v1/runs")
    assert (await shared.outcome(await shared.command(RUN))).outcome == "passed"
    assert len(await shared.runs()) == runs + 1


@pytest.mark.parametrize(
    "lost", [["chat.postMessage"], ["chat.postMessage", "conversations.history"], ["chat.update"]]
)
async def test_a_card_whose_answer_was_lost_is_one_card(shared: Any, until: Any, lost: list[str]) -> None:
    cards = len(await shared.cards())
    shared.slack.lose_answer_of += lost
    key, run_id = await running(shared, until)
    shared.open_gate()
    assert (await shared.outcome(key)).outcome == "passed"
    assert shared.slack.lose_answer_of == []
    assert "Passed" in (await shared.card_of(run_id))["plain"]
    assert len(await shared.cards()) == cards + 1


async def test_a_slack_that_is_away_gets_the_end_when_it_is_back(shared: Any, until: Any) -> None:
    key, run_id = await running(shared, until)
    shared.slack.down = True
    shared.open_gate()
    await until(lambda: shared.bot.store.followed_by_key(key).outcome)
    await until(lambda: shared.bot.store.followed_by_key(key).card.tries >= 2)
    shared.slack.down = False
    assert (await shared.outcome(key)).outcome == "passed"
    assert await card_says(shared, run_id, "Passed")
