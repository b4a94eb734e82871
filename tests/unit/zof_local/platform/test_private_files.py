"""What the platform keeps on disk belongs to its owner alone: hashes of keys, webhook secrets, what tests print."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from zof_local.platform import create_key
from zof_local.platform.store.database import connect, transact
from zof_local.platform.store.meta import kept


@pytest.fixture(autouse=True)
def generous_umask() -> Iterator[None]:
    before = os.umask(0o000)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_the_data_directory_is_made_for_the_owner_only(tmp_path: Path) -> None:
    create_key(tmp_path / "new" / "platform")
    assert mode(tmp_path / "new" / "platform") == 0o700
    assert mode(tmp_path / "new" / "platform" / "platform.sqlite3") == 0o600


def test_all_of_the_databases_files_are_the_owners_only(tmp_path: Path) -> None:
    path = tmp_path / "platform.sqlite3"
    connection = connect(path)
    transact(connection, lambda opened: kept(opened, "name", lambda: "value"))
    files = sorted(tmp_path.iterdir())
    assert [file.name for file in files] == [path.name, f"{path.name}-shm", f"{path.name}-wal"]
    assert [mode(file) for file in files] == [0o600] * 3
    for file in files:
        file.chmod(0o644)  # as an earlier version left them
    connect(path).close()
    assert [mode(file) for file in files] == [0o600] * 3
    connection.close()
