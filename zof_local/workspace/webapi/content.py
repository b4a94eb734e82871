"""The content of messages: what callers may send, checked and completed as Slack does."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from zof_local.workspace.blockkit import limits
from zof_local.workspace.blockkit.complete import complete_blocks
from zof_local.workspace.blockkit.message import message_problems
from zof_local.workspace.errors import SlackError
from zof_local.workspace.models import JsonObject
from zof_local.workspace.store import NewId
from zof_local.workspace.webapi.args import Args


@dataclass(frozen=True, slots=True)
class Content:
    """Checked content of a message."""

    text: str
    blocks: tuple[JsonObject, ...]
    attachments: tuple[JsonObject, ...]
    metadata: JsonObject | None


def read_content(args: Args, new_id: NewId, *, updating: bool = False) -> Content:
    """The content of a call to ``chat.*`` or a response URL.

    Text longer than 40,000 characters is cut when posting; an update refuses more than 4,000 bytes.

    Raises:
        SlackError: ``no_text``, ``invalid_blocks``, ``invalid_blocks_format``, ``invalid_attachments``,
            ``too_many_attachments``, ``msg_too_long``, ``msg_blocks_too_long``, ``invalid_metadata_format``.
    """
    text = args.text("text")
    blocks = _blocks(args, new_id)
    attachments = _attachments(args, new_id)
    if args.text("markdown_text"):
        if text or blocks:
            raise SlackError("markdown_text_conflict")
        text = args.text("markdown_text")
        blocks = complete_blocks([{"type": "markdown", "text": text}], new_id)
    if not text.strip() and not blocks and not attachments:
        raise SlackError("no_text")
    if updating and len(text.encode()) > limits.UPDATE_TEXT_BYTES:
        raise SlackError("msg_too_long")
    return Content(
        text=text[: limits.MESSAGE_TEXT], blocks=blocks, attachments=attachments, metadata=_metadata(args)
    )


def _blocks(args: Args, new_id: NewId) -> tuple[JsonObject, ...]:
    value = args.json("blocks", "invalid_blocks_format")
    if value is None:
        return ()
    if not isinstance(value, list):
        raise SlackError("invalid_blocks_format")
    problems = message_problems(value)
    if problems:
        raise SlackError(
            "invalid_blocks",
            [str(problem) for problem in problems],
            {"errors": [problem.short() for problem in problems]},
        )
    if text_length(value) > limits.MESSAGE_BLOCKS_TEXT:
        raise SlackError("msg_blocks_too_long")
    return complete_blocks(value, new_id)


def text_length(value: Any) -> int:
    """All characters of the ``text`` strings in a block tree."""
    if isinstance(value, dict):
        own = value.get("text")
        return (len(own) if isinstance(own, str) else 0) + sum(
            text_length(child) for child in value.values() if isinstance(child, dict | list)
        )
    if isinstance(value, list):
        return sum(text_length(child) for child in value)
    return 0


def _attachments(args: Args, new_id: NewId) -> tuple[JsonObject, ...]:
    value = args.json("attachments", "invalid_attachments")
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise SlackError("invalid_attachments")
    if len(value) > limits.MESSAGE_ATTACHMENTS:
        raise SlackError("too_many_attachments")
    for index, item in enumerate(value):
        problems = message_problems(item.get("blocks", []), f"/attachments/{index}/blocks")
        if problems:
            raise SlackError("invalid_attachments", [str(problem) for problem in problems])
    return tuple(
        {**item, "blocks": list(complete_blocks(item["blocks"], new_id))} if item.get("blocks") else item
        for item in value
    )


def _metadata(args: Args) -> JsonObject | None:
    value = args.json("metadata", "invalid_metadata_format")
    if value is None or value == {}:
        return None
    if (
        not isinstance(value, dict)
        or not isinstance(value.get("event_type"), str)
        or not isinstance(value.get("event_payload"), dict)
    ):
        raise SlackError("invalid_metadata_format")
    if len(json.dumps(value)) > limits.METADATA_BYTES:
        raise SlackError("metadata_too_large")
    return value
