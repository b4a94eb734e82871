"""What Slack sends, parsed once into typed values. Total: a payload that lacks something gives None."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from slack_bot.followed import Asker
from slack_bot.payloads import mapping, text
from slack_bot.text import tidy

_MENTION: Final = re.compile(r"[UW][A-Z0-9]{2,30}\b")
ACTIONS_SHORTCUT: Final = "zof_actions"
"""On a message that shows a run: its details, with all that can be done. Slash commands do not work in threads."""


@dataclass(frozen=True, slots=True)
class SlashCommand:
    """A slash command (docs.slack.dev, implementing slash commands)."""

    team: str
    channel: str
    user: Asker
    command: str
    text: str
    trigger_id: str
    response_url: str | None = field(repr=False)

    @property
    def key(self) -> str:
        """One to a typing; a second delivery has the same."""
        return f"{self.team}:{self.trigger_id}"


@dataclass(frozen=True, slots=True)
class Click:
    """A click on a button of a message, a modal or the home (`block_actions`), or a message's shortcut.

    Args:
        channel: of a modal, the channel it is about; empty for the home, which is in none.
        message_ts: of a view, its id.
        thread_ts: the message that began the thread, if it is in one.
        view: our own id of the modal that it is in.
        in_view: it is in a modal or the home, not in the channel.
    """

    team: str
    channel: str
    user: Asker
    action_id: str
    value: str
    message_ts: str
    trigger_id: str
    response_url: str | None = field(repr=False)
    thread_ts: str = ""
    view: str = ""
    in_view: bool = False

    @property
    def key(self) -> str:
        """One to a click: for clicks that change nothing, so that each is answered."""
        return f"{self.team}:{self.trigger_id}"

    def effect_key(self, what: str) -> str:
        """One to a button as it stood, `what` being what it does something to: a double click acts once."""
        return f"{self.team}:{self.action_id}:{what}"


@dataclass(frozen=True, slots=True)
class ButtonValue:
    """What a button stands for: the followed run's key, and a nonce that changes when re-armed; or a run's id, and
    of its details the page or the case.
    """

    key: str
    nonce: str
    run: str = ""
    page: int = 0
    case: str = ""


@dataclass(frozen=True, slots=True)
class Submission:
    """A submitted modal (`view_submission`)."""

    team: str
    user: Asker
    view_id: str
    callback_id: str
    trigger_id: str
    view: Mapping[str, Any] = field(repr=False)

    @property
    def key(self) -> str:
        """One to a submission: for those that change nothing."""
        return f"{self.team}:{self.trigger_id or self.view_id}"

    @property
    def effect_key(self) -> str:
        """One to a modal: however often it is submitted, it acts once."""
        return f"{self.team}:{self.view_id}"


def has_known_shape(body: Mapping[str, Any]) -> bool:
    """Whether an interaction has what Bolt looks at, without asking, to find its listener."""
    kind = body.get("type")
    if kind == "block_actions":
        actions = body.get("actions")
        return isinstance(actions, list) and bool(actions) and all(map(_is_action, actions))
    if kind == "event_callback":
        return isinstance(mapping(body.get("event")).get("type"), str)
    if kind in ("message_action", "shortcut"):
        return isinstance(body.get("callback_id"), str)
    if kind == "block_suggestion":
        return isinstance(body.get("action_id"), str)
    if kind in ("view_submission", "view_closed"):
        view = mapping(body.get("view"))
        return isinstance(view.get("type"), str) and isinstance(view.get("callback_id"), str)
    return kind is None or isinstance(kind, str)


def _is_action(action: object) -> bool:
    return all(isinstance(mapping(action).get(key), str) for key in ("type", "action_id"))


def team_of(body: Mapping[str, Any]) -> str:
    """The workspace that a payload of any kind comes from; empty if it does not say."""
    return text(body, "team_id") or text(mapping(body.get("team")), "id")


def named_in(body: Mapping[str, Any]) -> tuple[frozenset[str], frozenset[str]]:
    """Ids of the people and channels that a request of any kind comes from or mentions."""
    user, view = mapping(body.get("user")), mapping(body.get("view"))
    event, container = mapping(body.get("event")), mapping(body.get("container"))
    try:
        metadata = json.loads(text(view, "private_metadata", 3000) or "{}")
    except (ValueError, RecursionError):
        metadata = {}
    typed = body.get("text")
    mentioned = _MENTION.findall(typed[:4000])[:3] if isinstance(typed, str) else ()
    people = {text(body, "user_id"), text(user, "id"), text(event, "user"), *mentioned}
    channels = {
        text(body, "channel_id"),
        text(mapping(body.get("channel")), "id"),
        text(container, "channel_id"),
        text(event, "channel"),
        text(mapping(metadata), "channel"),
    }
    return frozenset(people - {""}), frozenset(channels - {""})


def slash_command(body: Mapping[str, Any]) -> SlashCommand | None:
    """A slash command, or None if the payload is not one."""
    team, channel = text(body, "team_id"), text(body, "channel_id")
    user, trigger = text(body, "user_id"), text(body, "trigger_id")
    if not (team and channel and user and trigger):
        return None
    return SlashCommand(
        team=team,
        channel=channel,
        user=Asker(id=user, name=tidy(body.get("user_name") or user)),
        command=text(body, "command") or "/zof",
        text=str(body.get("text") or ""),
        trigger_id=trigger,
        response_url=text(body, "response_url", 3000) or None,
    )


def click(body: Mapping[str, Any]) -> Click | None:
    """The click of a `block_actions` payload, or None if it is none."""
    actions = body.get("actions")
    action = mapping(actions[0]) if isinstance(actions, list) and actions else {}
    container, channel = mapping(body.get("container")), mapping(body.get("channel"))
    user, team = mapping(body.get("user")), mapping(body.get("team"))
    view = mapping(body.get("view"))
    channel_id = text(channel, "id") or text(container, "channel_id") or channel_of(view)
    ts = text(container, "message_ts") or text(mapping(body.get("message")), "ts") or text(view, "id")
    team_id, user_id, trigger = text(team, "id"), text(user, "id"), text(body, "trigger_id")
    nowhere = not channel_id and view.get("type") != "home"
    if nowhere or not (ts and team_id and user_id and trigger):
        return None
    return Click(
        team=team_id,
        channel=channel_id,
        user=Asker(id=user_id, name=_name(user)),
        action_id=text(action, "action_id"),
        value=text(action, "value", 2000),
        message_ts=ts,
        trigger_id=trigger,
        response_url=text(body, "response_url", 3000) or None,
        view=text(view, "external_id", 255),
        in_view=bool(view),
    )


def shortcut(body: Mapping[str, Any]) -> Click | None:
    """A message's shortcut (`message_action`), or None if the payload is none."""
    channel, message, user = (mapping(body.get(name)) for name in ("channel", "message", "user"))
    ts = text(body, "message_ts") or text(message, "ts")
    channel_id, user_id, trigger = text(channel, "id"), text(user, "id"), text(body, "trigger_id")
    if not (channel_id and ts and team_of(body) and user_id and trigger):
        return None
    return Click(
        team=team_of(body),
        channel=channel_id,
        user=Asker(id=user_id, name=_name(user)),
        action_id=text(body, "callback_id"),
        value="",
        message_ts=ts,
        trigger_id=trigger,
        response_url=text(body, "response_url", 3000) or None,
        thread_ts=text(message, "thread_ts"),
    )


@dataclass(frozen=True, slots=True)
class AppEvent:
    """Something that Slack tells the app of somebody: they opened its home, or wrote to it in a channel.

    Args:
        channel: empty for the home, which is in none.
        thread_ts: the message that began the thread, if it was written in one.
    """

    team: str
    user: Asker
    event_id: str
    channel: str = ""
    thread_ts: str = ""

    @property
    def key(self) -> str:
        """One to an event; Slack repeats it until it is acked."""
        return f"{self.team}:{self.event_id}"


def home_opened(body: Mapping[str, Any]) -> AppEvent | None:
    """The opening of the home tab, or None if the payload is none; the messages tab is another."""
    event = mapping(body.get("event"))
    is_one = event.get("type") == "app_home_opened" and event.get("tab") == "home"
    return _app_event(body) if is_one else None


def mention(body: Mapping[str, Any]) -> AppEvent | None:
    """A mention by a person, or None if the payload is none; other apps get no answer, for they might answer it."""
    event = mapping(body.get("event"))
    channel = text(event, "channel")
    is_one = event.get("type") == "app_mention" and not event.get("bot_id") and channel
    return _app_event(body, channel, text(event, "thread_ts")) if is_one else None


def _app_event(body: Mapping[str, Any], channel: str = "", thread_ts: str = "") -> AppEvent | None:
    user = text(mapping(body.get("event")), "user")
    found = AppEvent(team_of(body), Asker(id=user, name=user), text(body, "event_id"), channel, thread_ts)
    return found if found.team and user and found.event_id else None


def channel_of(view: Mapping[str, Any]) -> str:
    """The channel that a modal of ours is about; empty if it does not say."""
    try:
        metadata = json.loads(str(view.get("private_metadata") or "{}"))
    except (ValueError, RecursionError):
        return ""
    return text(mapping(metadata), "channel")


def submission(body: Mapping[str, Any]) -> Submission | None:
    """A submitted modal, or None if the payload is none."""
    view, user, team = mapping(body.get("view")), mapping(body.get("user")), mapping(body.get("team"))
    team_id, user_id, view_id = text(team, "id"), text(user, "id"), text(view, "id")
    if not (team_id and user_id and view_id):
        return None
    return Submission(
        team=team_id,
        user=Asker(id=user_id, name=_name(user)),
        view_id=view_id,
        callback_id=text(view, "callback_id"),
        trigger_id=text(body, "trigger_id"),
        view=view,
    )


def button_value(value: str) -> ButtonValue | None:
    """What a card's button's value says; None if it is not one of ours."""
    try:
        parsed = json.loads(value)
    except (ValueError, RecursionError):
        return None
    said = mapping(parsed)
    key, nonce, run = text(said, "key", 1000), text(said, "nonce"), text(said, "run", 300)
    if run:
        page = said.get("page")
        return ButtonValue("", nonce, run, page if isinstance(page, int) else 0, text(said, "case", 1500))
    return ButtonValue(key, nonce) if key and nonce else None


def idempotency_key(key: str) -> str:
    """Zof's Idempotency-Key of an interaction: the same at every attempt, opaque, of fixed length."""
    return f"zofops-{hashlib.sha256(key.encode()).hexdigest()[:48]}"


def _name(user: Mapping[str, Any]) -> str:
    return tidy(user.get("name") or user.get("username") or user.get("id") or "somebody")
