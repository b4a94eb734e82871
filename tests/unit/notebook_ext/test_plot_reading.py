from __future__ import annotations

import pytest

from notebook_ext import plot_reading
from notebook_ext.plot_reading import read_plot
from zof_core.catalogue import Catalogue, CatalogueCase, CatalogueProject
from zof_core.testing.fake import FakeZof

CATALOGUE = Catalogue(
    projects=[
        CatalogueProject(id="proj_abc", cases=[CatalogueCase(id="tc_1", module="cart")]),
        CatalogueProject(id="proj_other", cases=[CatalogueCase(id="tc_2", module="login")]),
    ]
)


async def _with_runs(number: int) -> FakeZof:
    zof = FakeZof()
    zof.add_project("proj_abc")
    zof.runs_take(10, outcome="failed", passed=2, failed=1)
    async with zof.async_client() as client:
        for _ in range(number):
            run = await client.runs.create(
                project_id="proj_abc", environment="staging", test_suite_id="suite_a"
            )
            await client.runs.wait_until_complete(run.id)
    zof.requests.clear()
    return zof


async def test_runs_alone_are_read_where_results_are_not_needed() -> None:
    zof = await _with_runs(3)
    async with zof.async_client() as client:
        plot = await read_plot(client, "durations", "proj_abc", CATALOGUE)
    assert len(plot.rows) == 3
    assert len(zof.requests) == 1
    assert "There are more" not in plot.definition


async def test_results_are_those_of_the_runs() -> None:
    zof = await _with_runs(2)
    async with zof.async_client() as client:
        plot = await read_plot(client, "failures", None, CATALOGUE)
    assert plot.description.startswith("2 runs: 1 case failed"), plot.description
    assert len(zof.requests) == 2


async def test_coverage_counts_the_cases_of_the_project_alone() -> None:
    zof = await _with_runs(1)
    async with zof.async_client() as client:
        plot = await read_plot(client, "coverage", "proj_abc", CATALOGUE)
    assert [row[0] for row in plot.rows] == ["cart"]


async def test_what_was_not_read_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plot_reading, "PAGES_MAX", 1)
    monkeypatch.setattr(plot_reading, "PAGE_LIMIT_MAX", 2)
    zof = await _with_runs(3)
    async with zof.async_client() as client:
        plot = await read_plot(client, "durations", "proj_abc", CATALOGUE)
    assert len(plot.rows) == 2
    assert "only the newest 2 runs" in plot.definition
