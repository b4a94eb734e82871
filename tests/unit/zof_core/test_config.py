from __future__ import annotations

import copy
import pickle
import traceback
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zof_core import ZofApiError, ZofAuthenticationError, ZofValidationError
from zof_core.config import ApiKey, is_loopback, load_profile, parse_base_url, resolve_base_url, resolve_key


def _profiles(tmp_path: Path, text: str, mode: int = 0o600) -> dict[str, str]:
    place = tmp_path / "profiles.toml"
    place.write_text(text, encoding="utf-8")
    place.chmod(mode)
    return {"ZOF_PROFILES": str(place)}


def test_the_argument_comes_first(tmp_path: Path) -> None:
    env = {**_profiles(tmp_path, '[default]\napi_key = "zk_file"'), "ZOF_API_KEY": "zk_env"}
    assert resolve_key("zk_argument", env).header() == "Bearer zk_argument"
    assert resolve_key(None, env).header() == "Bearer zk_env"
    assert resolve_key(None, {**env, "ZOF_API_KEY": ""}).header() == "Bearer zk_file"


def test_the_base_url_likewise(tmp_path: Path) -> None:
    env = {
        **_profiles(tmp_path, '[default]\nbase_url = "https://file.test/v1"'),
        "ZOF_BASE_URL": "https://env.test/v1",
    }
    assert resolve_base_url("https://argument.test/v1", env).text == "https://argument.test/v1"
    assert resolve_base_url(None, env).text == "https://env.test/v1"
    assert resolve_base_url(None, {**env, "ZOF_BASE_URL": ""}).text == "https://file.test/v1"
    assert resolve_base_url(None, {"HOME": str(tmp_path)}).text == "https://api.zof.ai/v1"


def test_a_named_profile(tmp_path: Path) -> None:
    env = _profiles(tmp_path, '[default]\napi_key = "a"\n[ci]\napi_key = "zk_ci"')
    assert resolve_key(None, {**env, "ZOF_PROFILE": "ci"}).header() == "Bearer zk_ci"
    with pytest.raises(ZofValidationError, match=r"no table \[other\]"):
        load_profile({**env, "ZOF_PROFILE": "other"})


def test_a_profile_in_the_home(tmp_path: Path) -> None:
    place = tmp_path / ".config" / "zof" / "profiles.toml"
    place.parent.mkdir(parents=True)
    place.write_text('[default]\napi_key = "zk_home"')
    place.chmod(0o600)
    assert resolve_key(None, {"HOME": str(tmp_path)}).header() == "Bearer zk_home"


def test_no_key_at_all(tmp_path: Path) -> None:
    with pytest.raises(ZofAuthenticationError) as caught:
        resolve_key(None, {"HOME": str(tmp_path)})
    assert str(caught.value).startswith("There is no API key. Set ZOF_API_KEY or give api_key=")
    assert caught.value.status is None


@pytest.mark.parametrize(
    ("text", "mode", "said"),
    [
        ('[default]\napi_key = "zk_secret"', 0o644, "chmod 600"),
        ('[default]\napi_key = "zk_secret', 0o600, "is not TOML"),
        ("[default]\napi_key = 5", 0o600, "of texts"),
        ('default = "zk_secret"', 0o600, "no table"),
        ('[default]\napi_key = "zk_secret"\nx = ' + "9" * 5000, 0o600, "is not TOML"),
        ('[default]\napi_key = "zk_secret"\nx = ' + "[" * 5000, 0o600, "is not TOML"),
    ],
)
def test_a_profile_that_cannot_be_used(tmp_path: Path, text: str, mode: int, said: str) -> None:
    with pytest.raises(ZofValidationError, match=said) as caught:
        load_profile(_profiles(tmp_path, text, mode))
    told = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    own = [frame for frame in told.stack if frame.filename != __file__]
    assert "zk_secret" not in f"{caught.value}{[frame.locals for frame in own]}"


def test_a_profile_file_that_was_named_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(ZofValidationError, match="cannot be read"):
        load_profile({"ZOF_PROFILES": str(tmp_path / "none.toml")})


def test_a_profile_file_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    for place in (tmp_path, tmp_path / "loop", tmp_path / ("n" * 5000)):
        with pytest.raises(ZofValidationError, match="cannot be read"):
            load_profile({"ZOF_PROFILES": str(place)})
    assert load_profile({"HOME": "/" + "n" * 5000}) == {}


def test_who_has_no_home_has_no_profile(monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", homeless)
    assert resolve_base_url(None, {}).text == "https://api.zof.ai/v1"
    with pytest.raises(ZofValidationError, match="cannot be read"):
        load_profile({"ZOF_PROFILE": "ci"})


@pytest.mark.parametrize("key", ["a b", "a\nb", "a\r\nX-Evil: 1", "ключ", "\x00"])
def test_a_key_that_no_header_can_hold(key: str) -> None:
    with pytest.raises(ZofAuthenticationError) as caught:
        ApiKey(key)
    assert key not in str(caught.value)


def test_spaces_around_a_key_are_dropped() -> None:
    assert ApiKey(" zk_1\n").header() == "Bearer zk_1"


def test_a_key_hides_itself() -> None:
    key = ApiKey("zk_secret")
    assert "zk_secret" not in f"{key!r}{key}"
    assert not hasattr(key, "__dict__")
    for dump in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="not pickled"):
            dump(key)


@pytest.mark.parametrize(
    ("text", "url", "host"),
    [
        ("https://api.zof.ai/v1", "https://api.zof.ai/v1", "api.zof.ai"),
        (" https://api.zof.ai/v1/ ", "https://api.zof.ai/v1", "api.zof.ai"),
        (
            "https://zof.example.com:8443/zof/v1",
            "https://zof.example.com:8443/zof/v1",
            "zof.example.com:8443",
        ),
        ("http://127.0.0.1:8000/v1", "http://127.0.0.1:8000/v1", "127.0.0.1:8000"),
        ("http://localhost:8000/v1", "http://localhost:8000/v1", "localhost:8000"),
        ("http://[::1]:8000/v1", "http://[::1]:8000/v1", "[::1]:8000"),
    ],
)
def test_base_urls(text: str, url: str, host: str) -> None:
    parsed = parse_base_url(text)
    assert (parsed.text, parsed.host) == (url, host)
    assert parsed.join("/runs") == f"{url}/runs"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("http://api.zof.ai/v1", "unencrypted"),
        ("http://10.0.0.5/v1", "unencrypted"),
        ("http://127.0.0.1.evil.test/v1", "unencrypted"),
        ("http://2130706433/v1", "unencrypted"),
        ("https://user:pass@api.zof.ai/v1", "must not hold"),
        ("https://api.zof.ai/v1?x=1", "must not hold"),
        ("https://api.zof.ai/v1#x", "must not hold"),
        ("ftp://api.zof.ai", "is no URL"),
        ("api.zof.ai/v1", "is no URL"),
        ("https://", "is no URL"),
        ("https://api.zof.ai:99999/v1", "is no URL"),
        ("https://[::1/v1", "is no URL"),
        ("https://api zof.ai/v1", "is no URL"),
        ("https://api..zof.ai/v1", "is no URL"),
        ("https://.zof.ai/v1", "is no URL"),
        (f"https://{'a' * 64}.ai/v1", "is no URL"),
        ("https://api,zof.ai/v1", "is no URL"),
    ],
)
def test_base_urls_that_are_refused(text: str, said: str) -> None:
    with pytest.raises(ZofValidationError, match=said) as caught:
        parse_base_url(text)
    assert caught.value.param == "base_url"
    assert "pass" not in caught.value.message.replace("password", "")


@pytest.mark.parametrize("base_url", [5, 1.5, b"https://api.zof.ai/v1", ["https://api.zof.ai/v1"]])
def test_a_base_url_is_text(base_url: Any) -> None:
    with pytest.raises(ZofValidationError, match="base_url must be text"):
        resolve_base_url(base_url, {})


@given(st.text())
def test_no_text_breaks_the_parsing(text: str) -> None:
    try:
        parsed = parse_base_url(text)
    except ZofApiError:
        return
    assert parsed.scheme == "https" or is_loopback(parsed.host.rsplit(":", 1)[0])
