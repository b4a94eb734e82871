"""After a fork the child must leave the parent's connections alone: it drops them and begins with none."""

from __future__ import annotations

import os
import weakref
from typing import Protocol


class Forgetful(Protocol):
    """Something that holds connections."""

    def forget(self) -> None:
        """Drops them without closing the parent's."""


_LIVE: weakref.WeakSet[Forgetful] = weakref.WeakSet()


def forget_at_fork(holder: Forgetful) -> None:
    """Has a holder of connections forget them in each forked child."""
    _LIVE.add(holder)


def _forget_all() -> None:
    for holder in list(_LIVE):
        holder.forget()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_all)
