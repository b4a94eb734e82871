"""The platform's console in a real browser: what happens shows without a reload, and its buttons do what they say."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.browser.conftest import LoopThread
from zof_local.platform import ApiKey, PlatformSettings, create_app, new_secret
from zof_local.serving import Server

pytestmark = pytest.mark.browser

SUITES = """
[[projects]]
id = "proj_shop"
name = "Shop"
directory = "shop"
environments = { staging = { variables = { GATE = "%s" } } }
suites = [{ id = "suite_smoke", name = "Smoke" }]
"""
CASES = """
import os, pathlib, time

def test_passes():
    pass

def test_waits_for_the_gate():
    while not pathlib.Path(os.environ["GATE"]).exists():
        time.sleep(0.05)

def test_fails():
    print("<b>said before</b>")
    assert 1 + 1 == 3
"""
TARGET = {"project_id": "proj_shop", "environment": "staging", "test_suite_id": "suite_smoke"}


@dataclass
class Console:
    """A platform, a client of its API, and an endpoint that wants to hear of agents and answers 503."""

    url: str
    api: httpx.Client
    gate: Path

    def post(self, path: str, **body: Any) -> dict[str, Any]:
        answer = self.api.post(path, json=body)
        assert answer.is_success, answer.text
        return dict(answer.json())


@pytest.fixture
def console(tmp_path: Path) -> Iterator[Console]:
    tests = tmp_path / "shop" / "tests"
    tests.mkdir(parents=True)
    (tests / "test_cases.py").write_text(CASES)
    (tmp_path / "suites.toml").write_text(SUITES % (tmp_path / "gate"))
    key = ApiKey(new_secret())
    app = create_app(
        PlatformSettings(
            data_dir=tmp_path / "data",
            suites=tmp_path / "suites.toml",
            keys=(key,),
            rate_limit=10_000,
            console_token="open-sesame",
            webhook_retry_seconds=(0.05, 600.0),
        )
    )

    async def refuse(_request: Request) -> Response:
        return Response(status_code=503)

    hook = Starlette(routes=[Route("/hook", refuse, methods=["POST"])])
    thread, stack = LoopThread(), AsyncExitStack()
    try:
        url = thread.run(stack.enter_async_context(Server(app))).url
        hook_url = thread.run(stack.enter_async_context(Server(hook))).url
        headers = {"Authorization": f"Bearer {key.secret}"}
        with httpx.Client(base_url=f"{url}/v1", headers=headers, timeout=30) as api:
            made = Console(url, api, tmp_path / "gate")
            made.post("/webhooks", url=f"{hook_url}/hook", events=["agent.offline"])
            made.post("/schedules", cron="0 2 * * *", **TARGET)
            yield made
    finally:
        thread.run(stack.aclose())
        thread.stop()


def test_a_run_is_seen_to_its_end_without_a_reload(console: Console, open_page: Callable[..., Page]) -> None:
    page = open_page()
    page.goto(f"{console.url}/?token=open-sesame")
    assert "token" not in page.url
    expect(page.get_by_role("heading", name="No runs yet")).to_be_visible()
    run = console.post("/runs", **TARGET)
    row = page.get_by_role("link", name=run["id"])
    expect(row).to_contain_text("Running", timeout=30_000)
    row.click()
    expect(page.locator(".counts").first).to_contain_text("1 passed", timeout=30_000)
    console.gate.touch()
    expect(page.locator(".title")).to_contain_text("Failed", timeout=30_000)
    failure = page.locator("details.case").filter(has_text="test_fails")
    expect(failure).to_contain_text("assert (1 + 1) == 3")
    expect(failure).to_contain_text("<b>said before</b>")
    with page.expect_download() as download:
        page.get_by_role("link", name="junit.xml").click()
    assert 'failures="1"' in Path(download.value.path()).read_text()


def test_a_running_run_is_cancelled_by_its_button(console: Console, open_page: Callable[..., Page]) -> None:
    run = console.post("/runs", **TARGET)
    page = open_page()
    page.goto(f"{console.url}/?token=open-sesame")
    page.goto(f"{console.url}/runs/{run['id']}")
    page.get_by_role("button", name="Cancel run").click()
    expect(page.locator(".title")).to_contain_text("Cancelled")
    expect(page.get_by_role("button", name="Cancel run")).to_have_count(0)
    assert console.api.get(f"/runs/{run['id']}").json()["status"] == "canceled"


def test_schedules_are_paused_and_resumed_by_keyboard(
    console: Console, open_page: Callable[..., Page]
) -> None:
    page = open_page()
    page.goto(f"{console.url}/?token=open-sesame")
    page.get_by_role("link", name="Schedules").click()
    expect(page.locator(".entry")).to_contain_text("0 2 * * *")
    expect(page.locator(".entry time")).to_contain_text("in ")
    page.get_by_role("button", name="Pause").press("Enter")
    expect(page.locator(".entry")).to_contain_text("starts nothing")
    assert console.api.get("/schedules").json()["data"][0]["status"] == "paused"
    page.get_by_role("button", name="Resume").press("Enter")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    assert console.api.get("/schedules").json()["data"][0]["status"] == "active"


def test_an_event_is_sent_and_its_attempts_are_shown(
    console: Console, open_page: Callable[..., Page]
) -> None:
    page = open_page()
    page.goto(f"{console.url}/?token=open-sesame")
    page.get_by_role("link", name="Webhooks").click()
    page.get_by_label("Try an event").select_option("agent.offline")
    page.get_by_role("button", name="Send", exact=True).click()
    delivery = page.get_by_label("Deliveries").locator("details").first
    expect(delivery).to_contain_text("2 attempts")
    delivery.locator("summary").click()
    expect(delivery.locator("li")).to_have_count(2)
    expect(delivery.locator("li").first).to_contain_text("HTTP 503")
    expect(delivery).to_contain_text('"id": "agent_test"')
    page.get_by_role("button", name="Send test").click()
    opened = page.get_by_label("Deliveries").locator("details")
    expect(opened).to_have_count(2)
    opened.nth(1).locator("summary").click()
    console.post(f"/webhooks/{webhook_id(console)}/test")
    expect(opened).to_have_count(3)
    expect(opened.nth(2)).to_have_attribute("open", "")


def webhook_id(console: Console) -> str:
    return str(console.api.get("/webhooks").json()["data"][0]["id"])


def test_every_page_fits_its_window(
    console: Console, open_page: Callable[..., Page], picture: Callable[[Page, str], None]
) -> None:
    console.gate.touch()
    run = console.post("/runs", **TARGET)
    for dark, width in ((False, 1280), (True, 1280), (False, 390), (True, 390)):
        page = open_page(dark=dark, width=width, height=800)
        page.goto(f"{console.url}/?token=open-sesame")
        for path in (f"/runs/{run['id']}", "/", "/schedules", "/webhooks"):
            page.goto(f"{console.url}{path}")
            if path.startswith("/runs/"):
                expect(page.locator(".title")).to_contain_text("Failed", timeout=30_000)
            assert page.evaluate("document.documentElement.scrollWidth") == width
            name = path.strip("/").split("/")[0] or "index"
            picture(page, f"console-{name}-{'dark' if dark else 'light'}-{width}")
