"""Every verb, from every kind of channel, by every kind of person, on every environment, through the running bot.

What may be seen or done is said here by hand, not by the policy's own code. A leak is anything that reaches Zof as a
change, or anything of a run that reaches Slack, where it may not. Verbs come from the grammar: new ones are tried too.
"""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
import re
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
import pytest_asyncio
from aiohttp import web
from pydantic import SecretStr

from slack_bot import Bot, BotSettings
from slack_bot.audit import first_break
from slack_bot.config import VERBS
from slack_bot.grammar import VERBS as WORDS
from tests.integration.slack_bot.conftest import BRISK, eventually

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
MAY = {
    "staging": {"U0LEAD", "U0GROUP", "U0PLAIN", "U0UNMAPPED", "U0WRONGMAIL", "U0NOMAIL"},
    "production": {"U0LEAD", "U0GROUP"},
}
RULES = f"""
[people]
U0LEAD = {{ name = "Lead", email = "lead@example.com", roles = ["lead"] }}
U0PLAIN = {{ name = "Plain", email = "plain@example.com" }}
U0WRONGMAIL = {{ name = "Wrong", email = "wrong@example.com", roles = ["lead"] }}
U0NOMAIL = {{ name = "No mail", email = "nomail@example.com", roles = ["lead"] }}

[groups]
managers = ["S0MANAGERS"]

[confirm]
environments = []

[[allow]]
name = "staging"
channels = {json.dumps(LISTED)}
verbs = {json.dumps(VERBS)}
projects = ["proj"]
environments = ["staging"]
people = ["*"]

[[allow]]
name = "production"
channels = {json.dumps(LISTED)}
verbs = {json.dumps(VERBS)}
projects = ["proj"]
environments = ["production"]
people = ["role:lead", "group:managers"]

[[allow]]
name = "partners, staging"
channels = ["C0PARTNER"]
verbs = {json.dumps(VERBS)}
projects = ["proj"]
environments = ["staging"]
people = ["*"]
shared = true

[[allow]]
name = "partners, production"
channels = ["C0PARTNER"]
verbs = {json.dumps(VERBS)}
projects = ["proj"]
environments = ["production"]
people = ["role:lead", "group:managers"]
shared = true

[[catalogue.projects]]
id = "proj"
environments = ["staging", "production"]
"""


class Services:
    """A Slack and a Zof that note everything. A run's id says where it ran: `run_ENVIRONMENT_NUMBER`."""

    def __init__(self) -> None:
        self.changes: list[tuple[str, dict[str, Any]]] = []
        self.answered: list[tuple[int, str]] = []
        self.posted: list[str] = []

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
            return self._about("user", args["user"], PEOPLE)
        if method == "conversations.info":
            return self._about("channel", args["channel"], CHANNELS)
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
        item = {"id": f"{SECRET}_{about}", "name": f"{SECRET}_{about}", "test_case_id": f"{SECRET}_{about}"}
        listed = run_of("run_production_0", "passed") if parts == ["runs"] else item
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


@pytest_asyncio.fixture
async def bot(tmp_path: Path) -> AsyncIterator[tuple[Bot, Services, str]]:
    services = Services()
    runner = web.AppRunner(services.app(), shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    assert site._server is not None
    url = f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}"
    (tmp_path / "zofops.toml").write_text(RULES, "utf-8")
    made = Bot(
        BotSettings(
            slack_bot_token=SecretStr("xoxb-matrix"),
            slack_signing_secret=SecretStr("matrix"),
            zof_api_key=SecretStr("zof_matrix"),
            slack_base_url=f"{url}/api/",
            zof_base_url=f"{url}/v1",
            config_path=tmp_path / "zofops.toml",
            store_path=tmp_path / "bot.sqlite",
            timing=BRISK,
        )
    )
    await made.start()
    yield made, services, url
    await made.stop()
    await runner.cleanup()


def signed(body: bytes) -> dict[str, str]:
    stamp = str(int(time.time()))
    mac = hmac.new(b"matrix", b"v0:" + stamp.encode() + b":" + body, hashlib.sha256).hexdigest()
    return {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": f"v0={mac}",
    }


RUN, PLACE = "run_{environment}_{number}", "proj {environment} suite_{number}"
KNOWN_SHAPES = {
    "run": [f"run {PLACE}", "run proj {environment} --cases case_{number}"],
    "runs": ["runs", "runs proj {environment}"],
    "rerun": [f"rerun {RUN}", f"rerun {RUN} --failed"],
    "status": [f"status {RUN}"],
    "watch": [f"watch {RUN}"],
    "logs": [f"logs {RUN} case_1"],
    "cancel": ["cancel run_{environment}_cancel{number}"],
    "schedules": ["schedules", "schedules proj"],
    "subscribe": ["subscribe proj"],
    "unsubscribe": ["unsubscribe proj"],
    "home": ["home"],
    "can": [f"can me run {PLACE}"],
    "whoami": ["whoami"],
    "audit": ["audit"],
    "help": ["help"],
}


def shapes(verb: str) -> list[str]:
    """What is typed: a verb's own shape, or for one that this test does not know every shape."""
    every = [verb, f"{verb} {RUN}", f"{verb} {PLACE}", f"{verb} {RUN} case_1", f"{verb} proj"]
    return KNOWN_SHAPES.get(verb, every)


def may(cell: tuple[str, str, str, str], environment: str | None = None) -> bool:
    """Whether somebody may do anything to a run on an environment from a channel."""
    _, channel, user, asked_about = cell
    return channel in OPEN and user in MAY[environment or asked_about]


@pytest.mark.parametrize("verb", WORDS)
async def test_nothing_leaks_and_what_is_allowed_works(verb: str, bot: tuple[Bot, Services, str]) -> None:
    app, services, url = bot
    cells: dict[int, tuple[str, str, str, str]] = {}
    shown: list[tuple[int, str]] = []
    numbers = itertools.count(1)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://bot") as http:
        for cell in itertools.product([verb], CHANNELS, PEOPLE, MAY):
            for shape in shapes(cell[0]):
                number = next(numbers)
                cells[number] = cell
                fields = {
                    "team_id": "T0ZOF",
                    "channel_id": cell[1],
                    "user_id": cell[2],
                    "command": "/zof",
                    "text": shape.format(environment=cell[3], number=number),
                    "trigger_id": f"{number}.1",
                    "response_url": f"{url}/hook/{number}",
                }
                body = urlencode(fields).encode()
                got = await http.post("/slack/events", content=body, headers=signed(body))
                assert got.status_code == 200, (shape, got.text)
                shown.append((number, got.text))
    await eventually(lambda: at_rest(app), timeout=100)
    shown += services.answered
    done = {
        number: change for change in services.changes for number in [int(NUMBER.findall(str(change))[-1])]
    }
    leaks: list[tuple[object, object]] = [
        (cells[number], done[number]) for number in done if not may(cells[number])
    ]
    leaks += [
        (cells[number], text)
        for number, text in shown
        for environment in LEAK.findall(text)
        if not may(cells[number], environment)
    ]
    leaks += [
        (cells[int(n)], text)
        for text in services.posted
        for n in CARD.findall(text)
        if n != LISTED_RUN and not may(cells[int(n)])
    ]
    # Nobody named the run that Zof lists: only a subscription of somebody who may see it shows it, where that is open.
    leaks += [
        ("a subscription", text)
        for text in services.posted
        if LISTED_RUN in CARD.findall(text)
        and not (json.loads(text)["channel"] in OPEN and SUBSCRIBER.search(text))
    ]
    assert leaks == []
    seen = {number for number, text in services.answered if LEAK.search(text)}
    for number, cell in cells.items():
        if not may(cell):
            continue
        if cell[0] in {"run", "cancel"}:
            assert number in done, cell
        if cell[0] == "status":
            assert number in seen, cell
    assert sum(may(cell) for cell in cells.values()) >= 32
    assert first_break(app.store.trail()) is None


def at_rest(app: Bot) -> bool:
    counts = app.store.counts(time.time())
    return {*counts.runs, *counts.errands} <= {"ended"}


NUMBER = re.compile(r"(?:suite_|case_|production_|staging_|cancel)(\d+)")
LEAK = re.compile(rf"{SECRET}_run_(staging|production)")
LISTED_RUN = "0"
SUBSCRIBER = re.compile(r"shown by subscription of (?:Lead|U0GROUP)\b")
CARD = re.compile(r"(?:suite|case|staging|production)_(?:cancel)?(\d+)")
