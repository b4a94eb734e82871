"""What can be asked of the bot in words: the values that `slack_bot.grammar` reads a text into."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Run:
    """Start a run. Suite and cases may both be given or both be missing: what is valid is for Zof's rules."""

    project: str
    environment: str
    suite: str | None
    cases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OpenForm:
    """Not all names were given: show the form, with those that were."""

    project: str | None = None
    environment: str | None = None


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
class Runs:
    """List runs, newest first, to their asker.

    Args:
        status: in Zof's spelling.
        mine: only those that the asker started from here.
    """

    project: str | None = None
    environment: str | None = None
    status: str | None = None
    mine: bool = False


@dataclass(frozen=True, slots=True)
class Watch:
    """Have a run followed by a card in this channel, whoever started it."""

    run_id: str


@dataclass(frozen=True, slots=True)
class Logs:
    """Show what a run's log says of one of its cases."""

    run_id: str
    case: str


@dataclass(frozen=True, slots=True)
class Schedules:
    """List what runs by the clock."""

    project: str | None = None


@dataclass(frozen=True, slots=True)
class Home:
    """Show the command center."""


@dataclass(frozen=True, slots=True)
class Subscribe:
    """Have the failures of a project posted to this channel."""

    project: str


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """Have them posted no more; of all projects, if none is named."""

    project: str | None = None


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


AboutRun = Status | Cancel | Rerun | Watch | Logs
Lookup = Runs | Schedules | Home | Subscribe | Unsubscribe
Command = Run | OpenForm | AboutRun | Lookup | Can | WhoAmI | Audit | Help | Usage
