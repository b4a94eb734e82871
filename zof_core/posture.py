"""What the home shows: figures over runs, results, catalogue and schedules, each with its definition in words. Pure.

Zof documents no formula for pass rate, coverage or risk (`command center`): these are ours, and each says what it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from zof_core.catalogue import CatalogueCase
from zof_core.cron import parse_cron
from zof_core.evidence import COUNTED, coverage, latest_by_case, open_critical, percent, recent, run_pass_rate
from zof_core.flakiness import FLAKY_RESULTS, flaky_cases
from zof_core.models import Result, Run, Schedule
from zof_core.validation import moment_problem, refuse, span_problem
from zof_core.wording import span_text

STUCK_AFTER = timedelta(minutes=30)
"""Documented (`docs/limits/concurrent-runs`): queued longer points to offline agents."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with what it means.

    Args:
        name: such as "Pass rate".
        value: the number; None if there is nothing to compute it from.
        text: for people.
        definition: how it was computed.
        evidence: ids of the runs, cases or schedules behind it.
    """

    name: str
    value: float | None
    text: str
    definition: str
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Upcoming:
    """When a schedule is next due."""

    schedule: Schedule
    at: datetime


@dataclass(frozen=True, slots=True)
class NextStep:
    """What somebody should look at next.

    Args:
        text: a sentence.
        runs: ids of the runs to look at, newest first; empty if it is about no run.
    """

    text: str
    runs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Posture:
    """The home's content."""

    at: datetime
    runs: Figure
    pass_rate: Figure
    active: Figure
    stuck: Figure
    coverage: Figure
    modules: tuple[Figure, ...]
    open_critical: Figure
    flaky: Figure
    upcoming: tuple[Upcoming, ...]
    next_steps: tuple[NextStep, ...]

    @property
    def next_actions(self) -> tuple[str, ...]:
        """The sentences of the next steps."""
        return tuple(step.text for step in self.next_steps)

    @property
    def figures(self) -> tuple[Figure, ...]:
        """All single figures, in the order of the home."""
        return (
            self.runs,
            self.pass_rate,
            self.active,
            self.stuck,
            self.coverage,
            self.open_critical,
            self.flaky,
        )


def posture(
    runs: Iterable[Run],
    results: Iterable[Result],
    cases: Iterable[CatalogueCase],
    schedules: Iterable[Schedule],
    now: datetime,
    *,
    window: timedelta = timedelta(hours=24),
) -> Posture:
    """Computes the home.

    Args:
        runs: of the project, newest or not.
        results: of those runs.
        cases: of the catalogue.
        schedules: as the API lists them.
        now: with a time zone.
        window: what "recent" means.

    Raises:
        ZofValidationError: `now` has no time zone, or `window` is no span.
    """
    refuse({"now": moment_problem("now", now), "window": span_problem("window", window)})
    every, outcomes, listed = list(runs), list(results), list(cases)
    ended = recent(every, now, window)
    latest = latest_by_case(ended, outcomes)
    span = span_text(window)
    modules = _modules(listed, latest, span)
    flaky = _flaky(outcomes, ended, span)
    stuck = _stuck(every, now)
    critical = _critical(listed, latest, span)
    upcoming = upcoming_of(schedules, now)
    whole = _coverage(listed, latest, span)
    made = [run for run in every if run.created_at and now - run.created_at <= window]
    active = [run for run in every if not run.is_terminal]
    rate = run_pass_rate(ended)
    return Posture(
        at=now,
        runs=Figure("Runs", len(made), str(len(made)), f"runs created in the last {span}", _ids(made)),
        pass_rate=Figure(
            "Pass rate",
            rate,
            "–" if rate is None else percent(rate),
            f"runs that passed of those that passed, failed or ended in error in the last {span}; cancelled ones do "
            "not count",
            _ids(run for run in ended if run.status in COUNTED),
        ),
        active=Figure("Active runs", len(active), str(len(active)), "runs that have not ended", _ids(active)),
        stuck=stuck,
        coverage=whole,
        modules=modules,
        open_critical=critical,
        flaky=flaky,
        upcoming=upcoming,
        next_steps=_next_steps(stuck, _runs_of(critical, latest), critical, flaky, modules, ended),
    )


def _ids(runs: Iterable[Run]) -> tuple[str, ...]:
    return tuple(run.id for run in runs)


def _stuck(runs: list[Run], now: datetime) -> Figure:
    stuck = [
        run
        for run in runs
        if run.status == "queued" and run.created_at and now - run.created_at > STUCK_AFTER
    ]
    definition = f"runs queued for more than {span_text(STUCK_AFTER)}; it points to offline agents"
    return Figure("Stuck runs", len(stuck), str(len(stuck)), definition, _ids(stuck))


def _definition(span: str) -> str:
    return (
        f"requirements with a case that passed, failed or was in error in the last {span}, of all requirements in the "
        "catalogue (a case that names none counts as one); not code coverage"
    )


def _coverage(cases: list[CatalogueCase], latest: dict[str, Result], span: str) -> Figure:
    modules = coverage(cases, latest)
    covered, total = sum(seen for seen, _ in modules.values()), sum(count for _, count in modules.values())
    value = covered / total if total else None
    evidence = sorted({result.run_id for result in latest.values() if result.run_id})
    text = "–" if value is None else percent(value)
    return Figure("Coverage", value, text, _definition(span), tuple(evidence))


def _modules(cases: list[CatalogueCase], latest: dict[str, Result], span: str) -> tuple[Figure, ...]:
    return tuple(
        Figure(
            module, covered / total, f"{percent(covered / total)} ({covered} of {total})", _definition(span)
        )
        for module, (covered, total) in coverage(cases, latest).items()
    )


def _critical(cases: list[CatalogueCase], latest: dict[str, Result], span: str) -> Figure:
    failing = open_critical(cases, latest)
    definition = f"P0 cases whose latest outcome in the last {span} is failed or error"
    evidence = tuple(case.id for case, _ in failing)
    return Figure("Open critical failures", len(failing), str(len(failing)), definition, evidence)


def _flaky(results: list[Result], runs: list[Run], span: str) -> Figure:
    flaky = {one.case for one in flaky_cases(runs, results)}
    definition = (
        f"cases that both passed and failed in the same environment in the last {span}, of {FLAKY_RESULTS} outcomes or "
        "more; a hint computed here, not Zof's Test Health"
    )
    return Figure("Flaky cases", len(flaky), str(len(flaky)), definition, tuple(sorted(flaky)))


def upcoming_of(schedules: Iterable[Schedule], now: datetime) -> tuple[Upcoming, ...]:
    """When schedules are next due, soonest first; without those that are paused or whose cron cannot be read."""
    found: list[Upcoming] = []
    for schedule in schedules:
        if schedule.status == "paused" or not schedule.cron:
            continue
        try:
            at = parse_cron(schedule.cron).next_after(now)
        except ValueError:
            continue
        if at is not None:
            found.append(Upcoming(schedule, at))
    return tuple(sorted(found, key=lambda one: (one.at, one.schedule.id)))


def _runs_of(cases: Figure, latest: dict[str, Result]) -> tuple[str, ...]:
    """The runs that the latest outcomes of a figure's cases come from."""
    return tuple(dict.fromkeys(run for case in cases.evidence if (run := latest[case].run_id)))


def _next_steps(  # noqa: PLR0917  # the parts of one home
    stuck: Figure,
    critical_runs: tuple[str, ...],
    critical: Figure,
    flaky: Figure,
    modules: tuple[Figure, ...],
    ended: list[Run],
) -> tuple[NextStep, ...]:
    steps: list[NextStep] = []
    if critical.value:
        steps.append(NextStep(f"Look into the critical failures: {_some(critical.evidence)}.", critical_runs))
    errors = tuple(run.id for run in ended if run.status == "error")
    if errors:
        text = f"Check the platform: {_some(errors)} ended in error, which is no verdict on the product."
        steps.append(NextStep(text, errors))
    if stuck.value:
        text = f"Check the agents (Operate → Agents): {_some(stuck.evidence)} have been queued too long."
        steps.append(NextStep(text, stuck.evidence))
    bare = [module.name for module in modules if module.value == 0]
    if bare:
        steps.append(NextStep(f"Run something for {_some(bare)}: there is no recent evidence at all."))
    if flaky.value:
        steps.append(NextStep(f"Triage in Test Health: {_some(flaky.evidence)} both passed and failed."))
    return tuple(steps)


def _some(names: Iterable[str], most: int = 3) -> str:
    listed = list(names)
    more = f" and {len(listed) - most} more" if len(listed) > most else ""
    return ", ".join(listed[:most]) + more
