"""What a forked child must not go on with: the parent's connections, and locks that a thread of the parent holds."""

from __future__ import annotations

import os
import threading
import weakref
from typing import Protocol


class Forgetful(Protocol):
    """Something with connections or locks."""

    def forget(self) -> None:
        """Begins anew, and leaves what is the parent's alone."""


_LIVE: weakref.WeakSet[Forgetful] = weakref.WeakSet()


def forget_at_fork(holder: Forgetful) -> None:
    """Has a holder forget them in each forked child."""
    _LIVE.add(holder)


class ForkLock:
    """A lock that a forked child finds open, whoever held it in the parent."""

    def __init__(self) -> None:
        self.forget()
        forget_at_fork(self)

    def forget(self) -> None:
        """Begins anew, and leaves what is the parent's alone."""
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()


def _forget_all() -> None:
    for holder in list(_LIVE):
        holder.forget()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_all)
