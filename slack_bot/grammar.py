"""The grammar of `/zof …`: total, so every text gives a command or a problem that says what to type instead.

    run PROJECT ENVIRONMENT SUITE        run PROJECT ENVIRONMENT --cases a,b
    rerun RUN [--failed]                 status RUN
    cancel RUN                           whoami, audit
    can PERSON VERB PROJECT ENVIRONMENT [SUITE]
    help                                 (nothing), run: the form

Words are separated by white space and may be quoted. Slack's own changes to typed text are undone: `&amp;`,
curly quotes, and a dash in place of two hyphens.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import Final

VERBS: Final = ("run", "rerun", "status", "cancel", "can", "whoami", "audit", "help")
USAGE: Final = {
    "run": "/zof run PROJECT ENVIRONMENT SUITE",
    "rerun": "/zof rerun RUN [--failed]",
    "status": "/zof status RUN",
    "cancel": "/zof cancel RUN",
    "can": "/zof can PERSON VERB PROJECT ENVIRONMENT SUITE",
    "whoami": "/zof whoami",
    "audit": "/zof audit",
    "help": "/zof help",
}
_MORE_VERBS: Final = frozenset({*VERBS, "?"})
MAX_TEXT: Final = 4000
"""Longer than any command; Slack cuts a message's text at 40,000 characters."""

_QUOTES: Final = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'"})
_TOKEN: Final = re.compile(r"""\s*(?:"([^"]*)"|'([^']*)'|(\S+))""")
_CASES: Final = re.compile(r"(?:--|[–—])cases?(?:=(.*))?", re.IGNORECASE | re.DOTALL)
_SPACED_CASES: Final = re.compile(r"((?:--|[–—])cases?\b)", re.IGNORECASE)
_FAILED: Final = re.compile(r"(?:--|[–—])failed", re.IGNORECASE)
_MENTION: Final = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^<>]*)?>")
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
class Rerun:
    """Start what a run ran again: all of it, or only the cases that did not pass."""

    run_id: str
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Can:
    """Ask what the rules say.

    Args:
        person: a user id if one was mentioned, else the word as typed, such as `me`.
        verb: as typed.
        project, environment, suite: None where they are left open.
    """

    person: str
    verb: str
    project: str | None = None
    environment: str | None = None
    suite: str | None = None


@dataclass(frozen=True, slots=True)
class WhoAmI:
    """Ask who the bot takes its asker for."""


@dataclass(frozen=True, slots=True)
class Audit:
    """Show what was asked and done in this channel lately."""


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


Command = Run | OpenForm | Rerun | Status | Cancel | Can | WhoAmI | Audit | Help | Usage


def parse(text: str) -> Command:
    """Reads the text after `/zof`. Never raises."""
    if len(text) > MAX_TEXT:
        return Usage(
            f"This command is {len(text)} characters long; at most {MAX_TEXT} are read.", USAGE["help"]
        )
    words, cases, failed, problem = _words(text)
    if problem:
        verb_usage = USAGE.get(words[0].lower() if words else "help", USAGE["help"])
        return Usage(problem, _cases_usage() if cases is not None else verb_usage)
    if not words:
        given = cases is not None or failed
        problem = "Options were given, but nothing to do with them."
        return Usage(problem, _cases_usage()) if given else OpenForm()
    verb, rest = words[0].lower(), words[1:]
    if verb not in _MORE_VERBS:
        return _unknown_verb(verb)
    if stray := _stray_option(verb, cases, failed=failed):
        return stray
    return _run(rest, cases) if verb == "run" else _other(verb, rest, failed=failed)


def _other(verb: str, words: list[str], *, failed: bool) -> Command:
    if verb == "can":
        return _can(words)
    if verb == "whoami":
        return WhoAmI()
    if verb == "audit":
        return Audit()
    if verb in ("help", "?"):
        return Help()
    return _about_a_run(verb, words, failed=failed)


def _stray_option(verb: str, cases: tuple[str, ...] | None, *, failed: bool) -> Usage | None:
    if failed and verb != "rerun":
        return Usage(f"--failed belongs to rerun, not to '{verb}'.", USAGE["rerun"])
    if cases is not None and verb != "run":
        return Usage(f"--cases belongs to run, not to '{verb}'.", _cases_usage())
    return None


def _unknown_verb(verb: str) -> Usage:
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


def _can(words: list[str]) -> Command:
    if len(words) in (2, 4, 5):
        mention = _MENTION.fullmatch(words[0])
        return Can(mention[1] if mention else words[0], words[1].lower(), *words[2:])
    return Usage(
        "'can' takes a person and a verb, and then a project, an environment and a suite.", USAGE["can"]
    )


def _about_a_run(verb: str, words: list[str], *, failed: bool) -> Command:
    if len(words) == 1:
        if verb == "rerun":
            return Rerun(words[0], failed)
        return Status(words[0]) if verb == "status" else Cancel(words[0])
    if words:
        return Usage(f"'{verb}' takes one run id, and {len(words)} words were given.", USAGE[verb])
    return Usage(f"'{verb}' needs the id of a run, as its card shows it (run_…).", USAGE[verb])


def _words(text: str) -> tuple[list[str], tuple[str, ...] | None, bool, str | None]:
    """Words in order, the value of `--cases` (None if not given), `--failed`, and a problem if there is one."""
    tokens = _tokens(_undo_slack(text))
    words: list[str] = []
    cases: tuple[str, ...] | None = None
    waiting = failed = False
    for token, quoted in tokens:
        flag = None if quoted or waiting else _CASES.fullmatch(token)
        if waiting or (flag and flag[1] is not None):
            value = token if waiting else flag[1] if flag else ""
            cases = (*(cases or ()), *(case.strip() for case in value.split(",") if case.strip()))
            waiting = False
        elif flag:
            waiting = True
            cases = cases or ()
        elif not quoted and _FAILED.fullmatch(token):
            failed = True
        elif not quoted and _FLAG.match(token):
            return words, cases, failed, f"'{token}' is not an option I know; there are --cases and --failed."
        else:
            words.append(token)
    if cases == ():
        return words, cases, failed, "--cases needs the ids of the cases, separated by commas."
    return words, cases, failed, None


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
