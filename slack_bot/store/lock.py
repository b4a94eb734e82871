"""One process for one store: a second bot on the same file would silently take over the first one's work."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from slack_bot.errors import StoreInUseError


class StoreLock:
    """An advisory lock on a file beside the store, held until released or until the process ends."""

    def __init__(self, store: Path) -> None:
        store = store.resolve()  # by whatever other name it is called
        self._path = store.with_name(store.name + ".lock")
        self._fd: int | None = None

    def acquire(self) -> None:
        """Takes the lock.

        Raises:
            StoreInUseError: another process has it.
        """
        fd = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(fd, 32).decode("ascii", "replace").strip()
            os.close(fd)
            who = f" (process {holder})" if holder.isdigit() else ""
            raise StoreInUseError(
                f"{self._path.with_suffix('')}: another bot{who} has this store. Stop it first, or set "
                "ZOFOPS_STORE to another file."
            ) from None
        os.ftruncate(fd, 0)
        os.write(fd, str(os.getpid()).encode())
        self._fd = fd

    def release(self) -> None:
        """Gives the lock back; does nothing if it is not held."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None
