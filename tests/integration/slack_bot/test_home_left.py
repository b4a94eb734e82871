"""A home that is open for longer than it is kept fresh."""

from __future__ import annotations

from typing import Any

from tests.integration.slack_bot.conftest import DANA, eventually
from tests.integration.slack_bot.test_views import home_of
from tests.integration.slack_bot.timing import BRISK


async def test_a_home_says_when_it_is_refreshed_no_more_and_refresh_shows_how_things_are(
    open_world: Any,
) -> None:
    world = await open_world(timing=BRISK.model_copy(update={"home_open": 0.3}))
    await world.people.user(DANA).open_app()
    home = await home_of(world, DANA, "Not refreshed by itself", "No run is queued or running")
    asked = await world.command("/zof run proj_abc staging suite_gated")
    await eventually(lambda: world.bot.store.command_outcome(asked).run_id)
    await world.people.user(DANA).view_click(home["id"], "home_refresh")
    await home_of(world, DANA, "Not refreshed by itself", world.bot.store.command_outcome(asked).run_id)
    world.open_gate()
    await world.outcome(asked)
