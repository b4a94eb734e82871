"""Checks of the blocks that show data: tables, charts, cards, plans.

Source: docs.slack.dev/reference/block-kit/blocks.
"""

from __future__ import annotations

from collections.abc import Callable

from zof_local.workspace.blockkit import limits
from zof_local.workspace.blockkit.check import PLAIN, Check, Place, typed
from zof_local.workspace.blockkit.elements import ELEMENTS, image
from zof_local.workspace.blockkit.richtext import rich_text

TASK_STATES = frozenset({"pending", "in_progress", "complete", "error"})
CONTAINER_TYPES = frozenset(
    (
        "actions",
        "context",
        "divider",
        "file",
        "header",
        "image",
        "input",
        "rich_text",
        "section",
        "table",
        "video",
    )
)
ALERT_LEVELS = frozenset({"default", "info", "warning", "error", "success"})
CONTAINER_WIDTHS = frozenset({"narrow", "standard", "wide", "full"})


def _cell(place: Place, *, numbers: bool) -> int:
    """Check a cell; the number of characters it shows."""
    if not place.object():
        return 0
    kind = place.value.get("type")
    if kind == "raw_text":
        place.string("text", required=True)
        return len(str(place.value.get("text", "")))
    if kind == "rich_text":
        rich_text(place)
        return 0
    if kind == "raw_number" and numbers:
        place.require("value")
        return len(str(place.value.get("value", "")))
    place.at("type").fail(f"unsupported type: {str(kind)[:80]}")
    return 0


def _row(place: Place, *, numbers: bool) -> int:
    if not isinstance(place.value, list):
        place.fail("must be an array")
        return 0
    if not 1 <= len(place.value) <= limits.TABLE_COLUMNS:
        place.fail(f"must have between 1 and {limits.TABLE_COLUMNS} cells")
        return 0
    return sum(_cell(place.at(index), numbers=numbers) for index in range(len(place.value)))


def _table(place: Place) -> None:
    for row in place.items("rows", 1, limits.TABLE_ROWS):
        _row(row, numbers=False)
    for _ in place.items("column_settings", 0, limits.TABLE_COLUMNS, required=False):
        pass


def _data_table(place: Place) -> None:
    place.string("caption", least=1, required=True)
    place.integer("page_size", *limits.DATA_TABLE_PAGE)
    place.integer("row_header_column_index", 0)
    length = sum(_row(row, numbers=True) for row in place.items("rows", *limits.DATA_TABLE_ROWS))
    rows = place.value.get("rows")
    widths = {len(row) for row in rows if isinstance(row, list)} if isinstance(rows, list) else set()
    if len(widths) > 1:
        place.at("rows").fail("must all have the same number of cells")
    if length > limits.DATA_TABLE_TEXT:
        place.at("rows").fail(f"must be less than {limits.DATA_TABLE_TEXT + 1} characters in all")


def _data_visualization(place: Place) -> None:
    place.string("title", limits.CHART_TITLE, least=1, required=True)
    if not place.require("chart") or not place.at("chart").object():
        return
    chart = place.at("chart")
    chart.one_of("type", {"pie", "bar", "area", "line"}, required=True)
    for segment in chart.items(
        "segments", 1, limits.CHART_SEGMENTS, required=chart.value.get("type") == "pie"
    ):
        if segment.object():
            segment.string("label", limits.CHART_LABEL, required=True)
    _series(chart)


def _series(chart: Place) -> None:
    if chart.has("axis_config") and chart.at("axis_config").object():
        for key in ("x_label", "y_label"):
            chart.at("axis_config").string(key, limits.CHART_AXIS_LABEL)
    names: set[str] = set()
    for series in chart.items("series", 1, limits.CHART_SERIES, required=chart.value.get("type") != "pie"):
        if not series.object():
            continue
        series.string("name", limits.CHART_LABEL, required=True)
        if str(series.value.get("name")) in names:
            series.at("name").fail("must be unique in this chart")
        names.add(str(series.value.get("name")))
        for point in series.items("data", 1, limits.CHART_POINTS):
            if point.object():
                point.string("label", limits.CHART_LABEL)


def card(place: Place) -> None:
    """A card."""
    if not any(place.has(key) for key in ("hero_image", "title", "actions", "body")):
        place.fail("must provide hero_image, title, actions or body")
    if place.has("icon") and place.has("slack_icon"):
        place.fail("must provide either icon or slack_icon")
    for key in ("hero_image", "icon"):
        if place.has(key) and place.at(key).object():
            image(place.at(key))
    place.text("title", limits.CARD_TITLE)
    place.text("subtitle", limits.CARD_TITLE)
    place.text("body", limits.CARD_TEXT)
    place.text("subtext", limits.CARD_TEXT)
    for action in place.items("actions", 0, limits.CARD_ACTIONS, required=False):
        typed(action, ELEMENTS, {"button"}, "in a card")


def _carousel(place: Place) -> None:
    for element in place.items("elements", 1, limits.CAROUSEL_CARDS):
        typed(element, {"card": card}, {"card"}, "in a carousel")


def _alert(place: Place) -> None:
    place.text("text", limits.ALERT_TEXT, required=True)
    place.one_of("level", ALERT_LEVELS)


def task_card(place: Place) -> None:
    """A task card."""
    place.string("task_id", least=1, required=True)
    place.string("title", least=1, required=True)
    place.one_of("status", TASK_STATES, required=True)
    for key in ("details", "output"):
        if place.has(key) and place.at(key).object():
            rich_text(place.at(key))


def lone_task_card(place: Place) -> None:
    """A task card outside a plan may not be pending."""
    task_card(place)
    if place.value.get("status") == "pending":
        place.at("status").fail("pending is only allowed in a plan")


def _plan(place: Place) -> None:
    place.string("title", least=1, required=True)
    seen: set[str] = set()
    for task in place.items("tasks", 0, limits.PLAN_TASKS):
        if not task.object():
            continue
        task_card(task)
        task_id = str(task.value.get("task_id"))
        if task_id in seen:
            task.at("task_id").fail(f"`task_id` {task_id!r} already exists in this plan")
        seen.add(task_id)


def container(blocks: Callable[[], dict[str, Check]]) -> Check:
    """A container of other blocks, whose checks are known only later."""

    def check(place: Place) -> None:
        if not place.has("title") and not place.has("rich_text_title"):
            place.fail("must provide title or rich_text_title")
        place.text("title", limits.CONTAINER_TITLE, kinds=PLAIN)
        place.text("subtitle", limits.CONTAINER_TITLE)
        place.one_of("width", CONTAINER_WIDTHS)
        if place.value.get("default_collapsed") and not place.value.get("is_collapsible"):
            place.at("default_collapsed").fail("is only allowed when is_collapsible is true")
        for child in place.items("child_blocks", 1, limits.CONTAINER_BLOCKS):
            typed(child, blocks(), CONTAINER_TYPES, "in a container")

    return check


STRUCTURED_BLOCKS: dict[str, Check] = {
    "table": _table,
    "data_table": _data_table,
    "data_visualization": _data_visualization,
    "card": card,
    "carousel": _carousel,
    "alert": _alert,
    "task_card": lone_task_card,
    "plan": _plan,
}
