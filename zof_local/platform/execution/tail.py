"""Reads a file that another process is still writing, line by line."""

from __future__ import annotations

from pathlib import Path

_CHUNK = 1_000_000


class Tail:
    """What was added to a text file since the last look; a line counts when its end has been written."""

    def __init__(self, path: Path, max_line: int = 1_000_000) -> None:
        self._path = path
        self._offset = 0
        self._rest = b""
        self._max_line = max_line

    def read(self, *, last: bool = False) -> list[str]:
        """The new complete lines; with `last` also one that has no end. Too long lines are cut."""
        try:
            with self._path.open("rb") as file:
                file.seek(self._offset)
                data = file.read(_CHUNK)
                while last and (more := file.read(_CHUNK)):
                    data += more
        except FileNotFoundError:
            return []
        self._offset += len(data)
        *lines, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > self._max_line:
            self._rest = self._rest[: self._max_line]
        if last and self._rest:
            lines.append(self._rest)
            self._rest = b""
        return [line[: self._max_line].decode("utf-8", "replace") for line in lines]
