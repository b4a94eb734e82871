"""The bot between a real workspace and a real platform, over sockets, with a suite that a test can hold back."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
import pytest_asyncio
from pydantic import SecretStr

from slack_bot import Bot, BotSettings, CommandOutcome, create_app
from slack_bot.manifest import EVENTS, SHORTCUTS
from tests.integration.slack_bot.guarded import Guarded, guarded_bot
from tests.integration.slack_bot.timing import BRISK
from tests.integration.slack_bot.weather import Weather
from zof_core import AsyncZofClient, Run
from zof_local import platform, workspace
from zof_local.platform import ApiKey, PlatformSettings
from zof_local.serving import Server, bind_loopback, url_of
from zof_local.workspace import RateLimits, Seed, Shortcut, WorkspaceClient, WorkspaceSettings, demo_seed
from zof_local.workspace.sockets import SocketHub

KEY = "zof_local_integration_key"
RELEASES, GENERAL = "C0RELEASES", "C0GENERAL"
DANA, SAM, MIRA = "U02DANA", "U03SAM", "U04MIRA"

SUITES = """
[[projects]]
id = "proj_abc"
name = "Checkout"
organization = "org_local"
directory = "project"
[projects.environments.staging]
variables = {{ GATE = "{gate}" }}
[projects.environments.production]
variables = {{ GATE = "{gate}" }}
[projects.environments.preview]
variables = {{ GATE = "{gate}" }}
[[projects.suites]]
id = "suite_pr_smoke"
name = "PR smoke"
args = ["test_smoke.py"]
[[projects.suites]]
id = "suite_regression"
name = "Regression"
args = ["test_regression.py"]
[[projects.suites]]
id = "suite_gated"
name = "Gated"
args = ["test_gated.py"]
"""

PROJECT = {
    "pytest.ini": "[pytest]\n",
    "test_smoke.py": "import pytest\n@pytest.mark.parametrize('n', range(3))\ndef test_smoke(n): pass\n",
    "test_regression.py": (
        "import pytest\n"
        "def test_good(): pass\n"
        "def test_bad(): assert 1 == 2\n"
        "@pytest.fixture\ndef broken(): raise RuntimeError('set-up')\n"
        "def test_broken(broken): pass\n"
        "@pytest.mark.skip\ndef test_later(): pass\n"
    ),
    "test_gated.py": (
        "import os, pathlib, time\n"
        "def test_first(): pass\n"
        "def test_waits_for_the_gate():\n"
        "    while not pathlib.Path(os.environ['GATE']).exists(): time.sleep(0.02)\n"
    ),
}

_SHORTCUTS = tuple(
    Shortcut(one.callback_id, one.name, one.description, on_messages=one.type == "message")
    for one in SHORTCUTS
)

CONFIG = """
[people]
U02DANA = { name = "Dana Ruiz", roles = ["qa-lead"] }

[[allow]]
name = "staging"
channels = ["C0RELEASES"]
verbs = ["run", "status"]
projects = ["proj_abc"]
environments = ["staging"]
people = ["*"]

[[allow]]
name = "leads"
channels = ["C0RELEASES"]
verbs = ["run", "rerun", "status", "cancel", "subscribe"]
projects = ["*"]
environments = ["staging", "production", "elsewhere"]
people = ["role:qa-lead"]

[[allow]]
name = "preview by approval"
channels = ["C0RELEASES"]
verbs = ["run"]
projects = ["proj_abc"]
environments = ["preview"]
people = ["*"]
approvals = 1
approvers = ["role:qa-lead"]

[[deny]]
name = "no regression on production"
environments = ["production"]
suites = ["suite_regression"]
reason = "it writes orders"

[[catalogue.projects]]
id = "proj_abc"
name = "Checkout"
environments = ["staging", "production", "elsewhere", "preview"]
suites = [
  { id = "suite_pr_smoke", name = "PR smoke" },
  { id = "suite_regression", name = "Regression" },
  { id = "suite_gated", name = "Gated" },
  { id = "suite_missing", name = "Missing" },
]
"""


@dataclass
class BotWorld:
    """Where everything is, hands of the people, and what a test asks."""

    settings: BotSettings
    zof: AsyncZofClient
    people: WorkspaceClient
    slack_settings: WorkspaceSettings
    slack: Weather
    platform: Weather
    bot: Bot | None
    bot_url: str
    gate: Path
    connect_bot: Callable[[str | None], None]
    sockets: SocketHub
    stack: AsyncExitStack = field(repr=False)
    http: httpx.AsyncClient = field(repr=False)

    def open_gate(self) -> None:
        """Lets the gated suite end."""
        self.gate.touch()

    def close_gate(self) -> None:
        """Makes the gated suite wait."""
        self.gate.unlink(missing_ok=True)

    async def command(self, text: str, *, channel: str = RELEASES, user: str = DANA) -> str:
        """Types a command; gives its dedupe key."""
        sent = await self.people.user(user).message(channel, text)
        assert sent["delivery"] is not None, sent
        assert sent["delivery"]["outcome"] == "acked", sent
        return f"T0ZOF:{sent['trigger_id']}"

    async def outcome(self, key: str) -> CommandOutcome:
        """What became of a command, once it is settled."""
        assert self.bot is not None
        store = self.bot.store
        return await eventually(lambda: _settled(store.command_outcome(key)))

    async def seen_by(self, user: str, channel: str = RELEASES) -> list[dict[str, Any]]:
        """The app's messages that a person sees in a channel."""
        messages = await self.people.user(user).messages(channel)
        return [message for message in messages if message["origin"] == "app"]

    async def cards(self, channel: str = RELEASES) -> list[dict[str, Any]]:
        """The app's messages that everybody sees."""
        seen = [message for message in await self.seen_by(MIRA, channel) if not message["ephemeral"]]
        return [message for message in seen if message.get("thread_ts") in (None, message["ts"])]

    async def card_of(self, run_id: str) -> dict[str, Any] | None:
        """The card of a run; there is at most one."""
        found = [card for card in await self.cards() if run_id in card["plain"]]
        assert len(found) <= 1, found
        return found[0] if found else None

    async def card_of_new(self, run_id: str) -> dict[str, Any] | None:
        """The card of a run that another card may name too, as the one that it repeats."""
        found = [card for card in await self.cards() if f"run {run_id}" in card["plain"].replace("`", "")]
        return found[-1] if found else None

    async def runs(self) -> list[Run]:
        """All runs that Zof knows."""
        return [run async for run in self.zof.runs.list_auto()]

    async def last_told(self, user: str, channel: str = RELEASES) -> str:
        """The newest message that only this person sees."""
        private = [message for message in await self.seen_by(user, channel) if message["ephemeral"]]
        return str(private[-1]["plain"]) if private else ""

    async def send_raw(self, body: bytes, headers: dict[str, str]) -> httpx.Response:
        """A request to the bot as it is, signed or not."""
        return await self.http.post(f"{self.bot_url}/slack/events", content=body, headers=headers)

    def signed(self, body: bytes, *, at: float | None = None, secret: str | None = None) -> dict[str, str]:
        """The headers Slack would send with a body."""
        timestamp = str(int(time.time() if at is None else at))
        key = (secret or self.slack_settings.signing_secret).encode()
        mac = hmac.new(key, b"v0:" + timestamp.encode() + b":" + body, hashlib.sha256).hexdigest()
        return {
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": f"v0={mac}",
        }

    def command_body(
        self, text: str, *, trigger: str, user: str = DANA, channel: str = RELEASES, team: str = "T0ZOF"
    ) -> bytes:
        """The form of a slash command."""
        fields = {
            "team_id": team,
            "channel_id": channel,
            "user_id": user,
            "user_name": "somebody",
            "command": "/zof",
            "text": text,
            "trigger_id": trigger,
            "response_url": "",
        }
        return urlencode(fields).encode()


def _settled(outcome: CommandOutcome | None) -> CommandOutcome | None:
    return outcome if outcome is not None and outcome.settled else None


async def eventually(look: Callable[[], Any], timeout: float = 40.0) -> Any:
    """Looks until something true is there (awaiting it if need be); what it was, or the time is over."""
    deadline = time.monotonic() + timeout
    while True:
        found = look()
        if isinstance(found, Awaitable):
            found = await found
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"Not within {timeout} s.")
        await asyncio.sleep(0.03)


async def make_world(
    home: Path, *, with_bot: bool = True, over_sockets: bool = False, **changes: Any
) -> BotWorld:
    """Everything on free ports. Closing `world.stack` stops it."""
    (home / "project").mkdir()
    for name, text in PROJECT.items():
        (home / "project" / name).write_text(text, "utf-8")
    gate = home / "gate"
    (home / "suites.toml").write_text(SUITES.format(gate=gate), "utf-8")
    (home / "zofops.toml").write_text(CONFIG, "utf-8")
    stack = AsyncExitStack()
    bot_socket, zof_socket = bind_loopback(), bind_loopback()
    seed: Seed = changes.pop("seed", demo_seed(has_home=True, shortcuts=_SHORTCUTS))
    slack_settings = WorkspaceSettings(
        limits=RateLimits(enabled=False),
        seed=seed,
        event_subscriptions=frozenset(EVENTS),
        socket_lifetime=changes.pop("socket_lifetime", 4 * 3600.0),
    )
    slack_app = workspace.create_app(slack_settings)
    slack = Weather(slack_app)
    slack_server = await stack.enter_async_context(Server(slack))
    zof = platform.create_app(
        PlatformSettings(
            data_dir=home / "platform",
            suites=home / "suites.toml",
            keys=(ApiKey(KEY),),
            rate_limit=1_000_000,
            public_url=url_of(zof_socket),
        )
    )
    zof_weather = Weather(zof)
    await stack.enter_async_context(Server(zof_weather, sock=zof_socket))
    values: dict[str, Any] = {
        "slack_bot_token": SecretStr(slack_settings.bot_token),
        "slack_signing_secret": SecretStr(slack_settings.signing_secret),
        "slack_base_url": f"{slack_server.url}/api/",
        "zof_api_key": SecretStr(KEY),
        "zof_base_url": f"{url_of(zof_socket)}/v1",
        "config_path": home / "zofops.toml",
        "store_path": home / "bot.sqlite",
        "timing": BRISK,
    }
    if over_sockets:
        values |= {"transport": "socket", "slack_app_token": SecretStr(slack_settings.app_token)}
    settings = BotSettings(**{**values, **changes})
    bot = create_app(settings) if with_bot else None
    if bot is not None:
        await stack.enter_async_context(Server(bot, sock=bot_socket))
        slack_app.state.workspace.connect_app(None if over_sockets else url_of(bot_socket))
    else:
        bot_socket.close()
    client = AsyncZofClient(KEY, base_url=f"{url_of(zof_socket)}/v1")
    stack.push_async_callback(client.aclose)
    people = await stack.enter_async_context(WorkspaceClient(slack_server.url, slack_settings.page_token))
    http = await stack.enter_async_context(httpx.AsyncClient(trust_env=False))
    return BotWorld(
        settings=settings,
        zof=client,
        people=people,
        slack_settings=slack_settings,
        slack=slack,
        platform=zof_weather,
        bot=bot,
        bot_url=url_of(bot_socket) if bot else "",
        gate=gate,
        connect_bot=slack_app.state.workspace.connect_app,
        sockets=slack_app.state.workspace.app.sockets,
        stack=stack,
        http=http,
    )


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[BotWorld]:
    """A world for all tests of a module: they look only at what they did themselves."""
    world = await make_world(tmp_path_factory.mktemp("world"))
    async with world.stack:
        yield world


@pytest_asyncio.fixture
async def open_world(tmp_path: Path) -> AsyncIterator[Callable[..., Awaitable[BotWorld]]]:
    """Makes a world of one's own: `await open_world(zof_api_key=…)` changes the bot's settings."""
    async with AsyncExitStack() as stack:

        async def make(**changes: Any) -> BotWorld:
            world = await make_world(tmp_path, **changes)
            stack.push_async_callback(world.stack.aclose)
            return world

        yield make


@pytest_asyncio.fixture
async def guarded(tmp_path: Path) -> AsyncIterator[Guarded]:
    """The bot between a Slack and a Zof that note everything."""
    async with guarded_bot(tmp_path) as world:
        yield world


@pytest.fixture
def until() -> Callable[..., Awaitable[Any]]:
    """Looks until something true is there: `await until(lambda: …)`."""
    return eventually
