from __future__ import annotations

from datetime import UTC, datetime, timedelta

from notebook_ext.home_html import home_html, home_text
from notebook_ext.view import Snapshot, run_view
from zof_core import Result, Run, Schedule, ZofServerError
from zof_core.catalogue import Catalogue, CatalogueCase, CatalogueProject, CatalogueSuite
from zof_core.home import ELSEWHERE, Home
from zof_core.posture import posture

NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)
BAD = '<script>alert("x")</script>'


def _home(*, failing: str = "") -> Home:
    ended = NOW - timedelta(hours=1)
    runs = [
        Run(id="run_1", status="failed", environment="staging", created_at=ended, completed_at=ended),
        Run(id="run_2", status="running", environment=BAD, project_id=BAD, created_at=ended),
    ]
    results = [Result(id="res_1", run_id="run_1", test_case_id="tc_1", status="failed")]
    cases = [CatalogueCase(id="tc_1", module=BAD, priority="P0"), CatalogueCase(id="tc_2", module="login")]
    schedules = [Schedule(id="sched_1", cron="0 2 * * *", project_id="p", environment=BAD, test_suite_id=BAD)]
    told = posture(runs, results, cases, schedules, NOW)
    troubles = {failing: ZofServerError("Zof had a fault.")} if failing else {}
    return Home(told, tuple(runs), troubles, frozenset())  # type: ignore[arg-type]  # a part's name


def test_every_figure_stands_beside_its_definition() -> None:
    html = home_html(_home(), [], live=True)
    for figure in _home().posture.figures:
        assert figure.name in html
        assert figure.definition.split(";")[0] in html
    assert "As of 12:00:00 UTC" in html
    assert "2026-05-21 02:00:00 UTC" in html
    assert "Look into the critical failures: tc_1." in html
    assert "Open critical failures" in home_text(_home())
    assert ELSEWHERE.replace("'", "&#x27;") in html


def test_hostile_names_stay_text() -> None:
    assert BAD not in home_html(_home(), [], live=True)
    assert BAD in home_text(_home()), "text is text"


def test_a_part_that_cannot_be_read_says_so_and_claims_nothing() -> None:
    html = home_html(_home(failing="runs"), [], live=True)
    assert "Runs could not be read." in html
    assert html.count("Not read") >= 7
    assert "2026-05-21 02:00:00 UTC" in html, "schedules were read"


def test_schedules_are_told_by_the_catalogues_names_and_in_utc() -> None:
    suite = CatalogueSuite(id=BAD, name="Nightly")
    names = Catalogue(projects=(CatalogueProject(id="p", name="Shop", suites=(suite,)),))
    for said in (home_html(_home(), [], live=True, catalogue=names), home_text(_home(), names)):
        assert "2026-05-21 02:00:00 UTC · Nightly on " in said
        assert "(Shop) · 0 2 * * * UTC" in said


def test_a_step_about_runs_leads_to_the_first_of_them_and_the_run_stands_below() -> None:
    looked = run_view("run_1", Snapshot(run=_home().runs[0]), now=0.0)
    live = home_html(_home(), [], live=True, looked=looked)
    assert 'data-zof="look" data-run="run_1"' in live
    assert 'aria-label="Run run_1"' in live
    assert 'data-zof="hide"' in live
    frozen = home_html(_home(), [], live=False, looked=looked)
    assert 'aria-label="Run run_1"' in frozen
    assert "data-zof" not in frozen


def test_only_the_live_home_has_a_button() -> None:
    assert "data-zof" in home_html(_home(), [], live=True)
    assert "data-zof" not in home_html(_home(), [], live=False)
    assert "Reading" in home_html(None, [], live=True)
    assert "There is no key." in home_html(None, [], live=True, trouble="There is no key.")
