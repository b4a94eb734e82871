"""Settings from the environment."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from slack_bot.errors import SettingsError
from slack_bot.settings import BotSettings, Timing, Transport

ENVIRON = {
    "SLACK_BOT_TOKEN": "xoxb-secret-token",
    "SLACK_SIGNING_SECRET": "signing-secret",
    "ZOF_API_KEY": "zof-secret-key",
    "ZOFOPS_CONFIG": "/etc/zofops.toml",
}


def test_defaults_are_slacks_and_zofs_own() -> None:
    settings = BotSettings.from_env(ENVIRON)
    assert settings.slack_base_url == "https://slack.com/api/"
    assert settings.zof_base_url == "https://api.zof.ai/v1"
    assert settings.store_path == Path("zofops.sqlite")
    assert settings.config_path == Path("/etc/zofops.toml")
    assert settings.zof_api_key.get_secret_value() == "zof-secret-key"


def test_stand_ins_on_this_machine_and_other_intervals() -> None:
    more = {
        "SLACK_BASE_URL": "http://127.0.0.1:99/api/",
        "ZOF_BASE_URL": "http://localhost:98/v1",
        "ZOFOPS_STORE": "/x.db",
    }
    settings = BotSettings.from_env(ENVIRON | more, timing=Timing(poll_first=1))
    assert settings.slack_base_url == more["SLACK_BASE_URL"]
    assert settings.store_path == Path("/x.db")
    assert settings.timing.poll_first == 1


def test_secrets_are_not_shown() -> None:
    shown = repr(BotSettings.from_env(ENVIRON)) + str(BotSettings.from_env(ENVIRON))
    for secret in ("xoxb-secret-token", "signing-secret", "zof-secret-key"):
        assert secret not in shown


def test_everything_that_is_missing_is_named_with_where_to_get_it() -> None:
    with pytest.raises(SettingsError) as caught:
        BotSettings.from_env({"SLACK_BOT_TOKEN": " ", "ZOFOPS_CONFIG": "x"})
    text = str(caught.value)
    for name in ("SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "ZOF_API_KEY"):
        assert name in text
    assert "ZOFOPS_CONFIG" not in text
    assert "Admin Center → Developer → API keys" in text


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("SLACK_BASE_URL", "slack.com/api", "is not an http or https URL"),
        ("ZOF_BASE_URL", "http://api.zof.ai/v1", "unencrypted"),
        ("ZOF_BASE_URL", "https://me:hush@api.zof.ai/v1", "must not carry a user name"),
    ],
)
def test_a_malformed_url_is_named(name: str, value: str, says: str) -> None:
    with pytest.raises(SettingsError) as caught:
        BotSettings.from_env(ENVIRON | {name: value})
    assert str(caught.value).startswith(f"{name}: ")
    assert says in str(caught.value)
    assert "hush" not in str(caught.value)


def test_webhook_secrets_are_read_and_need_each_other() -> None:
    settings = BotSettings.from_env(
        {**ENVIRON, "ZOF_WEBHOOK_SECRET": "a", "ZOF_WEBHOOK_SECRET_PREVIOUS": "b"}
    )
    assert settings.zof_webhooks is not None
    assert settings.zof_webhooks.values() == ("a", "b")
    assert "'a'" not in repr(settings)
    assert BotSettings.from_env(ENVIRON).zof_webhooks is None
    with pytest.raises(SettingsError, match="ZOF_WEBHOOK_SECRET_PREVIOUS is set without ZOF_WEBHOOK_SECRET"):
        BotSettings.from_env({**ENVIRON, "ZOF_WEBHOOK_SECRET_PREVIOUS": "b"})


def test_an_app_token_means_sockets_and_asks_for_no_signing_secret() -> None:
    environ = {name: value for name, value in ENVIRON.items() if name != "SLACK_SIGNING_SECRET"}
    settings = BotSettings.from_env(environ | {"SLACK_APP_TOKEN": "xapp-secret"})
    assert settings.transport is Transport.SOCKET
    assert settings.slack_signing_secret is None
    assert "xapp-secret" not in repr(settings)
    assert BotSettings.from_env(ENVIRON).transport is Transport.HTTP
    both = ENVIRON | {"SLACK_APP_TOKEN": "xapp-secret"}
    assert BotSettings.from_env(both, transport=Transport.HTTP).transport is Transport.HTTP


def test_with_nothing_set_both_ways_to_slack_are_named() -> None:
    with pytest.raises(SettingsError) as caught:
        BotSettings.from_env({})
    text = str(caught.value)
    for name in (
        "SLACK_BOT_TOKEN",
        "SLACK_APP_TOKEN",
        "SLACK_SIGNING_SECRET",
        "ZOF_API_KEY",
        "ZOFOPS_CONFIG",
    ):
        assert text.count(name) == 1
    assert "or, for requests over HTTP instead of sockets, SLACK_SIGNING_SECRET" in text
    with pytest.raises(SettingsError) as caught:
        BotSettings.from_env({}, transport=Transport.HTTP)
    assert "SLACK_APP_TOKEN" not in str(caught.value)
    assert "SLACK_SIGNING_SECRET" in str(caught.value)


def test_rules_in_the_working_directory_need_not_be_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environ = {name: value for name, value in ENVIRON.items() if name != "ZOFOPS_CONFIG"}
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SettingsError, match="ZOFOPS_CONFIG"):
        BotSettings.from_env(environ)
    (tmp_path / "zofops.toml").touch()
    assert BotSettings.from_env(environ).config_path == Path("zofops.toml")
    assert BotSettings.from_env(ENVIRON).config_path == Path("/etc/zofops.toml")


@pytest.mark.parametrize(
    ("transport", "named"),
    [(Transport.HTTP, "SLACK_SIGNING_SECRET"), (Transport.SOCKET, "SLACK_APP_TOKEN")],
)
def test_what_a_transport_needs_is_named(transport: Transport, named: str) -> None:
    environ = {
        name: value
        for name, value in ENVIRON.items()
        if name not in {"SLACK_SIGNING_SECRET", "SLACK_APP_TOKEN"}
    }
    with pytest.raises(SettingsError, match=named):
        BotSettings.from_env(environ, transport=transport)
    with pytest.raises(ValueError, match=named.lower()):
        BotSettings(
            slack_bot_token=SecretStr("t"),
            zof_api_key=SecretStr("k"),
            config_path=Path("x"),
            transport=transport,
        )
