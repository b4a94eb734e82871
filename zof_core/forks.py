"""What a forked child must not go on with: the parent's connections, and locks that a thread of the parent holds."""

from __future__ import annotations

import os
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


def _forget_all() -> None:
    for holder in list(_LIVE):
        holder.forget()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_all)
