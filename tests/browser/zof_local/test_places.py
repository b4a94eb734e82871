"""Where the page is, as its address and the browser's Back say, and when, as a person's clock says."""

from __future__ import annotations

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
