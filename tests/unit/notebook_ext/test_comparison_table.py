from __future__ import annotations

from notebook_ext.comparison_table import ComparisonTable
from zof_core import Result
from zof_core.comparison import compare


def _result(case: str, status: str, took: float) -> Result:
    return Result(id=f"res_{case}", test_case_id=case, name=case, status=status, duration_ms=took)


def test_what_changed_is_told_in_words_and_escaped() -> None:
    before = [_result("<b>", "passed", 1000), _result("tc_2", "failed", 10)]
    after = [_result("<b>", "failed", 2000), _result("tc_2", "passed", 10)]
    table = ComparisonTable("run_1", "run_2", compare(before, after))
    lines = repr(table).splitlines()
    assert lines[0] == "From run_1 to run_2: 1 newly failing, 1 fixed"
    assert lines[2].split() == ["New", "failure", "<b>", "Passed", "Failed", "1", "s", "→", "2", "s"]
    html = table._repr_mimebundle_()["text/html"]
    assert "<code>&lt;b&gt;</code>" in html


def test_a_very_long_id_keeps_its_ends_and_its_title_has_all_of_it() -> None:
    case = f"test_{'x' * 150}[end]"
    change = compare([_result(case, "passed", 10)], [_result(case, "failed", 10)])
    html = ComparisonTable("run_1", "run_2", change)._repr_mimebundle_()["text/html"]
    assert f'title="{case}"' in html
    assert "x … x" in html
    assert "[end]</code>" in html


def test_no_difference_is_said() -> None:
    same = [_result("tc_1", "passed", 10)]
    assert repr(ComparisonTable("run_1", "run_2", compare(same, same))) == (
        "From run_1 to run_2: no difference; 1 case as before"
    )
