"""A store that cannot be written for a while, and one that cannot be used at all."""

from __future__ import annotations

from typing import Any

import pytest

from slack_bot import StoreUnusableError, create_app
from slack_bot.audit import first_break
from tests.support.unwritable import unwritable

SAM = "U03SAM"
GATED = "/zof run proj_abc staging suite_gated"


async def test_runs_go_on_once_their_news_can_be_written_down_again(open_world: Any, until: Any) -> None:
    """An end is told once: whoever cannot write it down then must look again."""
    world = await open_world()
    keys = [await world.command(GATED, user=SAM) for _ in range(3)]

    async def all_shown() -> bool:
        return len(await world.cards()) == 3

    async def all_ended() -> bool:
        return [run.status for run in await world.runs()] == ["passed"] * 3

    async def ready() -> dict[str, Any]:
        return (await world.http.get(f"{world.bot_url}/readyz")).json()

    async def not_ready() -> bool:
        return "nothing can be written into the store" in str(await ready())

    await until(all_shown)
    with unwritable(world.bot.store):
        world.open_gate()
        await until(all_ended)
        await until(not_ready)
        sent = await world.command(GATED, user=SAM)
        assert "nothing was started or changed" in await world.last_told(SAM)
    assert await ready() == {"status": "ready"}
    for key in keys:
        outcome = await world.outcome(key)
        assert outcome.outcome == "passed"
        assert "Passed" in (await world.card_of(outcome.run_id))["plain"]
    assert not world.bot.store.knows(sent)
    assert len(await world.runs()) == len(await world.cards()) == 3
    assert first_break(world.bot.store.trail()) is None


@pytest.mark.parametrize("broken", [b"no database " * 1000, b""])
async def test_a_store_that_cannot_be_used_ends_the_start_with_one_clear_sentence(
    open_world: Any, broken: bytes
) -> None:
    world = await open_world(with_bot=False)
    path = world.settings.store_path
    if broken:
        path.write_bytes(broken)
    else:
        path.mkdir()
    with pytest.raises(StoreUnusableError, match=f"{path.name} cannot be used as the bot's store"):
        await create_app(world.settings).start()
    assert not broken or path.read_bytes() == broken
