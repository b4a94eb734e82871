from __future__ import annotations

import pytest

from zof_core.catalogue import Catalogue, CatalogueCase, CatalogueProject
from zof_core.commands import Fault, HttpRequest, Reply
from zof_core.home import PAGES_MAX, Home, read_home
from zof_core.testing import FakeZof
from zof_core.wording import error_sentences

pytest_plugins = ["zof_core.testing.plugin"]

CATALOGUE = Catalogue(
    projects=[
        CatalogueProject(
            id="proj_abc",
            cases=[
                CatalogueCase(id="tc_1", module="login", priority="P0"),
                CatalogueCase(id="tc_2", module="login"),
                CatalogueCase(id="tc_9", module="payments"),
            ],
        )
    ]
)
SUITE = {"environment": "staging", "test_suite_id": "suite_1"}


def _home(fake: FakeZof, **options: object) -> Home:
    with fake.client(max_retries=0) as zof:
        return zof.drive(read_home(zof.plan, CATALOGUE, **options))  # type: ignore[arg-type]


@pytest.fixture
def lively(fake_zof: FakeZof) -> FakeZof:
    """Two ended runs of one project, one under way of another, a schedule of each."""
    fake_zof.add_project("proj_other")
    with fake_zof.client() as zof:
        fake_zof.runs_take(10, outcome="failed", failed=1, passed=1)
        zof.runs.create(project_id="proj_abc", **SUITE)
        fake_zof.runs_take(10, outcome="passed", passed=2)
        zof.runs.create(project_id="proj_abc", **SUITE)
        fake_zof.time.sleep(60)
        fake_zof.runs_take(600)
        zof.runs.create(project_id="proj_other", **SUITE)
    fake_zof.add_schedule("proj_abc", "staging", "suite_1")
    fake_zof.add_schedule("proj_other", "staging", "suite_1")
    return fake_zof


def _texts(home: Home) -> dict[str, str]:
    return {tile.figure.name: tile.figure.text for tile in home.tiles}


def test_all_is_read_and_told(lively: FakeZof) -> None:
    before = len(lively.requests)
    home = _home(lively)
    assert len(lively.requests) - before == 5
    told = _texts(home)
    assert (told["Runs"], told["Pass rate"], told["Active runs"]) == ("3", "50 %", "1")
    assert told["Coverage"] == "66 %", "two of three cases have an outcome"
    assert [run.project_id for run in home.active] == ["proj_other"]
    assert len(home.posture.upcoming) == 2
    assert not home.troubles
    assert not home.cut


def test_only_what_is_of_the_named_projects_is_told(lively: FakeZof) -> None:
    home = _home(lively, projects=["proj_other"])
    assert [run.project_id for run in home.runs] == ["proj_other"]
    assert [one.schedule.project_id for one in home.posture.upcoming] == ["proj_other"]
    assert _texts(home)["Coverage"] == "–", "it has no cases in the catalogue"
    assert _home(lively, projects=[]).runs == ()


@pytest.mark.parametrize(
    ("part", "silent"),
    [
        ("runs", {"Runs", "Pass rate", "Active runs", "Stuck runs", "Coverage", "Open critical failures"}),
        ("results", {"Coverage", "Open critical failures", "Flaky cases"}),
    ],
)
def test_a_list_that_fails_silences_its_own_figures_only(
    lively: FakeZof, monkeypatch: pytest.MonkeyPatch, part: str, silent: set[str]
) -> None:
    usual = lively.answer

    def refusing(request: HttpRequest, timeout: float) -> Reply | Fault:
        if f"/v1/{part}?" in request.url:
            lively.will_fail(403)
        return usual(request, timeout)

    monkeypatch.setattr(lively, "answer", refusing)
    home = _home(lively)
    assert set(home.troubles) == {part}
    assert silent <= {tile.figure.name for tile in home.tiles if tile.trouble}
    assert home.notices == (f"{part.capitalize()} could not be read. {error_sentences(home.troubles[part])}",)
    assert len(home.posture.upcoming) == 2
    assert not [action for action in home.posture.next_actions if "no recent evidence" in action]


def test_a_long_list_is_cut_and_said_to_be(fake_zof: FakeZof) -> None:
    fake_zof.runs_take(600)
    with fake_zof.client() as zof:
        for _ in range(100 * PAGES_MAX + 1):
            zof.runs.create(project_id="proj_abc", **SUITE)
    home = _home(fake_zof)
    assert "runs" in home.cut
    assert "Of runs only the newest 500 are counted." in home.notices
    assert len(home.runs) == 100 * PAGES_MAX + 1, "those under way are listed besides"
