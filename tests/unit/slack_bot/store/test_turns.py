"""Whose turn it is to write."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from slack_bot.store.turns import WriteTurns


def test_those_in_a_hurry_go_first() -> None:
    turns, order = WriteTurns(), list[str]()

    def write(name: str, urgent: bool) -> None:
        with turns.turn(urgent=urgent):
            order.append(name)

    with ThreadPoolExecutor(4) as threads:
        with turns.turn():
            queued = [threads.submit(write, name, name == "ack") for name in ("tick", "ack", "tick", "ack")]
            while turns.waiting < len(queued):
                assert not any(one.done() for one in queued)
        for one in queued:
            one.result(5)
    assert order == ["ack", "ack", "tick", "tick"]


def test_a_writer_that_fails_gives_its_turn_back() -> None:
    turns = WriteTurns()
    with pytest.raises(ValueError, match="no"), turns.turn(urgent=True):
        raise ValueError("no")
    with turns.turn():
        assert turns.waiting == 0
