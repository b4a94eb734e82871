"""Which cases of a run a panel lists, and in which order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from notebook_ext.cases import CASES_SHOWN, cases_of, counted_at, newest, now_line
from zof_core import Result, Run, RunSummary
from zof_core.catalogue import Catalogue, CatalogueCase, CatalogueProject

START = datetime(2026, 5, 20, 12, tzinfo=UTC)
NOBODY = Catalogue()


def result(number: int, status: str = "passed", **more: object) -> Result:
    facts = {"name": f"test_{number}", "created_at": START + timedelta(seconds=number), **more}
    return Result.model_validate({"id": f"res_{number}", "status": status, **facts})


def going(done: int = 0, total: int = 0, **more: object) -> Run:
    summary = RunSummary(total=total, passed=done)
    return Run.model_validate({"id": "run_1", "status": "running", "summary": summary, **more})


def test_what_runs_comes_first_then_what_ended_last() -> None:
    results = [result(1), result(3, "failed", duration_ms=1200), result(2, "running", created_at=None)]
    cases, more = cases_of(going(2, 4), results, NOBODY)
    assert [(case.name, case.word, case.took) for case in cases] == [
        ("test_2", "Running", ""),
        ("test_3", "Failed", "1.2 s"),
        ("test_1", "Passed", ""),
    ]
    assert more == 0
    assert now_line(results) == "Now: test_2"
    assert now_line(results[:2]) == "Last: test_3, failed"
    assert now_line([]) == ""


def test_a_run_of_single_cases_says_which_are_still_to_come() -> None:
    names = Catalogue(
        projects=[CatalogueProject(id="proj_a", cases=[CatalogueCase(id="tc_2", name="Pays by card")])]
    )
    run = going(1, 3, project_id="proj_a", test_case_ids=["tc_1", "tc_2", "tc_3"])
    cases, _ = cases_of(run, [result(1, test_case_id="tc_1")], names)
    assert [(case.name, case.word) for case in cases] == [
        ("test_1", "Passed"),
        ("Pays by card", "Waiting"),
        ("tc_3", "Waiting"),
    ]
    ended = run.model_copy(update={"status": "canceled"})
    assert [case.name for case in cases_of(ended, [result(1, test_case_id="tc_1")], names)[0]] == ["test_1"]


def test_of_many_cases_the_list_says_how_many_more_there_are() -> None:
    cases, more = cases_of(going(500, 900), [result(n) for n in range(100)], NOBODY)
    assert len(cases) == CASES_SHOWN
    assert cases[0].name == "test_99"
    assert more == 500 - CASES_SHOWN


def test_names_are_one_short_line() -> None:
    [case], _ = cases_of(going(1, 1), [result(1, name="a\nb" + "x" * 5000, module="m\t" * 900)], NOBODY)
    assert len(case.name) <= 100
    assert "\n" not in case.name
    assert len(case.module) <= 100


def test_the_newest_case_that_ended_dates_the_counts() -> None:
    assert counted_at([]) is None
    assert counted_at([result(1), result(2, "running"), result(0)]) == START + timedelta(seconds=1)


def test_what_must_be_kept_is_kept_in_the_order_it_came() -> None:
    assert [one.id for one in newest([result(2), result(1, "failed")], frozenset({"failed"}))] == [
        "res_1",
        "res_2",
    ]
