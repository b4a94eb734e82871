"""Text safety by type."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from slack_bot.text import channel_link, clip, clock, code, escape, local_clock, plain, prose, safe_url, tidy

WORDS = "<!here> <@U02DANA> <#C0> <https://evil.example|x> *b* _i_ ~s~ `c` ``` :tada: &lt;!here&gt; a_b “ @here https://x.y"
NASTY = st.text() | st.lists(st.sampled_from([*WORDS.split(), "\u202e", "\u0000", "\n", "\ud800"])).map(
    "".join
)


@pytest.mark.parametrize("make", [prose, code])
@given(text=NASTY)
def test_no_input_yields_markup(make: Callable[[str], str], text: str) -> None:
    made = make(text)
    assert "<" not in made
    assert ">" not in made
    assert re.sub(r"&(amp|lt|gt);", "", made).count("&") == 0
    assert "\n" not in made
    made.encode()


@given(NASTY)
@example("0" * 198 + "_00")
def test_prose_formats_and_links_nothing(text: str) -> None:
    made = prose(text)
    assert not set("*`~") & set(made)
    assert not re.search(r"(?<!\w)_|_(?!\w)", made)
    assert not re.search(r":[\w+-]+:", made)
    assert "://" not in made
    assert made


@given(NASTY)
def test_a_code_span_cannot_be_left(text: str) -> None:
    made = code(text)
    assert made.startswith("`")
    assert made.endswith("`")
    assert made.count("`") == 2
    assert len(made) > 2


@given(NASTY, st.integers(min_value=1, max_value=100))
def test_plain_fits_and_is_never_empty(text: str, limit: int) -> None:
    assert 1 <= len(plain(text, limit)) <= limit


def test_what_is_harmless_stays_readable() -> None:
    assert prose("PR smoke (checkout_api) #3") == "PR smoke (checkout_api) #3"
    assert code("suite_pr_smoke") == "`suite_pr_smoke`"
    assert prose("Ö & <b>") == "Ö &amp; &lt;b&gt;"
    assert tidy(" a\n\u202eb\x00  c ") == "a b c"
    assert clip("abcdef", 4) == "abc…"
    assert escape("a<b&c") == "a&lt;b&amp;c"
    assert code("") == "`?`"


@pytest.mark.parametrize(
    "url", ["https://zof.ai/runs/1?x=y#z", "http://127.0.0.1:8000/runs/1", "http://localhost/x"]
)
def test_a_person_may_be_sent_to(url: str) -> None:
    assert safe_url(url) == url


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "http://zof.ai/runs/1",
        "javascript:alert(1)",
        "https://",
        "https://user:pw@zof.ai/",
        "https://zof.ai/a b",
        "https://zof.ai/<x>",
        "https://zof.ai/a|b",
        "https://zof.ai/\n",
        "https://zof.ai:99999/",
        "https://[::1/",
        "//zof.ai/x",
        "https://zof.ai/" + "x" * 3000,
        "file:///etc/passwd",
    ],
)
def test_a_person_is_not_sent_to(url: str | None) -> None:
    assert safe_url(url) is None


def test_times_and_channels() -> None:
    assert clock(1_800_000_000) == "08:00 UTC"
    assert local_clock(1_800_000_000.7) == "<!date^1800000000^{time}|08:00 UTC>"
    assert channel_link("C0RELEASES") == "<#C0RELEASES>"
    assert channel_link("C0> <!here>") == "`C0&gt; &lt;!here&gt;`"
