"""Where the page is, as its address says; what its arrow keys do; and when, as a clock on the wall says."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.zof_local.room import Room, open_room

pytestmark = pytest.mark.browser


@pytest.fixture
def room() -> Iterator[Room]:
    with open_room() as opened:
        yield opened


def test_the_address_and_the_page_always_tell_of_one_place(
    room: Room, open_page: Callable[..., Page]
) -> None:
    page = open_page()
    page.goto(room.page_url)
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text("#releases")
    page.get_by_role("link", name="#general").click()
    expect(heading).to_have_text("#general")
    page.go_back()
    expect(heading).to_have_text("#releases")
    page.go_forward()
    expect(heading).to_have_text("#general")
    page.evaluate("location.hash = '#C0RELEASES'")
    expect(heading).to_have_text("#releases")
    page.evaluate("location.hash = '#C0NOBODY'")
    expect(page).to_have_url(f"{room.url}/#C0RELEASES")
    page.reload()
    expect(heading).to_have_text("#releases")


def test_the_link_to_the_message_box_leads_to_no_other_channel(
    room: Room, open_page: Callable[..., Page]
) -> None:
    page = open_page()
    page.goto(f"{room.page_url}#C0GENERAL")
    expect(page.get_by_role("heading", level=1)).to_have_text("#general")
    page.get_by_role("link", name="Skip to the message box").press("Enter")
    expect(page.get_by_role("textbox", name="Message #general")).to_be_focused()
    expect(page.get_by_role("heading", level=1)).to_have_text("#general")


def test_a_command_is_chosen_by_the_arrow_keys_too(room: Room, open_page: Callable[..., Page]) -> None:
    page = open_page()
    page.goto(room.page_url)
    box = page.get_by_role("textbox", name="Message #releases")
    box.press_sequentially("/zof")
    usages = page.locator(".command-usages button")
    box.press("ArrowDown")
    box.press("ArrowDown")
    expect(box).to_have_attribute("aria-activedescendant", str(usages.nth(1).get_attribute("id")))
    box.press("ArrowUp")
    box.press("ArrowUp")
    expect(box).to_have_attribute("aria-activedescendant", str(usages.last.get_attribute("id")))
    box.press("ArrowDown")
    first = usages.first.inner_text()
    verb = " ".join(word for word in first.split() if word == word.lower())
    box.press("Enter")
    expect(box).to_have_value(f"{verb} ")
    expect(box).to_be_focused()
    box.press_sequentially("proj_abc staging")
    box.press("ArrowDown")
    expect(box).not_to_have_attribute("aria-activedescendant", re.compile("."))
    expect(box).to_have_value(f"{verb} proj_abc staging")


def test_an_hour_of_one_digit_has_no_nought_before_it_as_in_slack(
    room: Room, open_page: Callable[..., Page]
) -> None:
    page = open_page()
    page.goto(room.page_url)
    shown = page.evaluate(
        "import('/static/time.js').then((time) => "
        "time.dateText(new Date(2026, 0, 2, 13, 5).getTime() / 1000, '{time}', ''))"
    )
    assert shown.split() == ["1:05", "PM"]
