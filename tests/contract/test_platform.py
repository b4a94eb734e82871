"""The local Zof answers as the contract says: each example is sent to it, and its answer laid beside the example's.

Ids, times, urls and messages are examples. Statuses, codes, params, headers, fields and their types are the contract,
and so is that what was asked for comes back.
"""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from tests.support.contract import Exchange, exchanges
from zof_local.platform import ApiKey, PlatformSettings, create_app, new_secret
from zof_local.platform.routes import runs
from zof_local.serving import Server

pytestmark = pytest.mark.asyncio(loop_scope="module")

SUITES = """
integrations = [{ id = "int_github", provider = "github" }]

[[projects]]
id = "proj_abc123"
name = "Shop"
directory = "shop"
environments = { staging = {}, production = {} }
suites = [
  { id = "suite_pr_smoke", args = ["tests/test_login.py"] },
  { id = "suite_regression" },
  { id = "suite_broken", args = ["tests/no_such_file.py"] },
]
"""
CHECKOUT = """
import os, time

def test_014():
    assert os.environ["ZOF_ENVIRONMENT"] == "nowhere"

def test_held():
    while os.environ["ZOF_ENVIRONMENT"] == "production":
        time.sleep(0.1)
"""
BEGIN = datetime(2026, 5, 20, 12, tzinfo=UTC)
EXACT = {"code", "param", "status", "type"}


@dataclass
class Stage:
    """A platform in which all that the examples speak of exists; `ids` are its names for theirs."""

    http: httpx.AsyncClient
    viewer: str
    ids: dict[str, str] = field(default_factory=dict)

    async def post(self, path: str, **body: Any) -> dict[str, Any]:
        answer = await self.http.post(path, json=body)
        assert answer.is_success, answer.text
        return dict(answer.json())

    async def run(self, suite: str, environment: str = "staging") -> str:
        target = {"project_id": "proj_abc123", "environment": environment, "test_suite_id": suite}
        return str((await self.post("/runs", **target))["id"])

    async def until(self, run_id: str, statuses: set[str], *, collected: bool = False) -> dict[str, Any]:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            run = (await self.http.get(f"/runs/{run_id}")).json()
            if run["status"] in statuses and (run["summary"] or not collected):
                return dict(run)
            await asyncio.sleep(0.05)
        raise AssertionError(f"{run_id} is still {run['status']}")

    def here(self, data: Any) -> Any:
        """An example's data with this platform's ids."""
        if isinstance(data, dict):
            return {self.ids.get(key, key): self.here(value) for key, value in data.items()}
        if isinstance(data, list):
            return [self.here(value) for value in data]
        return self.ids.get(data, data) if isinstance(data, str) else data


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    root = tmp_path_factory.mktemp("contract")
    tests = root / "shop" / "tests"
    tests.mkdir(parents=True)
    (root / "suites.toml").write_text(SUITES)
    (root / "shop" / "pytest.ini").write_text("[pytest]\n")
    (tests / "test_login.py").write_text("def test_001():\n    print('hello')\n")
    (tests / "test_checkout.py").write_text(CHECKOUT)
    admin, viewer = new_secret(), new_secret()
    settings = PlatformSettings(
        data_dir=root / "data",
        suites=root / "suites.toml",
        keys=(ApiKey(admin, role="Organization Admin"), ApiKey(viewer, role="Viewer")),
        rate_limit=100_000,
        max_concurrent_runs=1,
    )
    started = time.monotonic()
    app = create_app(settings, now=lambda: BEGIN + timedelta(seconds=time.monotonic() - started))
    async with (
        Server(app) as server,
        httpx.AsyncClient(
            base_url=f"{server.url}/v1", headers={"Authorization": f"Bearer {admin}"}, timeout=30
        ) as http,
    ):
        yield await furnished(Stage(http, viewer))


async def furnished(stage: Stage) -> Stage:
    made = {
        "passed": await stage.run("suite_pr_smoke"),
        "failed": await stage.run("suite_regression"),
        "error": await stage.run("suite_broken"),
        "running": await stage.run("suite_regression", "production"),
        "queued": await stage.run("suite_pr_smoke"),
    }
    team = await stage.post("/teams", name="Payments")
    await stage.post(f"/teams/{team['id']}/invite", email="dana@example.com", role="QA Lead")
    application = await stage.post(
        "/applications",
        name="Web shop",
        type="web",
        team_id=team["id"],
        urls={"staging": "https://a.example"},
    )
    target = {"project_id": "proj_abc123", "environment": "staging", "test_suite_id": "suite_regression"}
    await stage.post("/schedules", cron="0 2 * * *", **target)
    await stage.until(made["running"], {"running"}, collected=True)
    pages = [(await stage.http.get("/runs", params={"limit": count})).json() for count in (1, 3)]
    results = (await stage.http.get("/results", params={"run_id": made["failed"]})).json()["data"]
    webhook = await stage.post("/webhooks", url="http://127.0.0.1:9/", events=["run.completed"])
    stage.ids = {
        **{f"run_{status}": run_id for status, run_id in made.items()},
        "run_xyz": made["failed"],
        "res_1": next(result["id"] for result in results if result["status"] == "failed"),
        "team_1": team["id"],
        "app_1": application["id"],
        "wh_1": webhook["id"],
        **{name: page["next_cursor"] for name, page in zip(("cur_4", "cur_3"), pages, strict=True)},
        "tc_login_001": "tc_login__001",
        "tc_checkout_014": "tc_checkout__014",
    }
    return stage


async def send(stage: Stage, example: Exchange, **headers: str) -> httpx.Response:
    asked = example.request
    path = "/".join(stage.ids.get(part, part) for part in asked.path.split("/"))
    wanted = example.response.body.get("status")
    if example.operation == "runs.retrieve" and wanted:
        path = f"/runs/{stage.ids[f'run_{wanted}']}"
    if example.operation == "runs.cancel" and wanted == "canceled":
        path = f"/runs/{await stage.run('suite_pr_smoke')}/cancel"
    sent = {**asked.headers, **headers}
    content = None
    if asked.body is not None:
        sent["Content-Type"] = "application/json"
        content = json.dumps(stage.here(asked.body))
    return await stage.http.request(
        asked.method, path, params=stage.here(asked.query), headers=sent, content=content
    )


async def provoked(stage: Stage, example: Exchange, monkeypatch: pytest.MonkeyPatch) -> httpx.Response:
    """The answer to an example, in the circumstances that it needs."""
    fresh = {"Idempotency-Key": str(uuid.uuid4())} if "Idempotency-Key" in example.request.headers else {}
    match example.name:
        case "key not accepted":
            return await send(stage, example, Authorization="Bearer of-somebody-else")
        case "role lacks permission":
            return await send(stage, example, Authorization=f"Bearer {stage.viewer}", **fresh)
        case "idempotency key with another body":
            other = stage.here(example.request.body) | {"environment": "production"}
            await stage.http.post("/runs", json=other, headers=fresh)
        case "internal error":
            monkeypatch.setattr(runs, "show_run", None)
    return await send(stage, example, **fresh)


def unlike(expected: Any, actual: Any, place: str = "") -> list[str]:
    """What is not as in the example; null in an example is a field whose value depends."""
    if isinstance(expected, dict) and isinstance(actual, dict):
        missing = [f"{place}.{key} is missing" for key in expected if key not in actual]
        return missing + [
            problem
            for key in expected.keys() & actual.keys()
            for problem in unlike(expected[key], actual[key], f"{place}.{key}")
        ]
    if isinstance(expected, list) and isinstance(actual, list):
        if expected and not actual:
            return [f"{place} is empty"]
        forms = (
            [[unlike(form, item, f"{place}[]") for form in expected] for item in actual] if expected else []
        )
        return [problem for problems in forms for problem in min(problems, key=len)]
    if expected is None:
        return []
    kinds = (int, float) if type(expected) in {int, float} else type(expected)
    if not isinstance(actual, kinds):
        return [f"{place} is {actual!r}, where the example has {expected!r}"]
    name = place.rpartition(".")[2]
    if name in EXACT and "[]" not in place and actual != expected:
        return [f"{place} is {actual!r}, not {expected!r}"]
    return []


RATE_LIMIT = "rate limit"
EXAMPLES = [example for example in exchanges() if example.name != RATE_LIMIT]


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
async def test_the_platform_holds_to_the_contract(
    stage: Stage, example: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = await provoked(stage, example, monkeypatch)
    assert answer.status_code == example.response.status, answer.text
    assert {name.lower() for name in example.response.headers} <= set(answer.headers)
    assert answer.headers["content-type"] == example.response.headers["Content-Type"]
    body = answer.json()
    assert unlike(example.response.body, body) == []
    if example.group == "errors":
        assert set(body["error"]) == set(example.response.body["error"])
        return
    if example.group == "pages":
        assert body["has_more"] == example.response.body["has_more"]
        assert (body["next_cursor"] is None) == (not body["has_more"])
    for name, value in (stage.here(example.request.body) or {}).items():
        assert body.get(name, value) == value, "what was asked for comes back"
    for name in example.request.query.keys() & {"run_id", "status", "project_id", "scope"}:
        wanted = stage.here(example.request.query[name])
        assert all(item[name] == wanted for item in body["data"]), "a list holds what it was asked for"


async def test_too_many_requests(tmp_path: Path) -> None:
    (example,) = [example for example in exchanges("errors") if example.name == RATE_LIMIT]
    (tmp_path / "shop").mkdir()
    (tmp_path / "suites.toml").write_text(SUITES)
    key = ApiKey(new_secret())
    settings = PlatformSettings(
        data_dir=tmp_path / "data", suites=tmp_path / "suites.toml", keys=(key,), rate_limit=1
    )
    headers = {"Authorization": f"Bearer {key.secret}"}
    async with Server(create_app(settings)) as server, httpx.AsyncClient(headers=headers) as http:
        answers = [await http.get(f"{server.url}/v1{example.request.path}") for _ in range(3)]
    refused = [answer for answer in answers if answer.status_code == example.response.status]
    assert refused, "three requests meet two windows at the most"
    assert {name.lower() for name in example.response.headers} <= set(refused[0].headers)
    assert unlike(example.response.body, refused[0].json()) == []
    assert refused[0].headers["x-ratelimit-remaining"] == "0"
