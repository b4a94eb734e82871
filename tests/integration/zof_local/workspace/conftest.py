"""A workspace and an unmodified Bolt app, each on its own socket."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass

import pytest
from slack_bolt.adapter.asgi.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from zof_local.serving import Server
from zof_local.workspace import (
    Workspace,
    WorkspaceClient,
    WorkspaceSettings,
    WorkspaceUser,
    create_app,
)

RELEASES = "C0RELEASES"
GENERAL = "C0GENERAL"


@dataclass
class Room:
    """A running workspace, seen from all sides."""

    url: str
    workspace: Workspace
    client: WorkspaceClient
    web: AsyncWebClient
    dana: WorkspaceUser
    sam: WorkspaceUser
    stack: AsyncExitStack

    async def connect(self, bolt: AsyncApp) -> None:
        """Serve a Bolt app and tell the workspace where it is."""
        server = await self.stack.enter_async_context(Server(AsyncSlackRequestHandler(bolt)))
        self.workspace.connect_app(server.url)

    def bolt(self) -> AsyncApp:
        """A Bolt app for this workspace, made as its documentation says."""
        return AsyncApp(
            client=self.web,
            signing_secret=self.workspace.settings.signing_secret,
            process_before_response=True,
        )


OpenRoom = Callable[..., Awaitable[Room]]


@pytest.fixture
async def open_room() -> AsyncIterator[OpenRoom]:
    async with AsyncExitStack() as stack:

        async def open_(**settings: object) -> Room:
            app = create_app(WorkspaceSettings(**settings))
            workspace: Workspace = app.state.workspace
            server = await stack.enter_async_context(Server(app))
            client = await stack.enter_async_context(
                WorkspaceClient(server.url, workspace.settings.page_token)
            )
            web = AsyncWebClient(token=workspace.settings.bot_token, base_url=f"{server.url}/api/")
            return Room(
                url=server.url,
                workspace=workspace,
                client=client,
                web=web,
                dana=client.user("U02DANA"),
                sam=client.user("U03SAM"),
                stack=stack,
            )

        yield open_


@pytest.fixture
async def room(open_room: OpenRoom) -> Room:
    return await open_room()


Until = Callable[..., Awaitable[None]]


@pytest.fixture
def until() -> Until:
    """Wait until a condition holds, at most ``timeout`` seconds."""

    async def wait(condition: Callable[[], object], timeout: float = 8.0) -> None:
        deadline = time.monotonic() + timeout
        while not condition():
            assert time.monotonic() < deadline, "the condition never held"
            await asyncio.sleep(0.01)

    return wait
