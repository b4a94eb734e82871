"""From pytest's reports to results and a run's end."""

from __future__ import annotations

import json
from typing import Any

import pytest

from zof_local.platform.execution.outcomes import CaseOutcome, ProcessEnd, Session, read_event, verdict
from zof_local.platform.suites import FailurePolicy

NODE = "tests/test_a.py::test_x"


def report(
    when: str, outcome: str = "passed", *, node: str = NODE, summary: str = "", **more: Any
) -> dict[str, Any]:
    return {
        "event": "report",
        "node_id": node,
        "when": when,
        "outcome": outcome,
        "is_subtest": False,
        "duration": 0.25,
        "xfail": False,
        "summary": summary,
        "text": more.pop("text", ""),
        "sections": more.pop("sections", []),
        **more,
    }


def play(session: Session, *events: dict[str, Any]) -> list[CaseOutcome]:
    return [outcome for event in events if (outcome := session.feed(event)) is not None]


def phases(
    setup: str = "passed", call: str | None = "passed", teardown: str = "passed"
) -> list[dict[str, Any]]:
    events = [report("setup", setup, summary="setup broke")]
    if call is not None:
        events.append(report("call", call, summary="assert 1 == 2"))
    return [*events, report("teardown", teardown, summary="teardown broke")]


@pytest.mark.parametrize(
    ("events", "status", "summary"),
    [
        (phases(), "passed", None),
        (phases(call="failed"), "failed", "assert 1 == 2"),
        (phases(setup="failed", call=None), "error", "In set-up: setup broke"),
        (phases(teardown="failed"), "error", "In tear-down: teardown broke"),
        (phases(call="failed", teardown="failed"), "failed", "assert 1 == 2"),
        (phases(setup="skipped", call=None), "skipped", None),
        (phases(call="skipped"), "skipped", None),
        (phases(setup="skipped", call=None, teardown="failed"), "skipped", None),
    ],
    ids=["pass", "fail", "set-up", "tear-down", "fail-and-tear-down", "skip", "xfail", "skip-and-tear-down"],
)
def test_phases_make_one_outcome(events: list[dict[str, Any]], status: str, summary: str | None) -> None:
    (outcome,) = play(Session(), *events)
    assert (outcome.node_id, outcome.status, outcome.failure_summary) == (NODE, status, summary)
    assert outcome.duration_seconds == 0.25 * len(events)


def test_a_case_counts_only_when_its_teardown_is_over() -> None:
    session = Session()
    assert play(session, *phases()[:2]) == []
    assert session.counts == {}
    assert len(play(session, phases()[2])) == 1
    assert session.counts == {"passed": 1}


def test_a_case_that_is_run_twice_counts_once() -> None:
    session = Session()
    assert len(play(session, *phases(call="failed"), *phases())) == 1
    assert session.counts == {"failed": 1}


def test_what_was_printed_and_the_failing_subtest_come_along() -> None:
    session = Session()
    (outcome,) = play(
        session,
        report("setup"),
        report("call", "failed", is_subtest=True, summary="assert 3 == 4", text="sub [three]"),
        report("call", "failed", summary="contains 1 failed subtest"),
        report("teardown", sections=[["Captured stdout call", "hello"]]),
    )
    assert outcome.failure_summary == "assert 3 == 4"
    assert outcome.output == "sub [three]\n--- Captured stdout call ---\nhello"


FINISHED = {"event": "finished"}


@pytest.mark.parametrize(
    ("events", "exit_code", "status"),
    [
        ([*phases(), FINISHED], 0, "passed"),
        ([*phases(call="failed"), FINISHED], 1, "failed"),
        ([*phases(setup="failed", call=None), FINISHED], 1, "failed"),
        ([*phases(call="failed"), FINISHED], 0, "failed"),
        ([*phases(), FINISHED], 1, "failed"),
        ([FINISHED], 5, "error"),
        ([FINISHED], 2, "error"),
        ([FINISHED], 3, "error"),
        ([FINISHED], 4, "error"),
        ([*phases()], 0, "error"),
        ([], 1, "error"),
        ([*phases(), FINISHED], 99, "error"),
    ],
    ids=[
        "passed", "failed", "set-up-error", "exit-0-but-failed", "exit-1-without-failure", "nothing-selected",
        "interrupted", "internal", "usage", "left-without-finishing", "never-began", "unknown-exit",
    ],
)  # fmt: skip
def test_a_runs_end(events: list[dict[str, Any]], exit_code: int, status: str) -> None:
    session = Session()
    play(session, *events)
    decision = verdict(session, ProcessEnd(exit_code=exit_code), FailurePolicy())
    assert decision.status == status
    if status == "error":
        assert decision.reason


@pytest.mark.parametrize(
    ("end", "words"),
    [
        (ProcessEnd(signal=9), "killed by signal 9 (SIGKILL)"),
        (ProcessEnd(signal=250), "killed by signal 250 "),
        (ProcessEnd(), "killed from outside"),
        (ProcessEnd(exit_code=2, timed_out_after=30.0), "limit of 30 s"),
        (
            ProcessEnd(exit_code=4, last_lines=("", "ERROR: file not found: x.py", "")),
            "ERROR: file not found: x.py",
        ),
        (
            ProcessEnd(exit_code=1, last_lines=("ModuleNotFoundError: No module named 'pytest'",)),
            "No module named",
        ),
    ],
)
def test_breakdowns_say_why(end: ProcessEnd, words: str) -> None:
    decision = verdict(Session(), end, FailurePolicy())
    assert decision.status == "error"
    assert words in (decision.reason or "")


def test_collection_errors_make_an_error_whatever_else_passed() -> None:
    session = Session()
    broken = {
        "event": "collect_error",
        "node_id": "tests/test_b.py",
        "summary": "ImportError: no module named x",
    }
    play(session, broken, broken, *phases(), FINISHED)
    decision = verdict(session, ProcessEnd(exit_code=1), FailurePolicy())
    assert decision.status == "error"
    assert "tests/test_b.py: ImportError: no module named x (1 more such error)" in (decision.reason or "")


def test_cases_under_way_at_a_breakdown_are_errors() -> None:
    session = Session()
    play(session, {"event": "case_started", "node_id": NODE}, report("setup"))
    (outcome,) = session.interrupted("pytest was killed.")
    assert (outcome.node_id, outcome.status) == (NODE, "error")
    assert "pytest was killed." in (outcome.failure_summary or "")
    assert session.interrupted("again") == []


def test_lone_surrogates_are_replaced_and_keep_two_cases_apart() -> None:
    broken = report(
        "call",
        "failed",
        node="tests/test_a.py::test_x[\ud800]",
        summary="assert '\udcff' == '✓'",
        sections=[["Captured", "a\udfffb"]],
    )
    event = read_event(json.dumps(broken))
    assert event["summary"] == "assert '\ufffd' == '✓'"
    assert event["sections"] == [["Captured", "a\ufffdb"]]
    assert event["node_id"] == "tests/test_a.py::test_x[\ufffdD800]"
    other = read_event(json.dumps(report("call", node="tests/test_a.py::test_x[\ud801]")))
    assert other["node_id"] != event["node_id"]
    whole = {"event": "collected", "node_ids": ["test_😀"]}
    assert read_event(json.dumps(whole)) == whole


@pytest.mark.parametrize(
    ("policy", "failing", "status", "words"),
    [
        ({}, ["a"], "failed", None),
        ({"max_failed_share": 0.1}, ["a"], "passed", "1 of 10 cases failed, which the failure policy lets pass."),
        ({"max_failed_share": 0.1}, ["a", "b"], "failed", "2 of 10 cases failed, more than the 10 % that"),
        ({"max_failed_share": 1, "critical": ("tc_pay__*",)}, ["a", "b"], "passed", "2 of 10"),
        ({"max_failed_share": 1, "critical": ("tc_pay__*",)}, ["a", "c"], "failed", "critical case failed: tc_pay__c."),
        ({"critical": ("tc_pay__*",)}, ["a"], "failed", "more than the 0 % that"),
    ],
)  # fmt: skip
def test_the_policy_says_when_failed_cases_fail_the_run(
    policy: dict[str, Any], failing: list[str], status: str, words: str | None
) -> None:
    session = Session()
    for number in range(10 - len(failing)):
        node = f"tests/test_cart.py::test_{number}"
        play(session, *[report(when, node=node) for when in ("setup", "call", "teardown")])
    for name in failing:
        file = "pay" if name == "c" else "cart"
        node = f"tests/test_{file}.py::test_{name}"
        play(
            session,
            report("setup", node=node),
            report("call", "failed", node=node),
            report("teardown", node=node),
        )
    skipped = "tests/test_cart.py::test_skipped"
    play(session, report("setup", "skipped", node=skipped), report("teardown", node=skipped))
    play(session, {"event": "finished", "exit_code": 1})
    decision = verdict(session, ProcessEnd(exit_code=1), FailurePolicy(**policy))
    assert decision.status == status
    assert (decision.reason is None) if words is None else (words in (decision.reason or ""))
