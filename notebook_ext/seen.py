"""The runs that this process has shown, newest first: what `%zof status` means when it names none."""

from __future__ import annotations

from collections import deque

_KEPT = 50
_seen: deque[str] = deque(maxlen=_KEPT)


def remember(run_id: str) -> None:
    """Notes a run as the newest."""
    if run_id in _seen:
        _seen.remove(run_id)
    _seen.appendleft(run_id)


def seen() -> list[str]:
    """Ids, the newest first."""
    return list(_seen)
