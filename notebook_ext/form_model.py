"""What the form holds and what is wrong with it. Pure: the same rules as the client's, beside the form's own fields."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from zof_core import Project, ZofApiError, ZofInvalidRequestError, ZofNotFoundError
from zof_core.catalogue import Catalogue, CatalogueProject, nearest
from zof_core.validation import noun, quoted, run_request_problems
from zof_core.wording import error_sentences

FIELD_OF_PARAM = {
    "project_id": "project",
    "environment": "environment",
    "test_suite_id": "suite",
    "test_case_ids": "cases",
}
"""The form's field for each field of the API."""

_LABELS = {
    "project_id": "The project",
    "environment": "The environment",
    "test_suite_id": "The suite",
    "test_case_ids": "The list of cases",
}

CONFIRMED_ENVIRONMENTS = frozenset({"production", "prod", "live"})
"""Runs in these are started only after their name was typed once more. The rule is ours, as is the list."""

_TEXT_LIMIT = 20_000


@dataclass(frozen=True)
class FormValue:
    """What is chosen. `cases` counts if there are any, else `suite`."""

    project: str = ""
    environment: str = ""
    suite: str = ""
    cases: tuple[str, ...] = ()

    @classmethod
    def of(cls, raw: object) -> FormValue:
        """From what came from a browser or a user: what has the wrong type counts as not filled in."""
        value = raw if isinstance(raw, Mapping) else {}
        cases = value.get("cases")
        return cls(
            project=_text(value.get("project")),
            environment=_text(value.get("environment")),
            suite=_text(value.get("suite")),
            cases=tuple(filter(None, map(_text, cases))) if isinstance(cases, list | tuple) else (),
        )

    def as_dict(self) -> dict[str, Any]:
        """As the trait holds it."""
        return {
            "project": self.project,
            "environment": self.environment,
            "suite": self.suite,
            "cases": list(self.cases),
        }

    def arguments(self) -> dict[str, Any]:
        """Keyword arguments of `runs.create`."""
        wanted: dict[str, Any] = {"project_id": self.project, "environment": self.environment}
        if self.cases:
            wanted["test_case_ids"] = list(self.cases)
        else:
            wanted["test_suite_id"] = self.suite
        return wanted

    def shown(self) -> list[tuple[str, str]]:
        """Label and value pairs, for those who only read."""
        what = ("Test cases", ", ".join(self.cases)) if self.cases else ("Suite", self.suite)
        return [("Project", self.project), ("Environment", self.environment), what]


def _text(raw: object) -> str:
    return raw.strip()[:_TEXT_LIMIT] if isinstance(raw, str) else ""


def problems(value: FormValue) -> dict[str, str]:
    """Field of the form → sentence, by the client's own rules, in the form's words."""
    found = run_request_problems(**value.arguments())
    return {
        FIELD_OF_PARAM.get(param, "project"): _in_our_words(param, sentence)
        for param, sentence in found.items()
    }


def _in_our_words(param: str, sentence: str) -> str:
    """The sentence with the form's name of the field in place of the API's."""
    rest = sentence.removeprefix(param)
    return f"{_LABELS[param]}{rest}" if rest != sentence and param in _LABELS else sentence


def confirmation_for(value: FormValue) -> str:
    """What has to be typed before a run may start there; empty if nothing has to."""
    return value.environment if value.environment.casefold() in CONFIRMED_ENVIRONMENTS else ""


def confirmation_problem(value: FormValue, typed: object) -> str:
    """What is wrong with what was typed to confirm; empty if nothing is."""
    wanted = confirmation_for(value)
    if not wanted or (isinstance(typed, str) and typed.strip() == wanted):
        return ""
    return f"This starts a run in {quoted(wanted)}. Type {quoted(wanted)} here to confirm."


def api_problem(error: ZofApiError, value: FormValue, catalogue: Catalogue) -> tuple[str, str]:
    """The field an error belongs to, or "" for the whole form, and the sentence that says it.

    Args:
        error: what Zof answered.
        value: what was asked for.
        catalogue: names to think of when one was not known.
    """
    param = error.param or ""
    field = FIELD_OF_PARAM.get(param, "")
    near = _meant(value, catalogue).get(field)
    if near is None or not isinstance(error, ZofNotFoundError | ZofInvalidRequestError):
        return field, error_sentences(error)
    word = quoted(getattr(value, field))
    return field, f"Zof knows no {noun(param)} {word} here. Did you mean {quoted(near)}?"


def hints(value: FormValue, catalogue: Catalogue) -> dict[str, str]:
    """Field → remark on a value the catalogue does not hold. No problem: the catalogue need not know everything."""
    return {
        field: f"Not in the catalogue. Did you mean {quoted(near)}?"
        for field, near in _meant(value, catalogue).items()
    }


def _meant(value: FormValue, catalogue: Catalogue) -> dict[str, str]:
    """Field → the name that was probably meant by one which the catalogue does not hold."""
    known = catalogue.project(value.project)
    scope = [known] if known else catalogue.projects
    choices = {
        "project": [project.id for project in catalogue.projects],
        "environment": [name for project in scope for name in project.environments],
        "suite": [suite.id for project in scope for suite in project.suites],
    }
    found = {}
    for field, names in choices.items():
        word = getattr(value, field)
        near = nearest(word, names) if word and word not in names else None
        if near:
            found[field] = near
    return found


def with_projects(catalogue: Catalogue, projects: Iterable[Project]) -> Catalogue:
    """The catalogue and the projects Zof knows besides; names of the catalogue win."""
    named = {project.id: project for project in catalogue.projects}
    for project in projects:
        known = named.get(project.id)
        if known is None:
            named[project.id] = CatalogueProject(id=project.id, name=project.name)
        elif known.name is None:
            named[project.id] = known.model_copy(update={"name": project.name})
    return Catalogue(projects=list(named.values()))
