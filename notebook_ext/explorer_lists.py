"""What an explorer has read of Zof, and the tables that are made of it. No requests are made here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from notebook_ext.comparison_table import changes_of
from notebook_ext.explorer_scenes import Query, Scene
from notebook_ext.explorer_tables import comparison_table, flaky_table, results_table, runs_table
from notebook_ext.reading import Reading
from notebook_ext.table_data import Table
from zof_core import Project, Result, Run
from zof_core.assumptions import PAGE_LIMIT_MAX
from zof_core.builders import list_projects, list_results
from zof_core.catalogue import Catalogue, merged
from zof_core.comparison import compare
from zof_core.flakiness import flaky_cases


@dataclass(frozen=True)
class Sheet:
    """What a scene shows.

    Args:
        table: its rows.
        items: the row's runs, results, pairs of a word and a change, or flaky cases.
        unchanged: how many cases a comparison leaves out; None where nothing is compared.
    """

    table: Table
    items: list[Any]
    unchanged: int | None = None


class Lists:
    """Runs, projects and, run by run, results: each read as far as somebody wanted.

    Args:
        query: which runs.
        catalogue: names for ids.

    Raises:
        ZofValidationError: that can be no project.
    """

    def __init__(self, query: Query, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self.query = query
        self.runs: Reading[Run] = Reading(query.call())
        self.projects: Reading[Project] = Reading(list_projects(limit=PAGE_LIMIT_MAX))
        self._results: dict[str, Reading[Result]] = {}

    def ask(self, query: Query) -> None:
        """Wants other runs; those that were read go.

        Raises:
            ZofValidationError: that can be no project.
        """
        self.runs = Reading(query.call())
        self.query = query

    def needs(self, scene: Scene) -> list[Reading[Any]]:
        """The lists that a scene shows."""
        if scene.kind == "runs":
            return [self.runs]
        return [self._results_of(run_id) for run_id in scene.runs]

    def begun(self, scene: Scene) -> bool:
        """Whether something was read of each of them."""
        return all(reading.begun for reading in self.needs(scene))

    def lacking(self, scene: Scene) -> bool:
        """Whether there is more to read."""
        return any(not reading.whole for reading in self.needs(scene))

    def forget_unless_ended(self, run_id: str) -> None:
        """What was read of a run that goes on is read anew."""
        ended = any(run.id == run_id and run.is_terminal for run in self.runs.items)
        if not ended:
            self._results.pop(run_id, None)

    def project_names(self) -> dict[str, str]:
        """Id → name of all projects that are known, from wherever."""
        used = {run.project_id: run.project_id for run in self.runs.items if run.project_id}
        listed = {project.id: project.name or project.id for project in self.projects.items}
        named = {project.id: project.name for project in self._catalogue.projects if project.name}
        return used | listed | named

    def sheet(self, scene: Scene) -> Sheet:
        """What a scene shows of what was read. What needs all of it shows nothing before."""
        if scene.kind == "runs":
            names = merged(self._catalogue, self.projects.items, ())
            table = runs_table(self.runs.items, names, of_one_project=bool(self.query.project))
            return Sheet(table, self.runs.items)
        begun = self.begun(scene)
        told = [reading.items if begun else [] for reading in self.needs(scene)]
        if scene.kind == "results":
            return Sheet(results_table(told[0]), told[0])
        if scene.kind == "comparison":
            found = compare(*told)
            changes = changes_of(found)
            return Sheet(comparison_table(changes), changes, found.unchanged if begun else None)
        seen = [run for run in self.runs.items if run.id in scene.runs]
        cases = list(flaky_cases(seen, (result for results in told for result in results)))
        return Sheet(flaky_table(cases), cases)

    def _results_of(self, run_id: str) -> Reading[Result]:
        if run_id not in self._results:
            self._results[run_id] = Reading(list_results(run_id=run_id, limit=PAGE_LIMIT_MAX))
        return self._results[run_id]
