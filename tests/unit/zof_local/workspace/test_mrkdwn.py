"""Message text as nodes."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zof_local.workspace.mrkdwn import parse_mrkdwn, parse_plain
from zof_local.workspace.plaintext import nodes_text


def text(words: str) -> dict[str, str]:
    return {"t": "text", "text": words}


@pytest.mark.parametrize(
    ("source", "nodes"),
    [
        ("hello", [text("hello")]),
        ("*bold* and _it_", [{"t": "bold", "c": [text("bold")]}, text(" and "), {"t": "italic", "c": [text("it")]}]),
        (":a::b:", [{"t": "emoji", "name": "a"}, {"t": "emoji", "name": "b"}]),
        ("~no~", [{"t": "strike", "c": [text("no")]}]),
        ("*_both_*", [{"t": "bold", "c": [{"t": "italic", "c": [text("both")]}]}]),
        ("2*3*4 a_b_c", [text("2*3*4 a_b_c")]),
        ("* not bold *", [text("* not bold *")]),
        ("`*code*`", [{"t": "code", "c": [text("*code*")]}]),
        ("```\na < b\n```", [{"t": "pre", "c": [text("a < b")]}]),
        ("a\nb", [text("a"), {"t": "br"}, text("b")]),
        ("<@U1>", [{"t": "user", "id": "U1", "label": ""}]),
        ("<@U1|dana>", [{"t": "user", "id": "U1", "label": "dana"}]),
        ("<#C1|rel>", [{"t": "channel", "id": "C1", "label": "rel"}]),
        ("<!subteam^S1|@rm>", [{"t": "usergroup", "id": "S1", "label": "@rm"}]),
        ("<!here>", [{"t": "broadcast", "name": "here"}]),
        ("<!date^17^{date} {time}|then>", [{"t": "date", "epoch": 17, "format": "{date} {time}", "label": "then"}]),
        ("<https://x.dev/?a=1&amp;b|see>", [{"t": "link", "url": "https://x.dev/?a=1&b", "c": [text("see")]}]),
        ("<https://x.dev>", [{"t": "link", "url": "https://x.dev", "c": [text("https://x.dev")]}]),
        ("<javascript:alert(1)|x>", [text("<javascript:alert(1)|x>")]),
        ("&lt;b&gt; &amp;lt; &quot;", [text("<b> &lt; &quot;")]),
        (":rocket: 10:30:00", [{"t": "emoji", "name": "rocket"}, text(" 10:30:00")]),
        ("&gt; said\nreply", [{"t": "quote", "c": [text("said")]}, text("reply")]),
    ],
)  # fmt: skip
def test_each_form(source, nodes):
    assert parse_mrkdwn(source) == nodes


def test_escaped_text_never_becomes_a_mention_or_link():
    nodes = parse_mrkdwn("&lt;@U1&gt; &lt;!channel&gt; &lt;https://x|y&gt;")
    assert [node["t"] for node in nodes] == ["text"]


def test_plain_text_knows_emoji_and_lines_only():
    assert parse_plain("*a* :x:\n<@U1>") == [
        text("*a* "),
        {"t": "emoji", "name": "x"},
        {"t": "br"},
        text("<@U1>"),
    ]
    assert parse_plain(":x:", emoji=False) == [text(":x:")]


KINDS = {
    "text", "br", "bold", "italic", "strike", "code", "pre", "quote", "link",
    "user", "channel", "usergroup", "broadcast", "date", "emoji",
}  # fmt: skip


def check(nodes, depth=0):
    assert depth < 12
    for node in nodes:
        assert node["t"] in KINDS
        if node["t"] == "link":
            assert node["url"].startswith(("http://", "https://", "mailto:"))
        check(node.get("c", []), depth + 1)


@given(st.text(alphabet="*_~`<>|:@#!&;\n abgltxU1^{}/", max_size=80))
def test_any_text_gives_known_nodes(source):
    nodes = parse_mrkdwn(source)
    check(nodes)
    nodes_text(nodes, {})


@pytest.mark.parametrize("unit", ["*a", "`", "<", "_ _", "```", ":a", "~x~ *", "*_~", "&gt;", "<a|"])
def test_hostile_text_costs_little(unit):
    started = time.process_time()
    parse_mrkdwn((unit * 40_000)[:40_000])
    assert time.process_time() - started < 2.0
