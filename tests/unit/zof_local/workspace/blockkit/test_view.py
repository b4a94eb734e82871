"""What the workspace refuses in views."""

from __future__ import annotations

import pytest

from zof_local.workspace.blockkit.view import view_problems

TITLE = {"type": "plain_text", "text": "Title"}
INPUT = {
    "type": "input",
    "label": TITLE,
    "element": {"type": "plain_text_input", "action_id": "a"},
}
DIVIDER = {"type": "divider"}


def modal(**more):
    return {"type": "modal", "title": TITLE, "submit": TITLE, "blocks": [INPUT], **more}


def test_a_plain_modal_is_taken():
    assert view_problems(modal()) == []
    assert view_problems({"type": "modal", "title": TITLE, "blocks": [DIVIDER]}) == []


@pytest.mark.parametrize(
    ("view", "pointer"),
    [
        (modal(type="home"), "/view/type"),
        (modal(title=None), "/view"),
        (modal(title={"type": "plain_text", "text": "x" * 25}), "/view/title/text"),
        (modal(submit=None), "/view"),
        (modal(submit={"type": "mrkdwn", "text": "x"}), "/view/submit/type"),
        (modal(private_metadata="x" * 3001), "/view/private_metadata"),
        (modal(callback_id="x" * 256), "/view/callback_id"),
        (modal(blocks=[DIVIDER] * 101), "/view/blocks"),
        (modal(blocks=[]), "/view/blocks"),
        (modal(blocks=None), "/view"),
        (modal(blocks=[{"type": "markdown", "text": "x"}]), "/view/blocks/0/type"),
        (modal(clear_on_close="yes"), "/view/clear_on_close"),
        ([], "/view"),
    ],
)
def test_a_refusal_points_at_what_is_wrong(view, pointer):
    assert pointer in [problem.pointer for problem in view_problems(view)]


def test_a_home_takes_other_blocks():
    assert view_problems({"type": "home", "blocks": []}, kind="home") == []
    problems = view_problems({"type": "home", "blocks": [{"type": "markdown", "text": "x"}]}, kind="home")
    assert problems[0].pointer == "/view/blocks/0/type"
