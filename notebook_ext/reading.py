"""A list of Zof that is read page by page, when somebody asks for more, and never before people's own calls."""

from __future__ import annotations

from typing import Generic, Protocol, TypeVar

from notebook_ext.connection import CALL_SECONDS
from zof_core import AsyncZofClient, Page, background, deadline
from zof_core.paging import Walk
from zof_core.requests import Call


class _Named(Protocol):
    @property
    def id(self) -> str: ...


T = TypeVar("T", bound=_Named)


class Reading(Generic[T]):
    """What has been read of a list by now. To be used on the loop thread only.

    Args:
        call: its first page.
    """

    def __init__(self, call: Call[Page[T]]) -> None:
        self._walk: Walk[T] = Walk(call)
        self._found: dict[str, T] = {}
        self.begun = False

    @property
    def items(self) -> list[T]:
        """The items in the order they came, each once: a list that grows while it is read shows some twice."""
        return list(self._found.values())

    @property
    def whole(self) -> bool:
        """Whether there is nothing more to read."""
        return self._walk.call is None

    async def read_page(self, client: AsyncZofClient) -> None:
        """Reads the next page, as work that can wait for people's.

        Raises:
            ZofApiError: it could not be read; the same page comes next time.
        """
        assert self._walk.call is not None, "there is nothing more to read"
        with background(), deadline(CALL_SECONDS):
            page = await client.run(self._walk.call)
        self._walk.turn(page)
        self.begun = True
        for item in page.data:
            self._found.setdefault(item.id, item)
