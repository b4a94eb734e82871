"""Every limit and surface of PyPI's slackblocks: at the limit the workspace takes a block, beyond it refuses it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from slackblocks import _limits as oracle
from slackblocks._surfaces import _BLOCK_TYPES_BY_SURFACE as ORACLE_SURFACES

from zof_local.workspace.blockkit import limits
from zof_local.workspace.blockkit.message import message_problems
from zof_local.workspace.blockkit.view import view_problems

Json = dict[str, Any]
Problems = list[Any]


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def of(length: int) -> Json:
    return plain("x" * length)


def many(count: int, make: Callable[[int], Any]) -> list[Any]:
    return [make(n) for n in range(count)]


def option(n: int, **more: Any) -> Json:
    return {"text": plain("t"), "value": str(n), **more}


def button(n: int = 0, **more: Any) -> Json:
    return {"type": "button", "action_id": f"a{n}", "text": plain("x"), **more}


def message(*blocks: Json) -> Problems:
    return message_problems(list(blocks))


def actions(*elements: Json) -> Problems:
    return message({"type": "actions", "elements": list(elements)})


def accessory(kind: str, **more: Any) -> Problems:
    element = {"type": kind, "action_id": "a", **more}
    return message({"type": "section", "text": plain("x"), "accessory": element})


def field(kind: str, **more: Any) -> Problems:
    element = {"type": kind, "action_id": "a", **more}
    return message({"type": "input", "label": plain("x"), "element": element})


def select(**more: Any) -> Problems:
    return accessory("static_select", **{"options": [option(0)], **more})


def confirm(**more: Any) -> Problems:
    words = {"title": plain("t"), "text": plain("t"), "confirm": plain("y"), "deny": plain("n")}
    return actions(button(confirm=words | more))


def image(**more: Any) -> Problems:
    return message({"type": "image", "image_url": "https://x.dev/y.png", "alt_text": "x", **more})


def url(length: int) -> str:
    return "https://x.dev/".ljust(length, "y")


def card(**more: Any) -> Problems:
    return message({"type": "card", "title": plain("t"), **more})


def container(**more: Any) -> Problems:
    return message({"type": "container", "title": plain("t"), "child_blocks": [{"type": "divider"}], **more})


def video(**more: Any) -> Problems:
    body = {
        "type": "video",
        "alt_text": "x",
        "title": plain("t"),
        "thumbnail_url": "https://x.dev/t.png",
        "video_url": "https://x.dev/v",
    }
    return message(body | more)


def data_table(rows: int, columns: int = 1, text: str = "x", **more: Any) -> Problems:
    cells = [[{"type": "raw_text", "text": text}] * columns for _ in range(rows)]
    return message({"type": "data_table", "caption": "c", "rows": cells, **more})


def table(rows: int, columns: int = 1, **more: Any) -> Problems:
    cells = [[{"type": "raw_text", "text": "x"}] * columns for _ in range(rows)]
    return message({"type": "table", "rows": cells, **more})


def pie(segments: list[Json], title: str = "t") -> Problems:
    return message(
        {"type": "data_visualization", "title": title, "chart": {"type": "pie", "segments": segments}}
    )


def segment(n: int, **more: Any) -> Json:
    return {"label": f"s{n}", "value": 1, **more}


def bars(series: int = 1, points: int = 1, name: str = "", point: str = "", **axis: Any) -> Problems:
    labels = [point or f"p{n}" for n in range(points)]
    data = [{"label": label, "value": 1} for label in labels]
    chart = {
        "type": "bar",
        "series": [{"name": name or f"n{n}", "data": data} for n in range(series)],
        "axis_config": {"categories": labels, **axis},
    }
    return message({"type": "data_visualization", "title": "t", "chart": chart})


def rich(element: Json) -> Problems:
    return message({"type": "rich_text", "elements": [element]})


def rich_list(**more: Any) -> Problems:
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": "x"}]}
    return rich({"type": "rich_text_list", "style": "bullet", "elements": [section], **more})


def view(**more: Any) -> Problems:
    return view_problems({"type": "modal", "title": plain("t"), "blocks": [{"type": "divider"}], **more})


def task(n: int) -> Json:
    return {"task_id": str(n), "title": "t", "status": "complete"}


LIMITS: dict[str, Callable[[int], Problems]] = {
    "ACTIONS_ELEMENTS_MAX_ITEMS": lambda n: actions(*many(n, button)),
    "ACTION_ID_MAX_LENGTH": lambda n: actions(button(action_id="x" * n)),
    "BLOCK_ID_MAX_LENGTH": lambda n: message({"type": "divider", "block_id": "x" * n}),
    "ALERT_TEXT_MAX_LENGTH": lambda n: view(blocks=[{"type": "alert", "text": of(n)}]),
    "BUTTON_ACCESSIBILITY_LABEL_MAX_LENGTH": lambda n: actions(button(accessibility_label="x" * n)),
    "BUTTON_TEXT_MAX_LENGTH": lambda n: actions(button(text=of(n))),
    "BUTTON_URL_MAX_LENGTH": lambda n: actions(button(url=url(n))),
    "BUTTON_VALUE_MAX_LENGTH": lambda n: actions(button(value="x" * n)),
    "CARD_ACTIONS_MAX_ITEMS": lambda n: card(actions=many(n, button)),
    "CARD_BODY_MAX_LENGTH": lambda n: card(body=of(n)),
    "CARD_SUBTEXT_MAX_LENGTH": lambda n: card(subtext=of(n)),
    "CARD_SUBTITLE_MAX_LENGTH": lambda n: card(subtitle=of(n)),
    "CARD_TITLE_MAX_LENGTH": lambda n: card(title=of(n)),
    "CAROUSEL_ELEMENTS_MAX_ITEMS": lambda n: message(
        {"type": "carousel", "elements": [{"type": "card", "title": plain("t")}] * n}
    ),
    "CHECKBOXES_OPTIONS_MAX_ITEMS": lambda n: accessory("checkboxes", options=many(n, option)),
    "RADIO_BUTTONS_OPTIONS_MAX_ITEMS": lambda n: accessory("radio_buttons", options=many(n, option)),
    "OVERFLOW_OPTIONS_MAX_ITEMS": lambda n: accessory("overflow", options=many(n, option)),
    "CONFIRMATION_CONFIRM_MAX_LENGTH": lambda n: confirm(confirm=of(n)),
    "CONFIRMATION_DENY_MAX_LENGTH": lambda n: confirm(deny=of(n)),
    "CONFIRMATION_TEXT_MAX_LENGTH": lambda n: confirm(text=of(n)),
    "CONFIRMATION_TITLE_MAX_LENGTH": lambda n: confirm(title=of(n)),
    "CONTAINER_CHILD_BLOCKS_MAX_ITEMS": lambda n: container(child_blocks=[{"type": "divider"}] * n),
    "CONTAINER_SUBTITLE_MAX_LENGTH": lambda n: container(subtitle=of(n)),
    "CONTAINER_TITLE_MAX_LENGTH": lambda n: container(title=of(n)),
    "CONTEXT_ACTIONS_ELEMENTS_MAX_ITEMS": lambda n: message(
        {
            "type": "context_actions",
            "elements": [
                {"type": "icon_button", "action_id": f"a{i}", "icon": "trash", "text": plain("x")}
                for i in range(n)
            ],
        }
    ),
    "CONTEXT_ELEMENTS_MAX_ITEMS": lambda n: message({"type": "context", "elements": [plain("x")] * n}),
    "DATA_TABLE_COLUMNS_MAX_ITEMS": lambda n: data_table(2, n),
    "DATA_TABLE_CONTENT_MAX_LENGTH": lambda n: data_table(2, 1, "x" * (n // 2 + n % 2)),
    "DATA_TABLE_PAGE_SIZE_MAX": lambda n: data_table(2, page_size=n),
    "DATA_TABLE_ROWS_MAX_ITEMS": data_table,
    "DATA_VISUALIZATION_DATA_MAX_ITEMS": lambda n: bars(points=n),
    "DATA_VISUALIZATION_POINT_LABEL_MAX_LENGTH": lambda n: bars(point="x" * n),
    "DATA_VISUALIZATION_SEGMENTS_MAX_ITEMS": lambda n: pie(many(n, segment)),
    "DATA_VISUALIZATION_SEGMENT_LABEL_MAX_LENGTH": lambda n: pie([segment(0, label="x" * n)]),
    "DATA_VISUALIZATION_SERIES_MAX_ITEMS": lambda n: bars(series=n),
    "DATA_VISUALIZATION_SERIES_NAME_MAX_LENGTH": lambda n: bars(name="x" * n),
    "DATA_VISUALIZATION_TITLE_MAX_LENGTH": lambda n: pie([segment(0)], "x" * n),
    "DATA_VISUALIZATION_AXIS_LABEL_MAX_LENGTH": lambda n: bars(x_label="x" * n),
    "DATE_PICKER_PLACEHOLDER_MAX_LENGTH": lambda n: accessory("datepicker", placeholder=of(n)),
    "TIME_PICKER_PLACEHOLDER_MAX_LENGTH": lambda n: accessory("timepicker", placeholder=of(n)),
    "EMAIL_INPUT_PLACEHOLDER_MAX_LENGTH": lambda n: field("email_text_input", placeholder=of(n)),
    "URL_INPUT_PLACEHOLDER_MAX_LENGTH": lambda n: field("url_text_input", placeholder=of(n)),
    "NUMBER_INPUT_PLACEHOLDER_MAX_LENGTH": lambda n: field(
        "number_input", is_decimal_allowed=False, placeholder=of(n)
    ),
    "RICH_TEXT_INPUT_PLACEHOLDER_MAX_LENGTH": lambda n: field("rich_text_input", placeholder=of(n)),
    "PLAIN_TEXT_INPUT_PLACEHOLDER_MAX_LENGTH": lambda n: field("plain_text_input", placeholder=of(n)),
    "SELECT_PLACEHOLDER_MAX_LENGTH": lambda n: select(placeholder=of(n)),
    "FEEDBACK_BUTTON_TEXT_MAX_LENGTH": lambda n: feedback(text=of(n)),
    "FEEDBACK_BUTTON_VALUE_MAX_LENGTH": lambda n: feedback(value="x" * n),
    "FEEDBACK_BUTTON_ACCESSIBILITY_LABEL_MAX_LENGTH": lambda n: feedback(accessibility_label="x" * n),
    "FILE_INPUT_MAX_FILES_MAX": lambda n: field("file_input", max_files=n),
    "HEADER_TEXT_MAX_LENGTH": lambda n: message({"type": "header", "text": of(n)}),
    "ICON_BUTTON_ACCESSIBILITY_LABEL_MAX_LENGTH": lambda n: icon(accessibility_label="x" * n),
    "ICON_BUTTON_VALUE_MAX_LENGTH": lambda n: icon(value="x" * n),
    "ICON_BUTTON_VISIBLE_TO_USER_IDS_MAX_ITEMS": lambda n: icon(
        visible_to_user_ids=many(n, lambda i: f"U{i}")
    ),
    "IMAGE_ALT_TEXT_MAX_LENGTH": lambda n: image(alt_text="x" * n),
    "IMAGE_ELEMENT_ALT_TEXT_MAX_LENGTH": lambda n: message(
        {"type": "context", "elements": [{"type": "image", "image_url": url(20), "alt_text": "x" * n}]}
    ),
    "IMAGE_ELEMENT_IMAGE_URL_MAX_LENGTH": lambda n: message(
        {"type": "context", "elements": [{"type": "image", "image_url": url(n), "alt_text": "x"}]}
    ),
    "IMAGE_IMAGE_URL_MAX_LENGTH": lambda n: image(image_url=url(n)),
    "IMAGE_TITLE_MAX_LENGTH": lambda n: image(title=of(n)),
    "INPUT_HINT_MAX_LENGTH": lambda n: message(
        {
            "type": "input",
            "label": plain("x"),
            "hint": of(n),
            "element": {"type": "plain_text_input", "action_id": "a"},
        }
    ),
    "INPUT_LABEL_MAX_LENGTH": lambda n: message(
        {"type": "input", "label": of(n), "element": {"type": "plain_text_input", "action_id": "a"}}
    ),
    "MARKDOWN_TEXT_MAX_LENGTH": lambda n: message({"type": "markdown", "text": "x" * n}),
    "MARKDOWN_TOTAL_TEXT_MAX_LENGTH": lambda n: message(
        {"type": "markdown", "text": "x" * (n - 10)}, {"type": "markdown", "text": "x" * 10}
    ),
    "MESSAGE_BLOCKS_MAX_ITEMS": lambda n: message(*[{"type": "divider"}] * n),
    "MESSAGE_DATA_VISUALIZATIONS_MAX_ITEMS": lambda n: message(
        *[
            {"type": "data_visualization", "title": "t", "chart": {"type": "pie", "segments": [segment(0)]}}
            for _ in range(n)
        ]
    ),
    "OPTION_DESCRIPTION_MAX_LENGTH": lambda n: select(options=[option(0, description=of(n))]),
    "OPTION_GROUP_LABEL_MAX_LENGTH": lambda n: accessory(
        "static_select", option_groups=[{"label": of(n), "options": [option(0)]}]
    ),
    "OPTION_GROUP_OPTIONS_MAX_ITEMS": lambda n: accessory(
        "static_select", option_groups=[{"label": plain("l"), "options": many(n, option)}]
    ),
    "OPTION_TEXT_MAX_LENGTH": lambda n: select(options=[option(0, text=of(n))]),
    "OPTION_URL_MAX_LENGTH": lambda n: accessory("overflow", options=[option(0, url=url(n))]),
    "OPTION_VALUE_MAX_LENGTH": lambda n: select(options=[option(0, value="x" * n)]),
    "PLAIN_TEXT_INPUT_MAX_LENGTH_MAX": lambda n: field("plain_text_input", max_length=n),
    "PLAIN_TEXT_INPUT_MIN_LENGTH_MAX": lambda n: field("plain_text_input", min_length=n),
    "PLAN_TASKS_MAX_ITEMS": lambda n: message({"type": "plan", "title": "p", "tasks": many(n, task)}),
    "RICH_TEXT_INPUT_MAX_LINES_MAX": lambda n: field("rich_text_input", max_lines=n),
    "RICH_TEXT_INPUT_MIN_LINES_MAX": lambda n: field("rich_text_input", min_lines=n),
    "RICH_TEXT_LIST_BORDER_MAX": lambda n: rich_list(border=n),
    "RICH_TEXT_LIST_INDENT_MAX": lambda n: rich_list(indent=n),
    "RICH_TEXT_PREFORMATTED_BORDER_MAX": lambda n: rich(
        {"type": "rich_text_preformatted", "border": n, "elements": [{"type": "text", "text": "x"}]}
    ),
    "RICH_TEXT_QUOTE_BORDER_MAX": lambda n: rich(
        {"type": "rich_text_quote", "border": n, "elements": [{"type": "text", "text": "x"}]}
    ),
    "SECTION_FIELDS_ITEM_MAX_LENGTH": lambda n: message({"type": "section", "fields": [of(n)]}),
    "SECTION_FIELDS_MAX_ITEMS": lambda n: message({"type": "section", "fields": [plain("x")] * n}),
    "SECTION_TEXT_MAX_LENGTH": lambda n: message({"type": "section", "text": of(n)}),
    "SELECT_OPTIONS_MAX_ITEMS": lambda n: select(options=many(n, option)),
    "SELECT_OPTION_GROUPS_MAX_ITEMS": lambda n: accessory(
        "static_select", option_groups=[{"label": plain("l"), "options": [option(0)]}] * n
    ),
    "TABLE_COLUMNS_MAX_ITEMS": lambda n: table(1, n),
    "TABLE_COLUMN_SETTINGS_MAX_ITEMS": lambda n: table(1, 1, column_settings=[{"is_wrapped": True}] * n),
    "TABLE_ROWS_MAX_ITEMS": table,
    "TEXT_MAX_LENGTH": lambda n: message({"type": "section", "text": {"type": "mrkdwn", "text": "x" * n}}),
    "VIDEO_ALT_TEXT_MAX_LENGTH": lambda n: video(alt_text="x" * n),
    "VIDEO_AUTHOR_NAME_MAX_LENGTH": lambda n: video(author_name="x" * n),
    "VIDEO_DESCRIPTION_MAX_LENGTH": lambda n: video(description=of(n)),
    "VIDEO_PROVIDER_NAME_MAX_LENGTH": lambda n: video(provider_name="x" * n),
    "VIDEO_PROVIDER_ICON_URL_MAX_LENGTH": lambda n: video(provider_icon_url=url(n)),
    "VIDEO_THUMBNAIL_URL_MAX_LENGTH": lambda n: video(thumbnail_url=url(n)),
    "VIDEO_TITLE_MAX_LENGTH": lambda n: video(title=of(n)),
    "VIDEO_TITLE_URL_MAX_LENGTH": lambda n: video(title_url=url(n)),
    "VIDEO_VIDEO_URL_MAX_LENGTH": lambda n: video(video_url=url(n)),
    "VIEW_BLOCKS_MAX_ITEMS": lambda n: view(blocks=[{"type": "divider"}] * n),
    "VIEW_CALLBACK_ID_MAX_LENGTH": lambda n: view(callback_id="x" * n),
    "VIEW_CLOSE_MAX_LENGTH": lambda n: view(close=of(n)),
    "VIEW_EXTERNAL_ID_MAX_LENGTH": lambda n: view(external_id="x" * n),
    "VIEW_PRIVATE_METADATA_MAX_LENGTH": lambda n: view(private_metadata="x" * n),
    "VIEW_SUBMIT_MAX_LENGTH": lambda n: view(submit=of(n)),
    "VIEW_TITLE_MAX_LENGTH": lambda n: view(title=of(n)),
    "WORKFLOW_BUTTON_TEXT_MAX_LENGTH": lambda n: workflow(text=of(n)),
    "WORKFLOW_BUTTON_ACCESSIBILITY_LABEL_MAX_LENGTH": lambda n: workflow(accessibility_label="x" * n),
}

ELSEWHERE = {
    "MESSAGE_ATTACHMENTS_MAX_ITEMS": "not of blocks: tests/integration/zof_local/workspace/test_web_api.py",
    "BUTTON_AGENT_PROMPT_MAX_LENGTH": "a field that Slack has not documented",
    "DATA_TABLE_TOTAL_CONTENT_MAX_LENGTH": "the same number for a message's tables together",
    "DATA_VISUALIZATION_CATEGORIES_MAX_ITEMS": "as many as points, which are limited to the same number",
    "DATA_VISUALIZATION_CATEGORY_LABEL_MAX_LENGTH": "the labels of points, which are limited to the same number",
    "DISPATCH_ACTION_CONFIGURATION_TRIGGER_ACTIONS_ON_MAX_ITEMS": "there are but two, and none may come twice",
}


def feedback(**more: Any) -> Problems:
    good = {"text": plain("+"), "value": "1"} | more
    element = {
        "type": "feedback_buttons",
        "action_id": "a",
        "positive_button": good,
        "negative_button": {"text": plain("-"), "value": "0"},
    }
    return message({"type": "context_actions", "elements": [element]})


def icon(**more: Any) -> Problems:
    element = {"type": "icon_button", "action_id": "a", "icon": "trash", "text": plain("x"), **more}
    return message({"type": "context_actions", "elements": [element]})


def workflow(**more: Any) -> Problems:
    trigger = {"trigger": {"url": "https://slack.com/shortcuts/Ft1/2"}}
    return actions(
        {"type": "workflow_button", "action_id": "a", "text": plain("x"), "workflow": trigger, **more}
    )


@pytest.mark.parametrize("name", LIMITS)
def test_at_the_limit_a_block_is_taken_and_beyond_it_refused(name):
    limit = getattr(oracle, name)
    assert LIMITS[name](limit) == []
    assert LIMITS[name](limit + 1) != []


def test_every_upper_limit_of_the_oracle_is_tried():
    upper = {name for name in dir(oracle) if name.endswith(("_MAX_LENGTH", "_MAX_ITEMS", "_MAX"))}
    assert upper - set(LIMITS) - set(ELSEWHERE) == set()
    assert set(LIMITS) | set(ELSEWHERE) <= upper


@pytest.mark.parametrize("surface", ["message", "modal", "home"])
def test_the_same_blocks_stand_on_the_same_surfaces(surface):
    assert limits.SURFACES[surface] == ORACLE_SURFACES[surface]
