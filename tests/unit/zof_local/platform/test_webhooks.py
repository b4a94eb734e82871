"""Signatures, URLs and pauses of webhooks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zof_local.platform.errors import ApiProblem
from zof_local.platform.requests import checked_url
from zof_local.platform.webhooks import pause_after, signature


def test_the_signature_is_the_hex_hmac_of_the_raw_body() -> None:
    # RFC 4231, test case 2
    assert signature("Jefe", b"what do ya want for nothing?") == (
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    )


@pytest.mark.parametrize(
    "url",
    ["https://hooks.example.com/zof", "http://127.0.0.1:8000/x", "http://localhost/", "http://[::1]:9/"],
)
def test_secure_and_local_urls_are_accepted(url: str) -> None:
    assert checked_url(url) == url


@pytest.mark.parametrize(
    "url",
    ["http://hooks.example.com/", "ftp://127.0.0.1/", "https://", "https://user:pw@example.com/", "x", "https://[::1", "https://a:x/",
     "https://a b/", "https://a/\n", "https://a\x00b/", "https://..../", "https://\u200b/",
     f"https://{'a' * 64}.example/"],
)  # fmt: skip
def test_other_urls_are_refused(url: str) -> None:
    with pytest.raises(ApiProblem) as caught:
        checked_url(url)
    assert caught.value.param == "url"


@given(st.integers(min_value=1, max_value=10), st.floats(min_value=0, max_value=1))
def test_pauses_follow_the_plan_with_jitter_and_then_end(attempts: int, jitter: float) -> None:
    pauses = (2.0, 10.0, 60.0)
    pause = pause_after(attempts, pauses, jitter)
    if attempts > len(pauses):
        assert pause is None
    else:
        assert pause is not None
        assert 0.75 * pauses[attempts - 1] <= pause <= 1.25 * pauses[attempts - 1]
