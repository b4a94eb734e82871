from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notebook_ext.view import FAILURES_SHOWN, Snapshot, date_text, in_step, run_view, safe_url
from zof_core import Result, Run, RunSummary
from zof_core.catalogue import Catalogue, CatalogueProject, CatalogueSuite

NOON = datetime(2026, 5, 20, 12, 3, 10, tzinfo=UTC)
NAMES = Catalogue(
    projects=[
        CatalogueProject(
            id="proj_abc", name="Checkout", suites=[CatalogueSuite(id="suite_pr_smoke", name="PR smoke")]
        )
    ]
)


def run(status: str = "running", **fields: object) -> Run:
    base = {"id": "run_1", "status": status, "project_id": "proj_abc", "environment": "staging"}
    return Run.model_validate({**base, "test_suite_id": "suite_pr_smoke", **fields})


def result(number: int, status: str, text: str | None = None) -> Result:
    return Result(
        id=f"res_{number}",
        status=status,
        name=f"test_{number}",
        failure_summary=text,
        created_at=NOON + timedelta(seconds=number),
    )


def test_a_running_run_shows_shares_of_the_whole_and_ticks() -> None:
    snapshot = Snapshot(
        run=run(started_at=NOON, summary=RunSummary(total=10, passed=4, failed=1)),
        results=(result(1, "passed"), result(2, "failed", "assert 1 == 2")),
        as_of=NOON.timestamp() + 9,
    )
    view = run_view("run_1", snapshot, now=NOON.timestamp() + 9.7, catalogue=NAMES)
    assert (view.title, view.project, view.environment) == ("PR smoke", "Checkout", "staging")
    assert [(count.word, count.number, count.share) for count in view.counts if count.number] == [
        ("passed", 4, 40.0),
        ("failed", 1, 10.0),
    ]
    assert (view.total, view.done) == (10, 5)
    assert view.duration == "9 s"
    assert view.ticking_since == NOON.timestamp()
    assert view.can_cancel
    assert view.now == "Last: test_2, failed"
    assert view.times == "Started 2026-05-20 12:03:10 UTC"
    assert view.as_of == "As of 12:03:19 UTC"


def test_an_ended_run_has_no_more_of_what_moves() -> None:
    ended = run(
        "failed",
        started_at=NOON,
        completed_at=NOON + timedelta(seconds=65),
        summary=RunSummary(total=1, failed=1),
    )
    view = run_view("run_1", Snapshot(run=ended, as_of=0.0, cancelling=True, refusal="No."), now=9e9)
    assert view.duration == "1 min 05 s"
    assert view.times == "Started 2026-05-20 12:03:10 UTC · ended 12:04:15 UTC"
    moving = (view.can_cancel, view.cancelling, view.ticking_since, view.as_of, view.now, view.notice)
    assert not any(moving)


def test_without_a_catalogue_the_ids_are_the_names() -> None:
    view = run_view("run_1", Snapshot(run=run()), now=0)
    assert (view.title, view.project) == ("suite_pr_smoke", "proj_abc")
    assert (
        run_view("run_1", Snapshot(run=run(test_suite_id=None, test_case_ids=["tc_1"])), now=0).title
        == "1 test case"
    )


def test_only_an_id_and_a_status_are_enough() -> None:
    view = run_view("run_1", Snapshot(run=Run(id="run_1", status="waiting_for_agent")), now=0)
    assert (view.word, view.title, view.total, view.counts) == ("Waiting for agent", "Run", None, ())
    assert not view.ended


def test_the_first_failures_are_shown_and_the_rest_counted() -> None:
    results = tuple(result(number, "failed" if number % 2 else "error") for number in range(20, 0, -1))
    snapshot = Snapshot(run=run(summary=RunSummary(total=99, failed=30, error=10)), results=results)
    view = run_view("run_1", snapshot, now=0)
    assert [failure.name for failure in view.failures] == [
        f"test_{number}" for number in range(1, FAILURES_SHOWN + 1)
    ]
    assert view.failures_more == 40 - FAILURES_SHOWN
    assert {failure.word for failure in view.failures} == {"Failed", "Error"}


def test_a_running_case_goes_before_the_one_done_last() -> None:
    snapshot = Snapshot(run=run(), results=(result(1, "running"), result(2, "passed")))
    assert run_view("run_1", snapshot, now=0).now == "Now: test_1"


@pytest.mark.parametrize(
    ("snapshot", "word", "notice", "ended"),
    [
        (Snapshot(), "Reading", "", False),
        (
            Snapshot(trouble="Zof is not answering, retrying."),
            "Not read",
            "Zof is not answering, retrying.",
            False,
        ),
        (Snapshot(trouble="No such run.", trouble_final=True), "Not read", "No such run.", True),
    ],
)
def test_before_the_first_answer(snapshot: Snapshot, word: str, notice: str, ended: bool) -> None:
    view = run_view("run_1", snapshot, now=0)
    assert (view.run_id, view.word, view.notice, view.ended) == ("run_1", word, notice, ended)


def test_an_outage_says_as_of_when_the_rest_is_true() -> None:
    snapshot = Snapshot(run=run(), as_of=NOON.timestamp(), trouble="Zof is not answering, retrying.")
    assert run_view("run_1", snapshot, now=0).notice == "As of 12:03:10 UTC — Zof is not answering, retrying."


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "//evil", "http:", "ftp://x/y", "http://[", None]
)
def test_only_http_becomes_a_link(url: str | None) -> None:
    assert safe_url(url) == ""


def test_a_link_of_zof_stays_as_it_is() -> None:
    assert safe_url("https://app.zof.ai/runs/run_1?x=1") == "https://app.zof.ai/runs/run_1?x=1"


def test_dates_are_utc() -> None:
    assert date_text(datetime.fromisoformat("2026-05-20T14:03:10+02:00")) == "2026-05-20 12:03:10 UTC"


@given(
    status=st.text(max_size=20),
    numbers=st.lists(st.integers(min_value=0, max_value=10**6), min_size=5, max_size=5),
    texts=st.lists(st.text(max_size=2000), max_size=12),
)
def test_any_run_has_a_view_whose_shares_fit(status: str, numbers: list[int], texts: list[str]) -> None:
    total, passed, failed, error, skipped = numbers
    summary = RunSummary(total=total, passed=passed, failed=failed, error=error, skipped=skipped)
    results = tuple(
        Result(id=str(n), status="failed", name=text, failure_summary=text) for n, text in enumerate(texts)
    )
    view = run_view("run_1", Snapshot(run=run(status, summary=summary), results=results), now=0)
    assert sum(count.share for count in view.counts) <= 100.1
    assert view.done <= (view.total or 0)
    assert len(view.failures) + view.failures_more >= len(texts)


def test_results_that_are_ahead_of_the_counts_wait_for_them() -> None:
    results = [
        result(1, "passed"),
        result(2, "failed"),
        result(3, "running"),
        result(4, "failed"),
        result(5, "passed"),
    ]
    summary = RunSummary(total=9, passed=1, failed=1)
    assert [one.id for one in in_step(results, summary, whole=True)] == ["res_1", "res_2", "res_3"]
    assert [one.id for one in in_step(results, summary, whole=False)] == [
        "res_1",
        "res_2",
        "res_3",
        "res_5",
    ]
    assert in_step(reversed(results), None, whole=True) == results


def test_a_time_is_said_once() -> None:
    snapshot = Snapshot(run=run(), as_of=NOON.timestamp(), trouble="Zof is not answering, retrying.")
    assert run_view("run_1", snapshot, now=0).as_of == ""
