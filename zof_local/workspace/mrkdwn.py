"""Slack's message text as a tree of nodes (docs.slack.dev/messaging/formatting-message-text).

A node is a JSON object with a ``t``: text, br, bold, italic, strike, code, pre, quote, link, user,
channel, usergroup, broadcast, date, emoji. Nodes with ``c`` hold children. The page and the terminal both
show this tree, so what text means is decided here alone.
"""

from __future__ import annotations

import html
import re
from typing import Any

Node = dict[str, Any]

_SAFE_SCHEMES = ("http://", "https://", "mailto:")
_TOKEN = re.compile(
    r"```(?P<pre>.+?)```"
    r"|`(?P<code>[^`\n]+)`"
    r"|<(?P<angle>[^<>\n]+)>"
    r"|(?<!\w):(?P<emoji>(?!\d+:)[a-z0-9_+'-]{1,60}):"
    r"|(?<![\w*])\*(?P<bold>(?![\s*])[^*\n]*[^*\s])\*(?![\w*])"
    r"|(?<![\w_])_(?P<italic>(?![\s_])[^_\n]*[^_\s])_(?![\w_])"
    r"|(?<![\w~])~(?P<strike>(?![\s~])[^~\n]*[^~\s])~(?![\w~])"
    r"|(?P<br>\n)",
    re.DOTALL,
)
_EMOJI = re.compile(r"(?<!\w):((?!\d+:)[a-z0-9_+'-]{1,60}):")
_MAX_DEPTH = 4


def parse_mrkdwn(text: str) -> list[Node]:
    """The nodes of mrkdwn text; quotes are lines that begin with ``>`` (sent as ``&gt;``)."""
    nodes: list[Node] = []
    for quoted, part in _quote_parts(text):
        children = _inline(part, 0)
        nodes += [{"t": "quote", "c": children}] if quoted else children
    return nodes


def parse_plain(text: str, *, emoji: bool = True) -> list[Node]:
    """The nodes of a plain_text object: nothing but line breaks and emoji."""
    nodes: list[Node] = []
    for index, line in enumerate(text.split("\n")):
        if index:
            nodes.append({"t": "br"})
        nodes += _emoji_nodes(line) if emoji else _text(line)
    return nodes


def _quote_parts(text: str) -> list[tuple[bool, str]]:
    """Runs of lines, each quoted or not. Lines inside a preformatted block are never quoted."""
    if "&gt;" not in text and ">" not in text:
        return [(False, text)]
    parts: list[tuple[bool, list[str]]] = []
    fenced = False
    for line in text.split("\n"):
        stripped = line.removeprefix("&gt;") if line.startswith("&gt;") else line.removeprefix(">")
        quoted = not fenced and stripped != line
        if line.count("```") % 2:
            fenced = not fenced
        if not parts or parts[-1][0] != quoted:
            parts.append((quoted, []))
        parts[-1][1].append(stripped.removeprefix(" ") if quoted else line)
    return [(quoted, "\n".join(lines)) for quoted, lines in parts]


def _inline(text: str, depth: int) -> list[Node]:
    if depth > _MAX_DEPTH:
        return _text(html.unescape(text))
    nodes: list[Node] = []
    start = 0
    for match in _TOKEN.finditer(text):
        nodes += _text(_unescape(text[start : match.start()]))
        nodes += _node(match, depth)
        start = match.end()
    return nodes + _text(_unescape(text[start:]))


def _node(match: re.Match[str], depth: int) -> list[Node]:
    kind = str(match.lastgroup)
    inner = match[kind]
    if kind == "br":
        return [{"t": "br"}]
    if kind == "angle":
        return [_angle(inner)]
    if kind == "emoji":
        return [{"t": "emoji", "name": inner}]
    if kind == "pre":
        return [{"t": "pre", "c": _text(_links_as_text(inner.removeprefix("\n").removesuffix("\n")))}]
    if kind == "code":
        return [{"t": "code", "c": _text(_links_as_text(inner))}]
    return [{"t": kind, "c": _inline(inner, depth + 1)}]


def _links_as_text(text: str) -> str:
    """Code shows the text of Slack's <…> forms, and nothing is formatted in it."""
    return _unescape(re.sub(r"<([^<>|\n]+)(?:\|([^<>\n]*))?>", lambda m: m[2] or m[1], text))


def _angle(inner: str) -> Node:
    target, _, label = inner.partition("|")
    label = _unescape(label)
    sigil, name = target[:1], target[1:]
    if sigil == "@":
        return {"t": "user", "id": name, "label": label}
    if sigil == "#":
        return {"t": "channel", "id": name, "label": label}
    if sigil == "!":
        return _special(name, label)
    url = _unescape(target)
    if url.startswith(_SAFE_SCHEMES):
        return {"t": "link", "url": url, "c": _emoji_nodes(label) if label else _text(url)}
    return {"t": "text", "text": f"<{_unescape(inner)}>"}


def _special(name: str, label: str) -> Node:
    if name.startswith("subteam^"):
        return {"t": "usergroup", "id": name.removeprefix("subteam^"), "label": label}
    if name.startswith("date^"):
        parts = name.split("^")
        if len(parts) >= 3 and re.fullmatch(r"-?\d{1,12}", parts[1]):
            return {"t": "date", "epoch": int(parts[1]), "format": parts[2], "label": label}
        return {"t": "text", "text": label}
    if name in ("here", "channel", "everyone"):
        return {"t": "broadcast", "name": name}
    return {"t": "text", "text": label or f"<!{name}>"}


def _emoji_nodes(text: str) -> list[Node]:
    nodes: list[Node] = []
    for index, part in enumerate(_EMOJI.split(text)):
        nodes += [{"t": "emoji", "name": part}] if index % 2 else _text(part)
    return nodes


def _text(text: str) -> list[Node]:
    return [{"t": "text", "text": text}] if text else []


def _unescape(text: str) -> str:
    """Only Slack's three entities are decoded; others are text."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
