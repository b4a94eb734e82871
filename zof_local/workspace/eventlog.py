"""The numbered log of page events, with replay for readers that come back."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any

from zof_local.workspace.models import PageEvent


class EventLog:
    """A bounded log. Readers ask for what came after a number and wait for more."""

    def __init__(self, size: int) -> None:
        self._events: deque[PageEvent] = deque(maxlen=size)
        self._changed = asyncio.Event()
        self._seq = 0
        self.closed = False

    @property
    def last(self) -> int:
        """The number of the newest event (0 before the first)."""
        return self._seq

    def append(
        self, kind: str, data: dict[str, Any], *, channel: str | None = None, user: str | None = None
    ) -> PageEvent:
        """Add an event and wake the readers."""
        self._seq += 1
        event = PageEvent(seq=self._seq, kind=kind, data=data, channel=channel, user=user)
        self._events.append(event)
        self._wake()
        return event

    def since(self, seq: int) -> list[PageEvent] | None:
        """The events after ``seq``, or None when some of them are no longer kept or never were."""
        if seq > self._seq:
            return None
        if self._events and seq < self._events[0].seq - 1:
            return None
        return [event for event in self._events if event.seq > seq]

    def recent(self, kind: str, user: str, most: int) -> list[PageEvent]:
        """The newest ``most`` events of a kind that were for one person, oldest first."""
        found = [event for event in self._events if event.kind == kind and event.user == user]
        return found[-most:]

    async def wait(self, seq: int, timeout: float) -> bool:
        """Wait until an event after ``seq`` exists; False when ``timeout`` seconds passed without one."""
        if self.closed or self._seq > seq:
            return True
        try:
            async with asyncio.timeout(timeout):
                await self._changed.wait()
        except TimeoutError:
            return False
        return True

    def close(self) -> None:
        """End all waiting: the server stops."""
        self.closed = True
        self._wake()

    def _wake(self) -> None:
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()
