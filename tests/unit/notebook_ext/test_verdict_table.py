"""A verdict as HTML, as text and as Markdown."""

from __future__ import annotations

from datetime import UTC, datetime

from notebook_ext.verdict_table import VerdictTable
from zof_core.gates import Finding, Verdict

AT = datetime(2026, 5, 20, 12, 0, tzinfo=UTC)
MET = Finding("suite_a passed", True, "suite_a: run_1 passed.", ("run_1",))
NOT_MET = Finding(
    "pass | rate", False, "1 of 2 cases\n<b>passed</b>.", tuple(f"run_{number}" for number in range(7))
)


def test_each_criterion_has_its_reason_and_its_evidence() -> None:
    table = VerdictTable(Verdict((MET, NOT_MET), AT), title="Release <4>")
    html = table._repr_mimebundle_()["text/html"]
    assert "Release &lt;4&gt;: not met (1 of 2 criteria hold)" in html
    assert "&lt;b&gt;passed&lt;/b&gt;" in html
    assert "<b>" not in html
    assert "<code>run_4</code>, and 2 more" in html
    assert "run_5" not in html
    lines = repr(table).splitlines()
    assert lines[0] == "Release <4>: not met (1 of 2 criteria hold)"
    assert lines[2].split() == ["suite_a", "passed", "Met", "suite_a:", "run_1", "passed.", "run_1"]


def test_markdown_has_a_row_for_each_criterion_whatever_is_in_it() -> None:
    lines = VerdictTable(Verdict((MET, NOT_MET), AT)).to_markdown().splitlines()
    assert lines[0] == "**Release gate: not met (1 of 2 criteria hold)**"
    assert lines[4] == "| suite_a passed | Met | suite_a: run_1 passed. | `run_1` |"
    assert lines[5].startswith(r"| pass \| rate | Not met | 1 of 2 cases \<b\>passed\</b\>. | `run_0`,")
    assert lines[-1].startswith("*As of 2026-05-20 12:00:00 UTC. Advisory")


def test_all_met_is_said_and_nothing_asked_is_not_met() -> None:
    assert repr(VerdictTable(Verdict((MET,), AT))).startswith("Release gate: met (1 of 1 criteria hold)")
    nothing = VerdictTable(Verdict((), AT))
    assert repr(nothing).startswith("Release gate: not met (0 of 0 criteria hold)")
    assert "No criterion was set" in nothing._repr_mimebundle_()["text/html"]
