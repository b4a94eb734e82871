"""JSON from outside."""

from __future__ import annotations

import json

import pytest

from zof_local.workspace.reading import MAX_DEPTH, read_json


def test_half_characters_are_replaced_and_whole_ones_kept():
    assert read_json('{"\\ud800": ["x\\udc00y", "\\ud83d\\ude00", "é"]}') == {
        "\ufffd": ["x\ufffdy", "😀", "é"]
    }
    json.dumps(read_json('"\\ud800"'), ensure_ascii=False).encode()


@pytest.mark.parametrize("depth", [MAX_DEPTH + 1, 900, 100_000])
def test_what_is_too_deep_is_refused(depth):
    with pytest.raises(ValueError, match="deep"):
        read_json("[" * depth + "]" * depth)


def test_what_is_deep_enough_is_read():
    assert read_json("[" * MAX_DEPTH + "]" * MAX_DEPTH)
