"""Following a file that grows."""

from __future__ import annotations

from pathlib import Path

from zof_local.platform.execution.tail import Tail


def test_only_complete_lines_count_until_the_end(tmp_path: Path) -> None:
    path = tmp_path / "log"
    tail = Tail(path)
    assert tail.read() == []
    path.write_bytes(b"one\ntw")
    assert tail.read() == ["one"]
    with path.open("ab") as file:
        file.write("o ✓\nthree".encode())
    assert tail.read() == ["two ✓"]
    assert tail.read() == []
    assert tail.read(last=True) == ["three"]
    assert tail.read(last=True) == []


def test_endless_lines_and_broken_bytes_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"x" * 100 + b"\n\xff\n")
    assert Tail(path, max_line=10).read() == ["x" * 10, "�"]
