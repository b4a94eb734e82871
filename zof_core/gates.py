"""An advisory verdict on a release, computed here from runs and results. It is never Zof's own gate. Pure.

Criteria of `docs/reliability/releases`: required suites, minimum pass rate, coverage threshold, maximum open critical
failures; and how old the evidence may be.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from zof_core.catalogue import CatalogueCase
from zof_core.evidence import (
    CRITICAL_PRIORITY,
    coverage,
    ended_at,
    latest_by_case,
    open_critical,
    pass_rate,
    percent,
    recent,
    threshold,
)
from zof_core.models import Result, Run
from zof_core.validation import environment_problem, moment_problem, quoted, refuse, span_problem
from zof_core.wording import duration_text, span_text, status_style

ADVISORY = "Advisory, computed here; Zof's own gate is under Governance → Releases."


@dataclass(frozen=True, slots=True)
class Gate:
    """What a release must show.

    Args:
        environment: where the evidence must come from.
        required_suites: suites whose latest run must have passed.
        minimum_pass_rate: 0 to 1, over the latest outcome of each case.
        minimum_coverage: 0 to 1, of requirements with recent evidence.
        maximum_open_critical: critical cases that may be failing.
        evidence_within: how old a run may be to count.
        maximum_evidence_age: how old the oldest run may be that any other criterion rests on.

    Raises:
        ZofValidationError: a criterion makes no sense.
    """

    environment: str
    required_suites: Sequence[str] = ()
    minimum_pass_rate: float | None = None
    minimum_coverage: float | None = None
    maximum_open_critical: int | None = None
    evidence_within: timedelta = timedelta(hours=24)
    maximum_evidence_age: timedelta | None = None

    def __post_init__(self) -> None:
        spans = {"evidence_within": self.evidence_within}
        if self.maximum_evidence_age is not None:
            spans["maximum_evidence_age"] = self.maximum_evidence_age
        shares = {"minimum_pass_rate": self.minimum_pass_rate, "minimum_coverage": self.minimum_coverage}
        refuse(
            {
                "environment": environment_problem(self.environment),
                "required_suites": _suites_problem(self.required_suites),
                **{name: _share_problem(name, share) for name, share in shares.items()},
                "maximum_open_critical": _count_problem(self.maximum_open_critical),
                **{name: span_problem(name, span) for name, span in spans.items()},
            }
        )


def _suites_problem(suites: object) -> str | None:
    if isinstance(suites, str):  # which is a sequence, too: of letters
        return f"required_suites must be a list, such as [{quoted(suites)}]."
    if isinstance(suites, Collection) and all(isinstance(suite, str) and suite for suite in suites):
        return None
    return f"required_suites must be a list of suite ids, not {quoted(suites)}."


def _share_problem(name: str, share: Any) -> str | None:
    is_number = isinstance(share, int | float) and not isinstance(share, bool)
    if share is None or (is_number and 0 <= share <= 1):
        return None
    return f"{name} {quoted(share)} is not a number from 0 to 1, as in 0.95 for 95 %."


def _count_problem(most: Any) -> str | None:
    is_number = isinstance(most, int) and not isinstance(most, bool)
    if most is None or (is_number and most >= 0):
        return None
    return f"maximum_open_critical {quoted(most)} is no number of cases. Give 0 or more."


@dataclass(frozen=True, slots=True)
class Finding:
    """One criterion's outcome.

    Args:
        criterion: what was asked.
        met: whether it holds.
        reason: why, for people.
        runs: the ids of the runs that prove it.
    """

    criterion: str
    met: bool
    reason: str
    runs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether all criteria hold, with the reason for each. A gate without criteria does not hold."""

    findings: tuple[Finding, ...]
    at: datetime
    label: str = field(default=ADVISORY)

    @property
    def passed(self) -> bool:
        """Whether the release may go."""
        return bool(self.findings) and all(finding.met for finding in self.findings)

    @property
    def reasons(self) -> list[str]:
        """Why not, one sentence for each criterion that is not met."""
        if not self.findings:
            return ["No criterion was set, so nothing was shown."]
        return [finding.reason for finding in self.findings if not finding.met]


def judge(
    gate: Gate, runs: Iterable[Run], results: Iterable[Result], cases: Iterable[CatalogueCase], now: datetime
) -> Verdict:
    """Judges a release.

    Args:
        gate: what it must show.
        runs: of the project, whichever; those of another environment or too old are left out.
        results: of those runs.
        cases: of the catalogue.
        now: with a time zone.

    Raises:
        ZofValidationError: `now` is no moment with a time zone.
    """
    refuse({"now": moment_problem("now", now)})
    here = [run for run in runs if run.environment == gate.environment]
    listed, outcomes = list(cases), list(results)
    evidence = recent(here, now, gate.evidence_within)
    latest = latest_by_case(evidence, outcomes)
    findings = [_suite(gate, suite, here, now) for suite in gate.required_suites]
    if gate.minimum_pass_rate is not None:
        findings.append(_pass_rate(gate, gate.minimum_pass_rate, latest))
    if gate.minimum_coverage is not None:
        findings.append(_coverage(gate, gate.minimum_coverage, listed, latest))
    if gate.maximum_open_critical is not None:
        findings.append(_critical(gate, gate.maximum_open_critical, listed, latest))
    if gate.maximum_evidence_age is not None:
        findings.append(_age(gate, gate.maximum_evidence_age, findings, here, now))
    return Verdict(tuple(findings), now)


_SAYS_NOTHING = {
    "error": " (a fault of the platform: run it again)",
    # The one before it does not count: what was canceled half-way may have had failures.
    "canceled": " (so nothing is known: run it again)",
}


def _suite(gate: Gate, suite: str, runs: list[Run], now: datetime) -> Finding:
    criterion = f"{suite} passed on {gate.environment} within {_span(gate)}"
    of_suite = [run for run in runs if run.test_suite_id == suite]
    fresh = recent(of_suite, now, gate.evidence_within)
    if not fresh:
        reason = (
            f"No run of {suite} on {gate.environment} ended within {_span(gate)}: {_instead(of_suite, now)}."
        )
        return Finding(criterion, False, reason)
    run = fresh[0]
    word = status_style(run.status).word
    if run.status == "passed":
        return Finding(criterion, True, f"{suite}: {run.id} passed.", (run.id,))
    why = _SAYS_NOTHING.get(run.status, "")
    return Finding(criterion, False, f"{suite}: the latest run {run.id} ended as {word}{why}.", (run.id,))


def _instead(runs: list[Run], now: datetime) -> str:
    """What there is where fresh evidence is missing."""
    if any(not run.is_terminal for run in runs):
        return "one is still going on"
    ends = [at for run in runs if (at := ended_at(run)) is not None]
    return (
        f"the latest ended {duration_text((now - max(ends)).total_seconds())} ago"
        if ends
        else "there is none"
    )


def _pass_rate(gate: Gate, minimum: float, latest: dict[str, Result]) -> Finding:
    criterion = f"pass rate of at least {threshold(minimum)} on {gate.environment}"
    rate = pass_rate(latest.values())
    if rate is None:
        return Finding(criterion, False, f"There is no result on {gate.environment} within {_span(gate)}.")
    passed = sum(result.status == "passed" for result in latest.values())
    share = f"{passed} of {len(latest)} cases passed in their latest run ({percent(rate)})"
    said = f"{share}; needed: {threshold(minimum)}."
    return Finding(criterion, rate >= minimum, said, _runs_of(latest.values()))


def _coverage(gate: Gate, minimum: float, cases: list[CatalogueCase], latest: dict[str, Result]) -> Finding:
    criterion = f"requirement coverage of at least {threshold(minimum)}"
    modules = coverage(cases, latest)
    covered, total = sum(seen for seen, _ in modules.values()), sum(count for _, count in modules.values())
    if not total:
        return Finding(criterion, False, "The catalogue lists no cases, so coverage cannot be computed.")
    said = (
        f"{covered} of {total} requirements have evidence within {_span(gate)} ({percent(covered / total)}); "
        f"{threshold(minimum)} are needed."
    )
    return Finding(criterion, covered / total >= minimum, said, _runs_of(latest.values()))


def _critical(gate: Gate, maximum: int, cases: list[CatalogueCase], latest: dict[str, Result]) -> Finding:
    criterion = f"at most {maximum} open critical failures"
    failing = open_critical(cases, latest)
    names = ", ".join(case.name or case.id for case, _ in failing[:5])
    more = f" and {len(failing) - 5} more" if len(failing) > 5 else ""
    what = f": {names}{more}" if failing else ""
    fail = "case fails" if len(failing) == 1 else "cases fail"
    said = f"{len(failing)} critical ({CRITICAL_PRIORITY}) {fail} on {gate.environment}{what}; {maximum} may."
    # Without any outcome of a critical case, "none fails" would be no evidence.
    seen = [latest[case.id] for case in cases if case.priority == CRITICAL_PRIORITY and case.id in latest]
    if not seen:
        said = (
            f"No critical ({CRITICAL_PRIORITY}) case has a result on {gate.environment} within {_span(gate)}."
        )
    return Finding(criterion, bool(seen) and len(failing) <= maximum, said, _runs_of(seen))


def _age(gate: Gate, maximum: timedelta, others: list[Finding], runs: list[Run], now: datetime) -> Finding:
    criterion = f"no evidence older than {span_text(maximum)}"
    ends = {run.id: at for run in runs if (at := ended_at(run)) is not None}
    counted = {run_id for finding in others for run_id in finding.runs if run_id in ends}
    if not counted:  # nothing else was asked, or nothing was found: then the newest run is what there is
        counted = {max(ends, key=lambda run_id: ends[run_id])} if ends else set()
    if not counted:
        return Finding(criterion, False, f"There is no evidence: no run on {gate.environment} has ended.")
    oldest = min(counted, key=lambda run_id: (ends[run_id], run_id))
    age = now - ends[oldest]
    said = (
        f"The oldest run that counts, {oldest}, ended {duration_text(age.total_seconds())} ago; "
        f"{span_text(maximum)} may."
    )
    return Finding(criterion, age <= maximum, said, tuple(sorted(counted)))


def _runs_of(results: Iterable[Result]) -> tuple[str, ...]:
    return tuple(sorted({result.run_id for result in results if result.run_id}))


def _span(gate: Gate) -> str:
    return span_text(gate.evidence_within)
