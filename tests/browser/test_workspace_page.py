"""The main job as a person does it: typed into the workspace's page, watched until its end."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from zofops.world import World

pytestmark = pytest.mark.browser

RUN_TIMEOUT = 60_000
CARD = re.compile("^Zof at [^,]*$")


def say(page: Page, text: str) -> None:
    box = page.get_by_role("textbox", name=re.compile("^Message"))
    box.fill(text)
    box.press("Enter")


def channel(page: Page, name: str) -> None:
    page.get_by_role("list", name="Channels").get_by_role("link", name=re.compile(name)).click()


def act_as(page: Page, name: str) -> None:
    page.get_by_role("button", name=re.compile("^Acting as")).click()
    page.get_by_role("menuitemradio", name=re.compile(name)).click()


@pytest.mark.timeout(180)
def test_a_run_is_started_followed_and_ended_in_the_channel(
    world: World, open_page: Callable[..., Page], picture: Callable[[Page, str], None]
) -> None:
    page = open_page()
    page.goto(world.page_url)
    channel(page, "releases")
    feed = page.get_by_role("log")

    say(page, "/zof run proj_abc staging suite_pr_smoke")
    cards = feed.get_by_role("article", name=CARD)
    expect(cards).to_have_count(1, timeout=RUN_TIMEOUT)
    card = cards.first
    expect(card).to_contain_text(re.compile("Queued|Running"), timeout=RUN_TIMEOUT)
    expect(card.get_by_role("button", name="Cancel")).to_be_visible()
    expect(card).to_contain_text("Passed", timeout=RUN_TIMEOUT)
    expect(card).to_contain_text(re.compile(r"\d{2,} passed"))
    expect(card).to_contain_text("Dana Ruiz")
    expect(card).to_contain_text(re.compile("run_[A-Za-z0-9]+"))
    expect(card.get_by_role("button", name="Cancel")).to_have_count(0)

    say(page, "/zof run proj_abc staging suite_regression")
    expect(cards).to_have_count(2, timeout=RUN_TIMEOUT)
    expect(cards.last).to_contain_text("Failed · Regression on staging", timeout=RUN_TIMEOUT)
    say(page, "/zof run proj_abc staging suite_pr_smok")
    private = feed.get_by_role("article", name=re.compile("only visible to you"))
    expect(private).to_contain_text("Did you mean suite_pr_smoke?")
    picture(page, "workspace")

    dark = open_page(dark=True)
    dark.goto(world.page_url)
    expect(dark.get_by_role("log")).to_contain_text("Failed")
    picture(dark, "workspace-dark")

    say(page, "/zof run proj_abc staging suite_pr_smoke")
    expect(cards).to_have_count(3, timeout=RUN_TIMEOUT)
    running = cards.last
    running.get_by_role("button", name="Cancel").click(timeout=RUN_TIMEOUT)
    page.get_by_role("alertdialog").get_by_role(
        "button", name=re.compile("Cancel run|Cancel the run|Yes")
    ).click()
    expect(running).to_contain_text("Cancelled", timeout=RUN_TIMEOUT)


def test_a_mention_is_answered_to_its_author_only(world: World, open_page: Callable[..., Page]) -> None:
    page = open_page()
    page.goto(world.page_url)
    channel(page, "releases")
    say(page, "@Zof what can you do?")
    private = page.get_by_role("log").get_by_role("article", name=re.compile("only visible to you"))
    expect(private.filter(has_text="What I can do")).to_have_count(1, timeout=RUN_TIMEOUT)


def test_a_denial_is_seen_by_its_author_only(world: World, open_page: Callable[..., Page]) -> None:
    mine, theirs = open_page(), open_page()
    for page in (mine, theirs):
        page.goto(world.page_url)
        channel(page, "general")
    act_as(theirs, "Sam Okafor")

    say(mine, "/zof run proj_abc staging suite_pr_smoke")
    denial = mine.get_by_role("article", name=re.compile("only visible to you"))
    expect(denial).to_contain_text("rule")
    say(theirs, "hello")
    expect(theirs.get_by_role("log")).to_contain_text("hello")
    expect(theirs.get_by_role("log")).not_to_contain_text("rule")
