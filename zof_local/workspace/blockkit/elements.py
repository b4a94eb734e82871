"""Checks of block elements: buttons, selects, inputs (docs.slack.dev/reference/block-kit/block-elements)."""

from __future__ import annotations

import re

from zof_local.workspace.blockkit import limits
from zof_local.workspace.blockkit.check import ANY_TEXT, PLAIN, Check, Place

HTTP = "http:// https://"
BUTTON_URL = "http:// https:// mailto: slack://"


def confirm(place: Place) -> None:
    """A confirmation dialog."""
    if not place.has("confirm"):
        return
    dialog = place.at("confirm")
    if not dialog.object():
        return
    dialog.text("title", limits.CONFIRM_TITLE, kinds=PLAIN, required=True)
    dialog.text("text", limits.CONFIRM_TEXT, required=True)
    dialog.text("confirm", limits.CONFIRM_BUTTON, kinds=PLAIN, required=True)
    dialog.text("deny", limits.CONFIRM_BUTTON, kinds=PLAIN, required=True)
    dialog.one_of("style", {"primary", "danger"})


def _interactive(place: Place) -> None:
    place.string("action_id", limits.ID)
    confirm(place)
    place.boolean("focus_on_load")


def _button(place: Place) -> None:
    place.text("text", limits.BUTTON_TEXT, kinds=PLAIN, required=True)
    place.string("value", limits.BUTTON_VALUE)
    place.string("url", limits.BUTTON_URL, pattern=BUTTON_URL)
    place.one_of("style", {"primary", "danger"})
    place.string("accessibility_label", limits.ACCESSIBILITY_LABEL)
    _interactive(place)


def _workflow_button(place: Place) -> None:
    place.text("text", limits.BUTTON_TEXT, kinds=PLAIN, required=True)
    place.require("workflow")
    place.one_of("style", {"primary", "danger"})
    place.string("accessibility_label", limits.ACCESSIBILITY_LABEL)
    place.string("action_id", limits.ID)


def _icon_button(place: Place) -> None:
    place.one_of("icon", {"trash"}, required=True)
    place.text("text", limits.BUTTON_TEXT, kinds=PLAIN, required=True)
    place.string("value", limits.BUTTON_VALUE)
    place.string("accessibility_label", limits.ACCESSIBILITY_LABEL)
    if place.has("visible_to_user_ids"):
        for _ in place.items("visible_to_user_ids", 0, limits.ICON_BUTTON_PEOPLE):
            pass
    _interactive(place)


def _feedback_buttons(place: Place) -> None:
    for key in ("positive_button", "negative_button"):
        if place.require(key):
            button = place.at(key)
            button.text("text", limits.BUTTON_TEXT, kinds=PLAIN, required=True)
            button.string("value", limits.BUTTON_VALUE, required=True)
            button.string("accessibility_label", limits.ACCESSIBILITY_LABEL)
    place.string("action_id", limits.ID)


def _option(place: Place, kinds: frozenset[str], *, url: bool = False) -> None:
    if not place.object():
        return
    place.text("text", limits.OPTION_TEXT, kinds=kinds, required=True)
    place.string("value", limits.OPTION_VALUE, required=True)
    place.text("description", limits.OPTION_DESCRIPTION, kinds=kinds)
    if url:
        place.string("url", limits.BUTTON_URL, pattern=BUTTON_URL)
    elif place.has("url"):
        place.at("url").fail("is only allowed in an overflow menu")


def _unique_values(place: Place) -> None:
    """Two options with one value cannot be told apart; Slack refuses them."""
    options = place.value.get("options")
    if not isinstance(options, list):
        return
    values = [option.get("value") for option in options if isinstance(option, dict)]
    if len(values) != len({str(value) for value in values}):
        place.at("options").fail("option values must be unique")


def _initial(place: Place, key: str, *, many: bool) -> None:
    """Initial choices must be among the options."""
    if not place.has(key):
        return
    offered = list(place.value.get("options") or [])
    for group in place.value.get("option_groups") or []:
        offered += group.get("options") or [] if isinstance(group, dict) else []
    chosen = place.value[key] if many else [place.value[key]]
    if not isinstance(chosen, list) or any(choice not in offered for choice in chosen):
        place.at(key).fail("must match one of the options")


def check_options(place: Place) -> None:
    """The options or option groups of a select."""
    if place.has("options") == place.has("option_groups"):
        place.fail("must provide either options or option_groups")
        return
    for option in place.items("options", 1, limits.OPTIONS, required=False):
        _option(option, PLAIN)
    _unique_values(place)
    for group in place.items("option_groups", 1, limits.OPTION_GROUPS, required=False):
        if group.object():
            group.text("label", limits.OPTION_TEXT, kinds=PLAIN, required=True)
            for option in group.items("options", 1, limits.OPTIONS):
                _option(option, PLAIN)


def _select(place: Place) -> None:
    place.text("placeholder", limits.PLACEHOLDER, kinds=PLAIN)
    place.integer("max_selected_items", 1)
    place.integer("min_query_length", 0)
    _interactive(place)


def _static_select(place: Place) -> None:
    _select(place)
    check_options(place)
    _initial(place, "initial_option", many=False)


def _multi_static_select(place: Place) -> None:
    _select(place)
    check_options(place)
    _initial(place, "initial_options", many=True)


def _overflow(place: Place) -> None:
    for option in place.items("options", 1, limits.OVERFLOW_OPTIONS):
        _option(option, PLAIN, url=True)
    _unique_values(place)
    _interactive(place)


def _choices(place: Place) -> None:
    for option in place.items("options", 1, limits.CHOICES):
        _option(option, ANY_TEXT)
    _unique_values(place)
    _interactive(place)


def _checkboxes(place: Place) -> None:
    _choices(place)
    _initial(place, "initial_options", many=True)


def _radio_buttons(place: Place) -> None:
    _choices(place)
    _initial(place, "initial_option", many=False)


def _picker(place: Place) -> None:
    place.text("placeholder", limits.PLACEHOLDER, kinds=PLAIN)
    for key, (form, shown) in _FORMS.items():
        if place.has(key) and not form.fullmatch(str(place.value[key])):
            place.at(key).fail(f"must have the form {shown}")
    _interactive(place)


def _number(value: object) -> float | None:
    try:
        return float(str(value))
    except ValueError:
        return None


def _ordered(place: Place, least: str, most: str) -> None:
    """The one limit must not exceed the other."""
    low, high = _number(place.value.get(least)), _number(place.value.get(most))
    if low is not None and high is not None and low > high:
        place.at(least).fail(f"must not be greater than {most}")


_FORMS = {
    "initial_date": (re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"), "YYYY-MM-DD"),
    "initial_time": (re.compile(r"([01]\d|2[0-3]):[0-5]\d"), "HH:mm"),
}


def _typed_input(place: Place) -> None:
    place.text("placeholder", limits.PLACEHOLDER, kinds=PLAIN)
    place.string("action_id", limits.ID)
    place.boolean("focus_on_load")


def _plain_text_input(place: Place) -> None:
    _typed_input(place)
    place.string("initial_value", limits.INPUT_TEXT)
    place.boolean("multiline")
    place.integer("min_length", 0, limits.INPUT_TEXT)
    place.integer("max_length", 1, limits.INPUT_TEXT)
    _ordered(place, "min_length", "max_length")


def _number_input(place: Place) -> None:
    _typed_input(place)
    if place.require("is_decimal_allowed"):
        place.boolean("is_decimal_allowed")
    for key in ("min_value", "max_value", "initial_value"):
        if place.has(key) and _number(place.value[key]) is None:
            place.at(key).fail("must be a number in a string")
    _ordered(place, "min_value", "max_value")


def _rich_text_input(place: Place) -> None:
    _typed_input(place)
    for key in ("min_lines", "max_lines"):
        place.integer(key, 1, limits.INPUT_LINES)
    _ordered(place, "min_lines", "max_lines")


def _file_input(place: Place) -> None:
    place.string("action_id", limits.ID)
    place.integer("max_files", 1, limits.FILES)


def image(place: Place) -> None:
    """An image element or block: one source, and a text for who cannot see it."""
    if place.has("image_url") == place.has("slack_file"):
        place.fail("must provide either image_url or slack_file")
    place.string("image_url", limits.IMAGE_URL, pattern=HTTP)
    place.string("alt_text", limits.IMAGE_TEXT, required=True)


_DYNAMIC = ("users_select", "conversations_select", "channels_select", "external_select")
_PICKERS = ("datepicker", "timepicker", "datetimepicker")
_TYPED = ("email_text_input", "url_text_input")

ELEMENTS: dict[str, Check] = {
    "button": _button,
    "workflow_button": _workflow_button,
    "icon_button": _icon_button,
    "feedback_buttons": _feedback_buttons,
    "static_select": _static_select,
    "multi_static_select": _multi_static_select,
    "overflow": _overflow,
    "checkboxes": _checkboxes,
    "radio_buttons": _radio_buttons,
    "plain_text_input": _plain_text_input,
    "number_input": _number_input,
    "rich_text_input": _rich_text_input,
    "file_input": _file_input,
    "image": image,
    **dict.fromkeys(_DYNAMIC, _select),
    **dict.fromkeys((f"multi_{kind}" for kind in _DYNAMIC), _select),
    **dict.fromkeys(_PICKERS, _picker),
    **dict.fromkeys(_TYPED, _typed_input),
}

_SELECTS = frozenset({"static_select", *_DYNAMIC})
_MULTI = frozenset({f"multi_{kind}" for kind in _SELECTS})
IN_ACTIONS = (
    _SELECTS
    | _MULTI
    | frozenset(_PICKERS)
    | {"button", "workflow_button", "overflow", "checkboxes", "radio_buttons"}
)
IN_SECTION = (IN_ACTIONS - {"datetimepicker"}) | {"image"}
IN_INPUT = (
    _SELECTS
    | _MULTI
    | frozenset(_PICKERS)
    | frozenset({*_TYPED, "rich_text_input"})
    | {"plain_text_input", "number_input", "file_input", "checkboxes", "radio_buttons"}
)
IN_CONTEXT_ACTIONS = frozenset({"feedback_buttons", "icon_button"})
