"""Whatever people and apps write, the page shows it as text, runs none of it and keeps its shape."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import ConsoleMessage, Locator, Page, expect

from tests.browser.zof_local.room import Room, open_room
from zof_local.workspace.ratelimit import RateLimits
from zof_local.workspace.seed import demo_seed

pytestmark = pytest.mark.browser

DANA, RELEASES = "U02DANA", "C0RELEASES"
RUN = "window.hostile=1"
SCRIPT = f"<script>{RUN}</script>"
IMAGE = f'<img src=x onerror="{RUN}">'
LINK = f"javascript:{RUN}"
RIGHT_TO_LEFT = "\u202egnp.\u2066oof\u202d"
ZERO_WIDTH = "a\u200bb\u200cc\u200dd\u2060e\ufefff"
WORD = "W" * 3000
BROKEN_OUT = f"\"'></textarea></title></code>{SCRIPT}"
TEXTS = (SCRIPT, IMAGE, LINK, f"[x]({LINK}) <{LINK}|press>", RIGHT_TO_LEFT, ZERO_WIDTH, WORD, BROKEN_OUT)

OVERFLOWING = """() => {
  const cuts = new Set(["auto", "scroll", "hidden", "clip"]);
  const frames = ".scroller, .modal-body, .deliveries";
  const isCut = (node) => {
    for (let up = node.parentElement; up && up !== document.body && !up.matches(frames); up = up.parentElement)
      if (cuts.has(getComputedStyle(up).overflowX)) return true;
    return false;
  };
  const isWide = (node) => node.getBoundingClientRect().right > innerWidth + 1 && !isCut(node);
  const scrolls = (node) => node.scrollWidth > node.clientWidth + 1;
  const shown = [...document.querySelectorAll("body *")].filter((node) => node.checkVisibility());
  const found = [document.documentElement, ...document.querySelectorAll(frames)].filter(scrolls);
  return [...found, ...shown.filter(isWide)].map((node) => `${node.tagName}.${node.className}`.slice(0, 80));
}"""
HANDLERS = """() => [...document.querySelectorAll("*")]
  .filter((node) => [...node.attributes].some((attribute) => /^on/i.test(attribute.name))).length"""
ADDRESSES = """() => [...document.querySelectorAll("[href], [src], [action], [formaction]")]
  .map((node) => node.href ?? node.src ?? node.action)"""
FOREIGN = "body script, iframe, object, embed, .main img:not([src^='/static/'])"


def plain(words: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": words}


def mrkdwn(words: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": words}


def button(number: int, words: str) -> dict[str, Any]:
    return {"type": "button", "action_id": f"b{number}", "text": plain(words[:75]), "value": words[:2000]}


def options(texts: tuple[str, ...]) -> list[dict[str, Any]]:
    return [
        {"text": plain(words[:75]), "value": f"{number}{words[:70]}", "description": plain(words[:75])}
        for number, words in enumerate(texts)
    ]


def blocks_of(words: str) -> list[dict[str, Any]]:
    """Every place in a message where an app's words stand; all of them together have a limit."""
    words = words[:600]
    menu = {"type": "overflow", "action_id": "more", "options": options(TEXTS[:4])}
    select = {
        "type": "static_select",
        "action_id": "one",
        "placeholder": plain(words[:150]),
        "options": options(TEXTS),
    }
    rich = [
        {"type": "text", "text": words},
        {"type": "link", "url": LINK, "text": words},
        {"type": "text", "text": words, "style": {"code": True}},
    ]
    return [
        {"type": "header", "text": plain(words[:150])},
        {"type": "section", "text": mrkdwn(words), "accessory": menu},
        {
            "type": "section",
            "fields": [mrkdwn(words), plain(words), mrkdwn(f"`{words}`")],
        },
        {"type": "section", "text": mrkdwn(f"```{words}```")},
        {"type": "section", "text": mrkdwn(f"> <https://example.com/?{LINK}|{words}>")},
        {"type": "context", "elements": [mrkdwn(words), plain(words)]},
        {"type": "actions", "elements": [button(1, words), {**button(2, words), "style": "danger"}, select]},
        {
            "type": "image",
            "image_url": "https://example.com/x.png",
            "alt_text": words,
            "title": plain(words),
        },
        {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": rich}]},
        {"type": "markdown", "text": f"# {words}\n\n- {words}\n\n[{words[:200]}]({LINK})"},
        {"type": "table", "rows": [[{"type": "raw_text", "text": words[:300]}] * 2] * 2},
    ]


def form() -> dict[str, Any]:
    select = {"type": "static_select", "action_id": "one", "options": options(TEXTS)}
    field = {
        "type": "plain_text_input",
        "action_id": "two",
        "initial_value": WORD,
        "placeholder": plain(IMAGE),
    }
    return {
        "type": "modal",
        "callback_id": SCRIPT,
        "private_metadata": IMAGE,
        "title": plain(SCRIPT[:24]),
        "submit": plain(IMAGE[:24]),
        "blocks": [
            {"type": "section", "text": mrkdwn(WORD)},
            *(
                {
                    "type": "input",
                    "block_id": f"{n}",
                    "label": plain(words[:2000]),
                    "hint": plain(words[:2000]),
                    "element": element,
                }
                for n, (words, element) in enumerate([(WORD, select), (BROKEN_OUT, field)])
            ),
        ],
    }


@pytest.fixture
def room() -> Iterator[Room]:
    seed = demo_seed()
    names = iter((f"Dana {IMAGE}", f"Sam {RIGHT_TO_LEFT}", f"Mira {WORD}"))
    users = tuple(
        user if user.is_bot else replace(user, real_name=next(names), title=f"{SCRIPT} {WORD}")
        for user in seed.users
    )
    channels = tuple(replace(channel, topic=f"{BROKEN_OUT} {WORD}") for channel in seed.channels)
    hostile = replace(seed, users=users, channels=channels, team=replace(seed.team, name=f"{SCRIPT} {WORD}"))
    with open_room(seed=hostile, limits=RateLimits(enabled=False)) as opened:
        yield opened


@pytest.fixture
def watched(open_page: Callable[..., Page]) -> Iterator[Callable[..., Page]]:
    """`open_page` that fails the test when the page opens a dialog, breaks, or is stopped from running something."""
    seen: list[str] = []
    pages: list[Page] = []

    def console(message: ConsoleMessage) -> None:
        if message.type == "error":
            seen.append(message.text)

    def open_one(**how: Any) -> Page:
        page = open_page(**how)
        page.on("dialog", lambda dialog: (seen.append(dialog.message), dialog.dismiss()))
        page.on("console", console)
        page.on("pageerror", lambda error: seen.append(str(error)))
        pages.append(page)
        return page

    yield open_one
    for page in pages:
        assert page.evaluate("window.hostile") is None
    assert seen == []


def harmless(page: Page) -> None:
    """Nothing on the page could run, and all of it keeps within the window."""
    assert page.evaluate("window.hostile") is None
    assert [href for href in page.evaluate(ADDRESSES) if not href.startswith(("http://", "https://"))] == []
    assert page.evaluate(HANDLERS) == 0
    assert page.locator(FOREIGN).count() == 0
    assert page.evaluate(OVERFLOWING) == []


def stands_left_of(one: Locator, other: Locator) -> bool:
    a, b = one.bounding_box(), other.bounding_box()
    assert a is not None
    assert b is not None
    return a["x"] < b["x"]


@pytest.mark.timeout(180)
@pytest.mark.parametrize("width", [1280, 390])
def test_hostile_text_is_only_text(
    room: Room, watched: Callable[..., Page], picture: Callable[[Page, str], None], width: int
) -> None:
    for person in (DANA, "U03SAM", "U04MIRA"):
        for words in TEXTS:
            room.say(person, RELEASES, words)
    page = watched(width=width, height=844)
    page.goto(room.page_url)
    feed = page.get_by_role("log")
    expect(feed.get_by_text(SCRIPT, exact=True)).to_have_count(3)
    expect(feed.get_by_text(ZERO_WIDTH, exact=True).first).to_be_attached()
    harmless(page)
    picture(page, f"hostile-people-{width}")

    for words in TEXTS:
        section = {"type": "section", "text": mrkdwn(words)}
        room.call("chat.postMessage", channel=RELEASES, text=words, blocks=[section])
        room.call("chat.postMessage", channel=RELEASES, text=words)
        posted = room.call("chat.postMessage", channel=RELEASES, text=words, blocks=blocks_of(words))
        room.call(
            "chat.postMessage",
            channel=RELEASES,
            text="reply",
            thread_ts=posted["ts"],
            blocks=blocks_of(words),
        )
        room.call("chat.postEphemeral", channel=RELEASES, user=DANA, text=words)
        attachment = {
            "title": words,
            "title_link": LINK,
            "text": words,
            "fallback": words,
            "color": f"red;{LINK}",
        }
        room.call("chat.postMessage", channel=RELEASES, text=words, attachments=[attachment])
    expect(feed.get_by_role("article")).to_have_count(3 * len(TEXTS) + 5 * len(TEXTS))
    harmless(page)
    picture(page, f"hostile-app-{width}")
    backwards = feed.locator(".message:not(.grouped) .byline").filter(has_text=RIGHT_TO_LEFT).first
    assert stands_left_of(backwards.locator(".author"), backwards.locator(".when"))

    feed.get_by_role("button", name="1 reply").last.click()
    expect(page.get_by_role("log", name="Thread").get_by_role("article")).to_have_count(2)
    harmless(page)
    picture(page, f"hostile-thread-{width}")


def test_hostile_forms_menus_and_deliveries_are_only_text(
    room: Room, watched: Callable[..., Page], picture: Callable[[Page, str], None]
) -> None:
    bolt = room.bolt()

    @bolt.command("/zof")
    async def open_form(ack, body, client):
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=form())

    @bolt.view(SCRIPT)
    async def refuse(ack):
        await ack(response_action="errors", errors={"0": f"{IMAGE} {WORD}"})

    room.connect(bolt)
    page = watched(width=390, height=844)
    page.goto(room.page_url)
    box = page.get_by_role("textbox", name="Message #releases")
    box.fill(f"/zof {IMAGE} {WORD}")
    box.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    harmless(page)
    dialog.get_by_role("combobox").click()
    page.get_by_role("option").first.click()
    dialog.locator("button[type=submit]").click()
    expect(dialog.get_by_role("alert")).to_contain_text(IMAGE)
    harmless(page)
    picture(page, "hostile-form")
    dialog.get_by_role("button", name="Close all").click()
    expect(dialog).to_be_hidden()
    page.get_by_role("button", name="Deliveries").click()
    expect(page.get_by_role("list", name="Deliveries")).to_contain_text(IMAGE)
    harmless(page)
    picture(page, "hostile-deliveries")
    page.get_by_role("button", name="Close deliveries").click()
    page.get_by_role("button", name="Acting as").click()
    expect(page.get_by_role("menuitemradio")).to_have_count(3)
    harmless(page)
    picture(page, "hostile-people-menu")
