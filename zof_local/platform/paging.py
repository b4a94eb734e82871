"""Cursor pages (`docs/api/pagination`): newest first, steady while new entries arrive."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from zof_local.platform.assumptions import DEFAULT_LIMIT, MAX_LIMIT
from zof_local.platform.errors import invalid

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which page of a collection: at most `limit` entries that come after the one at `position`."""

    limit: int
    position: int | None


def encode_cursor(collection: str, sequence: int) -> str:
    """An opaque cursor that points just after an entry of a collection."""
    return base64.urlsafe_b64encode(f"{collection}:{sequence}".encode()).decode().rstrip("=")


def decode_cursor(collection: str, cursor: str) -> int:
    """The sequence number in a cursor of this collection.

    Raises:
        ApiProblem: 400 with param `starting_after` when it is no cursor of this collection.
    """
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode(
            "ascii"
        )
    except (binascii.Error, ValueError):
        text = ""
    match = re.fullmatch(rf"{re.escape(collection)}:([0-9]{{1,18}})", text)
    if match is None or encode_cursor(collection, int(match[1])) != cursor:
        raise invalid(
            f"starting_after is not a cursor of {collection}. "
            "Pass the next_cursor of the page before, unchanged, or leave it out for the first page.",
            "starting_after",
        )
    return int(match[1])


def page_request(collection: str, limit: str | None, starting_after: str | None) -> PageRequest:
    """Checks the paging parameters of a request.

    Raises:
        ApiProblem: 400 naming `limit` or `starting_after`.
    """
    count = DEFAULT_LIMIT
    if limit is not None:
        if not re.fullmatch(r"[0-9]{1,6}", limit) or not 1 <= int(limit) <= MAX_LIMIT:
            raise invalid(f"limit must be a whole number from 1 to {MAX_LIMIT}; got '{limit[:40]}'.", "limit")
        count = int(limit)
    return PageRequest(count, None if starting_after is None else decode_cursor(collection, starting_after))


def page(
    collection: str, rows: Sequence[T], limit: int, sequence_of: Callable[[T], int], show: Callable[[T], Any]
) -> dict[str, Any]:
    """The page of at most `limit` rows; `rows` holds one more when there are further pages."""
    shown = rows[:limit]
    has_more = len(rows) > limit
    return {
        "data": [show(row) for row in shown],
        "has_more": has_more,
        "next_cursor": encode_cursor(collection, sequence_of(shown[-1])) if has_more else None,
    }


def page_of_file(
    collection: str, items: Sequence[T], wanted: PageRequest, show: Callable[[T], Any]
) -> dict[str, Any]:
    """A page of a collection that stands in suites.toml, in the file's order."""
    start = wanted.position or 0
    rows = list(enumerate(items, start=1))[start : start + wanted.limit + 1]
    return page(collection, rows, wanted.limit, lambda row: row[0], lambda row: show(row[1]))
