"""`zofops doctor` against servers on this machine, and against what may be wrong."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from slack_bot.store import Store
from tests.integration.slack_bot.conftest import BotWorld, make_world
from zofops.cli import main
from zofops.commands.doctor import BAD, GOOD, scopes, skew

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[BotWorld]:
    made = await make_world(tmp_path_factory.mktemp("doctor"))
    async with made.stack:
        yield made


@pytest.fixture
def examine(world: BotWorld, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Runs the command with the world's settings, and changes; gives exit code and output."""
    settings = world.settings
    assert settings.slack_signing_secret is not None
    values = {
        "SLACK_BOT_TOKEN": settings.slack_bot_token.get_secret_value(),
        "SLACK_SIGNING_SECRET": settings.slack_signing_secret.get_secret_value(),
        "SLACK_BASE_URL": settings.slack_base_url,
        "ZOF_API_KEY": settings.zof_api_key.get_secret_value(),
        "ZOF_BASE_URL": settings.zof_base_url,
        "ZOFOPS_CONFIG": str(settings.config_path),
        "ZOFOPS_STORE": str(settings.store_path),
    }

    async def run(*more: str, **changes: str) -> tuple[int, str]:
        for name, value in (values | changes).items():
            monkeypatch.setenv(name, value)
        code = await asyncio.to_thread(main, ["doctor", *more])
        out = capsys.readouterr().out
        for name in ("SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "ZOF_API_KEY", "SLACK_APP_TOKEN"):
            secret = (values | changes).get(name, "").strip()
            assert not secret or secret not in out
        return code, out

    return run


async def test_all_is_well_with_a_bot_that_runs(world: BotWorld, examine: Any) -> None:
    code, out = await examine("--url", world.bot_url)
    assert (code, BAD in out) == (0, False), out
    for said in (
        "a bot has it, as it should",
        "whole, 0 entries",
        "takes Slack's signature",
        "forged        refused",
        "runs and takes requests",
        "the key may: projects:read, runs:read, results:read",
        "runs:create and runs:cancel cannot be known",
        "requests are left in this window",
        "Nothing is in the way.",
    ):
        assert said in out, (said, out)


async def test_over_sockets_the_app_token_is_tried(world: BotWorld, examine: Any) -> None:
    right = {"SLACK_APP_TOKEN": world.slack_settings.app_token}
    code, out = await examine("--url", world.bot_url, **right)
    assert (code, "Slack gives an address to connect to" in out) == (0, True), out
    code, out = await examine(SLACK_APP_TOKEN="xapp-of-nobody")
    assert code == 1
    assert "✗ Socket Mode   Slack refuses: invalid_auth" in out
    assert "connections:write" in out


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"SLACK_BOT_TOKEN": "xoxb-of-nobody"}, "✗ Slack         Slack refuses: invalid_auth"),
        ({"SLACK_SIGNING_SECRET": "another"}, "answers 401 to a right signature"),
        ({"ZOF_API_KEY": "zof_of_nobody"}, "✗ Zof"),
        ({"ZOFOPS_CONFIG": "/nowhere/zofops.toml"}, "✗ rules         /nowhere/zofops.toml"),
        (
            {"ZOFOPS_STORE": "/nowhere/zofops.sqlite"},
            "✗ store         /nowhere/zofops.sqlite cannot be written",
        ),
        ({"SLACK_BASE_URL": "http://127.0.0.1:9/api/"}, "Slack does not answer"),
    ],
)
async def test_what_is_wrong_is_named(
    world: BotWorld, examine: Any, changes: dict[str, str], said: str
) -> None:
    code, out = await examine("--url", world.bot_url, **changes)
    assert code == 1
    assert said in out, out
    assert "need you." in out


async def test_a_bot_that_does_not_run_and_a_store_to_be_made(examine: Any, tmp_path: Path) -> None:
    code, out = await examine("--url", "http://127.0.0.1:9", ZOFOPS_STORE=str(tmp_path / "new.sqlite"))
    assert code == 0
    assert "will be made at the first start" in out
    assert "no bot answers at http://127.0.0.1:9/slack/events" in out
    assert not (tmp_path / "new.sqlite").exists()


async def test_a_damaged_store_is_found(world: BotWorld, examine: Any, tmp_path: Path) -> None:
    path = tmp_path / "damaged.sqlite"
    Store(path).close()
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * 8192)
    code, out = await examine("--url", world.bot_url, ZOFOPS_STORE=str(path))
    assert code == 1
    assert "✗ store" in out
    assert "damaged" in out
    path.write_text("no database " * 1000)
    code, out = await examine("--url", world.bot_url, ZOFOPS_STORE=str(path))
    assert (code, "file is not a database" in out) == (1, True), out


async def test_without_settings_it_says_which(examine: Any) -> None:
    code, out = await examine(ZOF_API_KEY=" ")
    assert code == 2
    assert "ZOF_API_KEY: an API key from Zof" in out


async def test_scopes_and_clock() -> None:
    assert scopes("chat:write,commands").mark == BAD
    assert "channels:history" in scopes("chat:write,commands").said
    at, date = 1_779_278_400.0, "Wed, 20 May 2026 12:00:00 GMT"
    assert (skew(date, at).mark, skew(date, at).said) == (GOOD, "as Slack's")
    assert (skew(date, at + 100).mark, skew(date, at + 100).said) == (BAD, "100 s ahead of Slack's")
    assert "refused as too old" in skew(date, at - 400).said
    assert skew(None, at).mark not in {GOOD, BAD}
