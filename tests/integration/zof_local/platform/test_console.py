"""The console pages: for those who have the link, and telling what happened."""

from __future__ import annotations

import re

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

    async def is_still() -> bool:
        return "data-live" not in (await browser.get(page.url)).text

    # The page is live until the run's processes are gone too, a little after its end.
    assert await api.until(is_still)
    assert (await browser.get(page.url)).status_code == 200
    assert (await browser.get(f"{api.url}/runs/{other['id']}")).status_code == 403
    assert (await browser.get(f"{api.url}/")).status_code == 403


async def test_the_way_to_a_page_keeps_the_token_to_itself(start_platform) -> None:
    async with start_platform(console_token="open-sesame") as api, httpx.AsyncClient() as browser:
        run = await api.start()
        for link in (run["url"], f"{api.url}/?token=open-sesame"):
            answer = await browser.get(link)
            assert (answer.status_code, "token" in answer.headers["location"]) == (303, False)
            assert answer.headers["referrer-policy"] == "same-origin"
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

        async def ended() -> httpx.Response | None:
            live = await browser.get(f"{api.url}/runs/{run['id']}/live")
            return live if live.headers["x-ended"] == "1" else None

        live = await api.until(ended)
        assert "Cancelled" in live.text
        assert "log.txt" in live.text
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
    assert page.headers["referrer-policy"] == "same-origin"


async def test_links_stay_good_over_a_restart(start_platform, browser) -> None:
    async with start_platform(public_url="http://127.0.0.1:1") as api:
        run = await api.start()
        assert run["url"].startswith(f"http://127.0.0.1:1/runs/{run['id']}?token=")
    async with start_platform() as api:
        page = await browser.get(run["url"].replace("http://127.0.0.1:1", api.url))
        assert page.status_code == 200


async def submit(api, browser, path: str, *, origin: str | None = None, **fields: str) -> httpx.Response:
    """Sends a form as the console's page would, or with another Origin or other fields."""
    page = await browser.get(f"{api.url}/webhooks")
    token = re.search(r'name="form_token" value="([0-9a-f]{32})"', page.text)
    form = {"form_token": token[1] if token else "", **fields}
    return await browser.post(f"{api.url}{path}", data=form, headers={"Origin": origin or api.url})


@pytest.fixture
async def owned(start_platform, browser):
    """A platform with a webhook and a schedule, whose owner's browser is open."""
    async with start_platform(console_token="open-sesame", max_concurrent_runs=1) as api:
        await browser.get(f"{api.url}/?token=open-sesame")
        await api.http.post("/webhooks", json={"url": "http://127.0.0.1:9/", "events": ["agent.offline"]})
        target = {"project_id": "proj_shop", "environment": "staging", "test_suite_id": "suite_quick"}
        made = (await api.http.post("/schedules", json={"cron": "0 2 * * *"} | target)).json()
        yield api, made["id"]


async def test_the_owner_pauses_and_resumes_a_schedule(owned, browser) -> None:
    api, schedule = owned
    for action, status in (("pause", "paused"), ("pause", "paused"), ("resume", "active")):
        page = await submit(api, browser, f"/schedules/{schedule}/{action}")
        assert (page.status_code, page.url.path) == (200, "/schedules")
        (listed,) = (await api.http.get("/schedules")).json()["data"]
        assert listed["status"] == status
    assert (await submit(api, browser, "/schedules/sched_nope/pause")).status_code == 404
    assert (await submit(api, browser, f"/schedules/{schedule}/delete")).status_code == 400


async def test_the_owner_sends_events_and_sees_what_became_of_them(owned, browser) -> None:
    api, _ = owned
    assert (await submit(api, browser, "/webhooks/emit", event="agent.offline")).status_code == 200
    (hook,) = (await api.http.get("/webhooks")).json()["data"]
    assert (await submit(api, browser, f"/webhooks/{hook['id']}/test")).status_code == 200

    async def tried() -> bool:
        return (await browser.get(f"{api.url}/webhooks/live")).text.count("ConnectError") >= 2

    await api.until(tried)
    assert (await submit(api, browser, "/webhooks/emit", event="agent.online")).status_code == 400
    assert (await submit(api, browser, "/webhooks/deliveries/99/again")).status_code == 404
    page = await submit(api, browser, "/webhooks/deliveries/1/again")
    assert page.url.path == "/webhooks"


async def test_the_owner_cancels_a_run_and_fetches_its_files(owned, browser) -> None:
    api, _ = owned
    run = await api.start("suite_holds")
    await api.until((api.world.marks / "holding").exists)
    page = await submit(api, browser, f"/runs/{run['id']}/cancel")
    assert "Cancelled" in page.text
    await api.until(lambda: not api.world.alive())
    again = await submit(api, browser, f"/runs/{run['id']}/cancel")
    assert (again.status_code, "already ended as canceled" in again.text) == (409, True)

    async def files() -> list[str]:
        live = await browser.get(f"{api.url}/runs/{run['id']}/live")
        return re.findall(rf"/runs/{run['id']}/artifacts/art_\w+", live.text)

    log, *_ = await api.until(files)
    answer = await browser.get(f"{api.url}{log}")
    assert "test session starts" in answer.text
    assert answer.headers["content-disposition"] == 'attachment; filename="log.txt"'
    assert answer.headers["x-content-type-options"] == "nosniff"
    other = await api.start()
    assert (await browser.get(f"{api.url}{log.replace(run['id'], other['id'])}")).status_code == 404


async def test_nobody_else_presses_the_owners_buttons(owned, browser) -> None:
    api, schedule = owned
    path = f"/schedules/{schedule}/pause"
    neighbour = api.url.rpartition(":")[0] + ":1"
    for origin in (neighbour, "https://evil.example", "null"):
        assert (await submit(api, browser, path, origin=origin)).status_code == 403
    assert (await submit(api, browser, path, form_token="0" * 32)).status_code == 403
    assert (await submit(api, browser, path, more="x" * 5000)).status_code == 403
    assert (await browser.post(f"{api.url}{path}")).status_code == 403
    run = await api.start()
    async with httpx.AsyncClient(follow_redirects=True) as visitor:
        page = await visitor.get(run["url"])
        assert (page.status_code, "<form" in page.text, "<nav" in page.text) == (200, False, False)
        for page in ("/schedules", "/webhooks", "/schedules/live", "/webhooks/live"):
            assert (await visitor.get(f"{api.url}{page}")).status_code == 403
        assert (await submit(api, visitor, f"/runs/{run['id']}/cancel")).status_code == 403
    (listed,) = (await api.http.get("/schedules")).json()["data"]
    assert listed["status"] == "active"


async def test_whatever_people_and_tests_name_is_text_on_every_page(owned, browser) -> None:
    api, _ = owned
    mark = '"><script>alert(1)</script>'
    hook = await api.http.post(
        "/webhooks", json={"url": f"https://hooks.example/{mark}", "events": ["run.failed"]}
    )
    assert hook.status_code == 201
    (api.world.project / "tests" / "test_hostile.py").write_text(
        f"import pytest\n\n@pytest.mark.quick\n@pytest.mark.parametrize('x', [1], ids=[{mark!r}])\n"
        f"def test_hostile(x):\n    print({mark!r})\n    pytest.fail({mark!r})\n"
    )
    run = await api.ended((await api.start())["id"])
    assert run["status"] == "failed"
    for path in ("/", "/live", "/schedules", "/webhooks", "/webhooks/live", f"/runs/{run['id']}"):
        page = await browser.get(f"{api.url}{path}")
        assert page.status_code == 200
        assert "<script>alert" not in page.text, path
        assert "script-src 'self'" in page.headers["content-security-policy"]
    assert (await browser.get(f"{api.url}/runs/{run['id']}")).text.count("&lt;script&gt;") >= 3
    hostile = "/runs/%22%3E%3Cimg src=x onerror=alert(1)%3E"
    for refusal in (
        await submit(api, browser, f"{hostile}/cancel"),
        await browser.get(f"{api.url}{hostile}"),
    ):
        assert (refusal.status_code, "<img" in refusal.text) == (404, False)
