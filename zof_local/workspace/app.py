"""The workspace as an ASGI application."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute

from zof_local.workspace.answers import use_response_url
from zof_local.workspace.connection import AppConnection
from zof_local.workspace.errors import SlackError
from zof_local.workspace.events import Events
from zof_local.workspace.guard import LoopbackGuard
from zof_local.workspace.page import page_routes
from zof_local.workspace.people import People
from zof_local.workspace.settings import WorkspaceSettings
from zof_local.workspace.store import Store
from zof_local.workspace.webapi.args import JSON, parse_args
from zof_local.workspace.webapi.dispatch import WebApi


class Workspace:
    """One Slack workspace: its memory, its app's connection and its people. State is lost at a restart."""

    def __init__(self, settings: WorkspaceSettings) -> None:
        self.settings = settings
        self.store = Store(settings.seed, clock=settings.clock, event_log_size=settings.event_log_size)
        self.app = AppConnection(settings, time.time)  # the app compares signatures with its own clock
        self.people = People(self.store, self.app, settings)
        self.app.sockets.on_change = self._app_changed
        self.events = Events(self.store, self.app, settings)

    def connect_app(self, url: str | None) -> None:
        """Say where the app is.

        Args:
            url: the app's base URL, such as ``http://127.0.0.1:4321``; None disconnects it.
        """
        self.app.url = url
        self._app_changed()

    def _app_changed(self) -> None:
        """Tell the pages that the app came or went."""
        self.store.log.append("app", {"connected": self.app.connected})

    def page_path(self) -> str:
        """The path that opens the page, with its token."""
        return f"/?token={self.settings.page_token}"

    def close(self) -> None:
        """End waiting readers, so that a server can stop at once."""
        self.store.log.close()

    async def aclose(self) -> None:
        """Close all connections."""
        self.close()
        await self.events.aclose()
        await self.app.aclose()

    async def answer_response_url(self, request: Request) -> Response:
        """A POST to a response URL: ``ok``, or Slack's JSON with an error code and HTTP status 404 or 400."""
        try:
            body = _response_body(request.headers.get("content-type", ""), await request.body())
            use_response_url(self.store, request.path_params["url_id"], body)
        except SlackError as error:
            gone = error.code in ("used_url", "expired_url", "message_not_found")
            return JSONResponse(error.body(), status_code=404 if gone else 400)
        return PlainTextResponse("ok")


def _response_body(content_type: str, body: bytes) -> dict[str, object]:
    """The JSON of an answer, sent as itself or in a form's ``payload``, whatever the content type says."""
    if content_type.startswith("application/x-www-form-urlencoded"):
        body = dict(parse_qsl(body.decode(errors="replace"))).get("payload", "").encode()
    args = parse_args(JSON, "", body or b"{}")
    return args.all()


def create_app(settings: WorkspaceSettings | None = None) -> Starlette:
    """The workspace as an ASGI application with a lifespan; ``app.state.workspace`` is its ``Workspace``.

    Serve it on a loopback socket: it refuses requests whose Host is no loopback name.
    """
    workspace = Workspace(settings or WorkspaceSettings())
    web_api = WebApi(workspace.store, workspace.settings, workspace.app.sockets)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        await workspace.aclose()

    app = Starlette(
        routes=[
            Route("/api/{method}", web_api.answer, methods=["GET", "POST"]),
            Route("/response/{url_id}", workspace.answer_response_url, methods=["POST"]),
            WebSocketRoute("/link/", workspace.app.sockets.serve),
            Route("/healthz", _healthz),
            *page_routes(
                workspace.settings, workspace.store, workspace.people, workspace.app, workspace.events
            ),
        ],
        middleware=[Middleware(LoopbackGuard, desk=workspace.people.desk)],
        lifespan=lifespan,
    )
    app.state.workspace = workspace
    return app


async def _healthz(_request: Request) -> Response:
    return JSONResponse({"ok": True})
