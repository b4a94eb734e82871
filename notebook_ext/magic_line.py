"""The grammar of `%zof`: from a line to a command, or one sentence about what is wrong with it. Pure."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from notebook_ext.form_model import FormValue
from zof_core.catalogue import Catalogue, nearest
from zof_core.validation import quoted

USAGE: Mapping[str, str] = {
    "run": "%zof run PROJECT ENVIRONMENT SUITE | %zof run PROJECT ENVIRONMENT --cases ID,ID [--confirm ENVIRONMENT]",
    "status": "%zof status [RUN]",
    "runs": "%zof runs [PROJECT] [--limit N]",
    "cancel": "%zof cancel [RUN]",
    "results": "%zof results [RUN] [--status STATUS]",
    "compare": "%zof compare BEFORE AFTER",
    "artifacts": "%zof artifacts [RUN]",
    "logs": "%zof logs [RUN] [--limit N]",
    "plot": "%zof plot pass-rate|durations|failures|coverage [PROJECT]",
    "home": "%zof home [PROJECT …]",
    "explore": "%zof explore [PROJECT]",
    "freeze": "%zof freeze",
    "help": "%zof help",
}
MEANING: Mapping[str, str] = {
    "run": "starts a run and shows it, live",
    "status": "shows a run, live",
    "runs": "lists the newest runs",
    "cancel": "cancels a run",
    "results": "lists a run's results, what failed first",
    "compare": "tells what changed from one run to another",
    "artifacts": "offers the files that a run left",
    "logs": "shows a run's log, as it grows",
    "plot": "draws the newest runs",
    "home": "shows figures of the last day, and what to do next",
    "explore": "opens a table of runs to search, filter and compare",
    "freeze": "turns live panels into plain HTML, to be saved",
    "help": "shows this",
}
"""What each does, in a few words."""

_OPTIONS: Mapping[str, frozenset[str]] = {
    "run": frozenset({"--cases", "--confirm"}),
    "runs": frozenset({"--limit"}),
    "results": frozenset({"--status"}),
    "logs": frozenset({"--limit"}),
}
_MOST: Mapping[str, int] = {"run": 3, "home": 20, "compare": 2, "plot": 2, "help": 0, "freeze": 0}
_MOST_USUALLY = 1
_SECRET_WORDS = ("key", "token", "secret", "password")
_LIMIT_MAX = 100
PLOT_KINDS = ("pass-rate", "durations", "failures", "coverage")
RESULT_STATUSES = ("passed", "failed", "error", "canceled", "skipped")


class LineError(ValueError):
    """The line cannot be understood; the message is one sentence for people."""


@dataclass(frozen=True)
class Line:
    """A line that was understood.

    Args:
        verb: a key of `USAGE`.
        words: what follows it, options left out.
        options: option, dashes included, to its value.
    """

    verb: str
    words: tuple[str, ...] = ()
    options: tuple[tuple[str, str], ...] = ()

    def option(self, name: str) -> str:
        """An option's value, empty if it was not given."""
        return dict(self.options).get(name, "")


def parse(text: str) -> Line:
    """Understands what follows `%zof`; an empty line asks for help.

    Raises:
        LineError: it cannot be understood.
    """
    try:
        words = shlex.split(text)
    except ValueError:
        raise LineError("A quotation mark is not closed.") from None
    if not words:
        return Line("help")
    verb, *rest = words
    if verb not in USAGE:
        near = nearest(verb, USAGE)
        hint = f"Did you mean {quoted(near)}?" if near else f"There are: {', '.join(USAGE)}."
        raise LineError(f"%zof has no command {quoted(verb)}. {hint}")
    return _line(verb, rest)


def lines_of(cell: str) -> list[str]:
    """The commands of a `%%zof` cell, one a line; empty lines and those that begin with # are left out."""
    lines = (line.strip() for line in cell.splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def _line(verb: str, rest: Sequence[str]) -> Line:
    words: list[str] = []
    options: list[tuple[str, str]] = []
    queue = list(rest)
    while queue:
        word = queue.pop(0)
        if not word.startswith("--"):
            words.append(word)
            continue
        name, _, value = word.partition("=")
        if any(secret in name.lower() for secret in _SECRET_WORDS):
            raise LineError(
                "A key never belongs into a cell: it would stay in the notebook. Set ZOF_API_KEY instead."
            )
        if name not in _OPTIONS.get(verb, ()):
            near = nearest(name, _OPTIONS.get(verb, ()))
            hint = f"Did you mean {quoted(near)}?" if near else f"Usage: {USAGE[verb]}"
            raise LineError(f"{quoted(name)} is no option here. {hint}")
        if not value and not queue:
            raise LineError(f"{name} needs a value. Usage: {USAGE[verb]}")
        options.append((name, value or queue.pop(0)))
    most = _MOST.get(verb, _MOST_USUALLY)
    if len(words) > most:
        raise LineError(f"{quoted(words[most])} is too much. Usage: {USAGE[verb]}")
    return Line(verb, tuple(words), tuple(options))


def run_wanted(line: Line) -> FormValue:
    """What a `run` line asks for.

    Raises:
        LineError: the project, the environment, or suite and cases are missing, or both are there.
    """
    cases = tuple(filter(None, line.option("--cases").split(",")))
    missing = ("PROJECT", "ENVIRONMENT", "SUITE")[len(line.words) :]
    if len(line.words) < 2 or not (cases or len(line.words) == 3):
        raise LineError(f"{missing[0]} is missing. Usage: {USAGE['run']}")
    if cases and len(line.words) == 3:
        raise LineError(f"Name a suite or cases, not both. Usage: {USAGE['run']}")
    project, environment, *suite = line.words
    return FormValue(project, environment, suite[0] if suite else "", cases)


def limit_wanted(line: Line, usual: int = 10, most: int = _LIMIT_MAX) -> int:
    """How many runs, or lines of a log, a line asks for.

    Raises:
        LineError: that is no number from 1 to `most`.
    """
    text = line.option("--limit") or str(usual)
    if not (text.isascii() and text.isdigit() and len(text) < 10 and 1 <= int(text) <= most):
        raise LineError(f"--limit {quoted(text)} is no number from 1 to {most}.")
    return int(text)


def status_wanted(line: Line) -> str | None:
    """The status of the results a line asks for; None for all.

    Raises:
        LineError: results have no such status.
    """
    status = line.option("--status")
    if status and status not in RESULT_STATUSES:
        near = nearest(status, RESULT_STATUSES)
        hint = f"Did you mean {quoted(near)}?" if near else f"There are: {', '.join(RESULT_STATUSES)}."
        raise LineError(f"Results have no status {quoted(status)}. {hint}")
    return status or None


def plot_wanted(line: Line) -> tuple[str, str | None]:
    """Which plot a line asks for, and of which project; None for all.

    Raises:
        LineError: it names no plot, or one there is not.
    """
    if not line.words:
        raise LineError(f"The kind of plot is missing. Usage: {USAGE['plot']}")
    kind, *project = line.words
    if kind not in PLOT_KINDS:
        near = nearest(kind, PLOT_KINDS)
        hint = f"Did you mean {quoted(near)}?" if near else f"There are: {', '.join(PLOT_KINDS)}."
        raise LineError(f"There is no plot {quoted(kind)}. {hint}")
    return kind, project[0] if project else None


def completions(before: str, catalogue: Catalogue, runs: Sequence[str]) -> list[str]:
    """What may stand at the end of a line.

    Args:
        before: the text after `%zof ` up to the cursor; its last word may be half typed.
        catalogue: the names to offer.
        runs: ids of runs seen before, the newest first.
    """
    words = before.split()
    if before[-1:].isspace() or not words:
        words.append("")
    *done, half = words
    return [choice for choice in _choices(done, catalogue, runs) if choice.startswith(half)]


def _choices(done: Sequence[str], catalogue: Catalogue, runs: Sequence[str]) -> list[str]:
    projects = [project.id for project in catalogue.projects]
    match done:
        case []:
            return list(USAGE)
        case ["run", *rest]:
            return _choices_to_run(rest, catalogue, projects)
        case ["home", *named]:
            return [project for project in projects if project not in named]
        case ["results", *_] if done[-1] == "--status":
            return list(RESULT_STATUSES)
        case ["runs" | "explore" as verb]:
            return [*projects, *sorted(_OPTIONS.get(verb, ()))]
        case ["plot", *named] if len(named) < 2:
            return projects if named else list(PLOT_KINDS)
        case ["compare", *named] if len(named) < 2:
            return [run for run in runs if run not in named]
        case ["status" | "cancel" | "results" | "artifacts" | "logs" as verb]:
            return [*runs, *sorted(_OPTIONS.get(verb, ()))]
        case ["runs" | "results" | "logs" as verb, *_]:
            return sorted(_OPTIONS[verb])
    return []


def _choices_to_run(done: Sequence[str], catalogue: Catalogue, projects: list[str]) -> list[str]:
    known = catalogue.project(done[0]) if done else None
    match done:
        case []:
            return projects
        case [_]:
            return list(known.environments) if known else []
        case [_, _]:
            return [*(suite.id for suite in known.suites), "--cases"] if known else ["--cases"]
        case [_, environment, *_] if done[-1] == "--confirm":
            return [environment]
    return ["--confirm"]
