"""The page and its API: what people see and do, behind the page token."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from zof_local.workspace.connection import AppConnection
from zof_local.workspace.errors import PageError, SlackError
from zof_local.workspace.events import Events
from zof_local.workspace.guard import PageKey
from zof_local.workspace.models import JsonObject, PageEvent
from zof_local.workspace.page_actions import Action, actions_of, page_name, read_body
from zof_local.workspace.people import People
from zof_local.workspace.presentation import present_message, present_state
from zof_local.workspace.settings import WorkspaceSettings
from zof_local.workspace.store import Store

STATIC = Path(__file__).parent / "static"
KEEPALIVE_SECONDS = 15.0
SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "img-src 'self' data: http://127.0.0.1:* http://localhost:*; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}


def page_routes(
    settings: WorkspaceSettings, store: Store, people: People, app: AppConnection, events: Events
) -> list[BaseRoute]:
    """The routes of the page, its files and its API."""
    page = Page(settings, store, app, actions_of(people, events))
    return [
        Route("/", page.index),
        Route("/archives/{channel}/{link}", page.archive),
        Route("/static/{name}", page.static),
        Route("/page/api/state", page.state),
        Route("/page/api/channel", page.channel),
        Route("/page/api/events", page.events),
        Route("/page/api/wait", page.wait),
        Route("/page/api/{action}", page.act, methods=["POST"]),
    ]


class Page:
    """The handlers of the page."""

    def __init__(
        self, settings: WorkspaceSettings, store: Store, app: AppConnection, actions: dict[str, Action]
    ) -> None:
        self._key = PageKey(settings.page_token)
        self._store = store
        self._app = app
        self._actions = actions

    async def index(self, request: Request) -> Response:
        """The page; a token in the URL becomes a cookie and leaves the address bar."""
        token = request.query_params.get("token")
        if token is not None and self._key.opens(token):
            answer: Response = RedirectResponse("/", status_code=303, headers=SECURITY_HEADERS)
            answer.set_cookie(
                self._key.cookie_name, self._key.cookie_value, httponly=True, samesite="lax", path="/"
            )
            return answer
        if not self._key.admits(request):
            return FileResponse(STATIC / "locked.html", status_code=401, headers=SECURITY_HEADERS)
        return FileResponse(STATIC / "index.html", headers=SECURITY_HEADERS)

    async def archive(self, request: Request) -> Response:
        """A message's permalink: the page, opened at the message."""
        channel, link = request.path_params["channel"], request.path_params["link"]
        digits = link.removeprefix("p")
        if not digits.isdecimal() or not channel.isalnum():
            return _refusal("There is no such message.", 404)
        return RedirectResponse(f"/#{channel}/{digits[:-6]}.{digits[-6:]}", 303, headers=SECURITY_HEADERS)

    async def static(self, request: Request) -> Response:
        """A file of the page (nothing secret is in them)."""
        name = request.path_params["name"]
        path = STATIC / name
        if path.suffix not in _TYPES or path.parent != STATIC or not path.is_file():
            return _refusal("There is no such file.", 404)
        return FileResponse(path, media_type=_TYPES[path.suffix], headers=SECURITY_HEADERS)

    async def state(self, request: Request) -> Response:
        """``GET /page/api/state?user=…&page=…``: people, channels and app for one person (default: the first).

        Of the modals it holds those that are open on this page; without ``page``, those that a program opened.
        """
        return self._guarded(request, lambda user: self._state(user, _page_of(request)))

    def _state(self, user: str, page: str) -> JsonObject:
        return present_state(self._store, user, page) | {"connected": self._app.connected}

    async def channel(self, request: Request) -> Response:
        """``GET /page/api/channel?channel=…&user=…``: messages as that person sees them, oldest first."""

        def read(user: str) -> JsonObject:
            channel = self._store.conversation(request.query_params.get("channel", ""), user)
            if user not in channel.members:
                raise PageError(f"This person is not in #{channel.name}.", 403)
            seen = self._store.visible_to(channel.id, user)
            return {
                "channel": channel.id,
                "seq": self._store.log.last,
                "messages": [present_message(self._store, message) for message in seen],
            }

        return self._guarded(request, read)

    async def wait(self, request: Request) -> Response:
        """``GET /page/api/wait?after=…&timeout=…``: answers once something happened after that number, or in time."""
        if not self._key.admits(request):
            return _locked()
        try:
            after = int(request.query_params.get("after", "0"))
            timeout = float(request.query_params.get("timeout", "0"))
        except ValueError:
            return _refusal("'after' and 'timeout' are numbers.", 400)
        await self._store.log.wait(after, max(0.0, min(timeout, KEEPALIVE_SECONDS)))
        return JSONResponse({"ok": True, "seq": self._store.log.last}, headers=SECURITY_HEADERS)

    def _guarded(self, request: Request, read: Callable[[str], JsonObject]) -> Response:
        if not self._key.admits(request):
            return _locked()
        try:
            user = self._store.person(request.query_params.get("user") or self._first_person()).id
            return JSONResponse({"ok": True} | read(user), headers=SECURITY_HEADERS)
        except PageError as error:
            return _refusal(str(error), error.status)
        except SlackError as error:
            return _refusal(_SENTENCES.get(error.code, error.code), 404)

    def _first_person(self) -> str:
        return next(user.id for user in self._store.users.values() if not user.is_bot)

    async def act(self, request: Request) -> Response:
        """``POST /page/api/<action>``: do something as a person."""
        if not self._key.admits(request):
            return _locked()
        action = self._actions.get(request.path_params["action"])
        if action is None:
            return _refusal("There is no such action.", 404)
        try:
            return JSONResponse(await action(await read_body(request)), headers=SECURITY_HEADERS)
        except PageError as error:
            return _refusal(str(error), error.status)
        except SlackError as error:
            return _refusal(_SENTENCES.get(error.code, error.code), 404)

    async def events(self, request: Request) -> Response:
        """``GET /page/api/events?user=…&page=…``: server-sent events after ``Last-Event-ID`` (or ``?after=``)."""
        if not self._key.admits(request):
            return _locked()
        user = request.query_params.get("user", "")
        if user not in self._store.users:
            return _refusal(_SENTENCES["user_not_found"], 404)
        try:
            page = _page_of(request)
        except PageError as error:
            return _refusal(str(error), error.status)
        after = request.headers.get("last-event-id") or request.query_params.get("after") or ""
        seq = int(after) if after.isdecimal() and len(after) < 16 else self._store.log.last
        return StreamingResponse(
            self._stream(user, page, seq), media_type="text/event-stream", headers=SECURITY_HEADERS
        )

    async def _stream(self, user: str, page: str, seq: int) -> AsyncIterator[str]:
        log = self._store.log
        yield "retry: 1000\n\n"
        while not log.closed:
            events = log.since(seq)
            if events is None:
                seq = log.last
                yield _frame(seq, "reset", {})
                continue
            for event in events:
                seq = event.seq
                if self._concerns(event, user):
                    yield _frame(event.seq, event.kind, self._data(event, user, page))
            if not await log.wait(seq, KEEPALIVE_SECONDS):
                yield ": still here\n\n"
            await asyncio.sleep(0)

    def _concerns(self, event: PageEvent, user: str) -> bool:
        if event.user is not None:
            return event.user == user
        channel = self._store.channels.get(event.channel or "")
        return channel is None or user in channel.members

    def _data(self, event: PageEvent, user: str, page: str) -> JsonObject:
        if event.kind in ("message", "message_changed"):
            return {"message": present_message(self._store, event.data["message"])}
        if event.kind == "message_deleted":
            message = event.data["message"]
            return {"channel": message.channel, "ts": message.ts}
        if event.kind in ("views", "channel", "home"):
            return self._state(user, page)
        return event.data


_SENTENCES = {
    "user_not_found": "There is no such person in this workspace.",
    "channel_not_found": "There is no such channel in this workspace.",
    "message_not_found": "There is no such message (any more).",
}


def _page_of(request: Request) -> str:
    return page_name(request.query_params.get("page", ""))


def _frame(seq: int, kind: str, data: JsonObject) -> str:
    return f"id: {seq}\nevent: {kind}\ndata: {json.dumps(data)}\n\n"


def _refusal(sentence: str, status: int) -> Response:
    return JSONResponse({"ok": False, "error": sentence}, status_code=status, headers=SECURITY_HEADERS)


def _locked() -> Response:
    return _refusal("Open the page by the link that was printed at the start: it carries the token.", 401)
