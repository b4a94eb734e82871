"""Rows and runs for the unit tests of the bot."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from slack_bot.followed import Asker, FollowedRun, State
from slack_bot.results import Findings
from slack_bot.settings import Timing
from zof_core import Run, RunRequest

MakeRun = Callable[..., Run]
MakeRow = Callable[..., FollowedRun]


def _run(status: str = "running", **changes: Any) -> Run:
    body: dict[str, Any] = {
        "id": "run_1",
        "status": status,
        "project_id": "proj_abc",
        "environment": "staging",
        "test_suite_id": "suite_pr_smoke",
        "summary": {"total": 14, "passed": 5, "failed": 0, "error": 0, "skipped": 0},
        "url": "https://console.zof.example/runs/run_1",
        "created_at": "2027-01-15T08:00:00Z",
        "started_at": "2027-01-15T08:00:01Z",
        "completed_at": None,
    }
    return Run.model_validate({**body, **changes})


def _row(run: Run | None = None, **changes: Any) -> FollowedRun:
    base = FollowedRun(
        key="T0ZOF:trigger",
        state=State.FOLLOWING if run else State.ACCEPTED,
        request=RunRequest(project_id="proj_abc", environment="staging", test_suite_id="suite_pr_smoke"),
        project_name="Checkout",
        suite_name="PR smoke",
        asker=Asker(id="U02DANA", name="Dana Ruiz"),
        team="T0ZOF",
        channel="C0RELEASES",
        response_url="https://hooks.slack.com/commands/1",
        accepted_at=1000.0,
        findings=Findings(run=run) if run else None,
        read_at=1000.0 if run else None,
    )
    return base.model_copy(update=changes)


@pytest.fixture
def make_run() -> MakeRun:
    """A run as Zof shows it: `make_run("passed", …)`."""
    return _run


@pytest.fixture
def make_row() -> MakeRow:
    """A followed run's row, with or without a run: `make_row(run, …)`."""
    return _row


@pytest.fixture
def timing() -> Timing:
    """The default intervals."""
    return Timing()
