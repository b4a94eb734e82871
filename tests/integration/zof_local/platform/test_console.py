"""The console pages: for those who have the link, and telling what happened."""

from __future__ import annotations

import httpx
import pytest


@pytest.fixture
async def browser():
    """A client that keeps cookies and follows redirects, and has no API key."""
    async with httpx.AsyncClient(follow_redirects=True) as client:
        yield client


async def test_a_runs_link_shows_the_run_and_only_it(api, browser) -> None:
    run = await api.ended((await api.start("suite_mixed"))["id"])
    other = await api.start()
    page = await browser.get(run["url"])
    assert page.status_code == 200
    assert "token=" not in str(page.url)
    for words in (
        "suite_mixed",
        "Failed",
        run["id"],
        "test_fails",
        "before the failure",
        "RuntimeError: no database",
    ):
        assert words in page.text
    assert "data-live" not in page.text
    assert (await browser.get(page.url)).status_code == 200
    assert (await browser.get(f"{api.url}/runs/{other['id']}")).status_code == 403
    assert (await browser.get(f"{api.url}/")).status_code == 403


async def test_the_way_to_a_page_keeps_the_token_to_itself(start_platform) -> None:
    async with start_platform(console_token="open-sesame") as api, httpx.AsyncClient() as browser:
        run = await api.start()
        for link in (run["url"], f"{api.url}/?token=open-sesame"):
            answer = await browser.get(link)
            assert (answer.status_code, "token" in answer.headers["location"]) == (303, False)
            assert answer.headers["referrer-policy"] == "no-referrer"
            assert answer.headers["cache-control"] == "no-store"


async def test_without_the_link_nothing_is_shown(api, browser) -> None:
    run = await api.start()
    for path in (
        "/",
        "/live",
        f"/runs/{run['id']}",
        f"/runs/{run['id']}/live",
        f"/runs/{run['id']}?token=guess",
    ):
        answer = await browser.get(f"{api.url}{path}")
        assert answer.status_code == 403
        assert run["id"] not in answer.text


async def test_the_consoles_token_opens_all_of_it(start_platform, browser) -> None:
    async with start_platform(console_token="open-sesame") as api:
        page = await browser.get(f"{api.url}/?token=open-sesame")
        assert "No runs yet" in page.text
        run = await api.start("suite_holds")
        await api.until((api.world.marks / "holding").exists)
        assert run["id"] in (await browser.get(f"{api.url}/live")).text
        page = await browser.get(f"{api.url}/runs/{run['id']}")
        assert f'data-live="/runs/{run["id"]}/live"' in page.text
        live = await browser.get(f"{api.url}/runs/{run['id']}/live")
        assert live.headers["x-ended"] == "0"
        await api.http.post(f"/runs/{run['id']}/cancel")
        live = await browser.get(f"{api.url}/runs/{run['id']}/live")
        assert live.headers["x-ended"] == "1"
        assert "Cancelled" in live.text
        assert (await browser.get(f"{api.url}/runs/run_nope")).status_code == 404


async def test_what_tests_print_is_text_and_the_page_is_strict(api, browser) -> None:
    cases = api.world.project / "tests" / "test_cases.py"
    cases.open("a").write(
        "\n@pytest.mark.quick\ndef test_hostile():\n    assert '<script>alert(1)</script>' == ''\n"
    )
    run = await api.ended((await api.start())["id"])
    page = await browser.get(run["url"])
    assert "<script>alert" not in page.text
    assert "&lt;script&gt;alert(1)" in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert page.headers["referrer-policy"] == "no-referrer"


async def test_links_stay_good_over_a_restart(start_platform, browser) -> None:
    async with start_platform(public_url="http://127.0.0.1:1") as api:
        run = await api.start()
        assert run["url"].startswith(f"http://127.0.0.1:1/runs/{run['id']}?token=")
    async with start_platform() as api:
        page = await browser.get(run["url"].replace("http://127.0.0.1:1", api.url))
        assert page.status_code == 200
