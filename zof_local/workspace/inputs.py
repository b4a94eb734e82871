"""What people put into blocks: actions and input states, made from the element they used (pure)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from zof_local.workspace.blockkit.complete import children_of, elements_of
from zof_local.workspace.errors import PageError
from zof_local.workspace.models import JsonObject

REQUIRED = "This field needs an answer."
GONE = "This has changed meanwhile: what you used is no longer there. Look at it again."

_TEXT_INPUTS = frozenset(
    {"plain_text_input", "email_text_input", "url_text_input", "number_input", "rich_text_input"}
)
_SINGLE_FIELDS = {
    "users_select": "selected_user",
    "channels_select": "selected_channel",
    "conversations_select": "selected_conversation",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
}
_MULTI_FIELDS = {
    "multi_users_select": "selected_users",
    "multi_channels_select": "selected_channels",
    "multi_conversations_select": "selected_conversations",
}
_ONE_OPTION = frozenset({"static_select", "external_select", "radio_buttons", "overflow"})
_MANY_OPTIONS = frozenset({"multi_static_select", "multi_external_select", "checkboxes"})
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")


def all_blocks(blocks: Iterable[JsonObject]) -> list[JsonObject]:
    """The blocks, and those within containers and carousels."""
    found: list[JsonObject] = []
    for block in blocks:
        found.append(block)
        for key in children_of(block):
            found += all_blocks(block[key])
    return found


def find_element(
    blocks: Iterable[JsonObject], action_id: str, block_id: str | None
) -> tuple[JsonObject, JsonObject]:
    """The block and element a person acts on.

    Args:
        block_id: None takes the first block that has the action.

    Raises:
        PageError: there is no such element.
    """
    for block in all_blocks(blocks):
        if block_id is not None and block.get("block_id") != block_id:
            continue
        for element in elements_of(block):
            if element.get("action_id") == action_id:
                return block, element
    raise PageError(GONE, 404)


def options_of(element: JsonObject) -> list[JsonObject]:
    """All options of a select, groups included."""
    options = list(element.get("options") or [])
    for group in element.get("option_groups") or []:
        options += group.get("options") or []
    return options


def element_state(element: JsonObject, value: Any, loaded: Iterable[JsonObject] = ()) -> JsonObject:
    """The state of an element with what a person chose.

    Args:
        element: the element.
        value: text, an option's value, or a list of them; None is nothing chosen.
        loaded: options that the app offered for an external select.

    Raises:
        PageError: the value is none the element offers.
    """
    kind = str(element.get("type"))
    state: JsonObject = {"type": kind}
    if kind in _TEXT_INPUTS:
        key = "rich_text_value" if kind == "rich_text_input" else "value"
        return state | {key: str(value) if value not in (None, "") else None}
    if kind in _SINGLE_FIELDS:
        return state | {_SINGLE_FIELDS[kind]: value or None}
    if kind in _MULTI_FIELDS:
        return state | {_MULTI_FIELDS[kind]: [str(item) for item in _items(value)]}
    offered = [*options_of(element), *loaded]
    if kind in _ONE_OPTION:
        return state | {"selected_option": _option(offered, value) if value not in (None, "") else None}
    if kind in _MANY_OPTIONS:
        return state | {"selected_options": [_option(offered, item) for item in _items(value)]}
    return state


def _items(value: Any) -> list[Any]:
    if value in (None, ""):
        return []
    if not isinstance(value, list):
        raise PageError("This element takes a list of choices.")
    return value


def _option(options: Iterable[JsonObject], value: Any) -> JsonObject:
    for option in options:
        if option.get("value") == value:
            return {key: option[key] for key in ("text", "value", "description") if key in option}
    raise PageError(f"{value!r} is not one of the options offered.")


def initial_value(element: JsonObject) -> Any:
    """What an element shows before a person touches it, in the form ``element_state`` takes."""
    if "initial_option" in element:
        return element["initial_option"].get("value")
    if "initial_options" in element:
        return [option.get("value") for option in element["initial_options"]]
    for key, value in element.items():
        if key.startswith("initial_"):
            return value
    return None


def view_state(
    blocks: Iterable[JsonObject],
    values: Mapping[str, Any],
    loaded: Mapping[str, list[JsonObject]] | None = None,
) -> JsonObject:
    """``state.values`` of a view or message: block id → action id → state.

    Args:
        values: what people put in, by ``block_id/action_id`` or by ``action_id`` alone.
        loaded: options that the app offered for external selects, by ``block_id/action_id``.
    """
    state: JsonObject = {}
    for block in all_blocks(blocks):
        for element in elements_of(block):
            if element.get("type") in ("button", "workflow_button", "image", "overflow"):
                continue
            block_id, action_id = str(block.get("block_id")), str(element.get("action_id"))
            path = f"{block_id}/{action_id}"
            value = values.get(path, values.get(action_id, initial_value(element)))
            state.setdefault(block_id, {})[action_id] = element_state(
                element, value, (loaded or {}).get(path, ())
            )
    return state


def missing_answers(blocks: Iterable[JsonObject], state: JsonObject) -> dict[str, str]:
    """Errors a person sees before anything is sent: block id → sentence."""
    errors: dict[str, str] = {}
    for block in blocks:
        element = block.get("element")
        if block.get("type") != "input" or not isinstance(element, dict):
            continue
        block_id = str(block.get("block_id"))
        answer = state.get(block_id, {}).get(str(element.get("action_id")), {})
        problem = _answer_problem(element, answer, optional=bool(block.get("optional")))
        if problem:
            errors[block_id] = problem
    return errors


def _answer_problem(element: JsonObject, answer: JsonObject, *, optional: bool) -> str | None:
    given = next(
        (value for key, value in answer.items() if key != "type" and value not in (None, [], "")), None
    )
    if given is None:
        return None if optional else REQUIRED
    kind = element.get("type")
    text = given if isinstance(given, str) else ""
    if kind == "email_text_input" and not _EMAIL.fullmatch(text):
        return "This is not an e-mail address."
    if kind == "url_text_input" and not text.startswith(("http://", "https://")):
        return "This is not a web address: it should begin with https://."
    if kind == "number_input":
        return _number_problem(element, text)
    if kind == "plain_text_input":
        least, most = element.get("min_length", 0), element.get("max_length", 3_000)
        if not least <= len(text) <= most:
            return f"Between {least} and {most} characters, please; these are {len(text)}."
    return None


def _number_problem(element: JsonObject, text: str) -> str | None:
    if not _NUMBER.fullmatch(text) or ("." in text and not element.get("is_decimal_allowed")):
        return "This is not a number." if not _NUMBER.fullmatch(text) else "A whole number, please."
    number = float(text)
    least, most = element.get("min_value"), element.get("max_value")
    if least is not None and number < float(least):
        return f"At least {least}, please."
    if most is not None and number > float(most):
        return f"At most {most}, please."
    return None


def action_of(block: JsonObject, element: JsonObject, state: JsonObject, action_ts: str) -> JsonObject:
    """The entry of ``actions`` in a ``block_actions`` payload."""
    action: JsonObject = {
        "type": element.get("type"),
        "action_id": element.get("action_id"),
        "block_id": block.get("block_id"),
        "action_ts": action_ts,
    }
    for key in ("text", "value", "style", "url", "placeholder"):
        if key in element:
            action[key] = element[key]
    return action | {key: value for key, value in state.items() if key != "type"}
