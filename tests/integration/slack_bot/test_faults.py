"""What cannot work: a Zof that stays away, a wrong key, a channel without the bot, a second bot."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import pytest
from pydantic import SecretStr

from slack_bot import BotError, StoreInUseError, create_app
from zof_local.serving import Server, ServingError
from zof_local.workspace import demo_seed

RELEASES, SAM, MIRA = "C0RELEASES", "U03SAM", "U04MIRA"
RUN = "/zof run proj_abc staging suite_pr_smoke"


async def test_a_zof_that_stays_away_ends_the_start_with_one_clear_sentence(open_world: Any) -> None:
    world = await open_world(zof_base_url="http://127.0.0.1:9/v1")
    outcome = await world.outcome(await world.command(RUN, user=SAM))
    assert outcome.outcome == "fault"
    told = [message for message in await world.seen_by(SAM) if message["ephemeral"]]
    assert len(told) == 2
    assert "Nothing is lost" in told[0]["plain"]
    assert "type the command again" in told[1]["plain"]
    assert await world.cards() == []


async def test_a_wrong_key_is_told_to_the_author_only_and_not_shown(open_world: Any) -> None:
    world = await open_world(zof_api_key=SecretStr("zof_local_wrong_key_here"))
    outcome = await world.outcome(await world.command(RUN, user=SAM))
    assert outcome.outcome == "fault"
    told = await world.last_told(SAM)
    assert "Zof does not accept the API key" in told
    assert "Nothing was started." in told
    assert "zof_local_wrong_key_here" not in told
    assert await world.seen_by(MIRA) == []
    assert await world.runs() == []
    status = await world.outcome(await world.command("/zof status run_1", user=SAM))
    assert status.outcome == "fault"
    assert "Zof does not accept the API key" in await world.last_told(SAM)


async def test_a_wrong_slack_token_ends_the_start_with_one_clear_sentence(open_world: Any) -> None:
    world = await open_world(with_bot=False)
    wrong = SecretStr("xoxb-wrong-token-of-nobody")
    bot = create_app(world.settings.model_copy(update={"slack_bot_token": wrong}))
    with pytest.raises(BotError, match="SLACK_BOT_TOKEN: Slack no longer takes my token") as caught:
        await bot.start()
    assert wrong.get_secret_value() not in str(caught.value)


async def test_a_start_while_slack_is_away_takes_commands_once_it_is_back(
    open_world: Any, until: Any
) -> None:
    world = await open_world(with_bot=False)
    world.slack.down = True
    async with Server(create_app(world.settings)) as server:
        tries = itertools.count()

        async def said() -> str:  # typed anew each time: the same signed request is taken once only
            trigger = f"1.2.early{next(tries)}"
            body = world.command_body("run proj_abc staging suite_pr_smoke", trigger=trigger)
            url = f"{server.url}/slack/events"
            answer = await world.http.post(url, content=body, headers=world.signed(body))
            return answer.json()["text"] if answer.content else ""

        assert "have not reached Slack yet" in await said()
        ready = await world.http.get(f"{server.url}/readyz")
        assert (ready.status_code, ready.json()["status"]) == (503, "not ready")
        assert (await world.http.get(f"{server.url}/healthz")).status_code == 200
        world.slack.down = False

        async def taken() -> bool:
            return await said() == ""

        await until(taken)
        await until(lambda: world_runs_ended(world))


async def world_runs_ended(world: Any) -> bool:
    return [run.status for run in await world.runs()] == ["passed"]


async def test_results_that_cannot_be_read_do_not_hide_the_end(open_world: Any) -> None:
    world = await open_world()
    world.platform.refuse.append("/v1/results")
    outcome = await world.outcome(
        await world.command("/zof run proj_abc staging suite_regression", user="U02DANA")
    )
    assert outcome.outcome == "failed"
    card = await world.card_of(outcome.run_id)
    assert "1 passed, 1 failed, 1 error, 1 skipped · 4 cases" in card["plain"]
    assert "could not be read just now" in card["plain"]


async def test_a_channel_without_the_bot_has_its_author_told_while_the_run_goes_on(open_world: Any) -> None:
    seed = demo_seed()
    channels = tuple(replace(c, members=c.members - {seed.app.bot_user_id}) for c in seed.channels)
    world = await open_world(seed=replace(seed, channels=channels))
    outcome = await world.outcome(await world.command(RUN, user=SAM))
    assert outcome.outcome == "passed"
    assert await world.cards() == []
    told = [message["plain"] for message in await world.seen_by(SAM) if message["ephemeral"]]
    assert "I am not in this channel." in told[0]
    assert f"Run {outcome.run_id} has ended: passed." in told[-1]


async def test_a_second_bot_on_the_same_store_is_refused(open_world: Any) -> None:
    world = await open_world()
    second = create_app(world.settings)
    with pytest.raises(StoreInUseError, match=r"another bot \(process \d+\) has this store.*ZOFOPS_STORE"):
        await second.start()
    with pytest.raises(ServingError, match="did not start"):
        async with Server(create_app(world.settings)):
            pass
    other = create_app(
        world.settings.model_copy(update={"store_path": world.settings.store_path.with_name("b.db")})
    )
    with pytest.raises(BotError, match="running in this process already"):
        await other.start()
    assert (await world.outcome(await world.command(RUN))).outcome == "passed"
    with pytest.raises(BotError, match="not running"):
        _ = second.store
