"""Block Kit pieces within Slack's limits, and the message they make up.

Limits from docs.slack.dev, Block Kit reference. Text comes in already safe (`slack_bot.text`).
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any, Final

from slack_bot.text import clip, plain

Block = dict[str, Any]

SECTION_MAX: Final = 3000
CONTEXT_MAX: Final = 3000
BUTTON_MAX: Final = 75
FALLBACK_MAX: Final = 3000
"""Slack cuts at 40,000; a notification shows far less."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message: blocks, and the text shown where blocks cannot be."""

    text: str
    blocks: tuple[Block, ...] = ()

    def digest(self) -> str:
        """Stands for what the message shows: equal for equal messages, over restarts too."""
        canonical = json.dumps([self.text, self.blocks], sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(canonical.encode()).hexdigest()


def mrkdwn(text: str, limit: int = SECTION_MAX) -> Block:
    """A text object in which Slack links and parses nothing by itself."""
    return {"type": "mrkdwn", "text": _cut(text, limit), "verbatim": True}


def section(text: str) -> Block:
    """A paragraph."""
    return {"type": "section", "text": mrkdwn(text)}


def header(text: str) -> Block:
    """A heading."""
    return {"type": "header", "text": label(text, 150)}


def context(*texts: str) -> Block:
    """Small print."""
    return {"type": "context", "elements": [mrkdwn(text, CONTEXT_MAX) for text in texts[:10]]}


def label(text: object, limit: int) -> Block:
    """A `plain_text` object; shortcodes in it stay as typed."""
    return {"type": "plain_text", "text": plain(text, limit), "emoji": False}


def button(text: str, action_id: str, **more: Any) -> Block:
    """A button; `more` are its other fields, such as value, url, style, confirm."""
    return {"type": "button", "text": label(text, BUTTON_MAX), "action_id": action_id, **more}


def actions(*elements: Block) -> Block:
    """A row of buttons. Its id is ours, so that a dialog opened before an update still finds its button after it."""
    return {"type": "actions", "block_id": "buttons", "elements": list(elements)}


def note(text: str) -> Message:
    """An answer of one paragraph."""
    return Message(clip(text, FALLBACK_MAX), (section(text),))


def _cut(text: str, limit: int) -> str:
    """Cuts at a line's or word's end, so that no entity and no code span is cut open."""
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    for separator in ("\n", " "):
        if separator in head:
            return head[: head.rfind(separator)] + "…"
    return "…"
