"""Act as the people of a workspace from a program: over the page API, as the page does."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Self, TypeVar

import httpx

from zof_local.workspace.models import JsonObject
from zof_local.workspace.plaintext import plain_text

WAIT_SECONDS = 0.5
"""Without any event a condition is looked at this often: it may rest on things outside the workspace."""

T = TypeVar("T")


class WorkspaceClientError(Exception):
    """The workspace refused; the sentence says why. ``status`` is the HTTP status."""

    def __init__(self, sentence: str, status: int) -> None:
        super().__init__(sentence)
        self.status = status


class WorkspaceClient:
    """The page API of a workspace.

    Args:
        base_url: URL of the workspace, such as ``http://127.0.0.1:4321``.
        page_token: ``WorkspaceSettings.page_token``.

    Use it as ``async with WorkspaceClient(url, token) as client:``, then
    ``await client.user("U02DANA").message("C0RELEASES", "/zof help")``.
    """

    def __init__(self, base_url: str, page_token: str) -> None:
        self._http = httpx.AsyncClient(
            base_url=base_url,
            headers={"Authorization": f"Bearer {page_token}"},
            timeout=30,
            trust_env=False,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    def user(self, user_id: str) -> WorkspaceUser:
        """One person of the workspace, to act as; named by id or handle. Channels are named by id or ``#name``."""
        return WorkspaceUser(self, user_id)

    async def get(self, path: str, params: Mapping[str, str]) -> JsonObject:
        """A GET of the page API."""
        return _checked(await self._http.get(f"/page/api/{path}", params=dict(params)))

    async def post(self, path: str, body: JsonObject) -> JsonObject:
        """A POST of the page API."""
        return _checked(await self._http.post(f"/page/api/{path}", json=body))


class WorkspaceUser:
    """One person: writes, commands, clicks, submits, and reads what they see."""

    def __init__(self, client: WorkspaceClient, user_id: str) -> None:
        self._client = client
        self.id = user_id

    async def message(self, channel: str, text: str, *, thread_ts: str | None = None) -> JsonObject:
        """Write a message or give a command.

        Returns:
            ``{"kind": "message" | "command", "ts", "trigger_id", "notice", "delivery": {"outcome": "acked" |
            "timed_out" | "failed" | "no_app", "ms", "status", "code", "error"} | None, …}``

        Raises:
            WorkspaceClientError: no such channel or person, an empty message.
        """
        body = {"channel": channel, "user": self.id, "text": text, "thread_ts": thread_ts}
        return await self._client.post("message", body)

    async def click(
        self,
        channel: str,
        ts: str,
        action_id: str,
        *,
        block_id: str | None = None,
        value: Any = None,
    ) -> JsonObject:
        """Use a button or menu of a message; ``value`` is the chosen option's value."""
        body = {"channel": channel, "ts": ts, "action_id": action_id, "block_id": block_id, "value": value}
        return await self._client.post("click", body | {"user": self.id})

    async def view_click(
        self,
        view_id: str,
        action_id: str,
        *,
        block_id: str | None = None,
        value: Any = None,
        values: Mapping[str, Any] | None = None,
    ) -> JsonObject:
        """Use a button or menu of a modal or of the home."""
        body = {"view_id": view_id, "action_id": action_id, "block_id": block_id, "value": value}
        return await self._client.post("click", body | {"values": dict(values or {}), "user": self.id})

    async def options(
        self,
        action_id: str,
        query: str,
        *,
        block_id: str | None = None,
        view_id: str | None = None,
        channel: str | None = None,
        ts: str | None = None,
    ) -> list[JsonObject]:
        """Type into a searching select: ``[{"value", "label", "hint", "group"}]`` that the app offers."""
        body = {"action_id": action_id, "query": query, "block_id": block_id, "view_id": view_id}
        body |= {"channel": channel, "ts": ts, "user": self.id}
        return list((await self._client.post("options", body))["options"])

    async def shortcut(
        self, callback_id: str, *, channel: str | None = None, ts: str | None = None
    ) -> JsonObject:
        """Use a shortcut of the app, on a message when ``channel`` and ``ts`` are given."""
        body = {"callback_id": callback_id, "channel": channel, "ts": ts}
        return await self._client.post("shortcut", body | {"user": self.id})

    async def submit(self, view_id: str, values: Mapping[str, Any] | None = None) -> JsonObject:
        """Submit a modal; ``values`` by ``block_id/action_id`` or ``action_id``."""
        body = {"view_id": view_id, "user": self.id, "values": dict(values or {})}
        return await self._client.post("submit", body)

    async def close(self, view_id: str, *, everything: bool = False) -> JsonObject:
        """Close a modal without submitting it."""
        return await self._client.post(
            "close", {"view_id": view_id, "user": self.id, "everything": everything}
        )

    async def open_app(self, tab: str = "home") -> str:
        """Look at the app's ``home`` or ``messages`` tab, of which it hears; gives the direct message's channel."""
        answer = await self._client.post("home", {"user": self.id, "tab": tab})
        return str(answer["channel"])

    async def state(self) -> JsonObject:
        """People, channels, app and the modals opened for programs (``views``, topmost last)."""
        return await self._client.get("state", {"user": self.id})

    async def views(self) -> list[JsonObject]:
        """The modals that were opened for programs, not for an open page, topmost last."""
        return list((await self.state())["views"])

    async def messages(self, channel: str) -> list[JsonObject]:
        """The messages this person sees in a channel, oldest first.

        Each has ``ts``, ``user``, ``text``, ``blocks``, ``plain`` (terminal text), ``ephemeral``, ``origin``
        (``app``, ``person`` or ``notice``) and ``thread_ts``.
        """
        return (await self._channel(channel))[0]

    async def _channel(self, channel: str) -> tuple[list[JsonObject], int]:
        """The messages, and the number of the newest event that they know of."""
        answer = await self._client.get("channel", {"channel": channel, "user": self.id})
        return list(answer["messages"]), int(answer["seq"])

    async def until(
        self, look: Callable[[], Awaitable[tuple[T | None, int]]], timeout: float, problem: Callable[[], str]
    ) -> T:
        """Look again after each event of the workspace until something is there.

        Args:
            look: gives what was found, or None, and the number of the newest event it knows of.
            timeout: seconds.
            problem: the sentence of the error.

        Raises:
            TimeoutError: nothing was found in time.
        """
        deadline = time.monotonic() + timeout
        while True:
            found, seq = await look()
            if found is not None:
                return found
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError(problem())
            await self._client.get("wait", {"after": str(seq), "timeout": f"{min(left, WAIT_SECONDS):.3f}"})

    async def wait_for(
        self, channel: str, predicate: Callable[[list[JsonObject]], Any], timeout: float = 10.0
    ) -> list[JsonObject]:
        """Wait until ``predicate(messages)`` is true, at most ``timeout`` seconds.

        Returns:
            The messages that fulfilled it.

        Raises:
            TimeoutError: it never did; the sentence holds what was seen last.
        """
        seen: list[JsonObject] = []

        async def look() -> tuple[list[JsonObject] | None, int]:
            seen[:], seq = await self._channel(channel)
            return (list(seen) if predicate(seen) else None), seq

        def problem() -> str:
            plain = "\n".join(message["plain"] for message in seen) or "(nothing)"
            return f"Not seen in {channel} within {timeout:g} s. Last seen:\n{plain}"

        return await self.until(look, timeout, problem)

    async def wait_for_view(self, timeout: float = 5.0) -> JsonObject:
        """Wait until a modal is open, and give the topmost.

        Raises:
            TimeoutError: none was opened in time.
        """

        async def look() -> tuple[JsonObject | None, int]:
            state = await self.state()
            return (state["views"][-1] if state["views"] else None), int(state["seq"])

        return await self.until(look, timeout, lambda: f"No modal was opened within {timeout:g} s.")


def _checked(response: httpx.Response) -> JsonObject:
    try:
        body = response.json()
    except ValueError:
        body = {}
    if not response.is_success or not isinstance(body, dict) or body.get("ok") is not True:
        sentence = (
            str(body.get("error", "The workspace gave no readable answer.")) if isinstance(body, dict) else ""
        )
        raise WorkspaceClientError(sentence, response.status_code)
    return body


__all__ = ["WorkspaceClient", "WorkspaceClientError", "WorkspaceUser", "plain_text"]
