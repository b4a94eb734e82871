"""The channel's part of the audit trail in words for people: acts, not looks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from slack_bot.audit import Note
from slack_bot.policy import NO_RULE, OWN_RUN
from slack_bot.text import code, local_clock, local_day, prose
from slack_bot.views.blocks import Message, note
from zof_core.wording import status_style

_ACTS: Final = {
    "run": "the run",
    "rerun": "the repetition",
    "cancel": "the cancel",
    "approve": "the approval",
    "reject": "the rejection",
    "confirm": "the confirmation",
    "decline": "the choice not to run it now",
    "watch": "the message that follows it",
    "subscribe": "the subscription",
    "unsubscribe": "the end of the subscription",
}
"""Verbs that do something; all others only look."""
_ON_RUNS: Final = {
    "cancel": "the cancel of run",
    "rerun": "the repetition of run",
    "watch": "the message that follows run",
}
_PRESSED: Final = {
    "run_form": "sent the form for a run",
    "approve_run": "pressed Approve",
    "reject_run": "pressed Reject or withdraw",
    "confirm_run": "pressed Confirm",
    "decline_run": "pressed Not now",
    "cancel_run": "pressed Cancel",
    "rerun_run": "pressed Run again",
    "rerun_failed": "pressed Run failed again",
}
"""Forms and buttons go by ids in the trail; people know them by what is written on them."""
_HOW: Final = {
    "accepted": "taken",
    "answered": "answered",
    "denied": "denied",
    "usage": "not understood",
    "unknown_name": "there is none of that name",
    "fault": "did not work",
}
_ENDS: Final = {
    "fault": "it could not be followed to its end",
    "unknown_name": "Zof does not know it",
    "rejected": "rejected",
    "withdrawn": "withdrawn",
    "expired": "nobody approved it in time",
    "unproven": "what the rule requires has not passed",
}


def is_act(said: Note) -> bool:
    """Whether it is a matter of the view: somebody did or tried something, and no other note says the same."""
    if said.verb not in _ACTS or said.outcome == "modal":
        return False
    # That a request was taken says all; a cancel's end names the run.
    is_echo = said.event in _ACTS and said.event != "cancel" and said.outcome == "answered"
    return not is_echo


def audit(notes: Sequence[Note]) -> Message:
    """Notes of the audit trail, oldest first."""
    lines = [_line(note) for note in notes]
    if not lines:
        return note("Nothing was started, stopped or decided in this channel yet.")
    return note("\n".join(["What was asked and done in this channel lately:", *lines]))


def _line(said: Note) -> str:
    at = f"{local_day(said.at)} {local_clock(said.at)}"
    return f"{at} {prose(said.person_name, 60)}: {_deed(said)}"


def _deed(said: Note) -> str:
    how = _HOW.get(said.outcome) or prose(said.outcome, 20)
    run = f" {code(said.effect, 40)}" if said.effect else ""
    match said.event:
        case "asked":
            typed = _PRESSED.get(said.text) or code(said.text, 120)
            return f"{typed} – {_judged(said, how)}"
        case "run_started":
            return f"run started{run}"
        case "run_ended":
            end = _ENDS.get(said.outcome) or prose(status_style(said.outcome).word, 40)
            return f"run ended: {end}{run}"
        case _:
            # A vote's effect is the key of a request, which tells people nothing.
            if run and said.event in _ON_RUNS:
                how = "Zof knows no such run" if said.outcome == "unknown_name" else how
                return f"{_ON_RUNS[said.event]}{run}: {how}"
            return f"{_ACTS.get(said.event) or prose(said.event, 20)}: {how}"


def _judged(said: Note, how: str) -> str:
    """What became of a request, and by which rule."""
    by_rule = f"by the rule “{prose(said.rule, 60)}”" if said.rule else ""
    if said.rule == NO_RULE:
        return "denied: no rule allows it"
    if said.rule == OWN_RUN:
        return "allowed, since it was their own run"
    if said.outcome == "accepted" and by_rule:
        return f"allowed {by_rule}"
    return f"{how} {by_rule}".strip()
