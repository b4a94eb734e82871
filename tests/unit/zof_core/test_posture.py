from __future__ import annotations

from datetime import UTC, datetime, timedelta

from zof_core import Result, Run, Schedule
from zof_core.catalogue import Catalogue, CatalogueCase, CatalogueProject, CatalogueSuite, merged
from zof_core.models import Project
from zof_core.posture import posture

NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)
CASES = [
    CatalogueCase(id="tc_1", module="payments", priority="P0"),
    CatalogueCase(id="tc_2", module="payments"),
    CatalogueCase(id="tc_3", module="login", priority="P0"),
]


def _run(n: int, status: str, hours: float) -> Run:
    at = NOW - timedelta(hours=hours)
    ended = at if status in {"passed", "failed", "error", "canceled"} else None
    return Run(id=f"run_{n}", status=status, environment="staging", created_at=at, completed_at=ended)


def _result(run: int, case: int, status: str) -> Result:
    return Result(id=f"res_{run}_{case}", run_id=f"run_{run}", test_case_id=f"tc_{case}", status=status)


RUNS = [
    _run(1, "passed", 5), _run(2, "failed", 4), _run(3, "error", 3), _run(4, "canceled", 2), _run(5, "running", 0.2),
    _run(6, "queued", 0.6), _run(7, "queued", 0.4), _run(8, "passed", 1), _run(9, "passed", 30),
]  # fmt: skip
RESULTS = [
    _result(1, 1, "passed"), _result(2, 1, "failed"), _result(8, 1, "failed"), _result(1, 2, "passed"),
    _result(9, 3, "failed"),
]  # fmt: skip


def test_every_figure_and_its_definition() -> None:
    home = posture(RUNS, RESULTS, CASES, [], NOW)
    assert [(figure.name, figure.text) for figure in home.figures] == [
        ("Runs", "8"), ("Pass rate", "50 %"), ("Active runs", "3"), ("Stuck runs", "1"), ("Coverage", "66 %"),
        ("Open critical failures", "1"), ("Flaky cases", "1"),
    ]  # fmt: skip
    assert all(figure.definition for figure in home.figures)
    assert home.stuck.evidence == ("run_6",)
    assert home.flaky.evidence == ("tc_1",)
    assert home.pass_rate.evidence == ("run_8", "run_3", "run_2", "run_1")
    assert [(module.name, module.text) for module in home.modules] == [
        ("login", "0 % (0 of 1)"), ("payments", "100 % (2 of 2)")
    ]  # fmt: skip


def test_what_to_do_next() -> None:
    home = posture(RUNS, RESULTS, CASES, [], NOW)
    assert home.next_actions == (
        "Look into the critical failures: tc_1.",
        "Check the platform: run_3 ended in error, which is no verdict on the product.",
        "Check the agents (Operate → Agents): run_6 have been queued too long.",
        "Run something for login: there is no recent evidence at all.",
        "Triage in Test Health: tc_1 both passed and failed.",
    )


def test_nothing_gives_no_invented_numbers() -> None:
    home = posture([], [], [], [], NOW)
    assert home.pass_rate.value is None
    assert (home.pass_rate.text, home.coverage.text, home.runs.text) == ("–", "–", "0")
    assert home.next_actions == ()


def test_upcoming_schedules() -> None:
    schedules = [
        Schedule(id="sched_1", cron="0 2 * * *", status="active"),
        Schedule(id="sched_2", cron="*/30 * * * *", status="active"),
        Schedule(id="sched_3", cron="0 13 * * *", status="paused"),
        Schedule(id="sched_4", cron="nonsense", status="active"),
        Schedule(id="sched_5"),
    ]
    upcoming = posture([], [], [], schedules, NOW).upcoming
    assert [(one.schedule.id, one.at.hour, one.at.minute) for one in upcoming] == [
        ("sched_2", 12, 30),
        ("sched_1", 2, 0),
    ]


def test_a_merged_catalogue() -> None:
    file = Catalogue(
        projects=[
            CatalogueProject(
                id="proj_1",
                environments=["staging"],
                suites=[CatalogueSuite(id="s1", name="S")],
                cases=[CatalogueCase(id="c1", name="C")],
            )
        ]
    )
    runs = [
        Run(id="r1", status="passed", project_id="proj_1", environment="qa", test_suite_id="s2"),
        Run(id="r2", status="passed", project_id="proj_1", environment="staging", test_suite_id="s1"),
        Run(id="r3", status="passed", project_id="proj_3", environment="staging"),
        Run(id="r4", status="passed"),
    ]
    runs.append(Run(id="r5", status="passed", project_id="proj_1", test_case_ids=["c1", "c2", "c2", ""]))
    whole = merged(file, [Project(id="proj_1", name="Checkout"), Project(id="proj_2", name="Shop")], runs)
    assert [(p.id, p.name, p.environments, [s.id for s in p.suites]) for p in whole.projects] == [
        ("proj_1", "Checkout", ["staging", "qa"], ["s1", "s2"]),
        ("proj_2", "Shop", [], []),
        ("proj_3", None, ["staging"], []),
    ]
    assert [(case.id, case.name) for case in whole.projects[0].cases] == [("c1", "C"), ("c2", None)]
