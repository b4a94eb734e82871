"""What the workspace refuses in blocks; PyPI's slackblocks says the same."""

from __future__ import annotations

from typing import Any

import pytest
import slackblocks
from hypothesis import given
from hypothesis import strategies as st
from slackblocks import _limits as oracle
from slackblocks import _surfaces as oracle_surfaces

from zof_local.workspace.blockkit import limits
from zof_local.workspace.blockkit.complete import complete_blocks
from zof_local.workspace.blockkit.message import BLOCKS, message_problems
from zof_local.workspace.blockkit.view import view_problems


def mrkdwn(text: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text}


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def button(**more: Any) -> dict[str, Any]:
    return {"type": "button", "action_id": "a", "text": plain("Go"), **more}


def option(value: str = "v", text: str = "t") -> dict[str, Any]:
    return {"text": plain(text), "value": value}


def section(**more: Any) -> dict[str, Any]:
    return {"type": "section", "text": mrkdwn("hello"), **more}


def pointers(blocks: Any) -> list[str]:
    return [problem.pointer for problem in message_problems(blocks)]


GOOD = [
    {"type": "header", "text": plain("Run")},
    section(fields=[mrkdwn("*a*\n1"), plain("b")], accessory=button()),
    {"type": "divider"},
    {
        "type": "context",
        "elements": [mrkdwn("x"), {"type": "image", "image_url": "https://x/y.png", "alt_text": "y"}],
    },
    {"type": "actions", "elements": [button(), button(action_id="b", style="danger", value="1")]},
    {"type": "image", "image_url": "http://127.0.0.1/x.png", "alt_text": "x", "title": plain("x")},
    {
        "type": "rich_text",
        "elements": [
            {
                "type": "rich_text_section",
                "elements": [{"type": "text", "text": "a", "style": {"bold": True}}],
            },
            {
                "type": "rich_text_list",
                "style": "bullet",
                "elements": [{"type": "rich_text_section", "elements": [{"type": "user", "user_id": "U1"}]}],
            },
        ],
    },
    {"type": "markdown", "text": "# hello"},
    {"type": "table", "rows": [[{"type": "raw_text", "text": "a"}]]},
    {"type": "container", "title": plain("c"), "child_blocks": [section()]},
    {"type": "plan", "title": "p", "tasks": [{"task_id": "1", "title": "t", "status": "pending"}]},
]


def test_common_blocks_are_taken():
    assert message_problems(GOOD) == []


@pytest.mark.parametrize(
    ("blocks", "pointer"),
    [
        ([section(text=mrkdwn("x" * 3001))], "/blocks/0/text/text"),
        ([section(text=mrkdwn(""))], "/blocks/0/text/text"),
        ([section(text="words")], "/blocks/0/text"),
        ([section(text={"type": "html", "text": "x"})], "/blocks/0/text/type"),
        ([section(fields=[mrkdwn("x")] * 11)], "/blocks/0/fields"),
        ([section(fields=[mrkdwn("x" * 2001)])], "/blocks/0/fields/0/text"),
        ([{"type": "section"}], "/blocks/0"),
        ([{"type": "header", "text": mrkdwn("x")}], "/blocks/0/text/type"),
        ([{"type": "header", "text": plain("x" * 151)}], "/blocks/0/text/text"),
        ([{"type": "context", "elements": [mrkdwn("x")] * 11}], "/blocks/0/elements"),
        ([{"type": "context", "elements": [button()]}], "/blocks/0/elements/0/type"),
        ([{"type": "actions", "elements": []}], "/blocks/0/elements"),
        (
            [{"type": "actions", "elements": [button(action_id=str(n)) for n in range(26)]}],
            "/blocks/0/elements",
        ),
        ([{"type": "actions", "elements": [button(), button()]}], "/blocks/0/elements/1/action_id"),
        ([{"type": "actions", "elements": [button(text=plain("x" * 76))]}], "/blocks/0/elements/0/text/text"),
        ([{"type": "actions", "elements": [button(text=mrkdwn("x"))]}], "/blocks/0/elements/0/text/type"),
        ([{"type": "actions", "elements": [button(value="x" * 2001)]}], "/blocks/0/elements/0/value"),
        ([{"type": "actions", "elements": [button(style="loud")]}], "/blocks/0/elements/0/style"),
        ([{"type": "actions", "elements": [button(url="javascript:x")]}], "/blocks/0/elements/0/url"),
        ([{"type": "actions", "elements": [button(action_id="x" * 256)]}], "/blocks/0/elements/0/action_id"),
        ([{"type": "actions", "elements": [{"type": "image"}]}], "/blocks/0/elements/0/type"),
        (
            [{"type": "actions", "elements": [button(confirm={"title": plain("x")})]}],
            "/blocks/0/elements/0/confirm",
        ),
        ([section(block_id="same"), section(block_id="same")], "/blocks/1/block_id"),
        ([section(block_id="x" * 256)], "/blocks/0/block_id"),
        ([section()] * 51, "/blocks"),
        ([{"type": "alert", "text": plain("x")}], "/blocks/0/type"),
        ([{"type": "nonsense"}], "/blocks/0/type"),
        (["text"], "/blocks/0"),
        ([{"type": "markdown", "text": "x" * 7000}] * 2, "/blocks"),
        ([{"type": "task_card", "task_id": "1", "title": "t", "status": "pending"}], "/blocks/0/status"),
        ([section(accessory={"type": "static_select", "action_id": "s"})], "/blocks/0/accessory"),
        (
            [section(accessory={"type": "static_select", "options": [option(), option()]})],
            "/blocks/0/accessory/options",
        ),
        (
            [
                section(
                    accessory={"type": "static_select", "options": [option()], "initial_option": option("w")}
                )
            ],
            "/blocks/0/accessory/initial_option",
        ),
        (
            [section(accessory={"type": "overflow", "options": [option(str(n)) for n in range(6)]})],
            "/blocks/0/accessory/options",
        ),
    ],
)
def test_a_refusal_points_at_what_is_wrong(blocks, pointer):
    assert pointer in pointers(blocks)


def test_messages_read_as_slacks():
    [problem] = message_problems([section(text=mrkdwn("x" * 3001))])
    assert str(problem) == "[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from(sorted(BLOCKS)),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    "type",
                    "text",
                    "elements",
                    "fields",
                    "accessory",
                    "options",
                    "rows",
                    "element",
                    "blocks",
                    "tasks",
                    "child_blocks",
                    "actions",
                    "confirm",
                    "title",
                    "chart",
                    "segments",
                    "initial_options",
                    "block_id",
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@given(JSON)
def test_nothing_breaks_the_checks(value):
    message_problems(value)
    view_problems(value)
    view_problems({"type": "modal", "title": plain("t"), "blocks": value})


@given(st.lists(st.sampled_from(GOOD), max_size=8))
def test_completed_blocks_are_still_taken(blocks):
    numbers = iter(range(1000))
    done = complete_blocks(blocks, lambda: f"{next(numbers):05d}")
    assert message_problems(list(done)) == []
    assert len({block["block_id"] for block in done}) == len(done)
    assert complete_blocks(done, lambda: "never") == done


def test_limits_agree_with_the_oracle():
    ours = {
        "TEXT_MAX_LENGTH": limits.TEXT,
        "BLOCK_ID_MAX_LENGTH": limits.ID,
        "BUTTON_TEXT_MAX_LENGTH": limits.BUTTON_TEXT,
        "BUTTON_VALUE_MAX_LENGTH": limits.BUTTON_VALUE,
        "BUTTON_URL_MAX_LENGTH": limits.BUTTON_URL,
        "CONFIRMATION_TITLE_MAX_LENGTH": limits.CONFIRM_TITLE,
        "CONFIRMATION_TEXT_MAX_LENGTH": limits.CONFIRM_TEXT,
        "CONFIRMATION_DENY_MAX_LENGTH": limits.CONFIRM_BUTTON,
        "OPTION_TEXT_MAX_LENGTH": limits.OPTION_TEXT,
        "OPTION_VALUE_MAX_LENGTH": limits.OPTION_VALUE,
        "OPTION_DESCRIPTION_MAX_LENGTH": limits.OPTION_DESCRIPTION,
        "SELECT_OPTIONS_MAX_ITEMS": limits.OPTIONS,
        "OVERFLOW_OPTIONS_MAX_ITEMS": limits.OVERFLOW_OPTIONS,
        "CHECKBOXES_OPTIONS_MAX_ITEMS": limits.CHOICES,
        "RADIO_BUTTONS_OPTIONS_MAX_ITEMS": limits.CHOICES,
        "SELECT_PLACEHOLDER_MAX_LENGTH": limits.PLACEHOLDER,
        "PLAIN_TEXT_INPUT_MAX_LENGTH_MAX": limits.INPUT_TEXT,
        "ACTIONS_ELEMENTS_MAX_ITEMS": limits.ACTIONS_ELEMENTS,
        "CONTEXT_ELEMENTS_MAX_ITEMS": limits.CONTEXT_ELEMENTS,
        "CONTEXT_ACTIONS_ELEMENTS_MAX_ITEMS": limits.CONTEXT_ACTIONS_ELEMENTS,
        "SECTION_FIELDS_MAX_ITEMS": limits.SECTION_FIELDS,
        "SECTION_FIELDS_ITEM_MAX_LENGTH": limits.SECTION_FIELD,
        "HEADER_TEXT_MAX_LENGTH": limits.HEADER,
        "IMAGE_IMAGE_URL_MAX_LENGTH": limits.IMAGE_URL,
        "IMAGE_ALT_TEXT_MAX_LENGTH": limits.IMAGE_TEXT,
        "INPUT_LABEL_MAX_LENGTH": limits.INPUT_LABEL,
        "MARKDOWN_TOTAL_TEXT_MAX_LENGTH": limits.MARKDOWN,
        "TABLE_ROWS_MAX_ITEMS": limits.TABLE_ROWS,
        "TABLE_COLUMNS_MAX_ITEMS": limits.TABLE_COLUMNS,
        "DATA_TABLE_ROWS_MAX_ITEMS": limits.DATA_TABLE_ROWS[1],
        "DATA_VISUALIZATION_TITLE_MAX_LENGTH": limits.CHART_TITLE,
        "DATA_VISUALIZATION_SEGMENTS_MAX_ITEMS": limits.CHART_SEGMENTS,
        "CARD_BODY_MAX_LENGTH": limits.CARD_TEXT,
        "CARD_ACTIONS_MAX_ITEMS": limits.CARD_ACTIONS,
        "CAROUSEL_ELEMENTS_MAX_ITEMS": limits.CAROUSEL_CARDS,
        "CONTAINER_CHILD_BLOCKS_MAX_ITEMS": limits.CONTAINER_BLOCKS,
        "ALERT_TEXT_MAX_LENGTH": limits.ALERT_TEXT,
        "PLAN_TASKS_MAX_ITEMS": limits.PLAN_TASKS,
        "MESSAGE_BLOCKS_MAX_ITEMS": limits.MESSAGE_BLOCKS,
        "MESSAGE_ATTACHMENTS_MAX_ITEMS": limits.MESSAGE_ATTACHMENTS,
        "MESSAGE_DATA_VISUALIZATIONS_MAX_ITEMS": limits.MESSAGE_VISUALIZATIONS,
        "VIEW_BLOCKS_MAX_ITEMS": limits.VIEW_BLOCKS,
        "VIEW_TITLE_MAX_LENGTH": limits.VIEW_TITLE,
        "VIEW_SUBMIT_MAX_LENGTH": limits.VIEW_BUTTON,
        "VIEW_PRIVATE_METADATA_MAX_LENGTH": limits.VIEW_PRIVATE_METADATA,
    }
    assert ours == {name: getattr(oracle, name) for name in ours}


def test_surfaces_agree_with_the_oracle():
    assert oracle_surfaces._BLOCK_TYPES_BY_SURFACE == limits.SURFACES


LENGTHS = st.sampled_from([1, 29, 30, 31, 74, 75, 76, 149, 150, 151, 1999, 2000, 2001, 2999, 3000, 3001])


def refused_by_oracle(build) -> bool:
    try:
        build()
    except slackblocks.InvalidUsageError:
        return True
    return False


@given(LENGTHS)
def test_the_oracle_refuses_the_same_lengths(length):
    text = "x" * length
    pairs = [
        (lambda: slackblocks.SectionBlock(text), section(text=mrkdwn(text))),
        (lambda: slackblocks.HeaderBlock(text), {"type": "header", "text": plain(text)}),
        (lambda: slackblocks.SectionBlock(fields=[text]), {"type": "section", "fields": [mrkdwn(text)]}),
        (
            lambda: slackblocks.ActionsBlock([slackblocks.Button(text, "a")]),
            {"type": "actions", "elements": [button(text=plain(text))]},
        ),
        (
            lambda: slackblocks.ActionsBlock([slackblocks.Button("x", "a", value=text)]),
            {"type": "actions", "elements": [button(value=text)]},
        ),
        (lambda: slackblocks.MarkdownBlock(text), {"type": "markdown", "text": text}),
    ]
    for build, block in pairs:
        assert bool(message_problems([block])) == refused_by_oracle(build), block["type"]
