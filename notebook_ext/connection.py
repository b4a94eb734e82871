"""The client the panels use: its own, on the loop thread, with the settings of the one that was given."""

from __future__ import annotations

import os
import time
import weakref
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from notebook_ext.loop import LoopThread, shared_loop
from notebook_ext.pace import Pace, pace_for
from zof_core import (
    AsyncZofClient,
    Run,
    ZofApiError,
    ZofAuthenticationError,
    ZofClient,
    background,
    deadline,
)
from zof_core.assumptions import PAGE_LIMIT_MAX
from zof_core.catalogue import Catalogue, load_catalogue
from zof_core.config import KeyFrom, resolve_base_url
from zof_core.usual import Usual, UsualTimes
from zof_core.wording import error_sentences

CALL_SECONDS = 20.0
"""The whole of one call with its retries: longer than this nobody looks at a form that says nothing."""

_typed_for: dict[str, AsyncZofClient] = {}
"""Base URL → the client of a key that was typed for it: never sent to another."""


@dataclass(eq=False)
class Connection:
    """How a panel reaches Zof.

    The client is made with the first call, on the loop thread: httpx's connections belong to one loop.
    """

    given: ZofClient | AsyncZofClient | None
    catalogue: Catalogue
    poll_interval: float | None = None
    loop: LoopThread = field(default_factory=shared_loop)
    clock: Callable[[], float] = time.time
    wants_key: bool = False
    _client: AsyncZofClient | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        self._usual = UsualTimes(self._newest_runs, time.monotonic)

    def client(self) -> AsyncZofClient:
        """The client. On the loop thread only.

        Raises:
            ZofAuthenticationError: none was given and the environment holds no key; asked again, it looks again.
        """
        if self._client is None:
            self._client = self._typed() or self._made()
        return self._client

    def _typed(self) -> AsyncZofClient | None:
        """The client of a key that somebody typed for the same Zof."""
        return None if self.given is not None else _typed_for.get(resolve_base_url(None).text)

    def _made(self) -> AsyncZofClient:
        try:
            client = AsyncZofClient() if self.given is None else _own(self.given)
        except ZofAuthenticationError as error:
            self.judge(error)
            raise
        if client is not self.given:
            weakref.finalize(self, _close, self.loop, client).atexit = False
        return client

    def judge(self, error: ZofApiError | None) -> None:
        """Takes note of how a call ended: where the key is missing or refused, panels ask for one.

        Args:
            error: what it raised; None if it did not.
        """
        self.wants_key = isinstance(error, ZofAuthenticationError)

    def take_typed(self) -> None:
        """After a key was typed somewhere: uses it, where one is wanted."""
        if self.wants_key and (typed := self._typed()):
            self._client = typed

    async def unlock(self, key: KeyFrom) -> str:
        """Uses a key that somebody typed, for all connections of this process to the same Zof that lack one.

        It is kept inside the client and nowhere else.

        Args:
            key: the key; a type that shows itself to nobody.

        Returns:
            What is wrong with it, as sentences; empty if nothing is.
        """
        given = self.given
        url = given.plan.base_url.text if given else resolve_base_url(None).text
        try:
            client = AsyncZofClient(key.fetch(), base_url=url, ca_file=given._ca_file if given else None)
            with deadline(CALL_SECONDS):
                await client.projects.list(limit=1)
        except ZofAuthenticationError as error:
            return error_sentences(error)
        except ZofApiError:
            pass  # it says nothing about the key; the panels say what it says about Zof
        self._client = client
        self.wants_key = False
        if given is None:
            _typed_for[url] = client
        return ""

    def pace(self) -> Pace:
        """How often to read a run."""
        try:
            return pace_for(self.client().plan.base_url.text, self.poll_interval)
        except ZofApiError:
            return Pace()

    async def usual(self, like: Run) -> Usual | None:
        """How long such a run usually takes; None if that is not known. On the loop thread only."""
        return await self._usual.of(like)

    async def _newest_runs(self, project: str) -> list[Run] | None:
        try:
            with background(), deadline(CALL_SECONDS):
                return (await self.client().runs.list(project_id=project, limit=PAGE_LIMIT_MAX)).data
        except ZofApiError:
            return None


def connect(
    client: ZofClient | AsyncZofClient | None = None,
    *,
    catalogue: Catalogue | str | Path | None = None,
    poll_interval: float | None = None,
) -> Connection:
    """A connection with a client's settings, or the environment's.

    Args:
        client: whose settings to use.
        catalogue: names for ids, or the TOML file that holds them; by default the one `ZOFOPS_CONFIG` names.
        poll_interval: seconds between two readings of a run.

    Raises:
        ZofValidationError: the catalogue cannot be read.
    """
    if not isinstance(catalogue, Catalogue):
        place = catalogue or os.environ.get("ZOFOPS_CONFIG")
        catalogue = load_catalogue(place) if place else Catalogue()
    return Connection(client, catalogue, poll_interval)


def _own(given: ZofClient | AsyncZofClient) -> AsyncZofClient:
    """An async client with the same key, address and patience; an async one serves any loop as it is."""
    if isinstance(given, AsyncZofClient):
        return given
    client = AsyncZofClient("replaced-below", base_url=given.plan.base_url.text, ca_file=given._ca_file)
    client.plan = given.plan
    return client


def _close(loop: LoopThread, client: AsyncZofClient) -> None:
    loop.submit(client.aclose())
