"""What a run will execute: command, environment and limits, worked out before anything starts. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from zof_local.platform.store.runs import Run
from zof_local.platform.suites import FailurePolicy, Project, Suite

_INHERITED = ("LANG", "LC_ALL", "LC_CTYPE", "TZ", "USER", "LOGNAME")
_BASE_URL_NAMES = ("ZOF_ENVIRONMENT_URL", "PYTEST_BASE_URL")
_DEFAULT_PATH = "/usr/local/bin:/usr/bin:/bin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A run's pytest call.

    Args:
        source: the project's directory, copied for the run unless `in_place`.
        python: the interpreter that runs pytest.
        selection: pytest arguments.
        variables: the environment's own variables.
        base_url: where the environment's system under test is.
    """

    run_id: str
    project_id: str
    source: Path
    in_place: bool
    python: Path
    selection: tuple[str, ...]
    environment: str
    variables: Mapping[str, str]
    timeout_seconds: float
    memory_mb: int = 0
    base_url: str | None = None
    failure_policy: FailurePolicy = field(default_factory=FailurePolicy)


class PlanError(Exception):
    """The run cannot be executed any more; the sentence says why."""


def plan_run(run: Run, project: Project | None, node_ids: Mapping[str, str], python: Path) -> Plan:
    """Works out what a run executes.

    Args:
        run: the run.
        project: its project, if suites.toml still has it.
        node_ids: pytest's names of the run's cases.
        python: the platform's interpreter, for projects that name none.

    Raises:
        PlanError: suites.toml no longer has what the run was created with.
    """
    if project is None:
        raise PlanError(f"suites.toml has no project {run.project_id} any more.")
    environment = project.environments.get(run.environment)
    if environment is None:
        raise PlanError(f"Project {project.id} has no environment '{run.environment}' any more.")
    if run.test_suite_id is not None:
        suite = project.suite(run.test_suite_id)
        if suite is None:
            raise PlanError(f"Project {project.id} has no suite {run.test_suite_id} any more.")
        selection = suite.args
    else:
        missing = [case for case in run.test_case_ids or () if case not in node_ids]
        if missing:
            raise PlanError(f"Project {project.id} has no case {missing[0]} any more.")
        selection = tuple(node_ids[case] for case in run.test_case_ids or ())
        suite = None
    return Plan(
        run_id=run.id,
        project_id=project.id,
        source=project.directory,
        in_place=project.in_place,
        python=project.python or python,
        selection=selection,
        environment=run.environment,
        variables=environment.variables,
        base_url=environment.base_url,
        **_limits(project, suite),
    )


def _limits(project: Project, suite: Suite | None) -> dict[str, Any]:
    """Each limit as the suite has it, else as the project has it."""
    names = ("timeout_seconds", "memory_mb", "failure_policy")
    own = {name: value for name in names if (value := getattr(suite, name, None)) is not None}
    return {name: own.get(name, getattr(project, name)) for name in names}


def child_environment(
    plan: Plan, home: Path, temporary: Path, inherited: Mapping[str, str]
) -> dict[str, str]:
    """The environment variables of a run's processes: a clean set, none of the platform's own secrets."""
    addresses = {} if plan.base_url is None else dict.fromkeys(_BASE_URL_NAMES, plan.base_url)
    path = f"{plan.python.parent}:{inherited.get('PATH', _DEFAULT_PATH)}"
    return {
        **{name: inherited[name] for name in _INHERITED if name in inherited},
        "PATH": path,
        "HOME": str(home),
        "TMPDIR": str(temporary),
        "ZOF_RUN_ID": plan.run_id,
        "ZOF_ENVIRONMENT": plan.environment,
        **addresses,
        **plan.variables,
    }


def pytest_arguments(selection: Sequence[str], junit: Path) -> list[str]:
    """The selection with what makes the log worth reading, and where the JUnit XML goes."""
    return ["-v", "--color=no", f"--junitxml={junit}", *selection]
