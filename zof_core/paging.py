"""Walking through all pages of a list, lazily and one after another (`docs/api/pagination`)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from zof_core.errors import ZofDecodeError
from zof_core.requests import Call, next_page

if TYPE_CHECKING:
    from zof_core.models import Page

T = TypeVar("T")


class Walk(Generic[T]):
    """Where a walk through pages stands: which call comes next, if any. No I/O.

    The end is what `has_more` says (`docs/api/pagination`); a server that leads in a circle is refused, since such a
    walk would never end.
    """

    def __init__(self, call: Call[Page[T]]) -> None:
        self.call: Call[Page[T]] | None = call
        self.cursor: str | None = call.query.get("starting_after")
        self._seen: set[str] = {self.cursor} if self.cursor else set()

    def turn(self, page: Page[T]) -> None:
        """Takes note of a page that was read.

        Raises:
            ZofDecodeError: it says that there is more, but not where, or names a cursor that was followed before.
        """
        assert self.call is not None
        if not page.has_more:
            self.call = None
            return
        cursor = page.next_cursor
        if not cursor or cursor in self._seen:
            problem = "without a next_cursor" if not cursor else "with a next_cursor that was followed before"
            from zof_core.models import response_of  # noqa: PLC0415  # loaded with the page

            info = response_of(page)
            raise ZofDecodeError(
                f"A page says that there is more, but comes {problem}; reading on would never end.",
                status=info.status if info else None,
                request_id=info.request_id if info else None,
                operation=self.call.operation.name,
            )
        self._seen.add(cursor)
        self.cursor = cursor
        self.call = next_page(self.call, cursor)


class Pager(Generic[T]):
    """All items of a list; each iteration begins at its start.

    `cursor` is the cursor of the page being read: kept, and given to `list_auto(starting_after=...)` later, it resumes
    there, with that page's items again.
    """

    def __init__(self, run: Callable[[Call[Page[T]]], Page[T]], call: Call[Page[T]]) -> None:
        self._run = run
        self._call = call
        self._walk = Walk(call)

    @property
    def cursor(self) -> str | None:
        """Where to resume; None at the first page."""
        return self._walk.cursor

    def pages(self) -> Iterator[Page[T]]:
        """The pages, each fetched when it is asked for."""
        walk = self._walk = Walk(self._call)
        while walk.call is not None:
            page = self._run(walk.call)
            yield page
            walk.turn(page)

    def __iter__(self) -> Iterator[T]:
        for page in self.pages():
            yield from page.data


class AsyncPager(Generic[T]):
    """All items of a list, for `async for`.

    `cursor` is the cursor of the page being read: kept, and given to `list_auto(starting_after=...)` later, it resumes
    there, with that page's items again.
    """

    def __init__(
        self, run: Callable[[Call[Page[T]]], Coroutine[Any, Any, Page[T]]], call: Call[Page[T]]
    ) -> None:
        self._run = run
        self._call = call
        self._walk = Walk(call)

    @property
    def cursor(self) -> str | None:
        """Where to resume; None at the first page."""
        return self._walk.cursor

    async def pages(self) -> AsyncIterator[Page[T]]:
        """The pages, each fetched when it is asked for."""
        walk = self._walk = Walk(self._call)
        while walk.call is not None:
            page = await self._run(walk.call)
            yield page
            walk.turn(page)

    async def __aiter__(self) -> AsyncIterator[T]:
        async for page in self.pages():
            for item in page.data:
                yield item
