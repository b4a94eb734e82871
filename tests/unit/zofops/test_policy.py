"""`zofops policy`: what it takes, and what it says."""

from __future__ import annotations

from pathlib import Path

import pytest

from zofops.cli import main

RULES = """
[people]
U02DANA = { name = "Dana Ruiz" }
U03SAM = { name = "Sam Okafor" }
U04SAM = { name = "Sam Weiss" }

[[allow]]
name = "first"
channels = ["C0RELEASES"]
verbs = ["run", "cancel"]
projects = ["proj"]
environments = ["staging"]
people = ["*"]

[[deny]]
name = "frozen"
environments = ["staging"]
suites = ["slow"]

[[allow]]
name = "second"
channels = ["C0RELEASES"]
verbs = ["run"]
projects = ["proj"]
environments = ["staging"]
people = ["U02DANA"]
"""


@pytest.fixture
def rules(tmp_path: Path) -> str:
    path = tmp_path / "zofops.toml"
    path.write_text(RULES, "utf-8")
    return str(path)


def test_a_valid_file_is_counted(rules: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["policy", "check", "--config", rules]) == 0
    assert capsys.readouterr().out == "Valid. allow: 2, deny: 1, people: 3, groups: 0, projects: 0.\n"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["U02DANA", "C0RELEASES", "fly"], '"fly" is not a verb of the rules; those are run, rerun, cancel,'),
        (
            ["nobody", "C0RELEASES", "run"],
            '"nobody" is neither a Slack user id (U…) nor the name of one person',
        ),
        (["Sam", "C0RELEASES", "run"], '"Sam" is neither'),
        (["U02DANA", "#releases", "run"], '"#releases" is no Slack channel id (C…)'),
    ],
)
def test_what_is_no_question_is_refused_in_one_sentence(
    words: list[str], says: str, rules: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["policy", "explain", *words, "proj", "staging", "smoke", "--config", rules]) == 2
    out, err = capsys.readouterr()
    assert says in err
    assert (out, err.count("\n")) == ("", 1)


@pytest.mark.parametrize("who", ["U02DANA", "Dana Ruiz", "dana"])
def test_an_allow_decides_before_the_ones_after_it(
    who: str, rules: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["policy", "explain", who, "C0RELEASES", "run", "proj", "staging", "smoke", "--config", rules]
    assert main(words) == 0
    assert capsys.readouterr().out.splitlines() == [
        "Allowed by the rule “first” (line 7).",
        "deny “frozen” (line 15) does not hold: suite.",
        "allow “second” (line 20) would allow it too, but stands after the one that decides.",
    ]


def test_a_deny_wins_wherever_it_stands_and_reasons_come_in_the_order_of_the_file(
    rules: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["policy", "explain", "Sam Okafor", "C0RELEASES", "run", "proj", "staging", "slow"]
    assert main([*words, "--config", rules]) == 2
    assert capsys.readouterr().out.splitlines() == [
        "Denied by the rule “frozen” (line 15).",
        "allow “first” (line 7) would allow it, but a deny wins over every allow.",
        "allow “second” (line 20) does not hold: people.",
    ]
