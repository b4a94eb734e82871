"""Who may do what, for every route that is served: a new one without its line in the tables fails here."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from starlette.routing import Route

from zof_local.platform import ApiKey, PlatformSettings, create_app, new_secret
from zof_local.platform.state import Platform
from zof_local.serving import Server

ROLES = ("Viewer", "Engineer", "QA Lead", "Organization Admin")
"""Each may do what the one before it may."""

LEAST = {
    ("GET", "/v1/projects"): "Viewer",
    ("GET", "/v1/runs"): "Viewer",
    ("POST", "/v1/runs"): "Engineer",
    ("GET", "/v1/runs/{run_id}"): "Viewer",
    ("POST", "/v1/runs/{run_id}/cancel"): "Engineer",
    ("GET", "/v1/runs/{run_id}/logs"): "Viewer",
    ("GET", "/v1/runs/{run_id}/artifacts"): "Viewer",
    ("GET", "/v1/artifacts/{artifact_id}/content"): "Viewer",
    ("GET", "/v1/results"): "Viewer",
    ("GET", "/v1/results/{result_id}"): "Viewer",
    ("GET", "/v1/reports"): "Viewer",
    ("GET", "/v1/schedules"): "Viewer",
    ("POST", "/v1/schedules"): "QA Lead",
    ("POST", "/v1/applications"): "QA Lead",
    ("PATCH", "/v1/applications/{application_id}"): "QA Lead",
    ("GET", "/v1/teams"): "Viewer",
    ("POST", "/v1/teams"): "Organization Admin",
    ("GET", "/v1/teams/{team_id}"): "Viewer",
    ("PATCH", "/v1/teams/{team_id}"): "Organization Admin",
    ("GET", "/v1/teams/{team_id}/members"): "Viewer",
    ("POST", "/v1/teams/{team_id}/invite"): "Organization Admin",
    ("GET", "/v1/integrations"): "Viewer",
    ("GET", "/v1/webhooks"): "QA Lead",
    ("POST", "/v1/webhooks"): "QA Lead",
    ("POST", "/v1/webhooks/{webhook_id}/test"): "QA Lead",
}
"""The least role for each operation of the API."""

CONSOLE = {
    ("GET", "/"): "owner",
    ("GET", "/live"): "owner",
    ("GET", "/schedules"): "owner",
    ("GET", "/schedules/live"): "owner",
    ("GET", "/webhooks"): "owner",
    ("GET", "/webhooks/live"): "owner",
    ("GET", "/runs/{run_id}"): "link",
    ("GET", "/runs/{run_id}/live"): "link",
    ("GET", "/runs/{run_id}/artifacts/{artifact_id}"): "link",
    ("GET", "/assets/{name}"): "everybody",
    ("POST", "/runs/{run_id}/cancel"): "owner's form",
    ("POST", "/schedules/{schedule_id}/{action}"): "owner's form",
    ("POST", "/webhooks/emit"): "owner's form",
    ("POST", "/webhooks/{webhook_id}/test"): "owner's form",
    ("POST", "/webhooks/deliveries/{seq}/again"): "owner's form",
}
"""Who opens each of the console's paths: the link of the run alone opens what says so, and nothing else."""

RUN = {"project_id": "proj_shop", "environment": "staging", "test_suite_id": "suite_quick"}
BODIES: dict[tuple[str, str], dict[str, Any]] = {
    ("POST", "/v1/runs"): RUN,
    ("POST", "/v1/schedules"): RUN | {"cron": "0 2 * * *"},
    ("POST", "/v1/applications"): {"name": "Shop", "type": "web"},
    ("PATCH", "/v1/applications/{application_id}"): {"name": "taken over"},
    ("POST", "/v1/teams"): {"name": "Checkout"},
    ("PATCH", "/v1/teams/{team_id}"): {"name": "taken over"},
    ("POST", "/v1/teams/{team_id}/invite"): {"email": "mallory@example.com"},
    ("POST", "/v1/webhooks"): {"url": "https://hooks.example.com/", "events": ["run.failed"]},
}


@dataclass(frozen=True)
class Two:
    """A platform with two organizations: what the first one has, and a client of each."""

    url: str
    served: frozenset[tuple[str, str]]
    mine: httpx.AsyncClient
    others: httpx.AsyncClient
    ids: dict[str, str]
    run_url: str
    cursors: dict[str, str]
    platform: Platform

    def path(self, template: str) -> str:
        return re.sub(r"\{(\w+)\}", lambda found: self.ids[found[1]], template)

    async def everything(self, client: httpx.AsyncClient) -> dict[str, str]:
        """All that an organization's lists hold."""
        lists = sorted(path for method, path in self.served if method == "GET" and is_list(path))
        return {path: (await client.get(self.path(path), params={"limit": 100})).text for path in lists}


def is_list(path: str) -> bool:
    return path.startswith("/v1/") and "{" not in path


@pytest.fixture
async def two(start_platform) -> AsyncIterator[Two]:
    other = ApiKey(new_secret(), role="Organization Admin", organization_id="org_other", name="local")
    async with (
        start_platform("Organization Admin", keys=(other,), console_token="open-sesame") as api,
        client(api.url, other.secret) as others,
        client(api.url, api.http.headers["authorization"].removeprefix("Bearer ")) as mine,
    ):
        ids: dict[str, str] = {"action": "pause", "name": "console.css", "seq": "1"}

        async def make(name: str, path: str, body: dict[str, Any] | None = None, **more: Any) -> None:
            answer = await mine.post(f"/v1{path}", json=body, **more)
            assert answer.is_success, answer.text
            ids[name] = answer.json()["id"]

        for _ in range(2):  # so that a page of one entry has a next one
            await make("team_id", "/teams", {"name": "Secret team", "owner": "Secret owner"})
            await make("application_id", "/applications", {"name": "Secret app", "type": "web"})
            await make("schedule_id", "/schedules", RUN | {"cron": "0 2 * * *"})
            hook = {"url": "http://127.0.0.1:9/secret-path", "events": ["agent.offline"]}
            await make("webhook_id", "/webhooks", hook)
            await make("run_id", "/runs", RUN)
            run = await api.ended(ids["run_id"])
            await mine.post(
                f"/v1/teams/{ids['team_id']}/invite", json={"email": f"{ids['team_id']}@secret.example"}
            )
            await mine.post(f"/v1/teams/{ids['team_id']}/invite", json={"email": "dana@secret.example"})
        ids["result_id"] = (await api.results(run["id"]))[0]["id"]
        artifacts = await mine.get(f"/v1/runs/{run['id']}/artifacts")
        ids["artifact_id"] = artifacts.json()["data"][0]["id"]
        served = routes_of(api.platform.settings)
        cursors = {}
        made = Two(api.url, served, mine, others, ids, run["url"], cursors, api.platform)
        for method, path in served:
            if method == "GET" and (is_list(path) or path.endswith(("/logs", "/artifacts", "/members"))):
                page = (await mine.get(made.path(path), params={"limit": 1})).json()
                if page["next_cursor"]:
                    cursors[path] = page["next_cursor"]
        yield made


@asynccontextmanager
async def client(url: str, secret: str) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"Authorization": f"Bearer {secret}"}
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=30) as made:
        yield made


def routes_of(settings: PlatformSettings) -> frozenset[tuple[str, str]]:
    app = create_app(settings)
    return frozenset(
        (method, route.path)
        for route in app.state.routes
        if isinstance(route, Route)
        for method in route.methods or ()
    )


def test_every_route_has_its_line(world) -> None:
    assert (
        routes_of(PlatformSettings(data_dir=world.data, suites=world.suites)) == LEAST.keys() | CONSOLE.keys()
    )


async def test_each_role_may_do_what_its_line_says(world) -> None:
    keys = {role: ApiKey(new_secret(), role=role) for role in ROLES}
    settings = PlatformSettings(
        data_dir=world.data, suites=world.suites, keys=tuple(keys.values()), rate_limit=10_000
    )
    wrong = []
    async with Server(create_app(settings)) as server, httpx.AsyncClient(base_url=server.url) as stranger:
        for (method, path), least in LEAST.items():
            url, body = re.sub(r"\{\w+\}", "nobody", path), BODIES.get((method, path))
            answer = await stranger.request(method, url, json=body)
            assert (answer.status_code, answer.json()["error"]["code"]) == (401, "unauthorized"), path
            for role in ROLES:
                headers = {"Authorization": f"Bearer {keys[role].secret}"}
                answer = await stranger.request(method, url, json=body, headers=headers)
                may = ROLES.index(role) >= ROLES.index(least)
                expected = {404} if "{" in path else {200, 201}
                if not may:
                    assert answer.json()["error"]["code"] == "forbidden"
                    assert role in answer.json()["error"]["message"]
                if answer.status_code not in (expected if may else {403}):
                    wrong.append((method, path, role, answer.status_code))
    assert wrong == []


async def test_what_another_organization_has_does_not_exist(two: Two) -> None:
    before = await two.everything(two.mine)
    named = [(method, path) for method, path in sorted(LEAST) if "{" in path]
    for method, path in named:
        mine = two.path(path)
        nobody = re.sub(r"\{\w+\}", "nobody", path)
        seen = await two.others.request(method, mine, json=BODIES.get((method, path)))
        unknown = await two.others.request(method, nobody, json=BODIES.get((method, path)))
        assert (seen.status_code, unknown.status_code) == (404, 404), (method, path)
        (name,) = re.findall(r"\{(\w+)\}", path)
        assert seen.text.replace(two.ids[name], "nobody") == unknown.text, "one can tell that it exists"
        assert seen.headers.keys() == unknown.headers.keys()
    assert await two.everything(two.mine) == before


async def test_another_organizations_things_cannot_be_named_in_a_body_or_query(two: Two) -> None:
    before = await two.everything(two.mine)
    own = (await two.others.post("/v1/applications", json={"name": "Own", "type": "web"})).json()["id"]
    team = {"team_id": two.ids["team_id"]}
    tries = [
        ("POST", "/v1/runs", RUN, "project_id"),
        ("POST", "/v1/schedules", RUN | {"cron": "* * * * *"}, "project_id"),
        ("POST", "/v1/applications", {"name": "Mine", "type": "web"} | team, "team_id"),
        ("PATCH", f"/v1/applications/{own}", team, "team_id"),
        ("GET", f"/v1/results?run_id={two.ids['run_id']}", None, "run_id"),
    ]
    for method, path, body, param in tries:
        answer = await two.others.request(method, path, json=body)
        assert (answer.status_code, answer.json()["error"]["param"]) == (404, param), (method, path)
        assert "ecret" not in answer.text
    for query in ("project_id=proj_shop", "status=passed", "limit=100&limit=1"):
        assert (await two.others.get(f"/v1/runs?{query}")).json()["data"] == []
    assert (await two.others.get("/v1/reports?scope=proj_shop")).json()["data"] == []
    assert await two.everything(two.mine) == before


async def test_lists_and_cursors_hold_nothing_of_another_organization(two: Two) -> None:
    secrets = ("ecret", "proj_shop", "org_local", *(one for one in two.ids.values() if "_" in one))
    for path, text in (await two.everything(two.others)).items():
        assert not [secret for secret in secrets if secret in text], path
    assert {"/v1/runs", "/v1/teams", "/v1/webhooks", "/v1/schedules", "/v1/results"} <= two.cursors.keys()
    for path, cursor in two.cursors.items():
        answer = await two.others.get(two.path(path), params={"starting_after": cursor})
        assert answer.status_code == (200 if is_list(path) else 404), path
        if is_list(path):
            assert (answer.json()["data"], answer.json()["has_more"]) == ([], False)


async def test_an_idempotency_key_is_known_to_the_api_key_alone_that_used_it(
    two: Two, start_platform
) -> None:
    body, header = {"name": "Same words"}, {"Idempotency-Key": "the-same-text"}
    mine, again, others = [
        (await one.post("/v1/teams", json=body, headers=header)).json()["id"]
        for one in (two.mine, two.mine, two.others)
    ]
    assert mine == again != others
    other_body = await two.others.post("/v1/applications", json={"name": "x", "type": "web"}, headers=header)
    assert other_body.status_code == 201, "the key holds for its path"


async def test_the_console_opens_for_its_link_and_no_other(two: Two) -> None:
    async with (
        httpx.AsyncClient(base_url=two.url) as stranger,
        httpx.AsyncClient(base_url=two.url) as visitor,
    ):
        await visitor.get(two.run_url)
        assert {cookie.path for cookie in visitor.cookies.jar} == {f"/runs/{two.ids['run_id']}"}
        (cookie,) = visitor.cookies.jar
        everywhere = {"Cookie": f"{cookie.name}={cookie.value}"}  # a browser would not: its path is the run's
        as_owner = {"Cookie": f"{cookie.name.replace('run', 'console')}={cookie.value}"}
        for (method, path), who in CONSOLE.items():
            url = two.path(path)
            asked = await stranger.request(
                method, url, params={"token": "guess"} if method == "GET" else None
            )
            assert (asked.status_code == 200) == (who == "everybody"), path
            for headers in (everywhere, as_owner, {"Authorization": two.mine.headers["authorization"]}):
                asked = await stranger.request(method, url, headers=headers | {"Origin": two.url})
                opened = who == "everybody" or (who == "link" and headers is everywhere)
                assert asked.status_code == (200 if opened else 403), (path, headers)
                assert opened or two.ids["run_id"] not in asked.text


async def test_no_list_takes_longer_for_what_others_have(two: Two) -> None:
    """Each is looked up by an index that begins with the organization, or with what is known to be its own."""
    said: list[str] = []
    database = two.platform.database
    await database.read(lambda reader: reader.set_trace_callback(said.append))
    moment = "created_after=2020-01-01&created_before=2040-01-01"
    filtered = [
        f"/v1/runs?project_id=proj_shop&status=passed&{moment}",
        f"/v1/runs?status=queued&{moment}",
        f"/v1/results?status=passed&{moment}",
        f"/v1/results?run_id={two.ids['run_id']}",
        f"/v1/reports?scope=proj_shop&{moment}",
    ]
    for path in [*filtered, *two.cursors, *(two.path(one) + "?limit=1" for one in two.cursors)]:
        assert (await two.mine.get(two.path(path))).status_code == 200, path
    await database.read(lambda reader: reader.set_trace_callback(None))

    def plans(reader: sqlite3.Connection) -> set[tuple[str, str]]:
        # Without what the sending of webhooks looks for by itself, at any moment.
        selects = {one for one in said if one.lstrip().startswith("SELECT") and "FROM deliveries" not in one}
        return {
            (row["detail"], one)
            for one in selects
            for row in reader.execute(f"EXPLAIN QUERY PLAN {one}").fetchall()
        }

    found = await database.read(plans)
    assert len(found) > 10
    own = re.compile(r"\((organization_id|run_id|team_id|id|secret_hash)=\?")
    searches = sorted((plan, select) for plan, select in found if not plan.startswith("USE TEMP B-TREE"))
    assert [(plan, select) for plan, select in searches if not own.search(plan)] == []
