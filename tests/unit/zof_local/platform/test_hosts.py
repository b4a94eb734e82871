"""Host headers of this machine, and others."""

from __future__ import annotations

import pytest

from zof_local.platform.hosts import allowed_host, base_url


@pytest.mark.parametrize("host", ["127.0.0.1:80", "localhost", "LOCALHOST:9", "[::1]:8080"])
def test_this_machine_is_allowed(host: str) -> None:
    assert allowed_host(host, None)


@pytest.mark.parametrize(
    "host",
    ["", "evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80", "[::1", "a@b",
     "evil.example@localhost", "localhost/evil", "localhost?x",
     "localhost#", "127.0.0.1:x", "127.0.0.1:99999", "127.0.0.1:", "127.0.0.1:80:80", " localhost", "localhost\n"],
)  # fmt: skip
def test_others_are_not(host: str) -> None:
    assert not allowed_host(host, None)


def test_the_public_url_is_allowed_and_used() -> None:
    assert allowed_host("zof.example", "https://zof.example/")
    assert base_url("127.0.0.1:1", "https://zof.example/") == "https://zof.example"
    assert base_url("127.0.0.1:1", None) == "http://127.0.0.1:1"
