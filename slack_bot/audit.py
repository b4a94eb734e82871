"""The audit trail: who asked for what, which rule decided, what came of it. Entries are chained by hash. Pure.

Each entry's hash covers its own content and the hash before it, so none can be changed, left out or put in without
all later hashes changing. Whoever can write the whole file can still make a new chain, or cut off its end: keep the
head that `zofops audit verify` prints somewhere else, and check it with `--head`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from pydantic import BaseModel, ConfigDict

GENESIS: Final = "0" * 64


class Note(BaseModel):
    """What is to be written down.

    Args:
        at: Unix time.
        event: what happened: `asked` (a person's request was judged), `run_started`, `run_ended`, or an errand's
            `status`, `cancel`, `rerun`.
        outcome: how: `accepted`, `denied`, `passed`, `fault` and the like.
        person: Slack user id; with it `person_name` as shown.
        workspace, channel: Slack ids.
        request: key of the interaction that all of it goes back to.
        text: as typed, for `asked`.
        rule: the rule that decided.
        effect: Zof's run id, where there is one.
        remark: why the person's entry in [people] did not count for what was asked, if it did not.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    at: float
    event: str
    outcome: str
    person: str
    person_name: str
    channel: str
    request: str
    workspace: str = ""
    verb: str = ""
    text: str = ""
    rule: str | None = None
    effect: str | None = None
    remark: str | None = None

    def canonical(self) -> str:
        """The same text for the same content, whatever wrote it."""
        return json.dumps(self.model_dump(), sort_keys=True, ensure_ascii=True, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Entry:
    """A note in its place.

    Args:
        number: from 1, without gaps.
        note: the note's canonical text.
        hash: over the hash before, the number and the note.
        channel: the one that it is filed under, which no hash covers; None if it is not filed yet.
    """

    number: int
    note: str
    hash: str
    channel: str | None = None

    def read(self) -> Note:
        """The note.

        Raises:
            ValueError: the text is none.
        """
        return Note.model_validate_json(self.note)


def chained(before: Entry | None, note: Note) -> Entry:
    """The entry of a note that comes after another entry; None before the first."""
    number = before.number + 1 if before else 1
    text = note.canonical()
    return Entry(number, text, _hash(before.hash if before else GENESIS, number, text))


def first_break(entries: Iterable[Entry]) -> str | None:
    """Where a trail that begins at its first entry is not as it was written, in a sentence; None if it is whole."""
    before = GENESIS
    for number, entry in enumerate(entries, 1):
        if entry.number != number:
            return f"Entry {number} is missing: after {number - 1} comes {entry.number}."
        if entry.hash != _hash(before, number, entry.note):
            return f"Entry {number} or the one before it was changed: its hash does not fit."
        if entry.channel is not None and entry.channel != _channel_of(entry):
            return f"Entry {number} is filed under another channel than its note names."
        before = entry.hash
    return None


def _channel_of(entry: Entry) -> str | None:
    try:
        return entry.read().channel
    except ValueError:
        return None


def _hash(before: str, number: int, note: str) -> str:
    return hashlib.sha256(f"{before}\n{number}\n{note}".encode()).hexdigest()
