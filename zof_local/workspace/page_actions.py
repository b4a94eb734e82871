"""The actions of the page API: what a POST to ``/page/api/<action>`` holds, and what it does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request

from zof_local.workspace.errors import PageError
from zof_local.workspace.events import Events
from zof_local.workspace.models import JsonObject
from zof_local.workspace.people import Happening, People
from zof_local.workspace.reading import read_json

MAX_BODY = 1_000_000
MAX_PAGE_NAME = 64

Action = Callable[[JsonObject], Awaitable[JsonObject]]
Act = Callable[[People, JsonObject], Awaitable[Happening]]


async def _message(people: People, body: JsonObject) -> Happening:
    return await people.writing.write(
        channel=_text(body, "channel"),
        user=_person(people, body),
        text=_text(body, "text"),
        thread_ts=_optional(body, "thread_ts"),
        page=_page(body),
    )


async def _click(people: People, body: JsonObject) -> Happening:
    used: dict[str, Any] = {
        "action_id": _text(body, "action_id"),
        "user": _person(people, body),
        "block_id": _optional(body, "block_id"),
        "value": body.get("value"),
        "values": _values(body),
        "page": _page(body),
    }
    if "view_id" in body:
        return await people.blocks.view_click(view_id=_text(body, "view_id"), **used)
    return await people.blocks.click(channel=_text(body, "channel"), ts=_text(body, "ts"), **used)


async def _options(people: People, body: JsonObject) -> Happening:
    return await people.blocks.options(
        action_id=_text(body, "action_id"),
        user=_person(people, body),
        query=_text(body, "query"),
        block_id=_optional(body, "block_id"),
        channel=_optional(body, "channel"),
        ts=_optional(body, "ts"),
        view_id=_optional(body, "view_id"),
    )


async def _shortcut(people: People, body: JsonObject) -> Happening:
    return await people.blocks.shortcut(
        callback_id=_text(body, "callback_id"),
        user=_person(people, body),
        channel=_optional(body, "channel"),
        ts=_optional(body, "ts"),
        page=_page(body),
    )


async def _submit(people: People, body: JsonObject) -> Happening:
    return await people.dialogs.submit(
        view_id=_text(body, "view_id"), user=_person(people, body), values=_values(body)
    )


async def _close(people: People, body: JsonObject) -> Happening:
    return await people.dialogs.close(
        view_id=_text(body, "view_id"),
        user=_person(people, body),
        values=_values(body),
        everything=body.get("everything") is True,
    )


ACTIONS: dict[str, Act] = {
    "message": _message,
    "click": _click,
    "options": _options,
    "shortcut": _shortcut,
    "submit": _submit,
    "close": _close,
}


def actions_of(people: People, events: Events) -> dict[str, Action]:
    """The actions by name, bound to the people and events of one workspace."""

    def bind(act: Act) -> Action:
        async def action(body: JsonObject) -> JsonObject:
            return (await act(people, body)).as_json()

        return action

    async def home(body: JsonObject) -> JsonObject:
        channel = people.desk.look_at_app(events, user=_person(people, body), tab=_text(body, "tab"))
        return {"ok": True, "kind": "home", "channel": channel}

    async def leave(body: JsonObject) -> JsonObject:
        people.desk.store.leave(page_name(_text(body, "page")))
        return {"ok": True, "kind": "leave"}

    return {name: bind(act) for name, act in ACTIONS.items()} | {"home": home, "leave": leave}


async def read_body(request: Request) -> JsonObject:
    """The JSON object of a POST to the page API, or a ``PageError``."""
    # JSON is asked for by name: a form of another page cannot send it without the browser asking first.
    if not request.headers.get("content-type", "").startswith("application/json"):
        raise PageError("Send application/json.", 415)
    raw = await request.body()
    if len(raw) > MAX_BODY:
        raise PageError("This is too much at once.", 413)
    try:
        body = read_json(raw)
    except ValueError:
        raise PageError("The body is not JSON.") from None
    if not isinstance(body, dict):
        raise PageError("The body is not a JSON object.")
    return body


def page_name(text: str) -> str:
    """The name that an open page has given itself, or a ``PageError``."""
    if len(text) > MAX_PAGE_NAME or not text.isascii():
        raise PageError("'page' is no name of an open page.")
    return text


def _page(body: JsonObject) -> str:
    return page_name(_optional(body, "page") or "")


def _text(body: JsonObject, key: str) -> str:
    value = body.get(key)
    if not isinstance(value, str):
        raise PageError(f"{key!r} is missing or is no text.")
    return value


def _person(people: People, body: JsonObject) -> str:
    return people.desk.person(_text(body, "user"))


def _optional(body: JsonObject, key: str) -> str | None:
    return _text(body, key) if body.get(key) is not None else None


def _values(body: JsonObject) -> JsonObject:
    values = body.get("values") or {}
    if not isinstance(values, dict):
        raise PageError("'values' is no object.")
    return values
