"""What of a run's log is about one case."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest

from slack_bot.views.lists import case_log
from zof_core.excerpt import lines_about
from zof_core.models import LogLine

LOG = """\
test_cart.py::test_add PASSED
test_cart.py::test_bad FAILED
test_cart.py::TestCart::test_sum[a b] FAILED
=================================== FAILURES ===================================
___________________________________ test_bad ___________________________________

    def check():
>       assert 1 == 2
E       assert 1 == 2

test_cart.py:4: AssertionError
____________________________ TestCart.test_sum[a b] ____________________________
>       raise KeyError
=========================== short test summary info ============================
FAILED test_cart.py::test_bad - assert 1 == 2
FAILED test_cart.py::TestCart::test_sum[a b] - KeyError""".splitlines()


@pytest.mark.parametrize(
    ("names", "picked"),
    [
        (["test_bad"], [1, 4, 5, 6, 7, 8, 9, 10, 14]),
        (["case_7", "test_cart.py::test_bad"], [1, 4, 5, 6, 7, 8, 9, 10, 14]),
        (["test_cart.py::TestCart::test_sum[a b]"], [2, 11, 12, 15]),
        (["test_add"], [0]),
        (["", "nothing"], []),
    ],
)
def test_the_traceback_between_its_headings_belongs_to_it(names: list[str], picked: list[int]) -> None:
    lines = [LogLine(message=line) for line in LOG]
    found = {id(line) for line in lines_about(lines, names)}
    assert [at for at, line in enumerate(lines) if id(line) in found] == picked


def test_a_log_has_one_form_of_clock_time_and_keeps_its_indents() -> None:
    at = datetime(2027, 1, 15, 11, 0, 5, tzinfo=timezone(timedelta(hours=2)))
    lines = [
        LogLine(message="2027-01-15 11:00:05,123 began", timestamp=at),
        LogLine(message="[11:00:05] went on", timestamp=at.astimezone(UTC)),
        LogLine(message="    assert 1", timestamp=at),
    ]
    shown = json.dumps(case_log("run_1", "test_bad", None, lines, named=True), ensure_ascii=False)
    assert "(times in UTC)" in shown
    assert "09:00:05 began\\n09:00:05 went on\\n09:00:05     assert 1" in shown
