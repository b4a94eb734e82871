from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from zof_core import Result, Run, ZofValidationError
from zof_core.catalogue import CatalogueCase
from zof_core.gates import ADVISORY, Gate, judge
from zof_core.posture import posture

NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)
CASES = [
    CatalogueCase(id="tc_1", name="pays", module="payments", priority="P0", requirement="REQ-1"),
    CatalogueCase(id="tc_2", module="payments", priority="P1", requirement="REQ-1"),
    CatalogueCase(id="tc_3", module="login", priority="P0", requirement="REQ-2"),
    CatalogueCase(id="tc_4", module="login"),
]


def _run(
    n: int, status: str = "passed", hours: float = 1, suite: str = "smoke", environment: str = "staging"
) -> Run:
    ended = NOW - timedelta(hours=hours) if status not in {"queued", "running"} else None
    return Run(
        id=f"run_{n}", status=status, environment=environment, test_suite_id=suite,
        created_at=NOW - timedelta(hours=hours, minutes=5), completed_at=ended,
    )  # fmt: skip


def _result(run: int, case: int, status: str = "passed") -> Result:
    return Result(id=f"res_{run}_{case}", run_id=f"run_{run}", test_case_id=f"tc_{case}", status=status)


def _judge(
    runs: list[Run], results: list[Result] | None = None, **gate: Any
) -> tuple[bool, str, tuple[str, ...]]:
    verdict = judge(Gate("staging", **gate), runs, results or [], CASES, NOW)
    (finding,) = verdict.findings
    assert verdict.passed == finding.met
    return finding.met, finding.reason, finding.runs


def test_a_required_suite_that_passed() -> None:
    assert _judge([_run(1)], required_suites=["smoke"]) == (True, "smoke: run_1 passed.", ("run_1",))


@pytest.mark.parametrize(
    ("runs", "reason"),
    [
        ([], "No run of smoke on staging ended within 24 h: there is none."),
        (
            [_run(1, hours=30)],
            "No run of smoke on staging ended within 24 h: the latest ended 1 d 06 h ago.",
        ),
        ([_run(1, "running")], "No run of smoke on staging ended within 24 h: one is still going on."),
        (
            [_run(1, environment="production")],
            "No run of smoke on staging ended within 24 h: there is none.",
        ),
        ([_run(1, suite="other")], "No run of smoke on staging ended within 24 h: there is none."),
        ([_run(1, hours=2), _run(2, "failed", hours=1)], "smoke: the latest run run_2 ended as Failed."),
        (
            [_run(1, "error")],
            "smoke: the latest run run_1 ended as Error (a fault of the platform: run it again).",
        ),
        (
            [_run(1, "canceled")],
            "smoke: the latest run run_1 ended as Cancelled (so nothing is known: run it again).",
        ),
    ],
)
def test_a_required_suite_that_did_not(runs: list[Run], reason: str) -> None:
    met, said, _ = _judge(runs, required_suites=["smoke"])
    assert (met, said) == (False, reason)


def test_an_older_failure_does_not_count_once_it_passed() -> None:
    assert _judge([_run(1, "failed", hours=3), _run(2, hours=1)], required_suites=["smoke"])[0]


def test_a_result_without_a_case_counts_as_a_case_of_its_own() -> None:
    nameless = [
        Result(id=f"res_{n}", run_id="run_1", name=name, status=status)
        for n, (name, status) in enumerate([("Pay", "failed"), (None, "failed"), ("Log in", "passed")])
    ]
    met, said, _ = _judge([_run(1)], nameless, minimum_pass_rate=0.5)
    assert (met, said) == (False, "1 of 3 cases passed in their latest run (33 %); needed: 50 %.")


def test_a_threshold_is_said_as_it_was_chosen() -> None:
    results = [_result(1, n, "passed" if n else "failed") for n in range(200)]
    said = _judge([_run(1)], results, minimum_pass_rate=0.996)[1]
    assert said == "199 of 200 cases passed in their latest run (99 %); needed: 99.6 %."


def test_evidence_of_any_age_may_count() -> None:
    old = _run(1, hours=17_000)
    assert _judge([old], required_suites=["smoke"], evidence_within=timedelta.max)[0]
    assert posture([old], [], [], [], NOW, window=timedelta.max)


def test_the_pass_rate_is_of_each_cases_latest_outcome() -> None:
    runs = [_run(1, hours=3), _run(2, hours=1)]
    results = [
        _result(1, 1, "failed"),
        _result(1, 2),
        _result(2, 1),
        _result(2, 3, "error"),
        _result(2, 4, "skipped"),
    ]
    assert _judge(runs, results, minimum_pass_rate=0.6) == (
        True, "2 of 3 cases passed in their latest run (66 %); needed: 60 %.", ("run_1", "run_2")
    )  # fmt: skip
    assert not _judge(runs, results, minimum_pass_rate=0.7)[0]
    assert _judge(runs, [], minimum_pass_rate=0.0) == (
        False,
        "There is no result on staging within 24 h.",
        (),
    )


def test_coverage_is_of_requirements() -> None:
    met, said, _ = _judge([_run(1)], [_result(1, 2, "failed"), _result(1, 4)], minimum_coverage=0.6)
    assert (met, said) == (True, "2 of 3 requirements have evidence within 24 h (66 %); 60 % are needed.")


def test_coverage_without_cases_cannot_be_shown() -> None:
    verdict = judge(Gate("staging", minimum_coverage=0.1), [_run(1)], [], [], NOW)
    assert verdict.reasons == ["The catalogue lists no cases, so coverage cannot be computed."]


def test_open_critical_failures() -> None:
    runs = [_run(1)]
    met, said, evidence = _judge(
        runs, [_result(1, 1, "failed"), _result(1, 2, "failed")], maximum_open_critical=0
    )
    assert (met, said, evidence) == (False, "1 critical (P0) case fails on staging: pays; 0 may.", ("run_1",))
    assert _judge(runs, [_result(1, 1, "failed")], maximum_open_critical=1)[0]
    assert _judge(runs, [_result(1, 1)], maximum_open_critical=0)[0]


def test_no_outcome_is_no_proof_that_nothing_fails() -> None:
    met, said, _ = _judge([_run(1)], [_result(1, 2)], maximum_open_critical=0)
    assert (met, said) == (False, "No critical (P0) case has a result on staging within 24 h.")


def test_a_gate_that_asks_nothing_shows_nothing() -> None:
    verdict = judge(Gate("staging"), [_run(1)], [], CASES, NOW)
    assert not verdict.passed
    assert verdict.reasons == ["No criterion was set, so nothing was shown."]
    assert verdict.label == ADVISORY


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("environment", " "),
        ("environment", None),
        ("minimum_pass_rate", 95),
        ("minimum_pass_rate", "0.95"),
        ("minimum_pass_rate", float("nan")),
        ("minimum_coverage", -0.1),
        ("minimum_coverage", True),
        ("maximum_open_critical", -1),
        ("maximum_open_critical", 0.5),
        ("evidence_within", timedelta(0)),
        ("evidence_within", 24),
        ("maximum_evidence_age", timedelta(hours=-1)),
        ("required_suites", "smoke"),
        ("required_suites", [""]),
        ("required_suites", [None]),
        ("required_suites", 5),
    ],
)
def test_criteria_that_make_no_sense_are_refused(name: str, wrong: Any) -> None:
    with pytest.raises(ZofValidationError, match=f"^{name} ") as refused:
        Gate(**{"environment": "staging", name: wrong})
    assert refused.value.param == name


@pytest.mark.parametrize("now", [datetime(2026, 5, 20), "2026-05-20", None])  # noqa: DTZ001  # that is the fault
def test_a_moment_without_a_time_zone_is_refused(now: Any) -> None:
    with pytest.raises(ZofValidationError, match=r"^now "):
        judge(Gate("staging"), [], [], [], now)
    with pytest.raises(ZofValidationError, match=r"^now "):
        posture([], [], [], [], now)


def test_evidence_may_be_too_old_although_it_counts() -> None:
    runs = [_run(1, hours=30), _run(2, hours=1, suite="full")]
    results = [_result(1, 1), _result(2, 2)]
    gate = Gate(
        "staging",
        minimum_pass_rate=0.5,
        evidence_within=timedelta(days=3),
        maximum_evidence_age=timedelta(hours=24),
    )
    rate, age = judge(gate, runs, results, CASES, NOW).findings
    assert rate.met
    assert (age.met, age.runs) == (False, ("run_1", "run_2"))
    assert age.reason == "The oldest run that counts, run_1, ended 1 d 06 h ago; 24 h may."
    fresh = judge(gate, [_run(2)], [_result(2, 2)], CASES, NOW)
    assert fresh.passed


def test_age_alone_asks_for_the_newest_run() -> None:
    met, said, evidence = _judge(
        [_run(1, hours=50), _run(2, hours=2)], maximum_evidence_age=timedelta(hours=3)
    )
    assert (met, evidence) == (True, ("run_2",))
    assert "run_2, ended 2 h" in said
    met, said, _ = _judge([_run(1, "running")], maximum_evidence_age=timedelta(hours=3))
    assert (met, said) == (False, "There is no evidence: no run on staging has ended.")


def test_that_no_critical_case_fails_is_proved_by_runs() -> None:
    assert _judge([_run(1)], [_result(1, 1)], maximum_open_critical=0)[2] == ("run_1",)
