"""Checks of the common blocks (docs.slack.dev/reference/block-kit/blocks)."""

from __future__ import annotations

from zof_local.workspace.blockkit import limits
from zof_local.workspace.blockkit.check import PLAIN, Check, Place, typed
from zof_local.workspace.blockkit.elements import (
    ELEMENTS,
    HTTP,
    IN_ACTIONS,
    IN_CONTEXT_ACTIONS,
    IN_INPUT,
    IN_SECTION,
    image,
)
from zof_local.workspace.blockkit.richtext import rich_text


def _section(place: Place) -> None:
    if not place.has("text") and not place.has("fields"):
        place.fail("must provide text or fields")
    place.text("text")
    for field in place.items("fields", 1, limits.SECTION_FIELDS, required=False):
        field.is_text(limits.SECTION_FIELD)
    if place.has("accessory"):
        typed(place.at("accessory"), ELEMENTS, IN_SECTION, "as a section's accessory")
    place.boolean("expand")


def _header(place: Place) -> None:
    place.text("text", limits.HEADER, kinds=PLAIN, required=True)


def _context(place: Place) -> None:
    for element in place.items("elements", 1, limits.CONTEXT_ELEMENTS):
        if isinstance(element.value, dict) and element.value.get("type") == "image":
            image(element)
        else:
            element.is_text()


def _actions(place: Place) -> None:
    for element in place.items("elements", 1, limits.ACTIONS_ELEMENTS):
        typed(element, ELEMENTS, IN_ACTIONS, "in an actions block")
    _unique_action_ids(place, "elements")


def _context_actions(place: Place) -> None:
    for element in place.items("elements", 1, limits.CONTEXT_ACTIONS_ELEMENTS):
        typed(element, ELEMENTS, IN_CONTEXT_ACTIONS, "in a context_actions block")
    _unique_action_ids(place, "elements")


def _unique_action_ids(place: Place, key: str) -> None:
    seen: set[str] = set()
    elements = place.value.get(key)
    for index, element in enumerate(elements if isinstance(elements, list) else []):
        action_id = element.get("action_id") if isinstance(element, dict) else None
        if not isinstance(action_id, str):
            continue
        if action_id in seen:
            place.at(key).at(index).at("action_id").fail(
                f"`action_id` {action_id!r} already exists in this block"
            )
        seen.add(action_id)


def _image_block(place: Place) -> None:
    image(place)
    place.text("title", limits.IMAGE_TEXT, kinds=PLAIN)


def _input(place: Place) -> None:
    place.text("label", limits.INPUT_LABEL, kinds=PLAIN, required=True)
    place.text("hint", limits.INPUT_LABEL, kinds=PLAIN)
    place.boolean("optional")
    place.boolean("dispatch_action")
    if place.require("element"):
        typed(place.at("element"), ELEMENTS, IN_INPUT, "in an input block")


def _divider(_place: Place) -> None:
    pass


def _markdown(place: Place) -> None:
    place.string("text", limits.MARKDOWN, least=1, required=True)


def _file(place: Place) -> None:
    place.string("external_id", limits.ID, required=True)
    place.string("source", required=True)


def _video(place: Place) -> None:
    place.string("alt_text", limits.IMAGE_TEXT, required=True)
    place.text("title", limits.VIDEO_TEXT, kinds=PLAIN, required=True)
    place.string("thumbnail_url", limits.IMAGE_URL, required=True, pattern=HTTP)
    place.string("video_url", limits.IMAGE_URL, required=True, pattern=HTTP)
    place.string("author_name", limits.VIDEO_NAME)
    place.string("provider_name", limits.VIDEO_NAME)
    place.text("description", limits.VIDEO_TEXT, kinds=PLAIN)
    place.string("title_url", limits.VIDEO_LINK)
    place.string("provider_icon_url", limits.VIDEO_LINK)


COMMON_BLOCKS: dict[str, Check] = {
    "section": _section,
    "header": _header,
    "context": _context,
    "actions": _actions,
    "context_actions": _context_actions,
    "image": _image_block,
    "input": _input,
    "divider": _divider,
    "markdown": _markdown,
    "file": _file,
    "video": _video,
    "rich_text": rich_text,
}
