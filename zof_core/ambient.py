"""`with zof_core.background():` marks calls as work that can wait for people's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from zof_core.governor import Priority

_priority: ContextVar[Priority] = ContextVar("zof_priority", default="person")


@contextmanager
def background() -> Iterator[None]:
    """Inside it, calls leave the last tenth of Zof's rate window to calls outside it."""
    token = _priority.set("background")
    try:
        yield
    finally:
        _priority.reset(token)


def ambient_priority() -> Priority:
    """Whose calls these are."""
    return _priority.get()
