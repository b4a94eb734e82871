"""A workspace alone, for a browser to look at, and ways to act in it from a test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from slack_bolt.adapter.asgi.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from zof_local.serving import Server
from zof_local.testing import LoopThread
from zof_local.workspace import Workspace, WorkspaceClient, WorkspaceSettings, create_app


@dataclass
class Room:
    """A running workspace; `thread` is where its loop runs, and all that is awaited."""

    url: str
    workspace: Workspace
    people: WorkspaceClient
    web: AsyncWebClient
    thread: LoopThread
    stack: AsyncExitStack

    @property
    def page_url(self) -> str:
        return f"{self.url}{self.workspace.page_path()}"

    def say(self, user: str, channel: str, text: str) -> None:
        self.thread.run(self.people.user(user).message(channel, text))

    def call(self, method: str, **body: Any) -> dict[str, Any]:
        return dict(self.thread.run(self.web.api_call(method, json=body)).data)

    def bolt(self) -> AsyncApp:
        return AsyncApp(
            client=self.web,
            signing_secret=self.workspace.settings.signing_secret,
            process_before_response=True,
        )

    def connect(self, bolt: AsyncApp) -> None:
        server = self.thread.run(self.stack.enter_async_context(Server(AsyncSlackRequestHandler(bolt))))
        self.workspace.connect_app(server.url)


@contextmanager
def open_room(**settings: Any) -> Iterator[Room]:
    """A workspace with these settings, until the block ends."""
    thread, stack = LoopThread(), AsyncExitStack()
    app = create_app(WorkspaceSettings(**settings))
    workspace: Workspace = app.state.workspace
    try:
        url = thread.run(stack.enter_async_context(Server(app))).url
        people = thread.run(stack.enter_async_context(WorkspaceClient(url, workspace.settings.page_token)))
        web = AsyncWebClient(token=workspace.settings.bot_token, base_url=f"{url}/api/")
        yield Room(url, workspace, people, web, thread, stack)
    finally:
        thread.run(stack.aclose())
        thread.stop()
