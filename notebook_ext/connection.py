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
from zof_core import AsyncZofClient, Run, ZofApiError, ZofClient, background, deadline
from zof_core.assumptions import PAGE_LIMIT_MAX
from zof_core.catalogue import Catalogue, load_catalogue
from zof_core.usual import Usual, UsualTimes

CALL_SECONDS = 20.0
"""The whole of one call with its retries: longer than this nobody looks at a form that says nothing."""


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
    _client: AsyncZofClient | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        self._usual = UsualTimes(self._newest_runs, time.monotonic)

    def client(self) -> AsyncZofClient:
        """The client. On the loop thread only.

        Raises:
            ZofAuthenticationError: none was given and the environment holds no key; asked again, it looks again.
        """
        if self._client is None:
            self._client = AsyncZofClient() if self.given is None else _own(self.given)
            if self._client is not self.given:
                weakref.finalize(self, _close, self.loop, self._client).atexit = False
        return self._client

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
