"""States of inputs and the errors a person sees before anything is sent."""

from __future__ import annotations

import pytest

from zof_local.workspace.errors import PageError
from zof_local.workspace.inputs import (
    GONE,
    REQUIRED,
    element_state,
    find_element,
    initial_value,
    missing_answers,
    view_state,
)


def option(value):
    return {"text": {"type": "plain_text", "text": value.title()}, "value": value}


def input_block(element, **more):
    return {"type": "input", "block_id": "b", "element": {"action_id": "a", **element}, **more}


SELECT = {"type": "static_select", "action_id": "a", "options": [option("x"), option("y")]}


@pytest.mark.parametrize(
    ("element", "value", "state"),
    [
        ({"type": "plain_text_input"}, "hi", {"value": "hi"}),
        ({"type": "plain_text_input"}, "", {"value": None}),
        (SELECT, "y", {"selected_option": option("y")}),
        (SELECT, None, {"selected_option": None}),
        ({**SELECT, "type": "multi_static_select"}, ["x"], {"selected_options": [option("x")]}),
        ({**SELECT, "type": "checkboxes"}, ["x", "y"], {"selected_options": [option("x"), option("y")]}),
        ({"type": "users_select"}, "U1", {"selected_user": "U1"}),
        ({"type": "multi_channels_select"}, ["C1"], {"selected_channels": ["C1"]}),
        ({"type": "datepicker"}, "2030-01-02", {"selected_date": "2030-01-02"}),
        ({"type": "button"}, "v", {}),
    ],
)
def test_states_have_slacks_fields(element, value, state):
    assert element_state(element, value) == {"type": element["type"], **state}


def test_options_in_groups_and_loaded_ones_count():
    grouped = {"type": "static_select", "option_groups": [{"options": [option("x")]}]}
    assert element_state(grouped, "x")["selected_option"] == option("x")
    external = {"type": "external_select"}
    assert element_state(external, "z", [option("z")])["selected_option"] == option("z")
    with pytest.raises(PageError, match="'q' is not one of the options"):
        element_state(SELECT, "q")


@pytest.mark.parametrize("value", [5, True, "x", {"x": 1}])
def test_many_choices_come_as_a_list(value):
    with pytest.raises(PageError, match="list of choices"):
        element_state({**SELECT, "type": "multi_static_select"}, value)


def test_initial_values_stand_until_touched():
    element = {**SELECT, "initial_option": option("x")}
    assert initial_value(element) == "x"
    state = view_state([input_block(element)], {})
    assert state["b"]["a"]["selected_option"] == option("x")
    state = view_state([input_block(element)], {"b/a": "y"})
    assert state["b"]["a"]["selected_option"] == option("y")


@pytest.mark.parametrize(
    ("element", "value", "problem"),
    [
        ({"type": "plain_text_input"}, None, REQUIRED),
        ({"type": "plain_text_input", "min_length": 3}, "ab", "Between 3 and 3000"),
        ({"type": "email_text_input"}, "nobody", "e-mail"),
        ({"type": "email_text_input"}, "a@b.cd", None),
        ({"type": "url_text_input"}, "x.dev", "https://"),
        ({"type": "number_input", "is_decimal_allowed": False}, "1.5", "whole number"),
        ({"type": "number_input", "is_decimal_allowed": True, "max_value": "2"}, "2.5", "At most 2"),
        ({"type": "number_input", "is_decimal_allowed": False}, "many", "not a number"),
        ({"type": "multi_static_select", "options": [option("x")]}, [], REQUIRED),
    ],
)
def test_required_and_wrong_answers(element, value, problem):
    blocks = [input_block(element)]
    errors = missing_answers(blocks, view_state(blocks, {"a": value}))
    assert (problem is None and errors == {}) or problem in errors["b"]


def test_optional_answers_may_be_missing():
    blocks = [input_block({"type": "plain_text_input"}, optional=True)]
    assert missing_answers(blocks, view_state(blocks, {})) == {}


def test_elements_are_found_by_action_and_block():
    blocks = [
        {"type": "actions", "block_id": "one", "elements": [{"type": "button", "action_id": "go"}]},
        {"type": "section", "block_id": "two", "accessory": {"type": "button", "action_id": "go"}},
    ]
    assert find_element(blocks, "go", None)[0]["block_id"] == "one"
    assert find_element(blocks, "go", "two")[0]["block_id"] == "two"
    with pytest.raises(PageError) as refusal:
        find_element(blocks, "gone", None)
    assert str(refusal.value) == GONE
