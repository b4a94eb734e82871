"""Whether Slack would take a view (docs.slack.dev/reference/views)."""

from __future__ import annotations

from typing import Any

from zof_local.workspace.blockkit import limits
from zof_local.workspace.blockkit.check import PLAIN, Place, Problem
from zof_local.workspace.blockkit.message import block_problems


def view_problems(view: Any, pointer: str = "/view", *, kind: str = "modal") -> list[Problem]:
    """What Slack would refuse in a view.

    Args:
        view: the value of ``view``, of any type.
        pointer: where it stands, for the messages.
        kind: ``modal`` or ``home``, which the method decides.
    """
    problems: list[Problem] = []
    place = Place(view, pointer, problems)
    if not place.object():
        return problems
    place.one_of("type", {kind}, required=True)
    place.string("callback_id", limits.VIEW_CALLBACK_ID)
    place.string("external_id", limits.VIEW_EXTERNAL_ID)
    place.string("private_metadata", limits.VIEW_PRIVATE_METADATA)
    if kind == "modal":
        _modal(place)
    block_problems(
        view.get("blocks"),
        problems,
        pointer=f"{pointer}/blocks",
        surface=kind,
        least=0 if kind == "home" else 1,
        most=limits.VIEW_BLOCKS,
    )
    return problems


def _modal(place: Place) -> None:
    place.text("title", limits.VIEW_TITLE, kinds=PLAIN, required=True)
    place.text("submit", limits.VIEW_BUTTON, kinds=PLAIN)
    place.text("close", limits.VIEW_BUTTON, kinds=PLAIN)
    for flag in ("clear_on_close", "notify_on_close", "submit_disabled"):
        place.boolean(flag)
    blocks = place.value.get("blocks")
    has_input = isinstance(blocks, list) and any(
        isinstance(block, dict) and block.get("type") == "input" for block in blocks
    )
    if has_input and not place.has("submit"):
        place.fail("missing required field: submit (a modal with an input block needs one)")
