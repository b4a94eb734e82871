"""What a run will execute, worked out before anything starts."""

from __future__ import annotations

from pathlib import Path

import pytest

from zof_local.platform.execution.plan import PlanError, child_environment, plan_run
from zof_local.platform.store.runs import Run
from zof_local.platform.suites import Environment, FailurePolicy, Project, Suite

PYTHON = Path("/opt/python/bin/python")
PROJECT = Project(
    id="proj_a",
    directory=Path("/projects/a"),
    environments={"staging": Environment(variables={"BASE_URL": "http://s"})},
    suites=(Suite(id="suite_a", args=("-m", "smoke"), timeout_seconds=5, memory_mb=256),),
)


def run(**changes: object) -> Run:
    values: dict[str, object] = {
        "seq": 1, "id": "run_1", "organization_id": "org_local", "project_id": "proj_a", "environment": "staging",
        "test_suite_id": "suite_a", "test_case_ids": None, "status": "running", "reason": None, "total": None,
        "passed": 0, "failed": 0, "error": 0, "skipped": 0, "created_at": "", "started_at": "", "completed_at": None,
    }  # fmt: skip
    return Run(**(values | changes))  # type: ignore[arg-type]  # built from a table


def test_a_suite_brings_its_arguments_and_limits() -> None:
    plan = plan_run(run(), PROJECT, {}, PYTHON)
    assert (plan.selection, plan.timeout_seconds, plan.memory_mb) == (("-m", "smoke"), 5, 256)
    assert (plan.source, plan.python) == (Path("/projects/a"), PYTHON)


def test_limits_and_policy_are_the_suites_else_the_projects() -> None:
    lenient = FailurePolicy(max_failed_share=0.5)
    project = PROJECT.model_copy(
        update={
            "timeout_seconds": 7,
            "memory_mb": 64,
            "failure_policy": lenient,
            "suites": (
                Suite(id="suite_a"),
                Suite(id="suite_b", timeout_seconds=9, memory_mb=0, failure_policy=FailurePolicy()),
            ),
        }
    )
    nodes = {"tc_a": "tests/test_a.py::test_a"}
    by_cases = run(test_suite_id=None, test_case_ids=("tc_a",))
    for one in (run(), by_cases):
        plan = plan_run(one, project, nodes, PYTHON)
        assert (plan.timeout_seconds, plan.memory_mb, plan.failure_policy) == (7, 64, lenient)
    plan = plan_run(run(test_suite_id="suite_b"), project, nodes, PYTHON)
    assert (plan.timeout_seconds, plan.memory_mb, plan.failure_policy) == (9, 0, FailurePolicy())


def test_an_environments_address_reaches_its_tests_unless_its_variables_say_otherwise() -> None:
    environment = Environment(
        base_url="https://s.example", variables={"PYTEST_BASE_URL": "https://other.example"}
    )
    project = PROJECT.model_copy(update={"environments": {"staging": environment}})
    seen = child_environment(plan_run(run(), project, {}, PYTHON), Path("/home"), Path("/tmp"), {})
    assert seen["ZOF_ENVIRONMENT_URL"] == "https://s.example"
    assert seen["PYTEST_BASE_URL"] == "https://other.example"


def test_cases_become_node_ids_in_the_asked_order() -> None:
    nodes = {"tc_a": "tests/test_a.py::test_a", "tc_b": "tests/test_a.py::test_b"}
    plan = plan_run(run(test_suite_id=None, test_case_ids=("tc_b", "tc_a")), PROJECT, nodes, PYTHON)
    assert plan.selection == ("tests/test_a.py::test_b", "tests/test_a.py::test_a")


@pytest.mark.parametrize(
    ("changes", "project", "words"),
    [
        ({}, None, "no project proj_a any more"),
        ({"environment": "qa"}, PROJECT, "no environment 'qa' any more"),
        ({"test_suite_id": "suite_b"}, PROJECT, "no suite suite_b any more"),
        ({"test_suite_id": None, "test_case_ids": ("tc_a",)}, PROJECT, "no case tc_a any more"),
    ],
)
def test_what_has_gone_meanwhile_is_named(
    changes: dict[str, object], project: Project | None, words: str
) -> None:
    with pytest.raises(PlanError, match=words):
        plan_run(run(**changes), project, {}, PYTHON)


def test_the_environment_is_clean() -> None:
    plan = plan_run(run(), PROJECT, {}, PYTHON)
    ours = {
        "ZOF_API_KEY": "secret",
        "SLACK_BOT_TOKEN": "secret",
        "PYTHONPATH": "/x",
        "LANG": "C.UTF-8",
        "PATH": "/bin",
    }
    environment = child_environment(plan, Path("/w/home"), Path("/w/tmp"), ours)
    assert environment == {
        "LANG": "C.UTF-8",
        "PATH": "/opt/python/bin:/bin",
        "HOME": "/w/home",
        "TMPDIR": "/w/tmp",
        "ZOF_RUN_ID": "run_1",
        "ZOF_ENVIRONMENT": "staging",
        "BASE_URL": "http://s",
    }
