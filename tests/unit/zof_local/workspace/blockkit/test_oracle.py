"""What PyPI's slackblocks refuses, the workspace refuses; what it builds, the workspace takes."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import slackblocks as sb

from zof_local.workspace.blockkit.message import message_problems
from zof_local.workspace.blockkit.view import view_problems


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def accessory(element: dict[str, Any]) -> dict[str, Any]:
    return {"type": "section", "text": plain("x"), "accessory": {"action_id": "a", **element}}


def input_of(element: dict[str, Any]) -> dict[str, Any]:
    return {"type": "input", "label": plain("x"), "element": {"action_id": "a", **element}}


def options(count: int, text: str = "t") -> list[dict[str, Any]]:
    return [{"text": plain(text), "value": str(n)} for n in range(count)]


def sb_options(count: int, text: str = "t") -> list[sb.Option]:
    return [sb.Option(text=sb.Text(text, sb.TextType.PLAINTEXT), value=str(n)) for n in range(count)]


RAW = {"type": "raw_text", "text": "x"}
TASK = {"task_id": "1", "title": "t", "status": "complete"}

REFUSED: dict[str, tuple[Callable[[], Any], dict[str, Any]]] = {
    "section without text": (sb.SectionBlock, {"type": "section"}),
    "eleven fields": (
        lambda: sb.SectionBlock(fields=["x"] * 11),
        {"type": "section", "fields": [plain("x")] * 11},
    ),
    "eleven context elements": (
        lambda: sb.ContextBlock([sb.Text("x")] * 11),
        {"type": "context", "elements": [plain("x")] * 11},
    ),
    "twenty-six actions": (
        lambda: sb.ActionsBlock([sb.Button("x", str(n)) for n in range(26)]),
        {
            "type": "actions",
            "elements": [{"type": "button", "action_id": str(n), "text": plain("x")} for n in range(26)],
        },
    ),
    "six overflow options": (
        lambda: sb.OverflowMenu("a", sb_options(6)),
        accessory({"type": "overflow", "options": options(6)}),
    ),
    "eleven checkboxes": (
        lambda: sb.CheckboxGroup("a", sb_options(11)),
        accessory({"type": "checkboxes", "options": options(11)}),
    ),
    "no radio buttons": (
        lambda: sb.RadioButtonGroup("a", []),
        accessory({"type": "radio_buttons", "options": []}),
    ),
    "hundred and one options": (
        lambda: sb.StaticSelectMenu("a", sb_options(101)),
        accessory({"type": "static_select", "options": options(101)}),
    ),
    "long option text": (
        lambda: sb_options(1, "x" * 76),
        accessory({"type": "static_select", "options": options(1, "x" * 76)}),
    ),
    "long placeholder": (
        lambda: sb.UserSelectMenu("a", placeholder="x" * 151),
        accessory({"type": "users_select", "placeholder": plain("x" * 151)}),
    ),
    "image with two sources": (
        lambda: sb.Image(image_url="https://x/y", alt_text="x", slack_file=sb.SlackFile(None, "F1")),
        accessory({"type": "image", "image_url": "https://x/y", "slack_file": {"id": "F1"}, "alt_text": "x"}),
    ),
    "a date in another form": (
        lambda: sb.DatePicker("a", initial_date="1/2/2030"),
        accessory({"type": "datepicker", "initial_date": "1/2/2030"}),
    ),
    "a time in another form": (
        lambda: sb.TimePicker("a", initial_time="25:00"),
        accessory({"type": "timepicker", "initial_time": "25:00"}),
    ),
    "lengths the wrong way round": (
        lambda: sb.PlainTextInput("a", min_length=5, max_length=2),
        input_of({"type": "plain_text_input", "min_length": 5, "max_length": 2}),
    ),
    "numbers the wrong way round": (
        lambda: sb.NumberInput(is_decimal_allowed=False, action_id="a", min_value="5", max_value="2"),
        input_of({"type": "number_input", "is_decimal_allowed": False, "min_value": "5", "max_value": "2"}),
    ),
    "a long label": (
        lambda: sb.InputBlock("x" * 2001, sb.PlainTextInput("a")),
        {**input_of({"type": "plain_text_input"}), "label": plain("x" * 2001)},
    ),
    "a button as an input": (
        lambda: sb.InputBlock("x", sb.Button("x", "a")),
        input_of({"type": "button", "text": plain("x")}),
    ),
    "a confirmation that is too long": (
        lambda: sb.ConfirmationDialogue("x" * 101, "t", "y", "n"),
        accessory(
            {
                "type": "button",
                "text": plain("x"),
                "confirm": {
                    "title": plain("x" * 101),
                    "text": plain("t"),
                    "confirm": plain("y"),
                    "deny": plain("n"),
                },
            }
        ),
    ),
    "an empty table": (lambda: sb.TableBlock([]), {"type": "table", "rows": []}),
    "a row of twenty-one": (
        lambda: sb.TableBlock([[sb.RawText("x")] * 21]),
        {"type": "table", "rows": [[RAW] * 21]},
    ),
    "a data table of one row": (
        lambda: sb.DataTableBlock([[sb.RawText("x")]], "c"),
        {"type": "data_table", "caption": "c", "rows": [[RAW]]},
    ),
    "uneven rows": (
        lambda: sb.DataTableBlock([[sb.RawText("x")], [sb.RawText("x")] * 2], "c"),
        {"type": "data_table", "caption": "c", "rows": [[RAW], [RAW, RAW]]},
    ),
    "an empty card": (sb.CardBlock, {"type": "card"}),
    "an empty carousel": (lambda: sb.CarouselBlock([]), {"type": "carousel", "elements": []}),
    "a container without a title": (
        lambda: sb.ContainerBlock([sb.DividerBlock()]),
        {"type": "container", "child_blocks": [{"type": "divider"}]},
    ),
    "a card in a container": (
        lambda: sb.ContainerBlock([sb.CardBlock(title="x")], title="t"),
        {"type": "container", "title": plain("t"), "child_blocks": [{"type": "card", "title": plain("x")}]},
    ),
    "two tasks with one id": (
        lambda: sb.PlanBlock(
            "p",
            [sb.TaskCardBlock("1", "t", status="complete"), sb.TaskCardBlock("1", "t", status="complete")],
        ),
        {"type": "plan", "title": "p", "tasks": [TASK, TASK]},
    ),
    "a markdown block that is too long": (
        lambda: sb.MarkdownBlock("x" * 12_001),
        {"type": "markdown", "text": "x" * 12_001},
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_the_oracle_refuses_is_refused(name):
    build, block = REFUSED[name]
    with pytest.raises(sb.InvalidUsageError):
        build()
    assert message_problems([block])


BUILT: dict[str, Callable[[], Any]] = {
    "section": lambda: sb.SectionBlock("hello", fields=["a", "b"]),
    "section with a menu": lambda: sb.SectionBlock("x", accessory=sb.StaticSelectMenu("a", sb_options(3))),
    "section with an overflow": lambda: sb.SectionBlock("x", accessory=sb.OverflowMenu("a", sb_options(2))),
    "header": lambda: sb.HeaderBlock("Title"),
    "divider": sb.DividerBlock,
    "context": lambda: sb.ContextBlock([sb.Text("*x*")]),
    "image": lambda: sb.ImageBlock(image_url="https://x.dev/y.png", alt_text="y"),
    "actions": lambda: sb.ActionsBlock(
        [sb.Button("Go", "a", style="danger"), sb.UserSelectMenu("b", placeholder="Who"), sb.DatePicker("c")]
    ),
    "input": lambda: sb.InputBlock("Label", sb.PlainTextInput("a", multiline=True), optional=True),
    "markdown": lambda: sb.MarkdownBlock("# x"),
    "table": lambda: sb.TableBlock([[sb.RawText("a"), sb.RawText("b")]]),
    "data table": lambda: sb.DataTableBlock([[sb.RawText("a")], [sb.RawText("b")]], "caption"),
    "card": lambda: sb.CardBlock(title="x", body="y", actions=[sb.Button("Go", "a")]),
    "carousel": lambda: sb.CarouselBlock([sb.CardBlock(title="x")]),
    "container": lambda: sb.ContainerBlock([sb.SectionBlock("x")], title="t"),
    "plan": lambda: sb.PlanBlock("p", [sb.TaskCardBlock("1", "t", status="complete")]),
}


@pytest.mark.parametrize("name", BUILT)
def test_what_the_oracle_builds_is_taken(name):
    assert message_problems([json.loads(repr(BUILT[name]()))]) == []


def test_a_modal_the_oracle_builds_is_taken():
    view = sb.ModalView(
        title="Title", submit="Go", close="No", blocks=[sb.InputBlock("x", sb.PlainTextInput("a"))]
    )
    assert view_problems(view.to_dict()) == []
