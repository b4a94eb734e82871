"""Keys and settings refuse what cannot work, and keep secrets out of sight."""

from __future__ import annotations

from pathlib import Path

import pytest

from zof_local.platform import ApiKey, PlatformError, PlatformSettings, new_secret


def test_secrets_are_not_in_reprs() -> None:
    key = ApiKey(new_secret())
    settings = PlatformSettings(data_dir=Path(), suites=Path(), keys=(key,), console_token="tell-nobody")
    assert key.secret not in repr(settings)
    assert "tell-nobody" not in repr(settings)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"role": "QA Engineer"}, "no role 'QA Engineer'. Choose one of: Organization Admin"),
        ({"organization_id": "acme"}, "no organization id"),
        ({"secret": "short"}, "at least 16"),
        ({"secret": "with\nnewline-and-more"}, "printable"),
    ],
)
def test_impossible_keys_are_refused(values: dict[str, str], words: str) -> None:
    with pytest.raises(PlatformError, match=words):
        ApiKey(**({"secret": new_secret()} | values))


@pytest.mark.parametrize("values", [{"max_concurrent_runs": 0}, {"rate_limit": 0}])
def test_impossible_settings_are_refused(values: dict[str, int]) -> None:
    with pytest.raises(PlatformError, match="at least 1"):
        PlatformSettings(data_dir=Path(), suites=Path(), **values)
