from __future__ import annotations

import pytest

from zof_local.testing.shown import Message, controls, pick


def _text(text: str) -> dict[str, str]:
    return {"type": "plain_text", "text": text}


BLOCKS = [
    {
        "type": "actions",
        "block_id": "b1",
        "elements": [
            {"type": "button", "action_id": "cancel", "text": _text("Cancel")},
            {
                "type": "static_select",
                "action_id": "env",
                "placeholder": _text("Environment"),
                "options": [{"text": _text("Staging"), "value": "staging"}],
            },
        ],
    },
    {
        "type": "input",
        "block_id": "why",
        "label": _text("Why"),
        "element": {"type": "plain_text_input", "action_id": "text"},
    },
    {"type": "section", "text": _text("Plain")},
]


def test_controls_are_found_by_what_is_written_on_them() -> None:
    known = controls(BLOCKS)
    assert [one.label for one in known] == ["Cancel", "Environment", "Why"]
    assert pick(known, "Cancel").action_id == "cancel"
    assert pick(known, "env").value_of("Staging") == "staging"
    assert pick(known, "env").value_of(["Staging", "other"]) == ["staging", "other"]
    assert pick(known, "Why").place == "why/text"


def test_what_is_not_there_is_said_with_what_is() -> None:
    known = controls(BLOCKS)
    with pytest.raises(LookupError, match="no control 'Go' here; there are: 'Cancel', 'Environment', 'Why'"):
        pick(known, "Go")
    with pytest.raises(LookupError, match="There are 2 controls 'Cancel'"):
        pick(known * 2, "Cancel")
    with pytest.raises(LookupError, match="none at all"):
        pick([], "Go")


def test_a_message_knows_its_buttons() -> None:
    message = Message("C1", "1.0", "U1", "", tuple(BLOCKS), private=False, thread=None, origin="app")
    assert message.buttons == ["Cancel"]
