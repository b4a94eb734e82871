"""Plots of runs and results: pass rate, durations, failures, coverage. Pure; nothing but the models is needed.

from notebook_ext.plots import pass_rate_plot
pass_rate_plot(client.runs.list_auto(project_id="proj_abc", created_after="2026-05-01T00:00:00Z"))

Each reads no more than the newest of what it is given, so a picture stays readable and a saved notebook small.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any, Final

from notebook_ext.plot import Plot
from notebook_ext.svg import Mark, bars_svg, grid_svg, points_svg
from zof_core.catalogue import CatalogueCase
from zof_core.evidence import COUNTED, FAILING, coverage, ended_at, latest_by_case, percent, run_pass_rate
from zof_core.models import Result, Run
from zof_core.wording import cases_text, duration_text, status_style

PERIODS_SHOWN: Final = 90
RUNS_SHOWN: Final = 200
GRID_RUNS_SHOWN: Final = 40
GRID_CASES_SHOWN: Final = 30
MODULES_SHOWN: Final = 30
_HOURLY_WITHIN: Final = timedelta(hours=48)


def pass_rate_plot(runs: Iterable[Run]) -> Plot:
    """How many runs passed, day by day; hour by hour if all ended within two days.

    Args:
        runs: of any order; those that have not ended do not count.
    """
    ended = [(at, run) for at, run in _ended(runs) if run.status in COUNTED]
    moments = [at for at, _ in ended]
    hourly = bool(moments) and moments[-1] - moments[0] <= _HOURLY_WITHIN
    form, unit = ("%Y-%m-%d %H:00", "hour") if hourly else ("%Y-%m-%d", "day")
    groups: dict[str, list[Run]] = defaultdict(list)
    for at, run in ended:
        groups[at.strftime(form)].append(run)
    shown = dict(list(groups.items())[-PERIODS_SHOWN:])
    rates = {when: run_pass_rate(of) or 0.0 for when, of in shown.items()}
    times = [datetime.strptime(when, form).replace(tzinfo=UTC) for when in shown]
    values = [
        {"time": at.isoformat(), "rate": rates[when], "runs": len(shown[when])}
        for at, when in zip(times, shown, strict=True)
    ]
    definition = (
        f"Runs that passed of those that passed, failed or ended in error, by the {unit} (UTC) of their end; "
        "cancelled ones do not count."
    )
    described = "There are no runs that passed, failed or ended in error."
    if shown:
        last, lowest = list(shown)[-1], min(rates, key=lambda when: rates[when])
        every = [run for of in shown.values() for run in of]
        described = (
            f"{_counted(len(every), 'run')} in {_counted(len(shown), unit)}: {percent(run_pass_rate(every) or 0.0)} "
            "passed."
        )
        if len(shown) > 1:
            described += f" Latest: {_rate_of(last, shown, rates)}. Lowest: {_rate_of(lowest, shown, rates)}."
        else:
            described += f" There is only one {unit} so far: {last}."
        described += _cut(len(groups), len(shown), f"{unit}s")
    marks = [
        Mark(x, rates[when], "progress", _rate_of(when, shown, rates))
        for x, when in zip(_shares(times), shown, strict=True)
    ]
    return Plot(
        title="Pass rate",
        description=described,
        definition=definition,
        spec=_spec(
            "Pass rate",
            described,
            values,
            {"type": "line", "point": True, "tooltip": True},
            x={"field": "time", "type": "temporal", "title": f"{unit.capitalize()} (UTC)"},
            y={"field": "rate", "type": "quantitative", "title": "Runs that passed",
               "axis": {"format": ".0%"}, "scale": {"domain": [0, 1]}},
        ),
        svg=points_svg(
            marks,
            heights=[(share, percent(share)) for share in (0, 0.25, 0.5, 0.75, 1)],
            dates=_ends(list(shown)),
            described=described,
            joined=True,
        ) if marks else "",
        headings=(f"{unit.capitalize()} (UTC)", "Pass rate", "Passed", "Counted"),
        rows=tuple(
            (when, percent(rates[when]), str(sum(run.status == "passed" for run in of)), str(len(of)))
            for when, of in shown.items()
        ),
    )  # fmt: skip


def durations_plot(runs: Iterable[Run]) -> Plot:
    """How long runs took, each a mark at its end.

    Args:
        runs: of any order; those that have not ended, or do not say when, are left out.
    """
    every = [(at, run, took) for at, run in _ended(runs) if (took := _seconds(run)) is not None]
    shown = every[-RUNS_SHOWN:]
    values = [
        {"time": at.isoformat(), "seconds": took, "status": status_style(run.status).word, "run": run.id}
        for at, run, took in shown
    ]
    described = "There are no runs that have ended and say when."
    if shown:
        longest = max(shown, key=lambda one: one[2])
        described = (
            f"{_counted(len(shown), 'run')}: half took {duration_text(median(took for *_, took in shown))} or less. "
            f"Longest: {duration_text(longest[2])} ({longest[1].id}). Latest: {duration_text(shown[-1][2])} "
            f"({shown[-1][1].id})." + _cut(len(every), len(shown), "runs")
        )
    top = max((took for *_, took in shown), default=0.0) or 1.0
    marks = [
        Mark(x, took / top, status_style(run.status).tone, f"{run.id}: {_word(run)}, {duration_text(took)}")
        for x, (_, run, took) in zip(_shares([at for at, *_ in shown]), shown, strict=True)
    ]
    return Plot(
        title="Durations of runs",
        description=described,
        definition="From a run's start (from its creation, if it does not tell its start) to its end.",
        spec=_spec(
            "Durations of runs",
            described,
            values,
            {"type": "point", "tooltip": True},
            x={"field": "time", "type": "temporal", "title": "End (UTC)"},
            y={"field": "seconds", "type": "quantitative", "title": "Seconds"},
            shape={"field": "status", "type": "nominal", "title": "Status"},
            color={"field": "status", "type": "nominal", "title": "Status"},
        ),
        svg=points_svg(
            marks,
            heights=[(share, duration_text(share * top)) for share in (0, 0.5, 1)],
            dates=_ends([_minute(at) for at, *_ in shown]),
            described=described,
            legend=_legend(run.status for _, run, _ in shown),
        ) if marks else "",
        headings=("End (UTC)", "Run", "Status", "Took"),
        rows=tuple((_minute(at), run.id, _word(run), duration_text(took)) for at, run, took in shown),
    )  # fmt: skip


def failures_plot(runs: Iterable[Run], results: Iterable[Result]) -> Plot:
    """Which cases fail in which runs: a row for each case that failed in one of them, the most often failing first.

    Args:
        runs: of any order; those that ended and have results are shown.
        results: of these runs; others are left out.
    """
    by_run: dict[str, dict[str, Result]] = defaultdict(dict)
    for result in results:
        if result.run_id and result.test_case_id:
            by_run[result.run_id][result.test_case_id] = result
    every = [run for _, run in _ended(runs) if run.id in by_run]
    columns = every[-GRID_RUNS_SHOWN:]
    failures: dict[str, int] = defaultdict(int)
    names: dict[str, str] = {}
    for run in columns:
        for case, result in by_run[run.id].items():
            failures[case] += result.status in FAILING
            names[case] = result.name or case
    failing = sorted((case for case in failures if failures[case]), key=lambda case: (-failures[case], case))
    cases = failing[:GRID_CASES_SHOWN]
    found = [
        (x, y, run, case, by_run[run.id][case])
        for y, case in enumerate(cases)
        for x, run in enumerate(columns)
        if case in by_run[run.id]
    ]
    described = "There are no results of runs that have ended."
    if columns:
        described = f"{_counted(len(columns), 'run')}: {cases_text(len(failing))} failed or ended in error"
        worst = ", ".join(f"{names[case]} in {failures[case]}" for case in cases[:3])
        described += f". Most often: {worst}." if worst else " in any of them."
        described += _cut(len(every), len(columns), "runs") + _cut(len(failing), len(cases), "cases", "first")
    return Plot(
        title="Failures by case and run",
        description=described,
        definition="The outcome of each case in each run; of a case that ran twice in a run, the one listed last. "
        "Cases that never failed in these runs are left out.",
        spec=_spec(
            "Failures by case and run",
            described,
            [
                {"run": run.id, "case": names[case], "id": case, "status": status_style(result.status).word}
                for _, _, run, case, result in found
            ],
            {"type": "rect", "tooltip": True},
            x={"field": "run", "type": "ordinal", "sort": [run.id for run in columns], "title": "Run"},
            y={"field": "id", "type": "ordinal", "sort": cases, "title": "Case"},
            color={"field": "status", "type": "nominal", "title": "Status"},
        ),
        svg=grid_svg(
            [names[case] for case in cases],
            [run.id for run in columns],
            [
                Mark(x, y, status_style(result.status).tone,
                     f"{names[case]} in {run.id}: {status_style(result.status).word}")
                for x, y, run, case, result in found
            ],
            described=described,
            legend=_legend(result.status for *_, result in found),
        ) if cases else "",
        headings=("Case", "Failed in", "Ran in", "Latest", "Runs it failed in"),
        rows=tuple(_case_row(case, names[case], columns, by_run) for case in cases),
    )  # fmt: skip


def coverage_plot(cases: Iterable[CatalogueCase], runs: Iterable[Run], results: Iterable[Result]) -> Plot:
    """How many requirements of each module have evidence in these runs.

    Args:
        cases: of the catalogue.
        runs: whose results are evidence; those that have not ended do not count.
        results: of these runs; others are left out.
    """
    newest_first = [run for _, run in reversed(_ended(runs))]
    modules = coverage(cases, latest_by_case(newest_first, results))
    shown = dict(list(modules.items())[:MODULES_SHOWN])
    described = "The catalogue names no cases, so there is nothing to cover."
    if modules:
        covered, total = (sum(column) for column in zip(*modules.values(), strict=True))
        bare = [module for module, (seen, _) in modules.items() if not seen]
        described = (
            f"{percent(covered / total)} of requirements covered ({covered} of {total}) in "
            f"{_counted(len(modules), 'module')}."
            + (
                f" Nothing is covered in: {', '.join(bare[:5])}{' …' if len(bare) > 5 else ''}."
                if bare
                else ""
            )
            + _cut(len(modules), len(shown), "modules", "first")
        )
    return Plot(
        title="Coverage by module",
        description=described,
        definition="Requirements with a case that passed, failed or was in error in these runs, of all requirements in "
        "the catalogue; not code coverage.",
        spec=_spec(
            "Coverage by module",
            described,
            [
                {"module": module, "share": seen / of, "covered": seen, "requirements": of}
                for module, (seen, of) in shown.items()
            ],
            {"type": "bar", "tooltip": True},
            x={"field": "share", "type": "quantitative", "title": "Requirements covered",
               "axis": {"format": ".0%"}, "scale": {"domain": [0, 1]}},
            y={"field": "module", "type": "nominal", "title": "Module", "sort": None},
        ),
        svg=bars_svg(
            [(module, seen / of, f"{percent(seen / of)} ({seen} of {of})") for module, (seen, of) in shown.items()],
            described=described,
        ) if shown else "",
        headings=("Module", "Coverage", "Covered", "Requirements"),
        rows=tuple((module, percent(seen / of), str(seen), str(of)) for module, (seen, of) in shown.items()),
    )  # fmt: skip


def _spec(
    title: str, described: str, values: list[dict[str, Any]], mark: dict[str, Any], **encoding: dict[str, Any]
) -> dict[str, Any]:
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "title": title,
        "description": described,
        "width": 600,
        "data": {"values": values},
        "mark": mark,
        "encoding": encoding,
    }


def _ended(runs: Iterable[Run]) -> list[tuple[datetime, Run]]:
    """Runs that ended, with when (UTC), oldest first; a run that is given twice counts once."""
    known = {run.id: run for run in runs}.values()
    ended = [(at.astimezone(UTC), run) for run in known if (at := ended_at(run)) is not None]
    return sorted(ended, key=lambda pair: (pair[0], pair[1].id))


def _seconds(run: Run) -> float | None:
    begun = run.started_at or run.created_at
    if run.completed_at is None or begun is None:
        return None
    return max(0.0, (run.completed_at - begun).total_seconds())


def _shares(times: Sequence[datetime]) -> list[float]:
    """Where moments stand between the first (0) and the last (1); a single one stands in the middle."""
    if not times or times[0] == times[-1]:
        return [0.5] * len(times)
    whole = times[-1] - times[0]
    return [(at - times[0]) / whole for at in times]


def _ends(labels: Sequence[str]) -> list[tuple[float, str]]:
    if not labels or labels[0] == labels[-1]:
        return [(0.5, label) for label in labels[:1]]
    return [(0, labels[0]), (1, labels[-1])]


def _legend(statuses: Iterable[str]) -> list[tuple[str, str]]:
    """Tone and words of what occurs; what looks the same has one entry."""
    words: dict[str, list[str]] = {}
    for style in {status_style(status): None for status in sorted(set(statuses))}:
        words.setdefault(style.tone if style.tone != "muted" else "neutral", []).append(style.word)
    return [(tone, ", ".join(said)) for tone, said in words.items()]


def _case_row(
    case: str, name: str, columns: Sequence[Run], by_run: dict[str, dict[str, Result]]
) -> tuple[str, ...]:
    had = [(run, by_run[run.id][case]) for run in columns if case in by_run[run.id]]
    failed = [run.id for run, result in had if result.status in FAILING]
    said = name if name == case else f"{name} ({case})"
    latest = status_style(had[-1][1].status).word
    return said, str(len(failed)), str(len(had)), latest, ", ".join(reversed(failed))


def _rate_of(when: str, groups: dict[str, list[Run]], rates: dict[str, float]) -> str:
    return f"{when}, {percent(rates[when])} of {_counted(len(groups[when]), 'run')}"


def _cut(whole: int, shown: int, what: str, which: str = "newest") -> str:
    return f" The {which} {shown} of {whole} {what} are shown." if whole > shown else ""


def _counted(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def _word(run: Run) -> str:
    return status_style(run.status).word


def _minute(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M")
