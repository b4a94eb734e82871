"""Messages as terminal text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from zof_local.workspace.plaintext import plain_text


def mrkdwn(text):
    return {"type": "mrkdwn", "text": text}


def test_a_card_reads_well():
    blocks = [
        {"type": "header", "text": {"type": "plain_text", "text": ":white_check_mark: PR smoke passed"}},
        {
            "type": "section",
            "text": mrkdwn("*12 passed* in _8 s_"),
            "fields": [mrkdwn("*Environment*\nstaging")],
        },
        {"type": "divider"},
        {"type": "context", "elements": [mrkdwn("by <@U02DANA>"), mrkdwn("<https://x.dev/r|run_1>")]},
        {
            "type": "actions",
            "elements": [{"type": "button", "text": {"type": "plain_text", "text": "Re-run"}}],
        },
    ]
    assert plain_text({"text": "ignored", "blocks": blocks}, {"U02DANA": "dana"}).split("\n") == [
        "✓ PR smoke passed",
        "12 passed in 8 s",
        "Environment: staging",
        "─" * 40,
        "by @dana · run_1 (https://x.dev/r)",
        "[Re-run]",
    ]


def test_text_alone():
    assert plain_text({"text": "&lt;b&gt; *x*\n&gt; quoted"}) == "<b> x\n│ quoted"


def test_rich_text_and_tables():
    blocks = [
        {
            "type": "rich_text",
            "elements": [
                {
                    "type": "rich_text_list",
                    "style": "ordered",
                    "elements": [
                        {"type": "rich_text_section", "elements": [{"type": "text", "text": "one"}]},
                        {"type": "rich_text_section", "elements": [{"type": "text", "text": "two"}]},
                    ],
                }
            ],
        },
        {"type": "table", "rows": [[{"type": "raw_text", "text": "a"}, {"type": "raw_text", "text": "b"}]]},
        {"type": "markdown", "text": "## Title\n- **x**"},
    ]
    assert plain_text({"blocks": blocks}) == "1. one\n2. two\na | b\nTitle\n• x"


@given(st.text())
def test_no_control_characters_reach_the_terminal(text):
    shown = plain_text({"text": text})
    assert all(character in "\n\t" or ord(character) >= 32 for character in shown)
    assert "\x7f" not in shown
    assert "\u202e" not in shown
