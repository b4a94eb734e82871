"""The names that forms and completion offer: Zof documents no endpoint for environments, suites and cases."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from zof_core.errors import ZofValidationError
from zof_core.models import Project, Run
from zof_core.validation import environment_problem, id_problem, refuse


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CatalogueSuite(_Entry):
    """A suite that can be run."""

    id: str = Field(min_length=1)
    name: str | None = None


class CatalogueCase(_Entry):
    """A test case, as far as gates and the home need to know it."""

    id: str = Field(min_length=1)
    name: str | None = None
    module: str | None = None
    priority: str | None = None
    requirement: str | None = None


class CatalogueProject(_Entry):
    """A project with its environments, suites and cases."""

    id: str = Field(min_length=1)
    name: str | None = None
    environments: list[str] = Field(default_factory=list)
    suites: list[CatalogueSuite] = Field(default_factory=list)
    cases: list[CatalogueCase] = Field(default_factory=list)


class Catalogue(_Entry):
    """What can be chosen."""

    projects: list[CatalogueProject] = Field(default_factory=list)

    def project(self, project_id: str) -> CatalogueProject | None:
        """The project of that id."""
        return next((project for project in self.projects if project.id == project_id), None)


def merged(catalogue: Catalogue, projects: Iterable[Project], runs: Iterable[Run]) -> Catalogue:
    """A catalogue together with what the API lists and what recent runs used; the file's names win.

    Args:
        catalogue: the file's.
        projects: as the API lists them.
        runs: recent ones: their environments, suites and cases exist, too.
    """
    found = {project.id: project for project in catalogue.projects}
    for project in filter(lambda one: one.id, projects):  # an empty id would be refused in a file, too
        known = found.get(project.id)
        if known is None:
            found[project.id] = CatalogueProject(id=project.id, name=project.name)
        elif known.name is None and project.name:
            found[project.id] = known.model_copy(update={"name": project.name})
    for run in runs:
        if run.project_id:
            known = found.get(run.project_id) or CatalogueProject(id=run.project_id)
            found[run.project_id] = _with_names_of(known, run)
    return Catalogue(projects=list(found.values()))


def _with_names_of(project: CatalogueProject, run: Run) -> CatalogueProject:
    environments, suites, cases = project.environments, project.suites, project.cases
    if run.environment and run.environment not in environments:
        environments = [*environments, run.environment]
    if run.test_suite_id and all(suite.id != run.test_suite_id for suite in suites):
        suites = [*suites, CatalogueSuite(id=run.test_suite_id)]
    used = dict.fromkeys(filter(None, run.test_case_ids or ()))  # an empty id would be refused in a file, too
    if used:
        known = {case.id for case in cases}
        cases = [*cases, *(CatalogueCase(id=case_id) for case_id in used if case_id not in known)]
    return project.model_copy(update={"environments": environments, "suites": suites, "cases": cases})


def load_catalogue(path: str | Path) -> Catalogue:
    """Reads the `[[catalogue.projects]]` tables of a TOML file; a file without any gives an empty catalogue.

    Raises:
        ZofValidationError: the file cannot be read, is no TOML, or an entry is wrong; the sentence says where.
    """
    if not isinstance(path, str | Path):
        refuse({"catalogue": f"catalogue must be the path of a TOML file, not {type(path).__name__}."})
    place = Path(path)
    try:
        document = tomllib.loads(place.read_text(encoding="utf-8"))
    except OSError as error:
        raise ZofValidationError(
            f"The catalogue {place} cannot be read: {error.strerror}.", param="catalogue"
        ) from None
    except (ValueError, RecursionError) as error:  # not only TOML's: no UTF-8, no path, brackets too deep
        raise ZofValidationError(f"The catalogue {place} is not TOML: {error}.", param="catalogue") from None
    if "projects" in document and "catalogue" not in document:
        raise ZofValidationError(
            f"{place}: the projects stand outside of the catalogue. Write [[catalogue.projects]] over each.",
            param="catalogue",
        )
    try:
        catalogue = Catalogue.model_validate(document.get("catalogue", {}))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in ("catalogue", *first["loc"]))
        raise ZofValidationError(f"{place}: {where}: {first['msg']}.", param=where) from None
    _refuse_duplicates(place, catalogue)
    _refuse_what_cannot_be_sent(place, catalogue)
    return catalogue


def _refuse_duplicates(place: Path, catalogue: Catalogue) -> None:
    seen: set[str] = set()
    for project in catalogue.projects:
        if project.id in seen:
            raise ZofValidationError(
                f'{place}: catalogue.projects names "{project.id}" twice. Make one table of the two.',
                param="catalogue",
            )
        seen.add(project.id)


def _refuse_what_cannot_be_sent(place: Path, catalogue: Catalogue) -> None:
    """Ids and environments that every run would be refused with."""
    for number, project in enumerate(catalogue.projects):
        problems = [
            id_problem("project_id", project.id),
            *(environment_problem(name) for name in project.environments),
            *(id_problem("test_suite_id", suite.id) for suite in project.suites),
            *(id_problem("test_case_ids", case.id) for case in project.cases),
        ]
        for problem in filter(None, problems):
            raise ZofValidationError(f"{place}: catalogue.projects.{number}: {problem}", param="catalogue")


def nearest(word: str, choices: Iterable[str]) -> str | None:
    """The choice that was probably meant by a mistyped word, or None if none is near."""
    by_fold = {choice.casefold(): choice for choice in choices}
    found = difflib.get_close_matches(word.casefold()[:200], by_fold, n=1, cutoff=0.6)
    return by_fold[found[0]] if found else None
