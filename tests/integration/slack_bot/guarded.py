"""A Slack and a Zof that note everything, the bot between them, and who may do what there, said by hand.

What may be seen or done is written down here once more, not taken from the policy's own code.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
import sqlalchemy as sa
from aiohttp import web
from pydantic import SecretStr

from slack_bot import Bot, BotSettings
from slack_bot.config import VERBS
from slack_bot.followed import FollowedRun
from slack_bot.pacing import CardBudgets
from slack_bot.store.tables import followed_runs, inbox
from tests.integration.slack_bot.timing import BRISK

SECRET = "s3cret"
LISTED = ["C0OPEN", "C0SHARED", "C0ARCHIVED", "C0UNSEEN", "G0PRIVATE", "D0LISTED"]
CHANNELS: dict[str, dict[str, Any] | None] = {
    "C0OPEN": {},
    "C0PARTNER": {"is_ext_shared": True},
    "G0PRIVATE": {"is_private": True},
    "D0LISTED": {"is_im": True},
    "C0SHARED": {"is_ext_shared": True},
    "C0ARCHIVED": {"is_archived": True},
    "C0UNSEEN": None,
    "C0UNLISTED": {},
    "D0DIRECT": {"is_im": True},
    "G0GROUPDM": {"is_mpim": True},
}
OPEN = {"C0OPEN", "C0PARTNER", "G0PRIVATE", "D0LISTED"}
MEMBERS = {"G0PRIVATE": {"U0LEAD", "U0PLAIN", "U0GUEST"}, "D0LISTED": {"U0GROUP"}}
"""Of the private channels. Who acts in a channel is in it; who acts in a modal or in the home must be listed here."""
ASKER = "U0ASKER"
"""Somebody who may ask for everything, whose requests others decide."""
PEOPLE: dict[str, dict[str, Any] | None] = {
    "U0LEAD": {"profile": {"email": "Lead@example.com"}},
    "U0GROUP": {},
    "U0PLAIN": {"profile": {"email": "plain@example.com"}},
    "U0UNMAPPED": {},
    "U0WRONGMAIL": {"profile": {"email": "other@example.com"}},
    "U0NOMAIL": {},
    "U0GUEST": {"is_restricted": True},
    "U0LEADGUEST": {"is_ultra_restricted": True},
    "U0STRANGER": {"is_stranger": True},
    "U0UNSEEN": None,
}
FULL = {"U0LEAD", "U0GROUP", "U0PLAIN", "U0UNMAPPED", "U0WRONGMAIL", "U0NOMAIL"}
"""Full members of the workspace that Slack knows."""
MAY = {
    "staging": FULL,
    "production": {"U0LEAD", "U0GROUP"},
}
ASKER_FACTS: dict[str, dict[str, Any] | None] = {ASKER: {"profile": {"email": "asker@example.com"}}}
RULES = f"""
[people]
U0LEAD = {{ name = "Lead", email = "lead@example.com", roles = ["lead"] }}
U0PLAIN = {{ name = "Plain", email = "plain@example.com" }}
U0WRONGMAIL = {{ name = "Wrong", email = "wrong@example.com", roles = ["lead"] }}
U0NOMAIL = {{ name = "No mail", email = "nomail@example.com", roles = ["lead"] }}
U0ASKER = {{ name = "Asker", email = "asker@example.com", roles = ["lead"] }}

[groups]
managers = ["S0MANAGERS"]

[confirm]
environments = []

[[allow]]
name = "staging"
channels = {json.dumps(LISTED)}
verbs = {json.dumps(VERBS)}
projects = ["proj", "shop"]
environments = ["staging"]
people = ["*"]

[[allow]]
name = "production"
channels = {json.dumps(LISTED)}
verbs = {json.dumps(VERBS)}
projects = ["proj", "shop"]
environments = ["production"]
people = ["role:lead", "group:managers"]

[[allow]]
name = "partners, staging"
channels = ["C0PARTNER"]
verbs = {json.dumps(VERBS)}
projects = ["proj", "shop"]
environments = ["staging"]
people = ["*"]
shared = true

[[allow]]
name = "partners, production"
channels = ["C0PARTNER"]
verbs = {json.dumps(VERBS)}
projects = ["proj", "shop"]
environments = ["production"]
people = ["role:lead", "group:managers"]
shared = true

[[allow]]
name = "inner circle"
channels = ["G0PRIVATE"]
verbs = {json.dumps(VERBS)}
projects = ["inner"]
environments = ["inner"]
people = ["*"]

[[catalogue.projects]]
id = "proj"
environments = ["staging", "production"]

[[catalogue.projects]]
id = "shop"
environments = ["staging", "production"]
suites = [{{ id = "smoke" }}]

[[catalogue.projects]]
id = "inner"
environments = ["inner"]
suites = [{{ id = "inner" }}]

[[catalogue.projects]]
id = "hidden_project"
name = "hidden_name"
environments = ["hidden_environment", "staging"]
suites = [{{ id = "hidden_suite" }}]
"""
APPROVED = (
    RULES.replace("[confirm]", "[confirm] # and approvals")
    .replace('["*"]\n', '["*"]\napprovals = 1\napprovers = ["*"]\n')
    .replace(
        '["role:lead", "group:managers"]\n',
        '["role:lead", "group:managers"]\napprovals = 1\napprovers = ["role:lead", "group:managers"]\n',
    )
)
"""The same rules, but whatever is asked for needs the approval of somebody else whom they name."""


class Services:
    """A Slack and a Zof that note everything. A run's id says where it ran: `run_ENVIRONMENT_NUMBER`."""

    def __init__(self) -> None:
        self.changes: list[tuple[str, dict[str, Any]]] = []
        self.answered: list[tuple[int, str]] = []
        self.posted: list[str] = []
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.listed_status = "passed"
        self.listed: list[dict[str, Any]] | None = None

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_route("*", "/api/{method}", self.slack)
        app.router.add_post("/hook/{number}", self.hook)
        app.router.add_route("*", "/v1/{path:.*}", self.zof)
        return app

    async def hook(self, request: web.Request) -> web.Response:
        self.answered.append((int(request.match_info["number"]), await request.text()))
        return web.Response(text="ok")

    async def slack(self, request: web.Request) -> web.Response:
        method, form = request.match_info["method"], await request.text()
        args = dict(await request.post()) | dict(request.query)
        if form.startswith("{"):
            args |= json.loads(form)
        if method == "auth.test":
            return web.json_response({"ok": True, "team_id": "T0ZOF"})
        if method == "usergroups.users.list":
            return web.json_response({"ok": True, "users": ["U0GROUP"]})
        if method == "users.info":
            return self._about("user", args["user"], PEOPLE | ASKER_FACTS)
        if method == "conversations.info":
            return self._about("channel", args["channel"], CHANNELS)
        if method == "conversations.members":
            return web.json_response({"ok": True, "members": sorted(MEMBERS.get(args["channel"], ()))})
        self.calls.append((method, args))
        if method != "conversations.history":
            self.posted.append(json.dumps(args, default=str))
        return web.json_response({"ok": True, "ts": f"{time.time():.6f}", "messages": []})

    @staticmethod
    def _about(kind: str, key: str, known: dict[str, dict[str, Any] | None]) -> web.Response:
        found = known.get(key)
        if found is None:
            return web.json_response({"ok": False, "error": f"{kind}_not_found"})
        return web.json_response({"ok": True, kind: {"id": key, **found}})

    async def zof(self, request: web.Request) -> web.Response:
        path = request.match_info["path"]
        if request.method != "GET":
            body = json.loads(await request.text() or "{}")
            self.changes.append((path, body))
            if path.endswith("/cancel"):
                return web.json_response(run_of(path.split("/")[1], "canceled"))
            made = run_of(f"made_{body['environment']}_x{len(self.changes)}", "passed")
            return web.json_response(made | {"test_suite_id": body.get("test_suite_id")}, status=201)
        parts = path.split("/")
        if parts[0] == "runs" and len(parts) == 2:
            return web.json_response(run_of(parts[1], "running" if "cancel" in parts[1] else "passed"))
        about = request.query.get("run_id") or (parts[1] if len(parts) > 1 else "run_production_0")
        name = f"{SECRET}_{about}"
        item = {"id": name, "name": name, "test_case_id": name, "status": "failed", "message": name}
        if parts == ["runs"] and self.listed is not None:
            return web.json_response({"data": self.listed, "has_more": False})
        listed = run_of("run_production_0", self.listed_status) if parts == ["runs"] else item
        return web.json_response({"data": [listed], "has_more": False})


def run_of(run_id: str, status: str) -> dict[str, Any]:
    """A run; its suite is known to Zof only."""
    return {
        "id": run_id,
        "status": status,
        "project_id": "proj",
        "environment": run_id.split("_")[1],
        "test_suite_id": f"{SECRET}_{run_id}",
        "created_at": "2027-01-15T08:00:00Z",
    }


SIGNING_SECRET = "matrix"
NUMBER = re.compile(r"(?:suite_|case_|production_|staging_|cancel)(\d+)")
LEAK = re.compile(rf"{SECRET}_run_(staging|production)")
HIDDEN = re.compile(r"hidden_(?:project|name|environment|suite)")
"""What no rule names."""
LISTED_RUN = "0"
CARD = re.compile(r"(?:suite|case|staging|production)_(?:cancel)?(\d+)")
"""A run that is shown; the number says who asked."""


@dataclass(frozen=True, slots=True)
class Guarded:
    """The bot, what it talks to, and a hand that sends it requests."""

    bot: Bot
    services: Services
    url: str
    http: httpx.AsyncClient

    async def send(self, fields: dict[str, str]) -> httpx.Response:
        """A signed request of Slack's with these form fields."""
        body = urlencode(fields).encode()
        return await self.http.post("/slack/events", content=body, headers=signed(body))

    async def interact(self, payload: dict[str, Any]) -> httpx.Response:
        """A signed interaction."""
        return await self.send({"payload": json.dumps(payload)})

    def at_rest(self) -> bool:
        """Whether all that was asked for is done."""
        if not self._all_dispatched():
            return False
        counts = self.bot.store.counts(time.time())
        return {*counts.runs, *counts.errands} <= {"ended"}

    def decided(self) -> bool:
        """Whether all that was asked for is answered or begun; requests may wait for people."""
        # First: what is handed over after the count would be missed.
        if not self._all_dispatched():
            return False
        counts = self.bot.store.counts(time.time())
        return not {"accepted", "starting"} & {*counts.runs} and {*counts.errands} <= {"ended"}

    def _all_dispatched(self) -> bool:
        waiting = sa.select(sa.func.count()).where(~inbox.c.dispatched)
        with self.bot.store.engine.connect() as connection:
            return connection.execute(waiting).scalar_one() == 0

    async def event(self, body: dict[str, Any]) -> httpx.Response:
        """A signed event."""
        raw = json.dumps(body).encode()
        headers = signed(raw) | {"Content-Type": "application/json"}
        return await self.http.post("/slack/events", content=raw, headers=headers)

    async def command(self, text: str, *, number: int, user: str = "U0LEAD", channel: str = "C0OPEN") -> str:
        """Types a command; gives what its ack says."""
        fields = {
            "team_id": "T0ZOF",
            "channel_id": channel,
            "user_id": user,
            "command": "/zof",
            "text": text,
            "trigger_id": f"{number}.1",
            "response_url": f"{self.url}/hook/{number}",
        }
        answer = await self.send(fields)
        return str(answer.json()["text"]) if answer.content else ""

    def told(self, words: str) -> bool:
        """Whether somebody was told this, in private or in a message."""
        return any(
            words in text for text in (*(said for _, said in self.services.answered), *self.services.posted)
        )

    def seed(self, rows: Sequence[FollowedRun], due_at: float | None = None) -> None:
        """Puts rows of earlier requests into the store, of which nothing is due unless it is said when."""
        values = [
            {
                "key": row.key,
                "seq": 0,
                "due_at": due_at,
                "state": row.state.value,
                "data": row.model_dump_json(),
                "run_id": row.run.id if row.run else None,
                "attempts": 0,
            }
            for row in rows
        ]
        if values:
            with self.bot.store.engine.begin() as connection:
                connection.execute(sa.insert(followed_runs), values)


def _no_pause(_budgets: CardBudgets, _channel: str) -> float:
    return 0.0


@asynccontextmanager
async def guarded_bot(home: Path, rules: str = RULES) -> AsyncIterator[Guarded]:
    """The running bot with these rules; its files are in `home`. Slack takes as many messages as there are."""
    services = Services()
    async with AsyncExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.setattr(CardBudgets, "post", _no_pause)
        runner = web.AppRunner(services.app(), shutdown_timeout=0.1)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        assert site._server is not None
        url = f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}"
        (home / "zofops.toml").write_text(rules, "utf-8")
        bot = Bot(
            BotSettings(
                slack_bot_token=SecretStr("xoxb-matrix"),
                slack_signing_secret=SecretStr(SIGNING_SECRET),
                zof_api_key=SecretStr("zof_matrix"),
                slack_base_url=f"{url}/api/",
                zof_base_url=f"{url}/v1",
                config_path=home / "zofops.toml",
                store_path=home / "bot.sqlite",
                timing=BRISK,
            )
        )
        await bot.start()
        stack.push_async_callback(bot.stop)
        transport = httpx.ASGITransport(app=bot)
        http = httpx.AsyncClient(transport=transport, base_url="http://bot")
        yield Guarded(bot, services, url, await stack.enter_async_context(http))


def signed(body: bytes, *, secret: str = SIGNING_SECRET, ago: float = 0.0) -> dict[str, str]:
    """The headers Slack would send with a body; `ago` in seconds."""
    stamp = str(int(time.time() - ago))
    mac = hmac.new(secret.encode(), b"v0:" + stamp.encode() + b":" + body, hashlib.sha256).hexdigest()
    return {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": f"v0={mac}",
    }
