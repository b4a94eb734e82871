import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notebook_ext.form_model import FormValue
from notebook_ext.magic_line import (
    MEANING,
    USAGE,
    Line,
    LineError,
    completions,
    limit_wanted,
    lines_of,
    parse,
    plot_wanted,
    run_wanted,
    status_wanted,
)
from zof_core.catalogue import Catalogue, CatalogueProject, CatalogueSuite

CATALOGUE = Catalogue(
    projects=[
        CatalogueProject(
            id="proj_abc",
            environments=["staging", "production"],
            suites=[CatalogueSuite(id="suite_pr_smoke")],
        )
    ]
)


def test_a_suite_and_cases_are_understood() -> None:
    assert run_wanted(parse("run proj_abc staging suite_pr_smoke")) == FormValue(
        "proj_abc", "staging", "suite_pr_smoke"
    )
    line = parse("run proj_abc 'my staging' --cases tc_1,tc_2, --confirm=x")
    assert run_wanted(line) == FormValue("proj_abc", "my staging", "", ("tc_1", "tc_2"))
    assert line.option("--confirm") == "x"


def test_help_says_what_each_command_does() -> None:
    assert set(MEANING) == set(USAGE)


def test_an_empty_line_asks_for_help() -> None:
    assert parse("  ") == Line("help")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("rum a b c", 'Did you mean "run"?'),
        (
            "zzzz",
            "There are: run, status, runs, cancel, results, compare, artifacts, logs, plot, home, explore, freeze, "
            "help.",
        ),
        ("run a b 'c", "quotation mark is not closed"),
        ("run a b c d", '"d" is too much'),
        ("run a b c --fast", '"--fast" is no option here'),
        ("run a b --cases", "--cases needs a value"),
        ("run a b c --api-key=zof_secret", "A key never belongs into a cell"),
        ("status a b", '"b" is too much'),
        ("freeze a", '"a" is too much'),
    ],
)
def test_what_is_wrong_is_one_sentence(text: str, words: str) -> None:
    with pytest.raises(LineError) as caught:
        parse(text)
    assert words in str(caught.value)
    assert "zof_secret" not in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("run", "PROJECT is missing"),
        ("run a", "ENVIRONMENT is missing"),
        ("run a b", "SUITE is missing"),
        ("run a b c --cases d", "Name a suite or cases, not both."),
    ],
)
def test_what_a_run_lacks_is_named(text: str, words: str) -> None:
    with pytest.raises(LineError, match=words):
        run_wanted(parse(text))


@pytest.mark.parametrize(("option", "limit"), [("", 10), ("--limit 3", 3), ("--limit=100", 100)])
def test_limits(option: str, limit: int) -> None:
    assert limit_wanted(parse(f"runs proj_abc {option}")) == limit


@pytest.mark.parametrize("value", ["0", "101", "x", "-1", "²"])
def test_limits_that_are_none(value: str) -> None:
    with pytest.raises(LineError, match="is no number from 1 to 100"):
        limit_wanted(parse(f"runs --limit={value}"))


@given(st.text())
def test_any_line_is_understood_or_refused(text: str) -> None:
    with contextlib.suppress(LineError):
        assert parse(text).verb in USAGE


@pytest.mark.parametrize(
    ("before", "offered"),
    [
        (
            "",
            [
                "run",
                "status",
                "runs",
                "cancel",
                "results",
                "compare",
                "artifacts",
                "logs",
                "plot",
                "home",
                "explore",
                "freeze",
                "help",
            ],
        ),
        ("ru", ["run", "runs"]),
        ("run ", ["proj_abc"]),
        ("run proj_abc ", ["staging", "production"]),
        ("run proj_abc prod", ["production"]),
        ("run proj_abc staging suite", ["suite_pr_smoke"]),
        ("run proj_abc production suite_pr_smoke --confirm ", ["production"]),
        ("run other ", []),
        ("status ", ["run_2", "run_1"]),
        ("nonsense ", []),
        ("home ", ["proj_abc"]),
        ("home proj_abc ", []),
        ("explore ", ["proj_abc"]),
        ("results ", ["run_2", "run_1", "--status"]),
        ("results run_2 --status f", ["failed"]),
        ("logs run_2 ", ["--limit"]),
        ("compare run_2 ", ["run_1"]),
        ("compare run_2 run_1 ", []),
        ("plot ", ["pass-rate", "durations", "failures", "coverage"]),
        ("plot pass-rate ", ["proj_abc"]),
        ("plot pass-rate proj_abc ", []),
    ],
)
def test_completion_knows_the_place(before: str, offered: list[str]) -> None:
    assert completions(before, CATALOGUE, ["run_2", "run_1"]) == offered


def test_a_status_is_one_that_results_have() -> None:
    assert status_wanted(parse("results run_1 --status failed")) == "failed"
    assert status_wanted(parse("results")) is None
    with pytest.raises(LineError, match='Did you mean "failed"'):
        status_wanted(parse("results run_1 --status faild"))


def test_a_log_may_be_longer_than_a_list_of_runs() -> None:
    assert limit_wanted(parse("logs run_1 --limit 20000"), 20_000, 20_000) == 20_000
    with pytest.raises(LineError, match="no number from 1 to 20000"):
        limit_wanted(parse("logs run_1 --limit 20001"), 20_000, 20_000)


def test_a_plot_is_one_there_is() -> None:
    assert plot_wanted(parse("plot failures proj_abc")) == ("failures", "proj_abc")
    assert plot_wanted(parse("plot coverage")) == ("coverage", None)
    with pytest.raises(LineError, match='Did you mean "failures"'):
        plot_wanted(parse("plot failure"))
    with pytest.raises(LineError, match="kind of plot is missing"):
        plot_wanted(parse("plot"))


def test_an_option_that_is_none_is_answered_with_the_nearest() -> None:
    with pytest.raises(LineError, match=r'"--limits" is no option here\. Did you mean "--limit"\?'):
        parse("runs --limits 3")
    with pytest.raises(LineError, match="Usage: %zof cancel"):
        parse("cancel --all")


def test_the_lines_of_a_cell_are_its_commands() -> None:
    assert lines_of("\n  runs\n\n# no\nstatus run_1  \n") == ["runs", "status run_1"]
