"""The audit trail's chain."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slack_bot.audit import Entry, Note, chained, first_break

NOTES = st.builds(
    Note,
    at=st.floats(0, 2e9),
    event=st.sampled_from(["asked", "run_started", "run_ended"]),
    outcome=st.text(max_size=10),
    person=st.text(max_size=10),
    person_name=st.text(max_size=10),
    channel=st.text(max_size=10),
    request=st.text(max_size=10),
    text=st.text(max_size=20),
    rule=st.none() | st.text(max_size=5),
)


def trail_of(notes: list[Note]) -> list[Entry]:
    trail: list[Entry] = []
    for note in notes:
        trail.append(chained(trail[-1] if trail else None, note))
    return trail


@given(st.lists(NOTES, max_size=8))
def test_a_trail_is_whole_and_gives_its_notes_back(notes: list[Note]) -> None:
    trail = trail_of(notes)
    assert first_break(trail) is None
    assert [entry.read() for entry in trail] == notes
    assert [entry.number for entry in trail] == list(range(1, len(notes) + 1))


@given(st.lists(NOTES, min_size=2, max_size=8), st.data())
def test_no_entry_is_changed_left_out_or_moved_unnoticed(notes: list[Note], data: st.DataObject) -> None:
    trail = trail_of(notes)
    at = data.draw(st.integers(0, len(trail) - 2))
    changed = [*trail]
    changed[at] = replace(trail[at], note=trail[at].note.replace('"at":', '"at" :', 1))
    left_out = trail[:at] + trail[at + 1 :]
    renumbered = [replace(entry, number=number) for number, entry in enumerate(left_out, 1)]
    swapped = [*trail[:at], trail[at + 1], trail[at], *trail[at + 2 :]]
    for broken in (changed, left_out, renumbered, swapped):
        assert first_break(broken) is not None


def test_what_is_wrong_is_said_with_its_number() -> None:
    notes = [
        Note(
            at=n, event="asked", outcome="denied", person="U1", person_name="x", channel="C1", request=str(n)
        )
        for n in range(3)
    ]
    trail = trail_of(notes)
    assert first_break([trail[0], trail[2]]) == "Entry 2 is missing: after 1 comes 3."
    with pytest.raises(AssertionError):
        assert first_break([trail[0], replace(trail[1], hash="0" * 64), trail[2]]) is None
