"""Signatures that were seen."""

from __future__ import annotations

from slack_bot.replays import REMEMBER_SECONDS, Replays
from tests.support.clock import Clock


def test_once_within_the_time_in_which_it_is_good() -> None:
    clock = Clock(0.0)
    replays = Replays(clock)
    assert replays.is_new("v0=a")
    clock.now = REMEMBER_SECONDS - 1
    assert not replays.is_new("v0=a")
    assert replays.is_new("v0=b")
    clock.now = REMEMBER_SECONDS + 1
    assert replays.is_new("v0=a"), "by now its timestamp is too old, so Bolt refuses it"
    assert len(replays) == 2


def test_it_is_bounded_and_forgets_the_oldest_first() -> None:
    replays = Replays(Clock(0.0), most=100)
    for n in range(1000):
        assert replays.is_new(f"v0={n}")
    assert len(replays) == 100
    assert not replays.is_new("v0=999")
