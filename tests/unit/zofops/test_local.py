"""`zofops local …`: what the machine's owner may do to a platform that runs elsewhere, or not at all."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from zof_local.platform.admin import DATABASE
from zof_local.platform.store.database import connect
from zof_local.platform.store.runs import NewRun
from zof_local.platform.store.schedules import insert_schedule
from zof_local.platform.store.webhooks import insert_webhook
from zofops.cli import main

NOW = datetime(2026, 5, 20, tzinfo=UTC)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    store = connect(tmp_path / DATABASE)
    target = NewRun(
        organization_id="org_local",
        project_id="proj_a",
        environment="staging",
        test_suite_id="suite_a",
        test_case_ids=None,
    )
    insert_schedule(store, "0 2 * * *", target, NOW)
    insert_webhook(
        store,
        organization_id="org_local",
        url="http://127.0.0.1:9/",
        events=("agent.offline",),
        secret="s" * 16,
        now=NOW,
    )
    store.close()
    return tmp_path


def said(capsys: pytest.CaptureFixture[str], home: Path, *words: str, code: int = 0) -> str:
    assert main(["local", *words, "--data-dir", str(home)]) == code
    out, err = capsys.readouterr()
    return err if code else out


def test_schedules_are_listed_paused_and_resumed(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = said(capsys, home, "schedules")
    schedule_id = line.split()[0]
    assert line.endswith("  0 2 * * *  next 2026-05-20 02:00 UTC  proj_a staging suite_a\n")
    assert "  paused  " in said(capsys, home, "pause", schedule_id)
    assert "  paused  " in said(capsys, home, "schedules")
    assert "  next 20" in said(capsys, home, "resume", schedule_id)


def test_events_are_sent_to_who_wants_them(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, home, "emit", "agent.offline") == "agent.offline goes to one endpoint.\n"
    assert said(capsys, home, "emit", "run.failed") == "run.failed goes to no endpoint, as none wants it.\n"


def test_what_there_is_not_is_said_in_a_sentence(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "There is no schedule 'sched_x'." in said(capsys, home, "pause", "sched_x", code=2)
    assert "There is no event 'x'. Choose one of: run.started" in said(capsys, home, "emit", "x", code=2)
    nowhere = tmp_path / "nowhere"
    assert f"No platform was served from {nowhere} yet." in said(capsys, nowhere, "schedules", code=2)
    assert not nowhere.exists()
