"""The files that runs leave: taken from a run's working directory before that is removed, kept until they are old."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from zof_local.platform.store.artifacts import KeptFile

_MAX_BYTES = 100 * 1024**2
_CUT = b"\n... cut here: the file was larger than 100 MB\n"


@dataclass(frozen=True, slots=True)
class Leaving:
    """A file that a run may leave: where it is, and what it is called as an artifact."""

    path: Path
    name: str
    type: str
    content_type: str


@dataclass(frozen=True, slots=True)
class RunFiles:
    """The directory that has a directory for each run's files."""

    root: Path

    def path(self, run_id: str, name: str) -> Path:
        """Where a run's file is; both names are ours, not a caller's."""
        return self.root / run_id / name

    def keep(self, run_id: str, leavings: Iterable[Leaving]) -> list[KeptFile]:
        """Moves those files that exist here, on the same disk, and tells which they were."""
        kept = []
        for leaving in leavings:
            if not leaving.path.is_file() or leaving.path.is_symlink():
                continue
            place = self.path(run_id, leaving.name)
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _cut(leaving.path)
            leaving.path.replace(place)
            kept.append(KeptFile(leaving.name, leaving.type, leaving.content_type, place.stat().st_size))
        return kept

    def remove(self, run_ids: Iterable[str]) -> None:
        """Removes all files of these runs."""
        for run_id in run_ids:
            shutil.rmtree(self.root / run_id, ignore_errors=True)


def _cut(path: Path) -> None:
    if path.stat().st_size > _MAX_BYTES:
        os.truncate(path, _MAX_BYTES - len(_CUT))
        with path.open("ab") as file:
            file.write(_CUT)
