"""The grammar of `/zof …`: total, so every text gives a command or a problem that says what to type instead.

    run PROJECT ENVIRONMENT SUITE        run PROJECT ENVIRONMENT --cases a,b
    rerun RUN [--failed]                 status RUN, watch RUN, cancel RUN
    runs [PROJECT [ENVIRONMENT]] [--status STATUS] [--mine]
    logs RUN CASE                        schedules [PROJECT]
    subscribe PROJECT                    unsubscribe [PROJECT]
    can PERSON VERB PROJECT ENVIRONMENT [SUITE]
    home, whoami, audit, help            (nothing), run: the form

Words are separated by white space and may be quoted. Slack's own changes to typed text are undone: `&amp;`,
curly quotes, and a dash in place of two hyphens.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from slack_bot.commands import (
    AboutRun,
    Audit,
    Can,
    Cancel,
    Command,
    Help,
    Home,
    Logs,
    Lookup,
    OpenForm,
    Rerun,
    Run,
    Runs,
    Schedules,
    Status,
    Subscribe,
    Unsubscribe,
    Usage,
    Watch,
    WhoAmI,
)
from zof_core.wording import status_style

__all__ = [
    "MAX_TEXT",
    "USAGE",
    "VERBS",
    "AboutRun",
    "Audit",
    "Can",
    "Cancel",
    "Command",
    "Help",
    "Home",
    "Logs",
    "Lookup",
    "OpenForm",
    "Rerun",
    "Run",
    "Runs",
    "Schedules",
    "Status",
    "Subscribe",
    "Unsubscribe",
    "Usage",
    "Watch",
    "WhoAmI",
    "parse",
]

VERBS: Final = (
    "run",
    "runs",
    "rerun",
    "status",
    "watch",
    "logs",
    "cancel",
    "schedules",
    "home",
    "subscribe",
    "unsubscribe",
    "can",
    "whoami",
    "audit",
    "help",
)
USAGE: Final = {
    "run": "/zof run PROJECT ENVIRONMENT SUITE",
    "rerun": "/zof rerun RUN [--failed]",
    "status": "/zof status RUN",
    "watch": "/zof watch RUN",
    "logs": "/zof logs RUN CASE",
    "cancel": "/zof cancel RUN",
    "runs": "/zof runs [PROJECT [ENVIRONMENT]] [--status STATUS] [--mine]",
    "schedules": "/zof schedules [PROJECT]",
    "home": "/zof home",
    "subscribe": "/zof subscribe PROJECT",
    "unsubscribe": "/zof unsubscribe [PROJECT]",
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
_OPTION: Final = re.compile(
    r"(?:--|[–—])(case|cases|status|failed|mine)(?:=(.*))?", re.IGNORECASE | re.DOTALL
)
_SPACED_CASES: Final = re.compile(r"((?:--|[–—])cases?\b)", re.IGNORECASE)
_MENTION: Final = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^<>]*)?>")
_OWNERS: Final = {"cases": "run", "failed": "rerun", "status": "runs", "mine": "runs"}
_STATUSES: Final = ("queued", "running", "passed", "failed", "error", "canceled")
_WORDS: Final = [status_style(status).word.lower() for status in _STATUSES]
_STATUS_WORDS: Final = f"{', '.join(_WORDS[:-1])} and {_WORDS[-1]}"
"""As cards write them; Zof's own spelling of the last one is understood too."""
_FLAG: Final = re.compile(r"(?:--|[–—])\w")


@dataclass(frozen=True, slots=True)
class _Options:
    """Options as given; None or False where they were not."""

    cases: tuple[str, ...] | None = None
    status: str | None = None
    failed: bool = False
    mine: bool = False

    @property
    def given(self) -> tuple[str, ...]:
        named = {
            "cases": self.cases is not None,
            "status": self.status is not None,
            "failed": self.failed,
            "mine": self.mine,
        }
        return tuple(name for name, there in named.items() if there)


def parse(text: str) -> Command:
    """Reads the text after `/zof`. Never raises."""
    if len(text) > MAX_TEXT:
        return Usage(
            f"This command is {len(text)} characters long; at most {MAX_TEXT} are read.", USAGE["help"]
        )
    words, options, problem = _words(text)
    if problem:
        verb_usage = USAGE.get(words[0].lower() if words else "help", USAGE["help"])
        return Usage(problem, _cases_usage() if options.cases is not None else verb_usage)
    if not words:
        problem = "Options were given, but nothing to do with them."
        return Usage(problem, _usage_of(options.given[0])) if options.given else OpenForm()
    verb, rest = words[0].lower(), words[1:]
    if verb not in _MORE_VERBS:
        return _unknown_verb(verb)
    for name in options.given:
        owner = _OWNERS[name]
        if verb != owner:
            return Usage(f"--{name} belongs to {owner}, not to '{verb}'.", _usage_of(name))
    return _READERS.get(verb, _help)(rest, options)


def _unknown_verb(verb: str) -> Usage:
    near = difflib.get_close_matches(verb, VERBS, n=1)
    hint = f" Did you mean '{near[0]}'?" if near else f" It can be {', '.join(VERBS[:-1])} or {VERBS[-1]}."
    return Usage(f"'{verb}' is nothing I can do.{hint}", USAGE[near[0]] if near else USAGE["help"])


def _usage_of(option: str) -> str:
    return _cases_usage() if option == "cases" else USAGE[_OWNERS[option]]


def _cases_usage() -> str:
    return "/zof run PROJECT ENVIRONMENT --cases CASE,CASE"


def _run(words: list[str], options: _Options) -> Command:
    cases = options.cases
    if len(words) < 2 and cases is None:
        return OpenForm(*words)
    if len(words) < 2:
        missing = ("a project, an environment", "an environment")[len(words)]
        return Usage(f"To start a run, {missing} must be named.", _cases_usage())
    if len(words) == 2 and cases is None:
        return OpenForm(*words)
    if len(words) > 3:
        return Usage(
            f"'{words[3]}' is one word too many: a run takes a project, an environment and a suite.",
            USAGE["run"],
        )
    return Run(words[0], words[1], words[2] if len(words) == 3 else None, cases or ())


def _runs(words: list[str], options: _Options) -> Command:
    status, mine, names = options.status, options.mine, []
    for word in words:
        if word.lower() in ("mine", "me"):
            mine = True
        elif status is None and _status(word):
            status = word
        else:
            names.append(word)
    if len(names) > 2:
        problem = f"'{names[2]}' is one word too many: runs are listed by project, environment and status."
        return Usage(problem, USAGE["runs"])
    if status is not None and _status(status) is None:
        return Usage(f"'{status}' is no status of a run; those are {_STATUS_WORDS}.", USAGE["runs"])
    project, environment = (*names, None, None)[:2]
    return Runs(project, environment, _status(status) if status else None, mine)


def _status(word: str) -> str | None:
    spelled = {"cancelled": "canceled", "errors": "error"}.get(word.lower(), word.lower())
    return spelled if spelled in _STATUSES else None


def _logs(words: list[str], _: _Options) -> Command:
    if len(words) == 2:
        return Logs(*words)
    return Usage("'logs' takes a run id and a case of it, by its id or name.", USAGE["logs"])


def _project(verb: str, words: list[str]) -> str | Usage | None:
    """The one project that may be named."""
    if len(words) > 1:
        return Usage(f"'{verb}' takes one project, and {len(words)} words were given.", USAGE[verb])
    return words[0] if words else None


def _schedules(words: list[str], _: _Options) -> Command:
    project = _project("schedules", words)
    return project if isinstance(project, Usage) else Schedules(project)


def _subscribe(words: list[str], _: _Options) -> Command:
    project = _project("subscribe", words)
    if project is None:
        return Usage("'subscribe' needs a project, whose failures are then posted here.", USAGE["subscribe"])
    return project if isinstance(project, Usage) else Subscribe(project)


def _unsubscribe(words: list[str], _: _Options) -> Command:
    project = _project("unsubscribe", words)
    return project if isinstance(project, Usage) else Unsubscribe(project)


def _help(_words: list[str], _: _Options) -> Command:
    return Help()


def _can(words: list[str], _: _Options) -> Command:
    if len(words) in (2, 4, 5):
        mention = _MENTION.fullmatch(words[0])
        return Can(mention[1] if mention else words[0], words[1].lower(), *words[2:])
    return Usage(
        "'can' takes a person and a verb, and then a project, an environment and a suite.", USAGE["can"]
    )


_WITH_RUN: Final[dict[str, Callable[[str], Command]]] = {"status": Status, "watch": Watch, "cancel": Cancel}


def _about_a_run(verb: str) -> Callable[[list[str], _Options], Command]:
    def read(words: list[str], options: _Options) -> Command:
        if len(words) == 1:
            if verb == "rerun":
                return Rerun(words[0], options.failed)
            return _WITH_RUN[verb](words[0])
        if words:
            return Usage(f"'{verb}' takes one run id, and {len(words)} words were given.", USAGE[verb])
        return Usage(
            f"'{verb}' needs the id of a run, as its card shows it, such as run_8f3a2c.", USAGE[verb]
        )

    return read


_READERS: Final[dict[str, Callable[[list[str], _Options], Command]]] = {
    "run": _run,
    "runs": _runs,
    "logs": _logs,
    "schedules": _schedules,
    "subscribe": _subscribe,
    "unsubscribe": _unsubscribe,
    "can": _can,
    "home": lambda _words, _options: Home(),
    "whoami": lambda _words, _options: WhoAmI(),
    "audit": lambda _words, _options: Audit(),
    **{verb: _about_a_run(verb) for verb in ("status", "watch", "cancel", "rerun")},
}


def _words(text: str) -> tuple[list[str], _Options, str | None]:
    """Words in order, options, and a problem if there is one."""
    words: list[str] = []
    options = _Options()
    waiting: str | None = None
    for token, quoted in _tokens(_undo_slack(text)):
        found = None if quoted or waiting else _OPTION.fullmatch(token)
        if waiting:
            options, waiting = _with(options, waiting, token), None
        elif found:
            name, value = found[1].lower().replace("cases", "case").replace("case", "cases"), found[2]
            if name in ("failed", "mine"):
                options = _with(options, name, "")
            elif value is not None:
                options = _with(options, name, value)
            else:
                options, waiting = _with(options, name, ""), name
        elif not quoted and _FLAG.match(token):
            known = "--cases, --failed, --status and --mine"
            return words, options, f"'{token}' is not an option I know; there are {known}."
        else:
            words.append(token)
    if options.cases == ():
        return words, options, "--cases needs the ids of the cases, separated by commas."
    if options.status == "":
        return words, options, f"--status needs one of {_STATUS_WORDS}."
    return words, options, None


def _with(options: _Options, name: str, value: str) -> _Options:
    match name:
        case "cases":
            more = tuple(case.strip() for case in value.split(",") if case.strip())
            return replace(options, cases=(*(options.cases or ()), *more))
        case "status":
            return replace(options, status=value.strip())
        case "failed":
            return replace(options, failed=True)
        case _:
            return replace(options, mine=True)


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
