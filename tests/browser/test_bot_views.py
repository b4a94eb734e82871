"""The bot's lists, thread, details and home tab as a person sees them on the workspace's page."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_workspace_page import CARD, RUN_TIMEOUT, channel, say
from zofops.world import World

pytestmark = pytest.mark.browser


@pytest.mark.timeout(240)
def test_a_failed_run_is_looked_into_and_the_command_center_tells_of_it(
    world: World, open_page: Callable[..., Page], picture: Callable[[Page, str], None]
) -> None:
    page = open_page()
    page.goto(world.page_url)
    channel(page, "releases")
    feed = page.get_by_role("log").first
    say(page, "/zof run proj_abc staging suite_regression")
    card = feed.get_by_role("article", name=CARD).last
    expect(card).to_contain_text("Failed · Regression on staging", timeout=RUN_TIMEOUT)
    picture(page, "card-failed")
    say(page, "/zof help")
    expect(feed).to_contain_text("posts the failures of a project here")
    picture(page, "help")
    say(page, "/zof runs failed")
    expect(feed).to_contain_text("newest first", timeout=RUN_TIMEOUT)
    picture(page, "runs")

    card.get_by_role("button", name="Details").click()
    modal = page.get_by_role("dialog", name="Zof run")
    expect(modal).to_contain_text("Not passed", timeout=RUN_TIMEOUT)
    picture(page, "details")
    modal.get_by_role("button", name="Log").first.click()
    expect(modal).to_contain_text("Back to the run", timeout=RUN_TIMEOUT)
    picture(page, "details-log")
    modal.get_by_role("button", name="Close").first.click()

    expect(card.get_by_role("button", name=re.compile("1 repl"))).to_be_visible(timeout=RUN_TIMEOUT)
    card.get_by_role("button", name=re.compile("1 repl")).click()
    thread = page.get_by_role("complementary", name=re.compile("Thread"))
    expect(thread).to_contain_text("Not passed in run", timeout=RUN_TIMEOUT)
    picture(page, "thread")

    for dark in (False, True):
        home = open_page(dark=dark, height=1400)
        home.goto(world.page_url)
        home.get_by_role("link", name=re.compile("^Zof")).first.click()
        home.get_by_role("tab", name="Home").click()
        expect(home.get_by_role("tab", name="Messages")).to_have_count(0)  # as the manifest says
        shown = home.get_by_role("main")
        expect(shown).to_contain_text("Command center", timeout=RUN_TIMEOUT)
        expect(shown).to_contain_text("Pass rate")
        expect(shown).to_contain_text("not in Zof's API")
        picture(home, "home-dark" if dark else "home")
