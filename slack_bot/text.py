"""Text safety by type: whatever came from outside passes through one of these on its way to Slack.

No input may yield a mention, a link, formatting or a block that Slack refuses. Blocks carry `verbatim: true`,
so Slack itself links nothing; what is left is what markup says, and these functions let no markup through.
"""

from __future__ import annotations

import re
import time
import unicodedata
import urllib.parse
from collections.abc import Iterable
from typing import Final

_INVISIBLE: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_LOOKALIKES: Final = str.maketrans({"*": "∗", "`": "ʹ", "~": "∼"})
_EDGE_UNDERSCORE: Final = re.compile(r"(?<!\w)_|_(?!\w)")
_SHORTCODE: Final = re.compile(r":(?=[\w+-]+:)")
_ENTITIES: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_CUT_ENTITY: Final = re.compile(r"&[a-z]*$")
_URL_MAX: Final = 3000
"""A button's url, see the Block Kit reference."""


def tidy(value: object) -> str:
    """One line without control, bidirectional or unassigned characters; white space becomes one space."""
    return " ".join(_printable(str(value)).split())


def _printable(text: str) -> str:
    """Each white space as a blank, and what shows nothing left out."""
    if text.isprintable():
        return text
    spaced = (" " if char.isspace() else char for char in text)
    return "".join(char for char in spaced if unicodedata.category(char) not in _INVISIBLE)


def clip(text: str, limit: int) -> str:
    """At most `limit` characters; what is cut ends in an ellipsis."""
    return text if len(text) <= limit else text[: max(limit - 1, 0)].rstrip() + "…"


def escape(text: str) -> str:
    """Slack's three entities, so that no `<…>` markup can begin (docs.slack.dev, formatting message text)."""
    return text.translate(_ENTITIES)


def _escape_within(text: str, limit: int) -> str:
    """Escaped and at most `limit` characters long, no entity cut open."""
    escaped = escape(text[:limit])
    if len(escaped) <= limit and len(text) <= limit:
        return escaped
    return _CUT_ENTITY.sub("", escaped[: max(limit - 1, 0)]).rstrip() + "…"


def plain(value: object, limit: int) -> str:
    """For `plain_text` objects, never empty (Slack refuses an empty one)."""
    return clip(tidy(value), limit) or "–"


def prose(value: object, limit: int = 200) -> str:
    """For `mrkdwn`: outside text that reads as it is, with nothing in it acting as markup."""
    text = tidy(value).translate(_LOOKALIKES)
    text = _SHORTCODE.sub("∶", text).replace("://", ":⁄⁄")
    # Last, since a cut may leave an underscore at an edge.
    return _EDGE_UNDERSCORE.sub("＿", _escape_within(text, limit)) or "–"


def code(value: object, limit: int = 255) -> str:
    """For `mrkdwn`: an id or a word as typed, in a code span that it cannot leave."""
    return f"`{_escape_within(tidy(value).replace('`', 'ʹ'), limit) or '?'}`"


def fenced(lines: Iterable[str], limit: int = 2900) -> str:
    """For `mrkdwn`: lines as they are, in a block that they cannot leave; of too many, the last ones are shown.

    Args:
        limit: characters in all.
    """
    shown: list[str] = []
    room = limit - 8
    for line in reversed(list(lines)):
        # In a log, where a word stands in its line says something.
        safe = _escape_within(_printable(line.expandtabs(4)).rstrip().replace("`", "ʹ"), 300)
        if len(safe) + 1 > room:
            break
        room -= len(safe) + 1
        shown.insert(0, safe)
    return "```\n" + ("\n".join(shown) or "–") + "\n```"


def sentence(value: object, limit: int = 600) -> str:
    """For `mrkdwn`: a sentence of ours or of Zof's that may quote outside text."""
    return prose(value, limit)


def safe_url(value: str | None) -> str | None:
    """The URL if a person may be sent there: https, or http on this machine. None otherwise."""
    if not value or len(value) > _URL_MAX or value != tidy(value) or re.search(r"[\s<>|\"`]", value):
        return None
    try:
        parts = urllib.parse.urlsplit(value)
        host = parts.hostname
        _ = parts.port
    except ValueError:
        return None
    if not host or parts.username or parts.password:
        return None
    if parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK):
        return value
    return None


def clock(at: float) -> str:
    """`14:05 UTC` of a Unix time."""
    return time.strftime("%H:%M UTC", time.gmtime(at))


def local_clock(at: float) -> str:
    """For `mrkdwn`: the time of day in the reader's own time zone, with UTC as fallback."""
    return f"<!date^{int(at)}^{{time}}|{clock(at)}>"


def local_day(at: float) -> str:
    """For `mrkdwn`: the day in the reader's own time zone, with UTC as fallback."""
    return f"<!date^{int(at)}^{{date_short}}|{time.strftime('%Y-%m-%d', time.gmtime(at))}>"


def person_link(user_id: str) -> str:
    """For `mrkdwn`: somebody by id, shown by their name and notified. Anything else is shown as code."""
    return f"<@{user_id}>" if re.fullmatch(r"[UW][A-Z0-9]{2,30}", user_id) else code(user_id)


def channel_link(channel_id: str) -> str:
    """For `mrkdwn`: a channel by id, shown by its name; notifies nobody. Anything else is shown as code."""
    return f"<#{channel_id}>" if re.fullmatch(r"[CGD][A-Z0-9]{2,30}", channel_id) else code(channel_id)
