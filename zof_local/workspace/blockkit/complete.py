"""What Slack fills in: ids that the app left out, and plain defaults."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Any

from zof_local.workspace.models import JsonObject

_NOT_INTERACTIVE = frozenset({"image", "mrkdwn", "plain_text"})


def complete_blocks(blocks: Sequence[JsonObject], new_id: Callable[[], str]) -> tuple[JsonObject, ...]:
    """Copies of checked blocks with a block_id each, and an action_id for each element that acts."""
    return tuple(_complete_block(block, new_id) for block in blocks)


def complete_view(view: JsonObject, new_id: Callable[[], str]) -> JsonObject:
    """A copy of a checked view with complete blocks."""
    return {**copy.deepcopy(view), "blocks": list(complete_blocks(view.get("blocks", ()), new_id))}


def _complete_block(block: JsonObject, new_id: Callable[[], str]) -> JsonObject:
    done = copy.deepcopy(block)
    if not done.get("block_id"):
        done["block_id"] = new_id()[:5]
    for element in elements_of(done):
        if element.get("type") not in _NOT_INTERACTIVE and not element.get("action_id"):
            element["action_id"] = new_id()[:5]
    for key in children_of(done):
        done[key] = list(complete_blocks(done[key], new_id))
    return done


def children_of(block: JsonObject) -> list[str]:
    """The fields of a block that hold blocks: of a container, and of a carousel, whose elements are cards."""
    keys = ["child_blocks", *(["elements"] if block.get("type") == "carousel" else [])]
    return [key for key in keys if isinstance(block.get(key), list)]


def elements_of(block: JsonObject) -> list[JsonObject]:
    """The elements of a block that a person may act on."""
    found: list[Any] = []
    if block.get("type") in ("actions", "context_actions"):
        found += block.get("elements", [])
    if block.get("type") == "card":
        found += block.get("actions", [])
    found += [block[key] for key in ("accessory", "element") if isinstance(block.get(key), dict)]
    return [element for element in found if isinstance(element, dict)]
