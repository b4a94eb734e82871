"""What becomes of one command, in the real world of the demo: what is told, and with which code."""

from __future__ import annotations

import asyncio

import pytest

from zof_core import AsyncZofClient
from zofops.exit_codes import ExitCode
from zofops.once import order, send_once
from zofops.world import World

pytestmark = pytest.mark.asyncio(loop_scope="module")

SMOKE = "/zof run proj_abc staging suite_pr_smoke"


@pytest.mark.parametrize(
    ("command", "channel", "told"),
    [
        ("/zof run proj_xyz staging suite_pr_smoke", "releases", "proj_xyz"),
        ("/zof run proj_abc stagign suite_pr_smoke", "releases", "Did you mean staging?"),
        ("/zof run proj_abc staging suite_pr_smok", "releases", "Did you mean suite_pr_smoke?"),
        ("/zof run proj_abc staging", "releases", "form"),
        ("/zof run proj_abc staging suite_pr_smoke --cases tc_a", "releases", "Name one of them"),
        ("/zof runn proj_abc staging suite_pr_smoke", "releases", "Did you mean"),
        (SMOKE, "general", "rule"),
        ("/zof run", "releases", "form"),
        ("/zof", "releases", "form"),
        ("/nothing of the kind", "releases", "/nothing"),
        ("/zof status run_nope", "releases", "run_nope"),
    ],
)
async def test_what_is_refused_says_so_to_its_author_alone(
    world: World, command: str, channel: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = order(command, channel=channel, user="dana", timeout=30)
    before = await world.people.user("U03SAM").messages(asked.channel_id)
    assert await send_once(world, asked) == ExitCode.REFUSED
    said = capsys.readouterr()
    assert told in said.out + said.err
    assert await world.people.user("U03SAM").messages(asked.channel_id) == before
    async with AsyncZofClient(api_key=world.zof_key, base_url=world.zof_url) as zof:
        assert (await zof.runs.list()).data == []


async def test_what_needs_a_confirmation_is_shown_and_not_waited_for(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = order("/zof run proj_abc production suite_pr_smoke", channel="releases", user="dana", timeout=30)
    assert await send_once(world, asked) == ExitCode.REFUSED
    said = capsys.readouterr()
    assert "waits for a person" in said.err
    assert "must confirm this" in said.out
    async with AsyncZofClient(api_key=world.zof_key, base_url=world.zof_url) as zof:
        assert (await zof.runs.list()).data == []


async def test_help_is_0(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    asked = order("/zof help", channel="#general", user="@sam", timeout=30)
    assert await send_once(world, asked) == ExitCode.PASSED
    assert "/zof run PROJECT ENVIRONMENT SUITE" in capsys.readouterr().out


async def test_a_run_that_is_cancelled_is_4(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    sending = asyncio.create_task(send_once(world, order(SMOKE, channel="releases", user="dana", timeout=60)))
    async with AsyncZofClient(api_key=world.zof_key, base_url=world.zof_url) as zof:
        while not (runs := (await zof.runs.list()).data):  # noqa: ASYNC110  # the platform has no event to await
            await asyncio.sleep(0.05)
        await zof.runs.cancel(runs[0].id)
    assert await sending == ExitCode.CANCELED
    assert "Cancelled" in capsys.readouterr().out


async def test_waiting_too_long_is_5(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert await send_once(world, order(SMOKE, channel="releases", user="dana", timeout=0.5)) == 5
    assert "--timeout" in capsys.readouterr().err
