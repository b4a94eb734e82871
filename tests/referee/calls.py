"""The calls that both are asked, in this order. `$name` stands for what an earlier answer gave."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

TRIGGER = "$trigger"
"""A fresh trigger id of dana, each time it is named."""


@dataclass(frozen=True)
class Call:
    """One call.

    Args:
        name: what is tried, for people.
        method: of the Web API.
        body: its JSON body.
        keep: name → dotted path in the answer, for later calls.
        token: whether the right token is sent, a wrong one, or none.
    """

    name: str
    method: str
    body: Mapping[str, Any] = field(default_factory=dict)
    keep: Mapping[str, str] = field(default_factory=dict)
    token: str = "right"


def _text(text: str) -> dict[str, str]:
    return {"type": "plain_text", "text": text}


MODAL = {"type": "modal", "title": _text("Title"), "blocks": [{"type": "divider"}]}
HOME = {"type": "home", "blocks": [{"type": "divider"}]}
EVENT = {"event_type": "run_started", "event_payload": {"run": "run_1"}}
HERE, NOWHERE = "$releases", "C404NOWHERE"

CALLS = (
    Call("no token", "auth.test", token="none"),
    Call("a wrong token", "auth.test", token="wrong"),
    Call("who am I", "auth.test"),
    Call("post", "chat.postMessage", {"channel": HERE, "text": "hello"}, {"ts": "ts"}),
    Call("post blocks", "chat.postMessage", {"channel": HERE, "text": "x", "blocks": [{"type": "divider"}]}),
    Call("post with metadata", "chat.postMessage", {"channel": HERE, "text": "m", "metadata": EVENT}),
    Call("post by name", "chat.postMessage", {"channel": "#releases", "text": "by name"}),
    Call("post nowhere", "chat.postMessage", {"channel": NOWHERE, "text": "x"}),
    Call("post to no channel", "chat.postMessage", {"text": "x"}),
    Call("post nothing", "chat.postMessage", {"channel": HERE}),
    Call("post no array of blocks", "chat.postMessage", {"channel": HERE, "text": "x", "blocks": "{"}),
    Call("reply", "chat.postMessage", {"channel": HERE, "text": "r", "thread_ts": "$ts"}, {"reply": "ts"}),
    Call("post to a person", "chat.postMessage", {"channel": "$sam", "text": "dm"}),
    Call("update", "chat.update", {"channel": HERE, "ts": "$ts", "text": "changed"}),
    Call("update nothing", "chat.update", {"channel": HERE, "ts": "1.000001", "text": "x"}),
    Call("update without ts", "chat.update", {"channel": HERE, "text": "x"}),
    Call("update nowhere", "chat.update", {"channel": NOWHERE, "ts": "$ts", "text": "x"}),
    Call("update to nothing", "chat.update", {"channel": HERE, "ts": "$ts"}),
    Call("permalink", "chat.getPermalink", {"channel": HERE, "message_ts": "$ts"}),
    Call("permalink of nothing", "chat.getPermalink", {"channel": HERE, "message_ts": "1.000001"}),
    Call("permalink nowhere", "chat.getPermalink", {"channel": NOWHERE, "message_ts": "$ts"}),
    Call("ephemeral", "chat.postEphemeral", {"channel": HERE, "user": "$sam", "text": "psst"}),
    Call("ephemeral to nobody", "chat.postEphemeral", {"channel": HERE, "user": "U404", "text": "x"}),
    Call("ephemeral without user", "chat.postEphemeral", {"channel": HERE, "text": "x"}),
    Call("ephemeral nowhere", "chat.postEphemeral", {"channel": NOWHERE, "user": "$sam", "text": "x"}),
    Call("ephemeral nothing", "chat.postEphemeral", {"channel": HERE, "user": "$sam"}),
    Call("history", "conversations.history", {"channel": HERE, "limit": 2}),
    Call("history nowhere", "conversations.history", {"channel": NOWHERE}),
    Call("history by a wrong cursor", "conversations.history", {"channel": HERE, "cursor": "?"}),
    Call("history of too much", "conversations.history", {"channel": HERE, "limit": 5000}),
    Call("replies", "conversations.replies", {"channel": HERE, "ts": "$ts"}),
    Call("replies to nothing", "conversations.replies", {"channel": HERE, "ts": "1.000001"}),
    Call("replies nowhere", "conversations.replies", {"channel": NOWHERE, "ts": "$ts"}),
    Call("channel", "conversations.info", {"channel": HERE}),
    Call("channel nowhere", "conversations.info", {"channel": NOWHERE}),
    Call("members", "conversations.members", {"channel": HERE}),
    Call("members nowhere", "conversations.members", {"channel": NOWHERE}),
    Call("open", "conversations.open", {"users": "$sam"}, {"dm": "channel.id"}),
    Call("open again", "conversations.open", {"users": "$sam"}),
    Call("open by channel", "conversations.open", {"channel": "$dm"}),
    Call("open with nobody", "conversations.open", {"users": "U404"}),
    Call("open without users", "conversations.open", {}),
    Call("person", "users.info", {"user": "$dana"}),
    Call("nobody", "users.info", {"user": "U404"}),
    Call("person without user", "users.info", {}),
    Call("people", "users.list", {"limit": 2}),
    Call("by e-mail", "users.lookupByEmail", {"email": "dana@example.com"}),
    Call("by a strange e-mail", "users.lookupByEmail", {"email": "nobody@example.com"}),
    Call("by no e-mail", "users.lookupByEmail", {}),
    Call(
        "open a view",
        "views.open",
        {"trigger_id": TRIGGER, "view": MODAL},
        {"view": "view.id", "old": "view.hash"},
    ),
    Call("open by a strange trigger", "views.open", {"trigger_id": "1.2.3", "view": MODAL}),
    Call("open without trigger", "views.open", {"view": MODAL}),
    Call("open nothing", "views.open", {"trigger_id": TRIGGER}),
    Call("open a home as a modal", "views.open", {"trigger_id": TRIGGER, "view": HOME}),
    Call(
        "open without title", "views.open", {"trigger_id": TRIGGER, "view": {"type": "modal", "blocks": []}}
    ),
    Call("update a view", "views.update", {"view_id": "$view", "hash": "$old", "view": MODAL}),
    Call("update by an old hash", "views.update", {"view_id": "$view", "hash": "$old", "view": MODAL}),
    Call("update no view", "views.update", {"view_id": "V404", "view": MODAL}),
    Call("publish", "views.publish", {"user_id": "$dana", "view": HOME}, {"first": "view.hash"}),
    Call("publish anew", "views.publish", {"user_id": "$dana", "view": HOME, "hash": "$first"}),
    Call("publish by an old hash", "views.publish", {"user_id": "$dana", "view": HOME, "hash": "$first"}),
    Call("publish for nobody", "views.publish", {"user_id": "U404", "view": HOME}),
    Call("publish a modal", "views.publish", {"user_id": "$dana", "view": MODAL}),
    Call("delete", "chat.delete", {"channel": HERE, "ts": "$reply"}),
    Call("delete again", "chat.delete", {"channel": HERE, "ts": "$reply"}),
    Call("delete nowhere", "chat.delete", {"channel": NOWHERE, "ts": "$reply"}),
    Call("no such method", "chat.postNothing", {"channel": HERE}),
)
