"""Rich text and markdown blocks as the same nodes that mrkdwn gives."""

from __future__ import annotations

import re
from typing import Any

from zof_local.workspace.models import JsonObject
from zof_local.workspace.mrkdwn import Node

_STYLES = {"code": "code", "strike": "strike", "italic": "italic", "bold": "bold"}
_SAFE_SCHEMES = ("http://", "https://", "mailto:")


def rich_text_nodes(block: JsonObject) -> list[Node]:
    """The nodes of a rich_text block; lists become ``list`` nodes with ``item`` children."""
    nodes: list[Node] = []
    for element in block.get("elements", []):
        leaves = element.get("elements", [])
        match element.get("type"):
            case "rich_text_list":
                items = [{"t": "item", "c": _leaves(item.get("elements", []))} for item in leaves]
                ordered = element.get("style") == "ordered"
                nodes.append(
                    {"t": "list", "ordered": ordered, "indent": element.get("indent", 0), "c": items}
                )
            case "rich_text_preformatted":
                nodes.append({"t": "pre", "c": _leaves(leaves)})
            case "rich_text_quote":
                nodes.append({"t": "quote", "c": _leaves(leaves)})
            case _:
                nodes.append({"t": "para", "c": _leaves(leaves)})
    return nodes


def _leaves(elements: list[JsonObject]) -> list[Node]:
    nodes: list[Node] = []
    for element in elements:
        nodes += _leaf(element)
    return nodes


def _leaf(element: JsonObject) -> list[Node]:
    match element.get("type"):
        case "text":
            nodes = _lines(str(element.get("text", "")))
        case "link":
            url = str(element.get("url", ""))
            label: list[Node] = [{"t": "text", "text": str(element.get("text") or url)}]
            nodes = [{"t": "link", "url": url, "c": label}] if url.startswith(_SAFE_SCHEMES) else label
        case "emoji":
            nodes = [{"t": "emoji", "name": str(element.get("name"))}]
        case "user":
            nodes = [{"t": "user", "id": str(element.get("user_id")), "label": ""}]
        case "channel":
            nodes = [{"t": "channel", "id": str(element.get("channel_id")), "label": ""}]
        case "usergroup":
            nodes = [{"t": "usergroup", "id": str(element.get("usergroup_id")), "label": ""}]
        case "broadcast":
            nodes = [{"t": "broadcast", "name": str(element.get("range"))}]
        case "date":
            nodes = [_date(element)]
        case _:
            nodes = [{"t": "text", "text": str(element.get("value", ""))}]
    return _styled(nodes, element.get("style"))


def _date(element: JsonObject) -> Node:
    fallback = str(element.get("fallback", ""))
    epoch = element.get("timestamp")
    if not isinstance(epoch, int):
        return {"t": "text", "text": fallback}
    return {"t": "date", "epoch": epoch, "format": str(element.get("format", "")), "label": fallback}


def _styled(nodes: list[Node], style: Any) -> list[Node]:
    for key, kind in _STYLES.items():
        if isinstance(style, dict) and style.get(key) is True:
            nodes = [{"t": kind, "c": nodes}]
    return nodes


def _lines(text: str) -> list[Node]:
    nodes: list[Node] = []
    for index, line in enumerate(text.split("\n")):
        if index:
            nodes.append({"t": "br"})
        if line:
            nodes.append({"t": "text", "text": line})
    return nodes


_MARKDOWN = re.compile(
    r"`(?P<code>[^`]+)`"
    r"|\*\*(?P<bold>[^*]+)\*\*"
    r"|(?<!\w)[*_](?P<italic>[^*_\s][^*_]*)[*_](?!\w)"
    r"|~~(?P<strike>[^~]+)~~"
    r"|\[(?P<label>[^\]\n]+)\]\((?P<url>[^)\s]+)\)"
    r"|:(?P<emoji>[a-z0-9_+'-]{1,60}):"
)
_ITEM = re.compile(r"\s*(?:[-*+]|(\d+)[.)])\s+(.*)")


def markdown_nodes(text: str) -> list[Node]:
    """The nodes of a markdown block: headings, lists, quotes, code and inline styles (tables stay text)."""
    nodes: list[Node] = []
    fence: list[str] | None = None
    for line in text.split("\n"):
        if line.lstrip().startswith("```"):
            if fence is not None:
                nodes.append({"t": "pre", "c": [{"t": "text", "text": "\n".join(fence)}]})
            fence = [] if fence is None else None
        elif fence is not None:
            fence.append(line)
        else:
            _markdown_line(line, nodes)
    if fence:
        nodes.append({"t": "pre", "c": [{"t": "text", "text": "\n".join(fence)}]})
    return nodes


def _markdown_line(line: str, nodes: list[Node]) -> None:
    if not line.strip():
        return
    if line.startswith("#"):
        nodes.append({"t": "para", "c": [{"t": "bold", "c": _markdown_inline(line.lstrip("#").strip())}]})
        return
    if line.startswith(">"):
        nodes.append({"t": "quote", "c": _markdown_inline(line[1:].strip())})
        return
    item = _ITEM.fullmatch(line)
    if item is None:
        nodes.append({"t": "para", "c": _markdown_inline(line)})
        return
    ordered = item[1] is not None
    if not nodes or nodes[-1]["t"] != "list" or nodes[-1]["ordered"] != ordered:
        nodes.append({"t": "list", "ordered": ordered, "indent": 0, "c": []})
    nodes[-1]["c"].append({"t": "item", "c": _markdown_inline(item[2])})


def _markdown_inline(text: str) -> list[Node]:
    nodes: list[Node] = []
    start = 0
    for match in _MARKDOWN.finditer(text):
        nodes += _plain(text[start : match.start()])
        kind = str(match.lastgroup)
        if kind == "url":
            label = _plain(match["label"])
            safe = match["url"].startswith(_SAFE_SCHEMES)
            nodes += [{"t": "link", "url": match["url"], "c": label}] if safe else label
        elif kind == "emoji":
            nodes.append({"t": "emoji", "name": match["emoji"]})
        else:
            nodes.append({"t": kind, "c": _plain(match[kind])})
        start = match.end()
    return nodes + _plain(text[start:])


def _plain(text: str) -> list[Node]:
    return [{"t": "text", "text": text}] if text else []
