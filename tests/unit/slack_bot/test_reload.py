"""The policy file changes under a running bot."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from slack_bot.errors import ConfigError
from slack_bot.reload import ConfigFile

RULE = """
[[allow]]
name = "{name}"
channels = ["C0RELEASES"]
verbs = ["run"]
projects = ["proj_abc"]
environments = ["staging"]
people = ["*"]
"""


def test_new_rules_hold_and_a_broken_file_changes_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "zofops.toml"
    path.write_text(RULE.format(name="first"), "utf-8")
    rules = ConfigFile(path)

    def names() -> list[str]:
        return [rule.name for rule in rules.current().policy.allow]

    first = rules.current()
    assert rules.current() is first, "an unchanged file is not read again"
    path.write_text(RULE.format(name="second rule"), "utf-8")
    assert names() == ["second rule"]
    with caplog.at_level(logging.ERROR):
        path.write_text("[[allow]\n", "utf-8")
        assert names() == names() == ["second rule"]
        path.unlink()
        assert names() == ["second rule"]
    assert [record.levelname for record in caplog.records] == ["ERROR", "ERROR"], "each is said once"
    assert "not valid TOML" in caplog.text
    path.write_text(RULE.format(name="third"), "utf-8")
    assert names() == ["third"]


def test_a_file_that_is_broken_at_the_start_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        ConfigFile(tmp_path / "nowhere.toml")
