"""Reads what a plot shows: the newest runs of a project, and their results where the plot needs them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final, TypeVar

from notebook_ext.plot import Plot
from notebook_ext.plots import coverage_plot, durations_plot, failures_plot, pass_rate_plot
from zof_core import AsyncZofClient, Result, Run
from zof_core.assumptions import PAGE_LIMIT_MAX
from zof_core.catalogue import Catalogue, CatalogueCase
from zof_core.paging import AsyncPager

PAGES_MAX: Final = 5
"""Ours: pages of a list that one plot reads, of a hundred items each."""

T = TypeVar("T")
_Draw = Callable[[list[CatalogueCase], list[Run], list[Result]], Plot]
PLOTS: Final[Mapping[str, _Draw]] = {
    "pass-rate": lambda _, runs, __: pass_rate_plot(runs),
    "durations": lambda _, runs, __: durations_plot(runs),
    "failures": lambda _, runs, results: failures_plot(runs, results),
    "coverage": coverage_plot,
}
_OF_RUNS_ALONE: Final = frozenset({"pass-rate", "durations"})


async def read_plot(client: AsyncZofClient, kind: str, project: str | None, catalogue: Catalogue) -> Plot:
    """A plot of the newest runs.

    Args:
        client: on the loop it belongs to.
        kind: a key of `PLOTS`.
        project: its id; None for all.
        catalogue: whose cases coverage counts.
    """
    runs, cut = await _newest(client.runs.list_auto(project_id=project, limit=PAGE_LIMIT_MAX))
    results: list[Result] = []
    if kind not in _OF_RUNS_ALONE and (made := [run.created_at for run in runs if run.created_at]):
        known = {run.id for run in runs}
        read, more = await _newest(client.results.list_auto(created_after=min(made), limit=PAGE_LIMIT_MAX))
        results, cut = [result for result in read if result.run_id in known], cut or more
    cases = [case for one in catalogue.projects if project in {None, one.id} for case in one.cases]
    plot = PLOTS[kind](cases, runs, results)
    most = PAGES_MAX * PAGE_LIMIT_MAX
    said = f" There are more: only the newest {most} runs and the newest {most} results were read."
    return replace(plot, definition=plot.definition + said) if cut else plot


async def _newest(pager: AsyncPager[T]) -> tuple[list[T], bool]:
    """The items of the first pages, and whether there are more."""
    items: list[T] = []
    pages = 0
    async for page in pager.pages():
        items += page.data
        pages += 1
        if pages == PAGES_MAX:
            return items, page.has_more
    return items, False
