import argparse
import sys
from collections.abc import Iterator

import pytest

from zofops.arguments import parser
from zofops.cli import main
from zofops.usage import Parser


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["nonsense"],
        ["run"],
        ["run", "proj_abc"],
        ["local"],
        ["bot", "--port", "70000"],
        ["demo", "--timeout", "-1"],
        ["demo", "--timeout", "nan"],
    ],
)
def test_bad_usage_is_2_and_says_how_it_is_used(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    assert "usage: zofops" in capsys.readouterr().err


def test_a_manifest_of_neither_kind_says_what_to_choose(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["manifest"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("zofops manifest: Say how Slack's requests come in: --socket for an app")
    assert "usage" not in said


def test_a_missing_extra_is_named_with_the_line_that_installs_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for module in [name for name in sys.modules if name.partition(".")[0] == "slack_bot"]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.delitem(sys.modules, "zofops.commands.bot", raising=False)
    monkeypatch.setitem(sys.modules, "slack_bolt", None)
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    assert main(["bot"]) == 2
    assert "pip install 'zof-chatops[slack]'" in capsys.readouterr().err


def test_a_run_without_a_key_says_where_keys_come_from(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("ZOF_API_KEY", raising=False)
    assert main(["run", "proj_abc", "staging", "suite_pr_smoke"]) == 2
    said = capsys.readouterr().err
    assert "Set ZOF_API_KEY, or api_key in a profile" in said
    assert "api_key=" not in said


@pytest.mark.parametrize(
    ("words", "usage"),
    [
        (["help"], "zofops"),
        (["help", "run"], "zofops run"),
        (["help", "audit", "verify"], "zofops audit verify"),
    ],
)
def test_help_is_a_word_as_well_as_an_option(
    words: list[str], usage: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith(f"usage: {usage} [-h]")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["runn"], 'zofops: There is no command "runn". Did you mean "run"? See: zofops --help'),
        (["frobnicate"], 'zofops: There is no command "frobnicate". There are: demo, run, wait, bot,'),
        (["local", "slak"], 'zofops local: There is no service "slak".'),
        (["run", "a"], "zofops run: ENVIRONMENT is missing. See: zofops run --help"),
        (["run"], "zofops run: PROJECT and ENVIRONMENT are missing."),
        (["run", "a", "b", "c", "d"], 'zofops run: "d" is too much.'),
        (["run", "a", "b", "c", "--timout", "3"], 'There is no option "--timout". Did you mean "--timeout"?'),
        (["run", "a", "b", "c", "--timeout", "x"], '--timeout: "x" is not a number of seconds above 0.'),
        ([], "zofops: COMMAND is missing."),
    ],
)
def test_bad_usage_ends_with_what_to_type_instead(
    words: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(words)
    assert says in capsys.readouterr().err.splitlines()[-1]


def every_parser(one: Parser) -> Iterator[Parser]:
    yield one
    for action in one._actions:
        if isinstance(action, argparse._SubParsersAction):
            for child in action.choices.values():
                yield from every_parser(child)


@pytest.mark.parametrize("one", list(every_parser(parser())), ids=lambda one: one.prog)
def test_each_command_says_what_it_does_and_fits_a_terminal(
    one: Parser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "90")
    assert one.description
    assert one.description.endswith(".")
    assert max(map(len, one.format_help().splitlines())) <= 90


def test_what_doctor_says_of_settings_is_not_about_the_bots_end() -> None:
    helps = {one.prog: one.format_help() for one in every_parser(parser())}
    assert "SLACK_BOT_TOKEN" in helps["zofops doctor"]
    assert "Ctrl-C" not in helps["zofops doctor"]
    assert "Ctrl-C" in helps["zofops bot"]
