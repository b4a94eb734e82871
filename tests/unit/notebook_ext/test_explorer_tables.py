from __future__ import annotations

from notebook_ext.comparison_table import changes_of
from notebook_ext.explorer_tables import comparison_table, flaky_table, results_table, runs_table
from notebook_ext.table_data import Wish
from tests.support.listing_zof import results_of, runs_of
from zof_core import Result, Run
from zof_core.catalogue import Catalogue
from zof_core.comparison import compare
from zof_core.flakiness import flaky_cases

RUNS = [Run.model_validate(run) for run in runs_of(12)]
RESULTS = [[Result.model_validate(one) for one in results_of(run, 4)] for run in runs_of(12)]


def test_runs_tell_what_zof_tells_of_them() -> None:
    table = runs_table(RUNS, Catalogue())
    assert table.window([1], 0, 1) == [
        (
            1, "failed", "run_1", "suite_regression", "proj_abc", "staging", "38 passed, 1 failed, 1 skipped",
            "31 s", "2026-05-20 11:00:00",
        )
    ]  # fmt: skip
    data = table.data([0, 1])
    assert data["duration_ms"] == [None, 31_000.0]
    assert data["url"] == ["", ""], "a link that is none is left out"
    assert data["failed"] == [0, 1]


def test_what_a_filter_says_already_is_no_column_of_its_own() -> None:
    table = runs_table(RUNS, Catalogue(), of_one_project=True)
    assert [column.key for column in table.visible][:3] == ["status", "id", "suite"]
    assert "proj_abc" not in table.window([1], 0, 1)[0]
    assert table.data([1])["project"] == ["proj_abc"], "exports have it"


def test_results_begin_with_what_failed_when_sorted_by_status() -> None:
    table = results_table(RESULTS[1])
    rows = table.rows(Wish(sort="status"))
    assert [table.data(rows)["status"][place] for place in (0, 1, 2, 3)] == [
        "failed",
        "failed",
        "passed",
        "skipped",
    ]
    assert table.window(rows, 0, 1)[0][5] == "AssertionError: expected 1"
    assert results_table([Result(id="res_1", status="passed")]).window([0], 0, 1) == [
        (0, "passed", "res_1", "", "", "")
    ]


def test_changes_have_both_sides() -> None:
    changes = changes_of(compare(RESULTS[4], RESULTS[3][:3]))
    table = comparison_table(changes)
    data = table.data(range(table.size))
    assert data["change"] == ["New failure", "Fixed", "No result any more"]
    assert (data["before"], data["after"]) == (["passed", "failed", "passed"], ["failed", "passed", None])
    assert data["after_ms"] == [200, 210, None]


def test_flaky_cases_have_their_sequence_from_the_oldest_run_on() -> None:
    cases = flaky_cases(RUNS[:4], (one for results in RESULTS[:4] for one in results))
    table = flaky_table(cases)
    data = table.data([0])
    assert data["outcomes"] == [["failed", "passed", "failed", "passed"]]
    assert data["runs"] == ["run_3 run_2 run_1 run_0"]
    assert (data["changes"], data["failed"]) == ([3], [2])
