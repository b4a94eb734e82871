from __future__ import annotations

from notebook_ext.results_table import ROWS_SHOWN, ResultsTable
from zof_core import Result


def _result(n: int, status: str, said: str | None = None) -> Result:
    return Result(
        id=f"res_{n}", test_case_id=f"tc_{n}", status=status, duration_ms=1500, failure_summary=said
    )


def test_what_failed_comes_first_and_everything_is_escaped() -> None:
    table = ResultsTable(
        "run_1", (_result(1, "passed"), _result(2, "error"), _result(3, "failed", "<b>boom</b>\nmore"))
    )
    lines = repr(table).splitlines()
    assert lines[0] == "Results of run_1: 3"
    assert [line.split()[0] for line in lines[2:]] == ["Failed", "Error", "Passed"]
    assert lines[2].endswith("<b>boom</b>")
    html = table._repr_mimebundle_()["text/html"]
    assert "&lt;b&gt;boom" in html
    assert "<b>boom" not in html
    assert "1.5 s" in html


def test_of_very_many_the_first_are_shown_and_the_number_is_said() -> None:
    table = ResultsTable("run_1", tuple(_result(n, "passed") for n in range(ROWS_SHOWN + 1)))
    assert repr(table).startswith(f"Results of run_1: {ROWS_SHOWN} of {ROWS_SHOWN + 1}\n")
    assert table._repr_mimebundle_()["text/html"].count("<tr>") == ROWS_SHOWN + 1, "with the head"


def test_none_is_said() -> None:
    assert "There are no results." in ResultsTable("run_1", ())._repr_mimebundle_()["text/html"]
