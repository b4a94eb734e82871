"""What can be typed, as `/zof help` says it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from slack_bot.text import channel_link, clip, code
from slack_bot.views.blocks import FALLBACK_MAX, Message, section
from zof_core.catalogue import Catalogue

_PLACES: Final = 5
_OTHERS: Final = (
    (
        "Runs",
        (
            ("run PROJECT ENVIRONMENT --cases A,B", "starts single cases"),
            ("run", "opens a form"),
            ("", "opens the same form"),
            ("rerun RUN", "runs the same again; with `--failed` only the cases that did not pass"),
            ("cancel RUN", "cancels a run; whoever started it always may"),
            ("watch RUN", "follows a run here that somebody else or CI started"),
        ),
    ),
    (
        "Looking things up, seen by you alone",
        (
            ("status RUN", "shows how a run stands"),
            ("runs [PROJECT [ENVIRONMENT]]", "lists runs, the newest first"),
            ("logs RUN CASE", "shows what a run's log says of a case"),
            ("schedules", "lists what runs by the clock"),
            ("home", "shows the command center; the app's Home tab has it too"),
        ),
    ),
    (
        "This channel",
        (
            ("subscribe PROJECT", "posts the failures of a project here"),
            ("unsubscribe [PROJECT]", "ends that; of all projects, if none is named"),
            ("audit", "shows what was started, stopped and decided in this channel lately"),
        ),
    ),
    (
        "Rules",
        (
            ("whoami", "says who you are to me and what you may do here"),
            ("can PERSON VERB PROJECT ENVIRONMENT SUITE", "says whether somebody may, and by which rule"),
            ("help", "shows this"),
        ),
    ),
)


def help_text(command: str, catalogue: Catalogue, elsewhere: Sequence[str] | None = None) -> Message:
    """What can be typed: the three commands of every day with names that there are, then the others in groups.

    Args:
        command: the slash command's name.
        catalogue: where the names of the examples are from.
        elsewhere: for a reader who may do nothing in this channel, the ids of those where they may do something.
    """
    run, runs = _examples(catalogue)
    everyday = [
        ("run PROJECT ENVIRONMENT SUITE", "starts a suite; its card follows it to the end", run),
        ("status RUN", "shows a run to you alone", ""),
        ("runs PROJECT ENVIRONMENT", "lists runs; `--status failed` and `--mine` narrow it down", runs),
    ]
    first = [
        f"{_typing(command, typed)} {what}{_such_as(command, example)}" for typed, what, example in everyday
    ]
    groups = [
        "\n".join([f"*{title}*", *(f"{_typing(command, typed)} {what}" for typed, what in lines)])
        for title, lines in _OTHERS
    ]
    paragraphs = [*_nothing_here(elsewhere), "\n".join(["*What I can do, every day*", *first]), *groups]
    return Message(clip("\n".join(paragraphs), FALLBACK_MAX), tuple(map(section, paragraphs)))


def _nothing_here(elsewhere: Sequence[str] | None) -> list[str]:
    """That the rules let the reader do nothing in this channel, and where they do; empty if they do."""
    if elsewhere is None:
        return []
    places = ", ".join(map(channel_link, elsewhere[:_PLACES]))
    where = f"I work for you in {places}." if places else f"Ask whoever keeps {code('zofops.toml')}."
    return [f":no_entry: No rule lets you do anything in this channel. {where}"]


def _typing(command: str, typed: str) -> str:
    return code(f"{command} {typed}".strip())


def _examples(catalogue: Catalogue) -> tuple[str, str]:
    """What to type for a run and for a list of runs, by the first project that has all the names; else nothing."""
    for project in catalogue.projects:
        if project.environments and project.suites:
            place = f"{_typed(project.id)} {_typed(project.environments[0])}"
            return f"run {place} {_typed(project.suites[0].id)}", f"runs {place}"
    return "", ""


def _such_as(command: str, example: str) -> str:
    return f", such as {code(f'{command} {example}')}" if example else ""


def _typed(name: str) -> str:
    """A name as it is typed: quoted if it has blanks."""
    return f'"{name}"' if " " in name else name
