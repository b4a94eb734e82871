"""The bot was away between the ack and the start: what it finds when it comes back is judged by the rules of then."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from slack_bot.followed import Asker, FollowedRun
from tests.integration.slack_bot.conftest import eventually
from tests.integration.slack_bot.guarded import RULES, guarded_bot
from zof_core import RunRequest

FREEZE = """
[[deny]]
name = "freeze"
environments = ["production"]
people = ["*"]
reason = "the weekend"
"""


def accepted(seconds_ago: float) -> FollowedRun:
    return FollowedRun(
        key="T0ZOF:late",
        request=RunRequest(project_id="proj", environment="production", test_suite_id="suite_1"),
        project_name="proj",
        asker=Asker(id="U0LEAD", name="Lead"),
        channel="C0OPEN",
        accepted_at=time.time() - seconds_ago,
    )


@pytest.mark.parametrize(
    ("rules", "seconds_ago", "told"),
    [
        (RULES, 90.0, ""),
        (RULES + FREEZE, 90.0, "no longer let you run it (the weekend)"),
        (RULES, 3 * 86400.0, "but I was away"),
    ],
)
async def test_a_late_start(tmp_path: Path, rules: str, seconds_ago: float, told: str) -> None:
    async with guarded_bot(tmp_path, rules) as guarded:
        guarded.seed([accepted(seconds_ago)], due_at=time.time() - 1)
        await eventually(lambda: guarded.told(told) if told else guarded.services.changes)
        await eventually(guarded.at_rest)
        assert [path for path, _ in guarded.services.changes] == ([] if told else ["runs"])
