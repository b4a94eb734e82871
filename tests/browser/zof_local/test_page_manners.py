"""What the page does when something is refused, fails, or has changed under a person's hand."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect
from slack_sdk.errors import SlackApiError

from tests.browser.zof_local.room import Room, open_room

pytestmark = pytest.mark.browser

RELEASES = "C0RELEASES"
BOX = re.compile("^Message")


@pytest.fixture
def room() -> Iterator[Room]:
    with open_room() as opened:
        yield opened


def overlap(one: Locator, other: Locator) -> bool:
    a, b = one.bounding_box(), other.bounding_box()
    assert a is not None
    assert b is not None
    return (
        a["x"] < b["x"] + b["width"]
        and b["x"] < a["x"] + a["width"]
        and a["y"] < b["y"] + b["height"]
        and b["y"] < a["y"] + a["height"]
    )


def hold_messages(page: Page) -> list[Route]:
    """What the page sends is held back until the test lets it go on."""
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/page/api/message", hold)
    return held


@pytest.mark.parametrize("width", [1280, 390])
def test_a_message_that_fails_stays_in_the_box_and_send_stays_free(
    room: Room, open_page: Callable[..., Page], width: int
) -> None:
    page = open_page(width=width, height=800)
    page.goto(room.page_url)
    refuse = "**/page/api/message"
    page.route(refuse, lambda route: route.abort())
    box, send = page.get_by_role("textbox", name=BOX), page.get_by_role("button", name="Send")
    box.fill("ship it?")
    box.press("Enter")
    toast = page.get_by_role("alert").filter(has_text="The workspace does not answer")
    expect(toast).to_be_visible()
    expect(box).to_have_value("ship it?")
    assert not overlap(toast, send)
    page.unroute(refuse)
    send.click()
    expect(page.get_by_role("log")).to_contain_text("ship it?")
    expect(box).to_have_value("")


def test_a_text_stays_until_it_is_accepted_and_is_sent_once(
    room: Room, open_page: Callable[..., Page]
) -> None:
    page = open_page()
    page.goto(room.page_url)
    held = hold_messages(page)
    box = page.get_by_role("textbox", name=BOX)
    box.fill("once")
    with page.expect_request("**/page/api/message"):
        box.press("Enter")
    expect(box).to_have_value("once")
    box.press("Enter")
    box.press("x")
    expect(box).to_have_value("once")
    assert len(held) == 1
    held[0].continue_()
    expect(box).to_have_value("")
    expect(page.get_by_role("log").get_by_text("once")).to_have_count(1)


def test_a_failed_text_follows_its_author_to_another_channel(
    room: Room, open_page: Callable[..., Page]
) -> None:
    page = open_page()
    page.goto(room.page_url)
    held = hold_messages(page)
    box = page.get_by_role("textbox", name="Message #releases")
    box.fill("not lost")
    with page.expect_request("**/page/api/message"):
        box.press("Enter")
    page.get_by_role("link", name="#general").click()
    box = page.get_by_role("textbox", name="Message #general")
    expect(box).to_have_value("")
    held[0].abort()
    expect(box).to_have_value("not lost")


def test_a_confirmed_button_that_is_gone_is_spoken_of_in_words_for_people(
    room: Room, open_page: Callable[..., Page]
) -> None:
    def text(kind: str, words: str) -> dict[str, str]:
        return {"type": kind, "text": words}

    question = {
        "title": text("plain_text", "Cancel the run?"),
        "text": text("plain_text", "Its cases stop."),
        "confirm": text("plain_text", "Cancel run"),
        "deny": text("plain_text", "Not now"),
    }
    button = {
        "type": "button",
        "action_id": "cancel_run",
        "text": text("plain_text", "Cancel"),
        "confirm": question,
    }
    blocks = [{"type": "actions", "elements": [button]}]
    posted = room.call("chat.postMessage", channel=RELEASES, text="running", blocks=blocks)
    page = open_page()
    page.goto(room.page_url)
    page.get_by_role("log").get_by_role("button", name="Cancel").click()
    dialog = page.get_by_role("alertdialog")
    expect(dialog).to_be_visible()
    room.call("chat.update", channel=RELEASES, ts=posted["ts"], text="passed", blocks=[])
    expect(page.get_by_role("log")).to_contain_text("passed")
    dialog.get_by_role("button", name="Cancel run").click()
    toast = page.get_by_role("alert")
    expect(toast).to_contain_text("changed meanwhile")
    expect(toast).to_contain_text("no longer there")
    expect(toast).not_to_contain_text(re.compile("cancel_run|action|id"))


def plain(words: str) -> dict[str, str]:
    return {"type": "plain_text", "text": words}


def modal() -> dict[str, Any]:
    field = {"type": "plain_text_input", "action_id": "what"}
    return {
        "type": "modal",
        "callback_id": "ask",
        "title": plain("Ask"),
        "submit": plain("Go"),
        "notify_on_close": True,
        "blocks": [{"type": "input", "block_id": "b", "label": plain("What"), "element": field}],
    }


class Asking:
    """An app whose command opens a form; `opened` has the ids of the views, `told` what came of them."""

    def __init__(self, room: Room) -> None:
        self.opened: list[str] = []
        self.told: list[str] = []
        bolt = room.bolt()

        @bolt.command("/zof")
        async def open_form(ack, body, client):
            await ack()
            answer = await client.views_open(trigger_id=body["trigger_id"], view=modal())
            self.opened.append(answer["view"]["id"])

        @bolt.view("ask")
        async def take_form(ack):
            await ack()
            self.told.append("submitted")

        @bolt.view_closed("ask")
        async def form_closed(ack):
            await ack()
            self.told.append("closed")

        room.connect(bolt)


@pytest.fixture
def asking(room: Room) -> Asking:
    return Asking(room)


def ask(page: Page) -> Locator:
    """Gives the command; the form it opens."""
    box = page.get_by_role("textbox", name=BOX)
    box.fill("/zof")
    box.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    return dialog


def wait_until_left(room: Room) -> None:
    """The page that is gone has said so: its last words, which the browser sends behind the page's back."""
    store = room.workspace.store

    async def look() -> tuple[bool | None, int]:
        return (True if not store.views else None), store.log.last

    room.thread.run(
        room.people.user("U02DANA").until(look, 20, lambda: "The page that is gone holds its form.")
    )


def test_a_form_left_open_does_not_come_back_with_the_page(
    room: Room, asking: Asking, open_page: Callable[..., Page]
) -> None:
    page = open_page()
    page.goto(room.page_url)
    ask(page)
    page.reload()
    box = page.get_by_role("textbox", name=BOX)
    expect(box).to_be_focused()
    box.fill("hello")
    box.press("Enter")
    expect(page.get_by_role("log")).to_contain_text("hello")
    expect(page.get_by_role("dialog")).to_have_count(0)
    wait_until_left(room)
    with pytest.raises(SlackApiError, match="not_found"):
        room.call("views.update", view_id=asking.opened[0], view=modal())
    assert asking.told == []
    expect(ask(page)).to_be_visible()


def test_a_form_is_shown_on_the_page_that_asked_for_it_alone(
    room: Room, asking: Asking, open_page: Callable[..., Page]
) -> None:
    first = open_page()
    first.goto(room.page_url)
    second = first.context.new_page()
    second.goto(room.page_url)
    theirs = second.get_by_role("textbox", name=BOX)
    expect(theirs).to_be_focused()
    form = ask(first)
    room.say("U03SAM", RELEASES, "told to both")
    expect(second.get_by_role("log")).to_contain_text("told to both")
    expect(second.get_by_role("dialog")).to_have_count(0)
    ask(second)
    second.close()
    room.call("views.update", view_id=asking.opened[0], view=modal() | {"title": plain("Ask again")})
    expect(form).to_contain_text("Ask again")


def test_escape_closes_a_form_and_the_app_hears_of_it(
    room: Room, asking: Asking, open_page: Callable[..., Page]
) -> None:
    page = open_page()
    page.goto(room.page_url)
    form = ask(page)
    page.keyboard.press("Escape")
    expect(form).to_be_hidden()
    page.get_by_role("button", name="Deliveries").click()
    listed = page.get_by_role("list", name="Deliveries").get_by_role("listitem")
    expect(listed.filter(has_text="Closed")).to_have_count(1)
    assert asking.told == ["closed"]


def test_a_form_can_be_left_although_the_workspace_is_gone(
    room: Room, asking: Asking, open_page: Callable[..., Page]
) -> None:
    page = open_page()
    page.goto(room.page_url)
    form = ask(page)
    page.route("**/page/api/close", lambda route: route.abort())
    form.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("alert")).to_contain_text("The workspace does not answer")
    expect(form).to_be_hidden()


def test_each_delivery_is_listed_once_also_after_a_reload(
    room: Room, asking: Asking, open_page: Callable[..., Page]
) -> None:
    page = open_page()
    page.goto(room.page_url)
    page.get_by_role("button", name="Deliveries").click()
    listed = page.get_by_role("list", name="Deliveries").get_by_role("listitem")
    ask(page)
    page.get_by_role("dialog").get_by_label("What").fill("x")
    page.get_by_role("dialog").get_by_role("button", name="Go").click()
    expect(listed.filter(has_text="Submission")).to_have_count(1)
    room.say("U02DANA", RELEASES, "a message after it")
    expect(page.get_by_role("log")).to_contain_text("a message after it")
    expect(listed).to_have_count(2)
    page.reload()
    page.get_by_role("button", name="Deliveries").click()
    expect(listed).to_have_count(2)
