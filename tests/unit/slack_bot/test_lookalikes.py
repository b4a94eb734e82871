"""Which words may be read as a name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slack_bot.lookalikes import may_be_read_as


@pytest.mark.parametrize(
    "word",
    [
        "production",
        "Production",
        "PRODUCTION",
        " production ",
        "pr\u043educt\u0456on",
        "\uff50\uff52\uff4f\uff44uction",
        "pro\u200bduction",
        "pr\u00f6duction",
        "produ\u0301ction",
        "\u202eproduction",
    ],
)
def test_what_a_machine_or_a_person_may_take_for_production(word: str) -> None:
    assert may_be_read_as(word, "production")


@pytest.mark.parametrize(
    "word", ["", "staging", "productio", "productions", "prod", "pr0duction", "pre-production"]
)
def test_what_is_another_name(word: str) -> None:
    assert not may_be_read_as(word, "production")


NAMES = st.text(st.characters(codec="ascii", min_codepoint=33), min_size=1, max_size=20)


@given(st.text(min_size=1, max_size=20))
def test_every_word_may_be_read_as_itself_and_in_another_case(word: str) -> None:
    assert may_be_read_as(word, word)
    assert may_be_read_as(word.casefold(), word)


@given(NAMES, NAMES)
def test_of_plain_names_only_those_that_differ_in_case(word: str, name: str) -> None:
    assert may_be_read_as(word, name) is (word.casefold() == name.casefold())


@given(NAMES, st.data())
def test_a_foreign_letter_stands_for_any_and_an_invisible_sign_for_none(
    name: str, data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(name) - 1))
    assert may_be_read_as(f"{name[:at]}\u0436{name[at + 1 :]}", name)
    assert may_be_read_as(f"{name[:at]}\u200d{name[at:]}", name)
    assert not may_be_read_as(f"{name[:at]}\u0436{name[at:]}", name)
