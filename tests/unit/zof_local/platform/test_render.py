"""The console's HTML: names and counts as people find them elsewhere, cases in the order they ran."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest

from zof_core import RunSummary
from zof_core.wording import counts_line
from zof_local.platform.console.render import Titles, run_page, runs_list
from zof_local.platform.store.results import Result
from zof_local.platform.store.runs import Run

TITLES = Titles(
    {"proj_a": "Shop", "proj_b": "Bank"},
    {("proj_a", "suite_smoke"): "Shop smoke", ("proj_b", "suite_smoke"): "Bank smoke"},
)


def run(**more: Any) -> Run:
    values: dict[str, Any] = {
        "seq": 1,
        "id": "run_1",
        "organization_id": "org_local",
        "project_id": "proj_a",
        "environment": "staging",
        "test_suite_id": "suite_smoke",
        "test_case_ids": None,
        "status": "failed",
        "reason": None,
        "total": None,
        "passed": 0,
        "failed": 0,
        "error": 0,
        "skipped": 0,
        "created_at": "2026-05-20T12:00:00.000000Z",
        "started_at": None,
        "completed_at": None,
    }
    return Run(**values | more)


def counts(html: str) -> str:
    [found] = re.findall(r'<(?:span|p) class="counts">(.*?)</(?:span|p)>(?=<span class="when"|<dl>)', html)
    return unescape(re.sub(r"<[^>]+>", "", found))


@pytest.mark.parametrize(
    "counted",
    [
        {},
        {"passed": 13},
        {"passed": 1, "error": 1},
        {"passed": 9, "failed": 1, "error": 2, "skipped": 3},
    ],
)
def test_counts_are_said_as_everywhere_else(counted: dict[str, int]) -> None:
    ended = run(total=sum(counted.values()), **counted)
    said = counts_line(RunSummary(total=ended.total, **counted))
    assert counts(runs_list([ended], TITLES)) == said
    assert counts(run_page(ended, [], [], TITLES)) == said


@pytest.mark.parametrize(("status", "rest"), [("running", "3 to go"), ("canceled", "3 not run")])
def test_what_is_left_stands_behind_the_counts(status: str, rest: str) -> None:
    shown = runs_list([run(status=status, total=5, error=2)], TITLES)
    assert counts(shown) == f"2 errors · {rest}"


def test_a_suite_has_the_name_that_its_own_project_gives_it() -> None:
    shown = runs_list([run(), run(id="run_2", project_id="proj_b")], TITLES)
    assert re.findall("<b>(.*?)</b><small>(.*?)</small>", shown) == [
        ("Shop smoke", "Shop · staging"),
        ("Bank smoke", "Bank · staging"),
    ]
    assert "<b>suite_gone</b>" in runs_list([run(test_suite_id="suite_gone")], TITLES)


def test_failures_stand_first_and_in_the_order_they_ran() -> None:
    statuses = ["error", "passed", "failed", "skipped", "error"]
    results = [
        Result(
            seq=number,
            id=f"res_{9 - number}",
            organization_id="org_local",
            run_id="run_1",
            test_case_id=f"tc_{number}",
            node_id=f"tests/test_a.py::test_{number}",
            status=status,
            duration_ms=5,
            failure_summary=None,
            output=None,
            created_at="2026-05-20T12:00:00.000000Z",
        )
        for number, status in enumerate(statuses)
    ]
    shown = run_page(run(total=5, passed=1, failed=1, error=2, skipped=1), results, [], TITLES)
    assert re.findall(r"<b>(test_\d)</b>", shown) == ["test_0", "test_2", "test_4", "test_1", "test_3"]


@pytest.mark.parametrize(("total", "parts"), [(3, 2), (4, 3), (None, 1)])
def test_a_bar_has_a_part_for_what_is_left_only_while_there_is_something(
    total: int | None, parts: int
) -> None:
    shown = runs_list([run(total=total, **({} if total is None else {"passed": 2, "failed": 1}))], TITLES)
    assert shown.count("flex-grow") == parts
