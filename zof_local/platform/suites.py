"""suites.toml: projects, environments and suites, as directories, variables and pytest arguments."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator

from zof_local.platform.errors import PlatformError

Identifier = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$")]
Label = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
VariableName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
Seconds = Annotated[float, Field(gt=0, le=86_400)]
Megabytes = Annotated[int, Field(ge=0)]
_DEFAULT_TIMEOUT = 900.0


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Environment(_Table):
    """An environment of a project: the variables its runs get, and where the system under test is.

    Tests find `base_url` as ZOF_ENVIRONMENT_URL, and as PYTEST_BASE_URL, which the plugin pytest-base-url reads.
    """

    variables: dict[VariableName, str] = {}
    base_url: Annotated[str, StringConstraints(pattern=r"^https?://[^\s]+$")] | None = None


class FailurePolicy(_Table):
    """When failed cases fail a run; without anything, each does.

    `critical` has patterns of case ids, such as `tc_payments__*`: one such case that fails or breaks fails the
    run. `max_failed_share` is how much of the others may: 0.05 lets one in twenty, of the cases that ran.
    """

    max_failed_share: float = Field(default=0.0, ge=0, le=1)
    critical: tuple[Label, ...] = ()


class Suite(_Table):
    """A selection of cases: pytest arguments, as one would type them in the project's directory.

    Limits and policy are the project's where they are left out. `memory_mb` bounds the address space of each
    process of a run; 0 sets no bound.
    """

    id: Identifier
    name: Label | None = None
    args: tuple[str, ...] = ()
    timeout_seconds: Seconds | None = None
    memory_mb: Megabytes | None = None
    failure_policy: FailurePolicy | None = None

    @property
    def title(self) -> str:
        """What people call it."""
        return self.name or self.id


class Project(_Table):
    """A pytest project.

    `directory` is where pytest would be started by hand; `python` the interpreter to start it with (the
    platform's own without it); `in_place` runs in the directory itself instead of in a copy of it.
    """

    id: Identifier
    name: Label | None = None
    organization: Identifier = "org_local"
    directory: Path
    python: Path | None = None
    in_place: bool = False
    timeout_seconds: Seconds = _DEFAULT_TIMEOUT
    memory_mb: Megabytes = 0
    failure_policy: FailurePolicy = FailurePolicy()
    environments: dict[Label, Environment] = Field(min_length=1)
    suites: tuple[Suite, ...] = ()

    @property
    def title(self) -> str:
        """What people call it."""
        return self.name or self.id

    def suite(self, suite_id: str) -> Suite | None:
        """The suite with this id."""
        return next((suite for suite in self.suites if suite.id == suite_id), None)

    @field_validator("suites")
    @classmethod
    def _distinct_suites(cls, suites: tuple[Suite, ...]) -> tuple[Suite, ...]:
        _require_distinct([suite.id for suite in suites])
        return suites


class Integration(_Table):
    """A provider that is said to be connected; nothing is checked, so its health is what stands here."""

    id: Identifier
    provider: Label
    organization: Identifier = "org_local"
    status: Literal["healthy", "failing"] = "healthy"


class Suites(_Table):
    """All of suites.toml."""

    projects: tuple[Project, ...] = Field(min_length=1)
    integrations: tuple[Integration, ...] = ()

    def project(self, project_id: str, organization_id: str) -> Project | None:
        """The organization's project with this id."""
        return next((project for project in self.of(organization_id) if project.id == project_id), None)

    def of(self, organization_id: str) -> tuple[Project, ...]:
        """The organization's projects, in the file's order."""
        return tuple(project for project in self.projects if project.organization == organization_id)

    @field_validator("projects")
    @classmethod
    def _distinct_projects(cls, projects: tuple[Project, ...]) -> tuple[Project, ...]:
        _require_distinct([project.id for project in projects])
        return projects


def _require_distinct(ids: list[str]) -> None:
    for identifier in ids:
        if ids.count(identifier) > 1:
            raise ValueError(f"'{identifier}' stands here more than once")


def parse_suites(data: Mapping[str, Any], base: Path, source: str = "suites.toml") -> Suites:
    """Checks the data of a suites.toml; relative directories are taken from `base`.

    Raises:
        PlatformError: names the place in the file and what is wrong there.
    """
    try:
        suites = Suites.model_validate(data)
    except ValidationError as error:
        raise PlatformError(_sentence(error, source)) from None
    return suites.model_copy(
        update={"projects": tuple(_anchored(project, base) for project in suites.projects)}
    )


def load_suites(path: Path) -> Suites:
    """Reads and checks a suites.toml, and that the directories and interpreters it names exist.

    Raises:
        PlatformError: names the file and what is wrong with it.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise PlatformError(
            f"{path} cannot be read ({error.strerror}). Name the file with --suites."
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PlatformError(f"{path} is not valid TOML: {error}.") from None
    suites = parse_suites(data, path.resolve().parent, str(path))
    for project in suites.projects:
        if not project.directory.is_dir():
            raise PlatformError(f"{path}: project {project.id}: there is no directory {project.directory}.")
        if project.python is not None and not project.python.is_file():
            raise PlatformError(f"{path}: project {project.id}: there is no interpreter {project.python}.")
    return suites


def _anchored(project: Project, base: Path) -> Project:
    # An interpreter's path is not resolved further: a virtual environment's python is a link that must stay
    # one.
    python = None if project.python is None else base / project.python
    return project.model_copy(update={"directory": (base / project.directory).resolve(), "python": python})


def _sentence(error: ValidationError, source: str) -> str:
    first = error.errors(include_url=False, include_context=False)[0]
    place = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in first["loc"]).lstrip(".")
    message = first["msg"].removeprefix("Value error, ")
    more = f" ({error.error_count() - 1} more)" if error.error_count() > 1 else ""
    return f"{source}: {place or 'the file'}: {message}.{more}"
