"""A case's part of a log, as the channel sees it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

from slack_bot.views.lists import case_log
from zof_core.models import LogLine


def test_a_log_has_one_form_of_clock_time_and_keeps_its_indents() -> None:
    at = datetime(2027, 1, 15, 11, 0, 5, tzinfo=timezone(timedelta(hours=2)))
    lines = [
        LogLine(message="2027-01-15 11:00:05,123 began", timestamp=at),
        LogLine(message="[11:00:05] went on", timestamp=at.astimezone(UTC)),
        LogLine(message="    assert 1", timestamp=at),
    ]
    shown = json.dumps(case_log("run_1", "test_bad", None, lines, named=True), ensure_ascii=False)
    assert "`test_bad` has no result in this run yet." in shown
    blocks = case_log("run_1", "bad", None, lines, named=True, ended=True, meant=["test_bad", "test_bad_too"])
    said = json.dumps(blocks, ensure_ascii=False)
    assert "`bad` has no result in this run. Did you mean one of `test_bad`, `test_bad_too`?" in said
    assert "(times in UTC)" in shown
    assert "09:00:05 began\\n09:00:05 went on\\n09:00:05     assert 1" in shown
