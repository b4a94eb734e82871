"""The grammar of `/zof`."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slack_bot.grammar import (
    MAX_TEXT,
    USAGE,
    Audit,
    Can,
    Cancel,
    Command,
    Help,
    Home,
    Logs,
    OpenForm,
    Rerun,
    Run,
    Runs,
    Schedules,
    Status,
    Subscribe,
    Unsubscribe,
    Usage,
    Watch,
    WhoAmI,
    parse,
)


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("", OpenForm()),
        ("   ", OpenForm()),
        ("run", OpenForm()),
        ("run proj_abc staging suite_pr_smoke", Run("proj_abc", "staging", "suite_pr_smoke")),
        ("  RUN\tproj_abc  staging suite_pr_smoke ", Run("proj_abc", "staging", "suite_pr_smoke")),
        ('run proj_abc "pre production" suite', Run("proj_abc", "pre production", "suite")),
        ("run proj_abc “pre production” suite", Run("proj_abc", "pre production", "suite")),
        ("run p e --cases tc_1,tc_2", Run("p", "e", None, ("tc_1", "tc_2"))),
        ("run p e --cases=tc_1,tc_2", Run("p", "e", None, ("tc_1", "tc_2"))),
        ("run p e --cases tc_1 , tc_2", Run("p", "e", None, ("tc_1", "tc_2"))),
        ("run p e —cases tc_1", Run("p", "e", None, ("tc_1",))),
        ("run --cases tc_1 p e", Run("p", "e", None, ("tc_1",))),
        ("run p e s --cases tc_1", Run("p", "e", "s", ("tc_1",))),
        ("run a&amp;b e s", Run("a&b", "e", "s")),
        ('run p e "--cases"', Run("p", "e", "--cases")),
        ("run proj_abc", OpenForm("proj_abc")),
        ("run proj_abc staging", OpenForm("proj_abc", "staging")),
        ("status run_1", Status("run_1")),
        ("runs", Runs()),
        ("runs proj_abc staging", Runs("proj_abc", "staging")),
        ("runs failed mine proj_abc", Runs("proj_abc", status="failed", mine=True)),
        ("runs --status cancelled —mine", Runs(status="canceled", mine=True)),
        ("runs --status=error p", Runs("p", status="error")),
        ("watch run_1", Watch("run_1")),
        ("logs run_1 'test bad'", Logs("run_1", "test bad")),
        ("schedules", Schedules()),
        ("schedules p", Schedules("p")),
        ("home", Home()),
        ("subscribe p", Subscribe("p")),
        ("unsubscribe", Unsubscribe()),
        ("unsubscribe p", Unsubscribe("p")),
        ("cancel run_1", Cancel("run_1")),
        ("rerun run_1", Rerun("run_1")),
        ("rerun run_1 --failed", Rerun("run_1", failed=True)),
        ("rerun —failed run_1", Rerun("run_1", failed=True)),
        (
            "can <@U02DANA|dana> RUN proj_abc production suite_1",
            Can("U02DANA", "run", "proj_abc", "production", "suite_1"),
        ),
        ("can &lt;@U02DANA&gt; cancel", Can("U02DANA", "cancel")),
        ("can 'Dana Ruiz' run p e", Can("Dana Ruiz", "run", "p", "e")),
        ("whoami", WhoAmI()),
        ("audit", Audit()),
        ("help", Help()),
        ("help me please", Help()),
    ],
)
def test_reads(text: str, command: Command) -> None:
    assert parse(text) == command


@pytest.mark.parametrize(
    ("text", "says", "usage"),
    [
        ("run p e --cases", "--cases needs the ids", "/zof run PROJECT ENVIRONMENT --cases CASE,CASE"),
        ("run p --cases x", "an environment must be named", "/zof run PROJECT ENVIRONMENT --cases CASE,CASE"),
        ("runs a b c", "'c' is one word too many", USAGE["runs"]),
        ("runs --status gone", "'gone' is no status of a run", USAGE["runs"]),
        ("runs --status", "--status needs one of queued", USAGE["runs"]),
        ("logs run_1", "takes a run id and a case", USAGE["logs"]),
        ("watch", "needs the id of a run", USAGE["watch"]),
        ("subscribe", "needs a project", USAGE["subscribe"]),
        ("schedules a b", "takes one project", USAGE["schedules"]),
        ("home --mine", "--mine belongs to runs", USAGE["runs"]),
        ("run p e s t", "'t' is one word too many", "/zof run PROJECT ENVIRONMENT SUITE"),
        ("run p e --suite x", "'--suite' is not an option", "/zof run PROJECT ENVIRONMENT SUITE"),
        ("status", "needs the id of a run", "/zof status RUN"),
        ("cancel a b", "takes one run id", "/zof cancel RUN"),
        ("rerun", "needs the id of a run", "/zof rerun RUN [--failed]"),
        ("run p e s --failed", "--failed belongs to rerun", "/zof rerun RUN [--failed]"),
        ("--failed", "nothing to do with them", "/zof rerun RUN [--failed]"),
        ("can dana", "takes a person and a verb", "/zof can PERSON VERB PROJECT ENVIRONMENT SUITE"),
        ("statsu run_1", "Did you mean 'status'?", "/zof status RUN"),
        ("deploy", "run, runs, rerun, status, watch, logs, cancel,", "/zof help"),
        (
            "status run_1 --cases x",
            "--cases belongs to run",
            "/zof run PROJECT ENVIRONMENT --cases CASE,CASE",
        ),
        ("--cases x", "nothing to do with them", "/zof run PROJECT ENVIRONMENT --cases CASE,CASE"),
        ("x" * (MAX_TEXT + 1), "4001 characters", "/zof help"),
    ],
)
def test_says_what_is_wrong_and_what_to_type(text: str, says: str, usage: str) -> None:
    command = parse(text)
    assert isinstance(command, Usage)
    assert says in command.problem
    assert command.usage == usage


@given(st.text())
def test_every_text_gives_a_command(text: str) -> None:
    command = parse(text)
    if isinstance(command, Usage):
        assert command.problem
        assert command.usage.startswith("/zof")


@given(
    st.lists(
        st.sampled_from(["run", "status", "--cases", "a", "b,c", '"', "'", "–cases=x", "&lt;", "\u00a0", ","])
    )
)
def test_every_arrangement_of_its_own_words_gives_a_command(words: list[str]) -> None:
    assert parse(" ".join(words)) is not None


_WORD = st.from_regex(r"[A-Za-z0-9_.:][A-Za-z0-9_.:-]{0,20}", fullmatch=True)


@given(_WORD, _WORD, _WORD)
def test_plain_words_come_through_unchanged(project: str, environment: str, suite: str) -> None:
    assert parse(f"run {project} {environment} {suite}") == Run(project, environment, suite)
