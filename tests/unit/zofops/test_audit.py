"""`zofops audit` over a store as the bot leaves it."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from pathlib import Path

import pytest

from slack_bot.store import InboxKind, InboxOutcome, InboxRow, Store
from zofops.cli import main


@pytest.fixture
def store_path(tmp_path: Path) -> Path:
    path = tmp_path / "bot.sqlite"
    store = Store(path)
    store.commit_inbox(
        [
            InboxRow(
                key=f"T0ZOF:{number}",
                kind=InboxKind.COMMAND,
                received_at=1000.0 + number,
                team="T0ZOF",
                channel="C0RELEASES",
                user_id="U03SAM",
                user_name="Sam Okafor",
                text=text,
                verb="run",
                rule="no rule",
                outcome=InboxOutcome.DENIED,
            )
            for number, text in enumerate(["/zof run a b c", "=HYPERLINK(1)", "/zof run d e f"])
        ]
    )
    store.close()
    return path


def test_a_whole_trail_is_0_and_names_its_head(store_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", "verify", "--store", str(store_path)]) == 0
    said = capsys.readouterr().out
    assert said.startswith("Whole: 3 entries, head ")
    head = said.split("head ")[1].split(".")[0]
    assert main(["audit", "verify", "--store", str(store_path), "--head", head]) == 0
    assert main(["audit", "verify", "--store", str(store_path), "--head", "f" * 64]) == 1
    assert "is not in it" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("UPDATE audit SET note = replace(note, 'denied', 'accepted') WHERE number = 2", "Entry 2"),
        ("DELETE FROM audit WHERE number = 2", "Entry 2 is missing"),
        ("DELETE FROM audit WHERE number = 1", "Entry 1 is missing"),
    ],
)
def test_a_trail_that_was_touched_is_1(
    store_path: Path, change: str, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with sqlite3.connect(store_path) as connection:
        connection.execute(change)
    connection.close()
    assert main(["audit", "verify", "--store", str(store_path)]) == 1
    assert says in capsys.readouterr().err


def test_exports(
    store_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZOFOPS_STORE", str(store_path))
    assert main(["audit", "export"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(row["number"], row["text"], row["rule"]) for row in rows] == [
        (1, "/zof run a b c", "no rule"),
        (2, "=HYPERLINK(1)", "no rule"),
        (3, "/zof run d e f", "no rule"),
    ]
    assert main(["audit", "export", "--csv"]) == 0
    table = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [row["text"] for row in table] == ["/zof run a b c", "'=HYPERLINK(1)", "/zof run d e f"]


def test_no_store_is_2_and_none_is_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "nowhere.sqlite"
    assert main(["audit", "verify", "--store", str(path)]) == 2
    assert "ZOFOPS_STORE" in capsys.readouterr().err
    assert not path.exists()


@pytest.mark.parametrize("what", ["verify", "export"])
def test_a_file_that_is_no_store_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], what: str
) -> None:
    path = tmp_path / "notes.sqlite"
    path.write_text("no database " * 1000)
    assert main(["audit", what, "--store", str(path)]) == 2
    said = capsys.readouterr().err
    assert f"{path} cannot be used as the bot's store: file is not a database." in said
    assert "Traceback" not in said
