"""A Slack workspace for one test, and hands to act in it as its people."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import replace
from types import TracebackType
from typing import Any, Self, TypeVar

from starlette.types import ASGIApp

from zof_local.serving import Server
from zof_local.testing.manifest import events_of, installed, scopes_of
from zof_local.testing.shown import Message, Surface, as_sent
from zof_local.testing.thread import serve_apart
from zof_local.workspace.app import Workspace, create_app
from zof_local.workspace.client import WorkspaceClient, WorkspaceUser
from zof_local.workspace.models import JsonObject
from zof_local.workspace.plaintext import plain_text
from zof_local.workspace.presentation import names_of
from zof_local.workspace.ratelimit import RateLimits
from zof_local.workspace.seed import demo_seed
from zof_local.workspace.settings import WorkspaceSettings

T = TypeVar("T")

PATIENCE_SECONDS = 10.0


class LocalSlack:
    """A workspace on a free port: `async with LocalSlack() as slack:`.

    People are named by handle (`dana`) or id, channels by `#name` or id. What was done returns when the app has
    answered; what the app does later is waited for with `until`, `until_modal` and `until_home`, which look whenever
    something changes and never sleep.

    Args:
        settings: seed, scopes, events and limits of the workspace; by default the demo's people and channels, without
            rate limits, for a test is faster than people.
    """

    def __init__(self, settings: WorkspaceSettings | None = None) -> None:
        given = settings or WorkspaceSettings(limits=RateLimits(enabled=False))
        self._ahead = 0.0
        self.settings = replace(given, clock=lambda: given.clock() + self._ahead)
        self._app = create_app(self.settings)
        self._stack = AsyncExitStack()
        self._server = Server(self._app)
        self._client: WorkspaceClient | None = None

    @classmethod
    def with_app(cls, manifest: Mapping[str, Any]) -> Self:
        """A workspace that has the app of a Slack manifest: its commands, shortcuts, events, scopes and Home tab."""
        return cls(
            WorkspaceSettings(
                seed=installed(demo_seed(), manifest),
                scopes=scopes_of(manifest),
                event_subscriptions=events_of(manifest),
                limits=RateLimits(enabled=False),
            )
        )

    @property
    def workspace(self) -> Workspace:
        """The workspace itself, with its store and its sockets."""
        workspace: Workspace = self._app.state.workspace
        return workspace

    @property
    def url(self) -> str:
        """Where it is served."""
        return self._server.url

    @property
    def api_url(self) -> str:
        """The `base_url` of slack_sdk's clients."""
        return f"{self.url}/api/"

    @property
    def bot_token(self) -> str:
        """What the app calls the Web API with."""
        return self.settings.bot_token

    @property
    def app_token(self) -> str:
        """What the app opens Socket Mode with."""
        return self.settings.app_token

    @property
    def signing_secret(self) -> str:
        """What requests to the app are signed with."""
        return self.settings.signing_secret

    async def __aenter__(self) -> Self:
        await self._stack.enter_async_context(self._server)
        client = WorkspaceClient(self.url, self.settings.page_token)
        self._client = await self._stack.enter_async_context(client)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.__aexit__(kind, error, trace)

    # --- The app

    async def serve(self, app: ASGIApp, *, in_thread: bool = False) -> str:
        """Serves an app on a free port until the end, and has Slack send to it; gives its URL.

        Args:
            app: the app.
            in_thread: in an event loop of its own: for a sync app, which blocks the loop it is called in.
        """
        if in_thread:
            url = await serve_apart(self._stack, app)
        else:
            url = (await self._stack.enter_async_context(Server(app))).url
        self.connect(url)
        return url

    def connect(self, url: str | None) -> None:
        """Has Slack send to an app that is served elsewhere; None disconnects it."""
        self.workspace.connect_app(url)

    async def connected(self, *, sockets: int = 1, timeout: float = PATIENCE_SECONDS) -> None:
        """Waits until the app has at least so many Socket Mode connections that take envelopes.

        Raises:
            TimeoutError: it had not within `timeout` seconds.
        """
        hub = self.workspace.app.sockets

        async def look() -> bool | None:
            return hub.taking >= sockets or None

        async def there() -> str:
            return f"{hub.taking} connections"

        await self._until(look, there, f"Not {sockets} connections", timeout)

    async def refresh_sockets(self) -> None:
        """Asks the app for new Socket Mode connections in place of those it has, as Slack does every few hours."""
        await self.workspace.app.sockets.refresh()

    async def cut_sockets(self) -> None:
        """Cuts all Socket Mode connections without a word, as a network does."""
        await self.workspace.app.sockets.drop()

    def pass_time(self, seconds: float) -> None:
        """Lets time pass for trigger ids, response URLs and rate limits; nothing waits."""
        self._ahead += seconds

    # --- Acting

    async def command(self, channel: str, line: str, *, user: str) -> JsonObject:
        """Types a slash command; gives how it was delivered (`delivery`), and what Slack said of it (`notice`)."""
        return await self._hand(user).message(self._place(channel, user), line)

    async def say(self, channel: str, text: str, *, user: str, thread: Message | str | None = None) -> str:
        """Writes a message, in a thread if one is named; gives its `ts`."""
        above = thread.thread or thread.ts if isinstance(thread, Message) else thread
        sent = await self._hand(user).message(self._place(channel, user), text, thread_ts=above)
        return str(sent["ts"])

    async def click(self, message: Message, control: str, *, user: str, choice: Any = None) -> JsonObject:
        """Uses a button or menu of a message, found by its label or `action_id`.

        Args:
            message: as somebody sees it.
            control: label or `action_id`.
            user: who clicks.
            choice: for a menu, the option's label or value.

        Raises:
            LookupError: there is no such control.
            WorkspaceClientError: it is gone meanwhile.
        """
        used = message.control(control)
        return await self._hand(user).click(
            message.channel,
            message.ts,
            used.action_id,
            block_id=used.block_id or None,
            value=used.value_of(choice),
        )

    async def submit(self, fields: Mapping[str, Any] | None = None, *, user: str) -> dict[str, str]:
        """Fills in the modal that is open and submits it; gives the errors it then shows, by block id.

        Args:
            fields: label or id of a field → text, or the label or value of an option, or a list of them.
            user: who has the modal open.
        """
        modal = await self.until_modal(user=user)
        answer = await self._hand(user).submit(modal.id, _filled(modal, fields))
        return dict(answer.get("errors") or {})

    async def press(
        self, control: str, *, user: str, choice: Any = None, fields: Mapping[str, Any] | None = None
    ) -> JsonObject:
        """Uses a button or menu of the modal that is open, or of the Home tab if none is."""
        surface = await self.modal(user=user) or await self.home(user=user)
        if surface is None:
            raise LookupError(f"{user} has neither a modal nor a Home tab open.")
        used = surface.control(control)
        return await self._hand(user).view_click(
            surface.id, used.action_id, value=used.value_of(choice), values=_filled(surface, fields)
        )

    async def options(self, control: str, query: str, *, user: str) -> list[str]:
        """Types into a searching select of the open modal; gives the labels the app offers."""
        modal = await self.until_modal(user=user)
        used = modal.control(control)
        found = await self._hand(user).options(used.action_id, query, view_id=modal.id)
        return [str(option["label"]) for option in found]

    async def close(self, *, user: str) -> None:
        """Closes the modal that is open, without submitting it."""
        await self._hand(user).close((await self.until_modal(user=user)).id)

    async def shortcut(self, name: str, *, user: str, message: Message | None = None) -> JsonObject:
        """Uses a shortcut, by its name or `callback_id`; on a message, one of its menu."""
        known = self.settings.seed.app.shortcuts
        found = next((one.callback_id for one in known if name in (one.name, one.callback_id)), name)
        if message is None:
            return await self._hand(user).shortcut(found)
        return await self._hand(user).shortcut(found, channel=message.channel, ts=message.ts)

    async def open_home(self, *, user: str) -> None:
        """Looks at the app's Home tab, of which the app hears if it subscribed to `app_home_opened`."""
        await self._hand(user).open_app("home")

    # --- Seeing

    async def messages(self, channel: str, *, user: str) -> list[Message]:
        """What a person sees in a channel, oldest first, answers in threads included."""
        place = self._place(channel, user)
        return [_message(place, one) for one in await self._hand(user).messages(place)]

    async def modal(self, *, user: str) -> Surface | None:
        """The topmost modal a person has open; None if there is none."""
        views = await self._hand(user).views()
        return self._surface(views[-1]) if views else None

    async def home(self, *, user: str) -> Surface | None:
        """The Home tab that the app has published for a person; None if it has not."""
        view = (await self._hand(user).state()).get("home")
        return self._surface(view) if view else None

    async def until(
        self,
        channel: str,
        wanted: str | Callable[[Message], Any],
        *,
        user: str,
        timeout: float = PATIENCE_SECONDS,
    ) -> Message:
        """Waits for a message that holds a text or fulfils a condition; gives the newest such.

        Raises:
            TimeoutError: none came within `timeout` seconds; the sentence holds what is there.
        """

        async def look() -> Message | None:
            seen = await self.messages(channel, user=user)
            fits = (
                one
                for one in reversed(seen)
                if (wanted in one.text if isinstance(wanted, str) else wanted(one))
            )
            return next(fits, None)

        async def there() -> str:
            return "\n".join(one.text for one in await self.messages(channel, user=user)) or "(nothing)"

        return await self._until(look, there, f"No such message in {channel}", timeout)

    async def until_modal(
        self, title: str | None = None, *, user: str, timeout: float = PATIENCE_SECONDS
    ) -> Surface:
        """Waits until a person has a modal open, of that title if one is given."""

        async def look() -> Surface | None:
            modal = await self.modal(user=user)
            return modal if modal and title in (None, modal.title) else None

        async def there() -> str:
            modal = await self.modal(user=user)
            return modal.title if modal else "(no modal)"

        return await self._until(
            look, there, f"No modal {title or ''} for {user}".replace("  ", " "), timeout
        )

    async def until_home(self, text: str = "", *, user: str, timeout: float = PATIENCE_SECONDS) -> Surface:
        """Waits until a person's Home tab holds a text."""

        async def look() -> Surface | None:
            home = await self.home(user=user)
            return home if home and text in home.text else None

        async def there() -> str:
            home = await self.home(user=user)
            return home.text if home else "(no Home tab)"

        return await self._until(look, there, f"{text!r} is not on the Home tab of {user}", timeout)

    # --- Within

    async def _until(
        self,
        look: Callable[[], Awaitable[T | None]],
        there: Callable[[], Awaitable[str]],
        missing: str,
        timeout: float,
    ) -> T:
        log = self.workspace.store.log
        loop = asyncio.get_running_loop()
        ends_at = loop.time() + timeout
        while True:
            seen = log.last
            if (found := await look()) is not None:
                return found
            left = ends_at - loop.time()
            if left <= 0 or not await log.wait(seen, left):
                raise TimeoutError(f"{missing} within {timeout:g} s. There is:\n{await there()}")

    def _hand(self, user: str) -> WorkspaceUser:
        if self._client is None:
            raise RuntimeError("The workspace is not open: use it as `async with LocalSlack() as slack:`.")
        people = self.settings.seed.users
        name = user.removeprefix("@")
        found = next((one.id for one in people if name in (one.id, one.name)), None)
        if found is None:
            known = ", ".join(one.name for one in people if not one.is_bot)
            raise LookupError(f"There is nobody named {user!r} here; there are: {known}.")
        return self._client.user(found)

    def _place(self, channel: str, user: str) -> str:
        store = self.workspace.store
        if channel == "@app":
            return store.open_direct_message(self._hand(user).id)[0].id
        name = channel.removeprefix("#")
        found = next((one.id for one in store.channels.values() if name in (one.id, one.name)), None)
        if found is None:
            known = ", ".join(f"#{one.name}" for one in store.channels.values() if one.kind == "channel")
            raise LookupError(f"There is no channel {channel!r} here; there are: {known}.")
        return found

    def _surface(self, view: JsonObject) -> Surface:
        return Surface(
            id=str(view["id"]),
            title=str((view.get("title") or {}).get("text", "")),
            text=plain_text({"blocks": view["blocks"]}, names_of(self.workspace.store)),
            blocks=tuple(as_sent(view["blocks"])),
        )


def _filled(surface: Surface, fields: Mapping[str, Any] | None) -> dict[str, Any]:
    """What the page sends for fields named by what is written on them."""
    chosen = [(surface.control(name), value) for name, value in (fields or {}).items()]
    return {field.place: field.value_of(value) for field, value in chosen}


def _message(channel: str, shown: JsonObject) -> Message:
    return Message(
        channel=channel,
        ts=str(shown["ts"]),
        author=str(shown["user"]),
        text=str(shown["plain"]),
        blocks=tuple(as_sent(shown["blocks"])),
        private=bool(shown["ephemeral"]),
        thread=shown["thread_ts"],
        origin=str(shown["origin"]),
    )
