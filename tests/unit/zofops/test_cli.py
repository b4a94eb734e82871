import sys

import pytest

from zofops.cli import main


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
    assert "ZOF_API_KEY" in capsys.readouterr().err


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


@pytest.mark.parametrize(
    "words", [[], ["run"], ["wait"], ["bot"], ["demo"], ["audit"], ["local"], ["local", "platform"]]
)
def test_help_fits_a_terminal(
    words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    with pytest.raises(SystemExit) as ended:
        main([*words, "--help"])
    assert ended.value.code == 0
    assert max(map(len, capsys.readouterr().out.splitlines())) <= 100
