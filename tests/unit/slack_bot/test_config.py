"""`zofops.toml`, read strictly."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import pytest

from slack_bot.config import VERBS, AllowRule, load_config
from slack_bot.demands import Confirm, Limit, Requirement
from slack_bot.errors import ConfigError
from slack_bot.views.form import run_form

RULE = """
[[allow]]
channels = ["C0RELEASES"]
verbs = ["run"]
projects = ["proj_abc"]
environments = ["staging"]
people = ["*"]
"""


def load(tmp_path: Path, text: str):
    path = tmp_path / "zofops.toml"
    path.write_text(textwrap.dedent(text), "utf-8")
    return load_config(path)


def test_the_example_is_valid() -> None:
    config = load_config(Path(__file__).parents[3] / "examples" / "zofops.toml")
    assert config.policy.people["U02DANA"].roles == ("qa-lead",)
    assert config.policy.allow[0].name.startswith("staging for everyone")
    assert config.policy.allow[0].suites == ("*",)
    assert [suite.id for suite in config.catalogue.projects[0].suites] == [
        "suite_pr_smoke",
        "suite_regression",
    ]


def test_the_example_shows_all_there_is_and_is_valid_without_its_comment_signs(tmp_path: Path) -> None:
    text = (Path(__file__).parents[3] / "examples" / "zofops.toml").read_text("utf-8")
    policy = load(tmp_path, re.sub(r"^# (?=\[|[\w-]+ = )", "", text, flags=re.MULTILINE)).policy
    assert policy.confirm == Confirm(environments=("production",), minutes=5)
    assert policy.limits.person == Limit(runs=10, minutes=10)
    assert policy.limits.channel == Limit(runs=60, minutes=60)
    assert policy.groups == {"release-managers": ("S0RELMAN",)}
    assert policy.remediation is not None
    [demanding] = [rule for rule in policy.allow if rule.requires]
    assert demanding.requires == Requirement(
        suite="suite_pr_smoke", environment="staging", passed_within=4 * 3600.0
    )
    assert demanding.shared
    assert [rule.when.text for rule in policy.deny if rule.when] == [
        "Fri 16:00 - Mon 08:00 Europe/Berlin",
        "2026-12-23 12:00 - 2027-01-04 08:00 Europe/Berlin",
    ]
    assert policy.people["U02DANA"].email == "dana@example.com"
    shown = {key for rule in (*policy.allow, *policy.deny) for key in rule.model_fields_set}
    assert shown | {"line"} == {*AllowRule.model_fields}


def test_the_readmes_file_is_valid_and_opens_the_form(tmp_path: Path) -> None:
    readme = (Path(__file__).parents[3] / "README.md").read_text("utf-8")
    [block] = re.findall(r"^ *```toml\n(.*?)^ *```$", readme, re.DOTALL | re.MULTILINE)
    config = load(tmp_path, block)
    assert [rule.name for rule in config.policy.allow] == ["releases may run staging"]
    assert run_form(config.catalogue, channel="C0RELEASES") is not None


def test_rules_without_a_name_are_numbered(tmp_path: Path) -> None:
    config = load(tmp_path, RULE + RULE + "[[deny]]\nenvironments = ['production']\n")
    assert [rule.name for rule in config.policy.allow] == ["allow #1", "allow #2"]
    assert config.policy.deny[0].name == "deny #1"
    assert config.policy.deny[0].verbs == VERBS


def test_an_empty_file_allows_nothing(tmp_path: Path) -> None:
    assert load(tmp_path, "").policy.allow == ()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (RULE + "approvals = 2\n", ["[[allow]] #1", "`approvals` needs `approvers`"]),
        (RULE + 'approvers = ["*"]\n', ["[[allow]] #1", "`approvers` needs `approvals`"]),
        (
            RULE + 'approvals = -1\napprovers = ["*"]\n',
            ["[[allow]] #1 `approvals`", "greater than or equal to 0"],
        ),
        (
            RULE + 'approvals = 1\napprovers = ["role:sre"]\n',
            ["'allow #1' `people`", "nobody in [people] has 'role:sre'"],
        ),
        ("[[deny]]\napprovals = 1\n", ["[[deny]] #1 `approvals`", "not permitted"]),
        (RULE + 'requires = { suite = "s" }\n', ["[[allow]] #1", "`requires.environment`", "required"]),
        (
            '[[deny]]\nenvironments = ["production"]\nwhen = "at night"\n',
            ["[[deny]] #1 `when`", "'at night' is not a window"],
        ),
        ("[[deny]]\nwhen = 3\n", ["[[deny]] #1 `when`", "'3' is not a window"]),
        (RULE + 'when = "Fri 16:00 - Mon 08:00 UTC"\n', ["[[allow]] #1", "`when` belongs to [[deny]]"]),
        (
            RULE.replace('people = ["*"]', 'people = ["group:release-managers"]'),
            ["`people`", "[groups] lists no 'group:release-managers'"],
        ),
        (
            RULE.replace('"C0RELEASES"', '"#releases"'),
            ["[[allow]] #1 `channels`", "'#releases' is not a channel id"],
        ),
        (RULE.replace('"C0RELEASES"', '"*"'), ["[[allow]] #1", "lists each channel by its id"]),
        (RULE.replace('"run"', '"deploy"'), ["[[allow]] #1 `verbs`", "'deploy' is not a verb", "run, rerun"]),
        (RULE.replace('["staging"]', "[]"), ["[[allow]] #1 `environments`", "is empty"]),
        (RULE.replace('people = ["*"]', 'people = ["dana"]'), ["`people`", "'dana' is neither a user id"]),
        (RULE.replace('people = ["*"]\n', ""), ["[[allow]] #1 `people`", "Field required"]),
        (RULE + 'chanels = ["C0X"]\n', ["[[allow]] #1 `chanels`", "not permitted"]),
        (RULE + 'reason = "x"\n', ["[[allow]] #1", "`reason` belongs to [[deny]]"]),
        (RULE + 'name = "x"\n' + RULE + 'name = "x"\n', ["two rules are called 'x'"]),
        ('[people]\ndana = { name = "Dana" }\n', ["[people] `dana", "is not a user id"]),
        ('[people]\nU02DANA = { roles = ["x"] }\n', ["[people] `U02DANA.name`", "Field required"]),
        ("[alow]\n", ["`alow`", "not permitted"]),
        ("allow = 3\n", ["`allow`"]),
        ("[[allow]\n", ["not valid TOML"]),
        ("a = " + "[" * 5000, ["not valid TOML"]),
        (RULE.replace('"proj_abc"', '"proj_*"'), ["[[allow]] #1 `projects`", "'proj_*' is a pattern"]),
        ('[[deny]]\nenvironments = ["prod?"]\n', ["[[deny]] #1 `environments`", "'prod?' is a pattern"]),
        (
            '[people]\nU02DANA = { name = "Dana", roles = ["qa-lead"] }\n'
            '[[deny]]\npeople = ["role:qa-led"]\n',
            ["'deny #1' `people`", "nobody in [people] has 'role:qa-led'", "Did you mean 'role:qa-lead'?"],
        ),
        ("[groups]\nx = ['y']\n", ["[groups] `x", "'y' is not the id of a Slack user group"]),
        ("[known]\n", ["`known`", "not permitted"]),
        ("[limits]\nperson = { runs = 0, minutes = 1 }\n", ["[limits] `person.runs`"]),
        ('[remediation]\nchannel = "#x"\n', ["[remediation] `channel`", "not a channel id"]),
        ("[confirm]\nenvironments = ['prod*']\n", ["[confirm] `environments", "one whole name"]),
        ('[[catalogue.projects]]\nname = "x"\n', ["catalogue.projects", "id"]),
    ],
)
def test_a_problem_names_file_table_and_key(tmp_path: Path, text: str, says: list[str]) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, text)
    sentence = str(caught.value)
    assert "zofops.toml" in sentence
    for part in says:
        assert part in sentence, sentence


def test_a_missing_file_says_what_to_set(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.toml.*ZOFOPS_CONFIG"):
        load_config(tmp_path / "nowhere.toml")
