"""Intervals for tests: everything at once, patience where a slow machine may need it."""

from __future__ import annotations

from slack_bot import Timing

BRISK = Timing(
    poll_first=0.1,
    poll_max=0.5,
    start_patience=4.0,
    retry_first=0.1,
    retry_max=0.3,
    follow_patience=60.0,
    answer_patience=2.0,
    card_every=0.05,
    card_updates=100_000,
    doubt_pause=0.2,
    overdue_after=3.0,
    reconcile_every=0.5,
    queue_every=0.05,
    stop_patience=2.0,
    failures_every=0.3,
    home_every=0.2,
    home_open=600.0,
    home_shared=0.1,
)
