from datetime import UTC, datetime

from notebook_ext.runs_table import RunsTable
from zof_core import Run, RunSummary
from zof_core.catalogue import Catalogue

NOON = datetime(2026, 5, 20, 12, 0, tzinfo=UTC)


def table(*runs: Run) -> RunsTable:
    return RunsTable(runs, NOON.timestamp(), Catalogue())


def test_a_row_for_each_run_and_the_moment_it_was_true() -> None:
    run = Run(
        id="run_1",
        status="failed",
        environment="<b>",
        test_suite_id="suite_a",
        url="javascript:alert(1)",
        summary=RunSummary(total=3, passed=2, error=1),
        started_at=NOON,
        completed_at=NOON,
    )
    html = table(run)._repr_mimebundle_()["text/html"]
    assert "as of 12:00:00 UTC" in html
    assert ">2 passed, 1 error</td>" in html
    assert "&lt;b&gt;" in html
    assert "javascript" not in html
    assert "<td>2026-05-20 12:00 UTC</td>" in html
    lines = repr(table(run)).splitlines()
    assert lines[0].split() == ["Status", "What", "Environment", "Outcomes", "Duration", "Started", "Run"]
    assert lines[1].startswith("Failed  suite_a")


def test_no_runs_is_said() -> None:
    assert "There are no runs." in table()._repr_mimebundle_()["text/html"]
    assert repr(table()).splitlines() == ["There are no runs.", "As of 12:00:00 UTC"]
