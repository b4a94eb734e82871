"""A message as text for a terminal."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from zof_local.workspace.emoji import sign
from zof_local.workspace.models import JsonObject
from zof_local.workspace.mrkdwn import Node, parse_mrkdwn, parse_plain
from zof_local.workspace.richnodes import markdown_nodes, rich_text_nodes

Names = Mapping[str, str]

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_ON_OWN_LINES = frozenset({"quote", "pre", "list", "para"})
_BULLETS = {True: "{}. ", False: "• "}


def plain_text(message: Mapping[str, Any], names: Names | None = None) -> str:
    """A message as terminal text: its blocks if it has any, else its text.

    Args:
        message: a message as the Web API shows it (``text``, ``blocks``).
        names: what to write for user and channel ids.

    Returns:
        Lines without control characters, so that no message can steer the terminal.
    """
    lookup = names or {}
    blocks = message.get("blocks")
    if blocks:
        parts = [block_text(block, lookup) for block in blocks]
        text = "\n".join(part for part in parts if part)
    else:
        text = nodes_text(parse_mrkdwn(str(message.get("text", ""))), lookup)
    return _CONTROL.sub("", text).rstrip("\n")


def block_text(block: JsonObject, names: Names) -> str:
    """One block as text; a block without words gives ""."""
    render = _BLOCKS.get(str(block.get("type")))
    return render(block, names) if render else ""


def nodes_text(nodes: list[Node], names: Names) -> str:
    """Nodes as text; quotes, code blocks, lists and paragraphs begin on lines of their own."""
    text = ""
    for node in nodes:
        if node["t"] in _ON_OWN_LINES and text and not text.endswith("\n"):
            text += "\n"
        text += _node_text(node, names)
    return text


def _node_text(node: Node, names: Names) -> str:
    render = _NODES.get(node["t"])
    return render(node, names) if render else nodes_text(node.get("c", []), names)


def _named(sigil: str) -> Callable[[Node, Names], str]:
    """A mention of a person, channel or group: its name here, else the label sent along, else its id."""
    return lambda node, names: f"{sigil}{names.get(node['id']) or node['label'] or node['id']}"


def _link_text(node: Node, names: Names) -> str:
    label = nodes_text(node["c"], names)
    return label if label == node["url"] else f"{label} ({node['url']})"


def _lines(text: str, prefix: str) -> str:
    return "".join(f"{prefix}{line}\n" for line in text.strip("\n").split("\n"))


def _list_text(node: Node, names: Names) -> str:
    bullet = _BULLETS[node["ordered"]]
    indent = "  " * int(node.get("indent") or 0)
    items = [nodes_text(item["c"], names) for item in node["c"]]
    return "".join(f"{indent}{bullet.format(n)}{item}\n" for n, item in enumerate(items, 1))


def _date_text(node: Node) -> str:
    try:
        return f"{datetime.fromtimestamp(node['epoch'], UTC):%Y-%m-%d %H:%M:%S} UTC"
    except (ValueError, OverflowError, OSError):
        return str(node["label"])


_NODES: dict[str, Callable[[Node, Names], str]] = {
    "text": lambda node, _names: str(node["text"]),
    "br": lambda _node, _names: "\n",
    "emoji": lambda node, _names: sign(node["name"]),
    "user": _named("@"),
    "channel": _named("#"),
    "usergroup": _named("@"),
    "broadcast": lambda node, _names: f"@{node['name']}",
    "date": lambda node, _names: _date_text(node),
    "link": _link_text,
    "quote": lambda node, names: _lines(nodes_text(node["c"], names), "│ "),
    "pre": lambda node, names: _lines(nodes_text(node["c"], names), "    "),
    "list": _list_text,
    "para": lambda node, names: nodes_text(node["c"], names).rstrip("\n") + "\n",
}


def text_object_nodes(text: JsonObject) -> list[Node]:
    """The nodes of a text object."""
    words = str(text.get("text", ""))
    if text.get("type") == "mrkdwn":
        return parse_mrkdwn(words)
    return parse_plain(words, emoji=text.get("emoji") is not False)


def _object(text: Any, names: Names) -> str:
    return nodes_text(text_object_nodes(text), names).strip("\n") if isinstance(text, dict) else ""


def _section(block: JsonObject, names: Names) -> str:
    fields = [
        _object(field, names).replace("\n", ": ", 1).replace("\n", " ") for field in block.get("fields") or []
    ]
    lines = [_object(block.get("text"), names), *fields]
    if isinstance(block.get("accessory"), dict):
        lines.append(_element(block["accessory"], names))
    return "\n".join(line for line in lines if line)


def _element(element: JsonObject, names: Names) -> str:
    kind = element.get("type")
    if kind == "image":
        return f"[{element.get('alt_text', '')}]"
    label = _object(element.get("text") or element.get("placeholder"), names)
    return f"[{label or kind}]"


def _elements(block: JsonObject, names: Names) -> str:
    return "  ".join(_element(element, names) for element in block.get("elements", []))


def _context(block: JsonObject, names: Names) -> str:
    parts = [
        f"[{element.get('alt_text', '')}]" if element.get("type") == "image" else _object(element, names)
        for element in block.get("elements", [])
    ]
    return " · ".join(part for part in parts if part)


def _image(block: JsonObject, names: Names) -> str:
    return _object(block.get("title"), names) or f"[{block.get('alt_text', '')}]"


def _input(block: JsonObject, names: Names) -> str:
    return f"{_object(block.get('label'), names)}: {_element(block.get('element', {}), names)}"


def _table(block: JsonObject, names: Names) -> str:
    def cell(value: JsonObject) -> str:
        if value.get("type") == "rich_text":
            return nodes_text(rich_text_nodes(value), names).strip()
        return str(value.get("text", value.get("value", "")))

    return "\n".join(" | ".join(cell(value) for value in row) for row in block.get("rows", []))


def _card(block: JsonObject, names: Names) -> str:
    lines = [_object(block.get(key), names) for key in ("title", "subtitle", "body", "subtext")]
    lines.append("  ".join(_element(action, names) for action in block.get("actions") or []))
    return "\n".join(line for line in lines if line)


def _children(block: JsonObject, names: Names) -> str:
    own = [_object(block.get(key), names) for key in ("title", "subtitle")]
    children = [
        block_text(child, names) for child in block.get("child_blocks") or block.get("elements") or []
    ]
    return "\n".join(line for line in [*own, *children] if line)


def _task(block: JsonObject, _names: Names) -> str:
    return f"{block.get('title', '')} ({block.get('status', 'pending')})"


def _plan(block: JsonObject, names: Names) -> str:
    return "\n".join(
        [str(block.get("title", "")), *(_task(task, names) for task in block.get("tasks") or [])]
    )


_BLOCKS: dict[str, Callable[[JsonObject, Names], str]] = {
    "section": _section,
    "header": lambda block, names: _object(block.get("text"), names),
    "context": _context,
    "divider": lambda _block, _names: "─" * 40,
    "actions": _elements,
    "context_actions": _elements,
    "image": _image,
    "input": _input,
    "rich_text": lambda block, names: nodes_text(rich_text_nodes(block), names).strip("\n"),
    "markdown": lambda block, names: nodes_text(markdown_nodes(str(block.get("text", ""))), names).strip(
        "\n"
    ),
    "table": _table,
    "data_table": _table,
    "data_visualization": lambda block, _names: str(block.get("title", "")),
    "card": _card,
    "carousel": _children,
    "container": _children,
    "alert": lambda block, names: _object(block.get("text"), names),
    "task_card": _task,
    "plan": _plan,
    "video": lambda block, names: _object(block.get("title"), names),
    "file": lambda block, _names: f"[file {block.get('external_id', '')}]",
}
