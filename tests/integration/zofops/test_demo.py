"""What the demo has for a person to look at, and the links to it."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from zof_core import AsyncZofClient
from zofops.commands.demo import greeting, schedule_nightly, write_env
from zofops.world import World

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_the_console_is_opened_by_its_link_and_shows_the_nightly_schedule(world: World) -> None:
    await schedule_nightly(world)
    async with AsyncZofClient(world.zof_key, base_url=world.zof_url) as zof:
        (nightly,) = (await zof.schedules.list()).data
    assert (nightly.cron, nightly.environment, nightly.test_suite_id) == (
        "0 2 * * *",
        "staging",
        "suite_regression",
    )
    async with httpx.AsyncClient(follow_redirects=True) as browser:
        home = await browser.get(world.console_url)
        page = await browser.get(home.url.join("/schedules"))
    assert (home.status_code, page.status_code) == (200, 200)
    assert "token" not in str(home.url)
    assert "0 2 * * *" in page.text


async def test_the_greeting_has_every_link_and_no_key(world: World, tmp_path: Path) -> None:
    env = write_env(world, tmp_path)
    said = greeting(world, None, env)
    assert f". {env}\n" in said
    assert world.zof_key not in said
    assert env.stat().st_mode & 0o777 == 0o600
    assert world.page_url in said
    assert world.console_url in said
