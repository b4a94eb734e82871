"""Short answers that only their asker sees: help, usage, unknown names, denials."""

from __future__ import annotations

from collections.abc import Iterable

from slack_bot.config import ANY
from slack_bot.grammar import USAGE, Usage
from slack_bot.policy import NO_RULE, Ask, Decision, Openings, Target
from slack_bot.text import channel_link, code, prose, sentence
from slack_bot.views.blocks import Message, note

_LISTED = 6


def help_text(command: str) -> Message:
    """What can be typed. `command` is the slash command's name."""
    lines = [
        ("run PROJECT ENVIRONMENT SUITE", "starts a suite; its card follows it to the end"),
        ("run PROJECT ENVIRONMENT --cases A,B", "starts single cases"),
        ("run", "opens a form"),
        ("status RUN", "shows a run to you alone"),
        ("cancel RUN", "cancels a run"),
        ("help", "shows this"),
    ]
    rows = [f"{code(f'{command} {usage}')} {what}" for usage, what in lines]
    return note("\n".join(["What I can do:", *rows]))


def usage(problem: Usage) -> Message:
    """A text that is no command, and what to type instead."""
    return note(
        f"{sentence(problem.problem)} Type {code(problem.usage)}, or {code('/zof help')} for all of it."
    )


def invalid(problems: Iterable[str]) -> Message:
    """A request that Zof's rules forbid, and what a run looks like that they allow."""
    said = " ".join(sentence(problem) for problem in problems)
    return note(f"{said} Type {code(USAGE['run'])}, or {code('/zof run')} for a form.")


def unknown_name(what: str, word: str, nearest: str | None, known: Iterable[str]) -> Message:
    """A name that does not exist, and which does.

    Args:
        what: project, environment or suite.
        word: as typed.
        nearest: the name that was probably meant.
        known: the names there are.
    """
    names = list(known)
    hint = f" Did you mean {code(nearest)}?" if nearest else ""
    listed = ", ".join(code(name) for name in names[:_LISTED])
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    there = f" Known: {listed}{more}." if names else ""
    return note(f"There is no {what} {code(word)}.{hint}{there} Nothing was started.")


def denied(ask: Ask, decision: Decision, ways: Openings) -> Message:
    """A denial: which rule, what could be done instead, and by whom the rules can be changed."""
    subject = f"{code(ask.verb)}{_on(ask.target)} in {channel_link(ask.channel)}"
    if decision.rule == NO_RULE:
        parts = [f":no_entry: Not allowed: no rule allows you {subject}."]
    else:
        reason = f" ({prose(decision.reason, 300)})" if decision.reason else ""
        parts = [f":no_entry: Not allowed: the rule “{prose(decision.rule)}”{reason} denies {subject}."]
    if ways.channels:
        parts.append(f"You can do that in {', '.join(map(channel_link, ways.channels[:_LISTED]))}.")
    if ways.targets_here:
        parts.append(f"Here you can {code(ask.verb)}: {'; '.join(map(_pair, ways.targets_here[:_LISTED]))}.")
    elif ways.verbs_here:
        parts.append(f"Here you can use {', '.join(map(code, ways.verbs_here))}.")
    else:
        parts.append("This channel is not on your list of allowed channels.")
    parts.append(f"To change that, ask whoever keeps {code('zofops.toml')}. Nothing was started or changed.")
    return note(" ".join(parts))


def _on(target: Target | None) -> str:
    if target is None:
        return ""
    suite = code(target.suite) if target.suite else "single cases"
    return f" of {suite} on {code(target.environment)} of {code(target.project)}"


def _pair(pair: tuple[str, str]) -> str:
    project, environment = pair
    where = "any environment" if environment == ANY else code(environment)
    return f"{where} of {'any project' if project == ANY else code(project)}"


def fault() -> Message:
    """The bot could not write down what was asked."""
    return note(
        ":warning: I could not take this down, so nothing was started or changed. Try again; if it "
        "stays like this, the bot's log has the reason."
    )
