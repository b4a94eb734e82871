"""The fixed window, with a clock of our own."""

from __future__ import annotations

from zof_local.platform.ratelimit import FixedWindow


def test_the_limit_holds_within_a_window_and_is_fresh_in_the_next() -> None:
    window = FixedWindow(limit=2, window=60)
    first, second, third = (window.take("org_a", now) for now in (120.0, 130.0, 140.5))
    assert [first.allowed, second.allowed, third.allowed] == [True, True, False]
    assert [first.remaining, second.remaining, third.remaining] == [1, 0, 0]
    assert third.headers() == {
        "X-RateLimit-Limit": "2",
        "X-RateLimit-Remaining": "0",
        "X-RateLimit-Reset": "180",
        "Retry-After": "40",
    }
    assert window.take("org_a", 180.0).allowed


def test_organizations_do_not_use_up_each_others_requests() -> None:
    window = FixedWindow(limit=1, window=60)
    assert window.take("org_a", 0.0).allowed
    assert window.take("org_b", 0.0).allowed
    assert not window.take("org_a", 1.0).allowed


def test_waiting_as_told_is_enough() -> None:
    window = FixedWindow(limit=1, window=60)
    window.take("org_a", 59.999)
    refused = window.take("org_a", 59.9995)
    assert refused.retry_after >= 1
    assert window.take("org_a", 59.9995 + refused.retry_after).allowed
