"""Checks of rich text (docs.slack.dev/reference/block-kit/blocks/rich-text-block)."""

from __future__ import annotations

from zof_local.workspace.blockkit import limits
from zof_local.workspace.blockkit.check import Place

MANY = 10_000
_REQUIRED_OF_LEAF = {
    "text": "text",
    "link": "url",
    "emoji": "name",
    "user": "user_id",
    "channel": "channel_id",
    "usergroup": "usergroup_id",
    "broadcast": "range",
    "color": "value",
    "team": "team_id",
}


def _leaf(place: Place) -> None:
    if not place.object():
        return
    kind = place.value.get("type")
    if kind == "date":
        place.require("timestamp")
        place.string("format", required=True)
        return
    required = _REQUIRED_OF_LEAF.get(kind) if isinstance(kind, str) else None
    if required is None:
        place.at("type").fail(f"unsupported type: {str(kind)[:80]}")
        return
    place.string(required, required=True)
    if place.has("style"):
        place.at("style").object()


def _leaves(place: Place) -> None:
    for leaf in place.items("elements", 0, MANY):
        _leaf(leaf)


def _list(place: Place) -> None:
    place.one_of("style", {"bullet", "ordered"}, required=True)
    place.integer("indent", 0, limits.RICH_TEXT_INDENT)
    place.integer("offset", 0)
    place.integer("border", 0, 1)
    for item in place.items("elements", 0, MANY):
        if item.object():
            item.one_of("type", {"rich_text_section"}, required=True)
            _leaves(item)


def rich_text(place: Place) -> None:
    """A rich_text block: sections, lists, quotes and preformatted text."""
    for element in place.items("elements", 1, MANY):
        if not element.object():
            continue
        kind = element.value.get("type")
        if kind == "rich_text_list":
            _list(element)
        elif kind in ("rich_text_section", "rich_text_quote", "rich_text_preformatted"):
            _leaves(element)
            element.integer("border", 0, 1)
        else:
            element.at("type").fail(f"unsupported type: {str(kind)[:80]}")
