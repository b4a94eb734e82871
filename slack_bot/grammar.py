"""The grammar of `/zof …`: total, so every text gives a command or a problem that says what to type instead.

    run PROJECT ENVIRONMENT SUITE        run PROJECT ENVIRONMENT --cases a,b
    status RUN                           cancel RUN
    help                                 (nothing), run: the form

Words are separated by white space and may be quoted. Slack's own changes to typed text are undone: `&amp;`,
curly quotes, and a dash in place of two hyphens.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import Final

VERBS: Final = ("run", "status", "cancel", "help")
USAGE: Final = {
    "run": "/zof run PROJECT ENVIRONMENT SUITE",
    "status": "/zof status RUN",
    "cancel": "/zof cancel RUN",
    "help": "/zof help",
}
MAX_TEXT: Final = 4000
"""Longer than any command; Slack cuts a message's text at 40,000 characters."""

_QUOTES: Final = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'"})
_TOKEN: Final = re.compile(r"""\s*(?:"([^"]*)"|'([^']*)'|(\S+))""")
_CASES: Final = re.compile(r"(?:--|[–—])cases?(?:=(.*))?", re.IGNORECASE | re.DOTALL)
_SPACED_CASES: Final = re.compile(r"((?:--|[–—])cases?\b)", re.IGNORECASE)
_FLAG: Final = re.compile(r"(?:--|[–—])\w")


@dataclass(frozen=True, slots=True)
class Run:
    """Start a run. Suite and cases may both be given or both be missing: what is valid is for Zof's rules."""

    project: str
    environment: str
    suite: str | None
    cases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OpenForm:
    """No names were given: show the form."""


@dataclass(frozen=True, slots=True)
class Status:
    """Show one run to its asker."""

    run_id: str


@dataclass(frozen=True, slots=True)
class Cancel:
    """Cancel one run."""

    run_id: str


@dataclass(frozen=True, slots=True)
class Help:
    """Say what can be typed."""


@dataclass(frozen=True, slots=True)
class Usage:
    """The text is no command.

    Args:
        problem: what is wrong, in one sentence.
        usage: what to type instead.
    """

    problem: str
    usage: str


Command = Run | OpenForm | Status | Cancel | Help | Usage


def parse(text: str) -> Command:
    """Reads the text after `/zof`. Never raises."""
    if len(text) > MAX_TEXT:
        return Usage(
            f"This command is {len(text)} characters long; at most {MAX_TEXT} are read.", USAGE["help"]
        )
    words, cases, problem = _words(text)
    if problem:
        verb_usage = USAGE.get(words[0].lower() if words else "help", USAGE["help"])
        return Usage(problem, _cases_usage() if cases is not None else verb_usage)
    if not words and cases is None:
        return OpenForm()
    if not words:
        return Usage("Cases were given, but nothing to do with them.", _cases_usage())
    verb, rest = words[0].lower(), words[1:]
    if verb == "run":
        return _run(rest, cases)
    if cases is not None:
        return Usage(f"--cases belongs to run, not to '{verb}'.", _cases_usage())
    if verb in ("status", "cancel"):
        return _about_a_run(verb, rest)
    if verb in ("help", "?"):
        return Help()
    near = difflib.get_close_matches(verb, VERBS, n=1)
    hint = f" Did you mean '{near[0]}'?" if near else f" It can be {', '.join(VERBS[:-1])} or {VERBS[-1]}."
    return Usage(f"'{verb}' is nothing I can do.{hint}", USAGE[near[0]] if near else USAGE["help"])


def _cases_usage() -> str:
    return "/zof run PROJECT ENVIRONMENT --cases CASE,CASE"


def _run(words: list[str], cases: tuple[str, ...] | None) -> Command:
    if not words and cases is None:
        return OpenForm()
    if len(words) < 2:
        missing = ("a project, an environment", "an environment")[len(words)]
        suite = "" if cases is not None else " and a suite"
        return Usage(f"To start a run, {missing}{suite} must be named.", USAGE["run"])
    if len(words) > 3:
        return Usage(
            f"'{words[3]}' is one word too many: a run takes a project, an environment and a suite.",
            USAGE["run"],
        )
    return Run(words[0], words[1], words[2] if len(words) == 3 else None, cases or ())


def _about_a_run(verb: str, words: list[str]) -> Command:
    if len(words) == 1:
        return Status(words[0]) if verb == "status" else Cancel(words[0])
    if words:
        return Usage(f"'{verb}' takes one run id, and {len(words)} words were given.", USAGE[verb])
    return Usage(f"'{verb}' needs the id of a run, as its card shows it (run_…).", USAGE[verb])


def _words(text: str) -> tuple[list[str], tuple[str, ...] | None, str | None]:
    """Words in order, the value of `--cases` (None if not given), and a problem if there is one."""
    tokens = _tokens(_undo_slack(text))
    words: list[str] = []
    cases: tuple[str, ...] | None = None
    waiting = False
    for token, quoted in tokens:
        flag = None if quoted or waiting else _CASES.fullmatch(token)
        if waiting or (flag and flag[1] is not None):
            value = token if waiting else flag[1] if flag else ""
            cases = (*(cases or ()), *(case.strip() for case in value.split(",") if case.strip()))
            waiting = False
        elif flag:
            waiting = True
            cases = cases or ()
        elif not quoted and _FLAG.match(token):
            return words, cases, f"'{token}' is not an option I know; there is --cases."
        else:
            words.append(token)
    if cases == ():
        return words, cases, "--cases needs the ids of the cases, separated by commas."
    return words, cases, None


def _tokens(text: str) -> list[tuple[str, bool]]:
    return [
        (next(group for group in match.groups() if group is not None).strip(), match[3] is None)
        for match in _TOKEN.finditer(text)
    ]


def _undo_slack(text: str) -> str:
    text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").translate(_QUOTES)
    before, flag, after = (
        _SPACED_CASES.split(text, maxsplit=1) if _SPACED_CASES.search(text) else (text, "", "")
    )
    return before + flag + re.sub(r"\s*,\s*", ",", after)
