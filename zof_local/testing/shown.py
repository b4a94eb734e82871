"""What a person sees, and the controls in it, found by what is written on them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from zof_local.workspace.blockkit.complete import elements_of
from zof_local.workspace.inputs import all_blocks, options_of
from zof_local.workspace.models import JsonObject

_FOR_THE_PAGE = frozenset({"nodes", "initial"})
_WITHOUT_VALUE = frozenset({"button"})


@dataclass(frozen=True, slots=True)
class Control:
    """A button, menu or field.

    Args:
        label: what is written on it or beside it.
        kind: its element type in Block Kit, such as `button` or `static_select`.
        action_id: as the app named it.
        block_id: of the block it stands in.
        options: label → value of what can be chosen.
    """

    label: str
    kind: str
    action_id: str
    block_id: str
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def place(self) -> str:
        """How the page API names it among the fields of a modal."""
        return f"{self.block_id}/{self.action_id}"

    def value_of(self, choice: Any) -> Any:
        """What is sent for a choice: an option may be named by its label or its value; a list is several."""
        if isinstance(choice, list | tuple):
            return [self.value_of(one) for one in choice]
        return self.options.get(choice, choice) if isinstance(choice, str) else choice


def controls(blocks: Iterable[JsonObject]) -> list[Control]:
    """All controls of blocks, in their order."""
    return [
        _control(block, element)
        for block in all_blocks(blocks)
        for element in elements_of(block)
        if "action_id" in element
    ]


def _control(block: JsonObject, element: JsonObject) -> Control:
    written = (
        element.get("text") or block.get("label") or element.get("placeholder") or block.get("text") or {}
    )
    return Control(
        label=str(written.get("text", "")),
        kind=str(element.get("type")),
        action_id=str(element["action_id"]),
        block_id=str(block.get("block_id", "")),
        options={_label(option): str(option.get("value")) for option in options_of(element)},
    )


def _label(option: JsonObject) -> str:
    return str((option.get("text") or {}).get("text", ""))


@dataclass(frozen=True, slots=True)
class Surface:
    """A modal or a Home tab.

    Args:
        id: the view's id.
        title: of a modal.
        text: what a person reads, as plain text.
        blocks: as the app sent them.
    """

    id: str
    title: str
    text: str
    blocks: tuple[JsonObject, ...]

    @property
    def controls(self) -> list[Control]:
        """What can be used in it."""
        return controls(self.blocks)

    def control(self, name: str) -> Control:
        """The control with that label, or that `action_id` or `block_id`.

        Raises:
            LookupError: there is none, or more than one.
        """
        return pick(self.controls, name)


@dataclass(frozen=True, slots=True)
class Message:
    """A message as one person sees it.

    Args:
        channel: channel id.
        ts: timestamp, Slack's name of a message in its channel.
        author: user id.
        text: what a person reads, blocks included, as plain text.
        blocks: as the app sent them.
        private: only this person sees it (ephemeral).
        thread: `ts` of the message it answers; None outside threads.
        origin: `app`, `person`, or `notice` for what Slack itself says.
    """

    channel: str
    ts: str
    author: str
    text: str
    blocks: tuple[JsonObject, ...]
    private: bool
    thread: str | None
    origin: str

    @property
    def controls(self) -> list[Control]:
        """What can be used in it."""
        return controls(self.blocks)

    @property
    def buttons(self) -> list[str]:
        """The labels of its buttons."""
        return [control.label for control in self.controls if control.kind in _WITHOUT_VALUE]

    def control(self, name: str) -> Control:
        """The control with that label, or that `action_id` or `block_id`.

        Raises:
            LookupError: there is none, or more than one.
        """
        return pick(self.controls, name)


def as_sent(value: Any) -> Any:
    """Blocks without what the workspace adds for its own page."""
    if isinstance(value, list):
        return [as_sent(item) for item in value]
    if isinstance(value, dict):
        return {key: as_sent(item) for key, item in value.items() if key not in _FOR_THE_PAGE}
    return value


def pick(known: list[Control], name: str) -> Control:
    """The control of that label or id; a label counts before an id.

    Raises:
        LookupError: there is none, or more than one.
    """
    found = [one for one in known if one.label == name]
    found = found or [one for one in known if name in (one.action_id, one.block_id, one.place)]
    if len(found) == 1:
        return found[0]
    listed = ", ".join(repr(one.label or one.action_id) for one in known) or "none at all"
    if not found:
        raise LookupError(f"There is no control {name!r} here; there are: {listed}.")
    raise LookupError(f"There are {len(found)} controls {name!r}; name one by its action_id: {listed}.")
