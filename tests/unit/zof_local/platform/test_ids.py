"""Ids of cases: steady, distinct, fit for a URL and a chat message."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zof_local.platform.ids import case_id, module_of, name_of, new_id

WORDS = st.from_regex(r"[a-z0-9_]{1,8}", fullmatch=True)
NODE_IDS = st.builds(
    lambda folder, module, chain, parameters: f"{folder}{module}.py::{'::'.join(chain)}{parameters}",
    st.sampled_from(["", "tests/", "tests/unit/", "unit/tests/"]),
    st.one_of(WORDS, WORDS.map(lambda word: f"test_{word}")),
    st.lists(
        st.one_of(WORDS.map(lambda word: f"test_{word}"), WORDS.map(lambda word: f"Test{word}")),
        min_size=1,
        max_size=3,
    ),
    st.one_of(st.just(""), st.text(min_size=1, max_size=6).map(lambda text: f"[{text}]")),
)


@pytest.mark.parametrize(
    ("node_id", "expected"),
    [
        ("tests/test_cart.py::test_total", "tc_cart__total"),
        ("tests/test_cart.py::test_total[2-EUR]", "tc_cart__total__2-EUR"),
        ("tests/test_cart.py::test_total[SUMMER_15]", "tc_cart__total__SUMMER_15"),
    ],
)
def test_plain_cases_have_plain_ids(node_id: str, expected: str) -> None:
    assert case_id(node_id) == expected


def test_other_cases_have_readable_ids_with_a_digest() -> None:
    assert re.fullmatch(
        r"tc_unit_x_a_b_1_2__[0-9a-f]{8}", case_id("tests/unit/test_x.py::TestA::test_b[1 2]")
    )


@settings(max_examples=50)
@given(st.lists(NODE_IDS, min_size=2, max_size=12, unique=True))
def test_no_two_cases_share_an_id(node_ids: list[str]) -> None:
    assert len({case_id(node_id) for node_id in node_ids}) == len(node_ids)


@given(st.text(max_size=200))
def test_any_node_id_gives_an_id_that_is_safe_in_urls_and_messages(node_id: str) -> None:
    assert re.fullmatch(r"tc_[A-Za-z0-9_.-]{1,100}", case_id(node_id))


def test_a_node_id_has_a_module_and_a_name() -> None:
    node_id = "tests/test_cart.py::TestCart::test_total[a::b]"
    assert (module_of(node_id), name_of(node_id)) == ("tests/test_cart.py", "TestCart::test_total[a::b]")


def test_random_ids_are_long_and_plain() -> None:
    made = {new_id("run_") for _ in range(1000)}
    assert len(made) == 1000
    assert all(re.fullmatch(r"run_[0-9a-z]{14}", identifier) for identifier in made)
