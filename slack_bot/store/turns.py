"""One writer at a time, those whose person waits for an answer first.

SQLite lets one connection write; the others try again after pauses that grow to 100 ms, in no order. Writers that queue
up here instead begin as soon as the one before has committed.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class WriteTurns:
    """Whose turn it is to write. For threads."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._taken = False
        self._urgent = 0
        self.waiting = 0
        """How many wait for their turn."""

    @contextmanager
    def turn(self, *, urgent: bool = False) -> Iterator[None]:
        """Waits for the turn and has it for the length of the block.

        Args:
            urgent: goes before all that are not.
        """
        with self._changed:
            self._urgent += urgent
            self.waiting += 1
            self._changed.wait_for(lambda: not self._taken and (urgent or not self._urgent))
            self._urgent -= urgent
            self.waiting -= 1
            self._taken = True
        try:
            yield
        finally:
            with self._changed:
                self._taken = False
                self._changed.notify_all()
