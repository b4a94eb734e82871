"""What the form's lists offer: of the catalogue, what fits the chosen project and what is typed. Pure.

A catalogue may hold thousands of names, so a list holds a few of them, and the page asks anew as somebody types.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from notebook_ext.form_model import FormValue
from zof_core.catalogue import Catalogue, CatalogueProject

MOST = 50
MOST_CHARACTERS = 8_000
"""Of all entries of one list; at least one is offered."""

_NAME_LENGTH = 120

Entry = tuple[str, str]
"""Id and name; the name is empty where there is none."""


def offers(catalogue: Catalogue, value: FormValue, field: str, word: str) -> dict[str, Any]:
    """The list for one field.

    Args:
        catalogue: all names there are.
        value: what the form holds; a project that is known narrows the other lists down, cases it has are left out.
        field: `project`, `environment`, `suite` or `cases`; another one has no names.
        word: what must be in an entry's id or name, each of its words somewhere; upper and lower case are one.

    Returns:
        `entries`, each `{"id": …, "name": …}` (the one whose id is the word first), and how many `more` there are.
    """
    parts = word.casefold().split()
    asked = word.strip()
    taken = {*value.cases} - {asked} if field == "cases" else set()
    known = (entry for entry in _known(catalogue, value, field) if entry[0] not in taken)
    fitting = sorted((entry for entry in known if _fits(entry, parts)), key=lambda entry: entry[0] != asked)
    shown = list(_few(fitting))
    entries = [{"id": key, "name": name[:_NAME_LENGTH]} for key, name in shown]
    return {"entries": entries, "more": len(fitting) - len(shown)}


def names(catalogue: Catalogue, value: FormValue) -> dict[str, str]:
    """Id → name of the project and the suite that are chosen, where they have one."""
    found: dict[str, str] = {}
    for field in ("project", "suite"):
        chosen = getattr(value, field)
        name = next((name for key, name in _known(catalogue, value, field) if key == chosen), "")
        if name and name != chosen:
            found[chosen] = name[:_NAME_LENGTH]
    return found


def _known(catalogue: Catalogue, value: FormValue, field: str) -> list[Entry]:
    """All entries of a field, each id once."""
    chosen = catalogue.project(value.project)
    scope = catalogue.projects if field == "project" or chosen is None else [chosen]
    found: dict[str, str] = {}
    for key, name in (entry for project in scope for entry in _OF.get(field, _nothing)(project)):
        found[key] = found.get(key) or name
    return list(found.items())


def _nothing(_: CatalogueProject) -> Iterable[Entry]:
    return ()


_OF: Mapping[str, Callable[[CatalogueProject], Iterable[Entry]]] = {
    "project": lambda project: [(project.id, project.name or "")],
    "environment": lambda project: [(label, "") for label in project.environments],
    "suite": lambda project: [(suite.id, suite.name or "") for suite in project.suites],
    "cases": lambda project: [(case.id, case.name or "") for case in project.cases],
}


def _fits(entry: Entry, parts: Iterable[str]) -> bool:
    text = f"{entry[0]} {entry[1]}".casefold()
    return all(part in text for part in parts)


def _few(entries: Iterable[Entry]) -> Iterator[Entry]:
    left = MOST_CHARACTERS
    for number, (key, name) in enumerate(entries):
        left -= len(key) + min(len(name), _NAME_LENGTH)
        if number == MOST or (number and left < 0):
            return
        yield key, name
