"""`zofops run` and `zofops wait` on a Zof in memory."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from zof_core.testing import FakeZof
from zofops.cli import main
from zofops.commands import run as command

pytest_plugins = ["zof_core.testing.plugin"]

SUITE = ["run", "proj_abc", "staging", "suite_1"]


@pytest.fixture(autouse=True)
def _on_the_fake(fake_zof: FakeZof, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "ZofClient", fake_zof.client)


def test_progress_end_failures_and_code(fake_zof: FakeZof, capsys: pytest.CaptureFixture[str]) -> None:
    fake_zof.runs_take(90, outcome="failed", passed=20, failed=11, error=1)
    assert main(SUITE) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("run_1")
    assert lines[1] == "Queued · 0 of 32 cases finished"
    assert "Failed · 20 passed, 11 failed, 1 error · 32 cases · took 1 min 30 s" in lines
    assert len([line for line in lines if line.startswith("  Failed ")]) == 10
    assert lines[-2] == "  and 2 more"
    assert lines[-1] == f"Open in Console: {fake_zof.base_url}/console/runs/run_1"


def test_waited_too_long_says_how_to_go_on(fake_zof: FakeZof, capsys: pytest.CaptureFixture[str]) -> None:
    fake_zof.runs_take(900, passed=3)
    assert main([*SUITE, "--timeout", "60"]) == 5
    said = capsys.readouterr().err
    assert (
        said
        == "zofops: it has not ended within 1 min 00 s. The run goes on. Follow it with: zofops wait run_1\n"
    )
    assert main(["wait", "run_1"]) == 0
    assert "Passed · 3 passed · 3 cases" in capsys.readouterr().out


def test_ctrl_c_stops_looking_not_the_run(
    fake_zof: FakeZof, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(_run: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "_show", interrupted)
    assert main(SUITE) == 130
    assert "zofops wait run_1" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["run", "proj_abc", "staging"], 2, "Name a suite (SUITE) or cases (--cases)."),
        ([*SUITE, "--cases", "a"], 2, "Name one of them: SUITE or --cases."),
        (["run", "proj abc", "staging", "s"], 2, 'PROJECT "proj abc" has a space in it.'),
        (["run", "proj_other", "staging", "s"], 2, "proj_other"),
        (["run", "proj_ab", "staging", "s"], 2, 'Did you mean "proj_abc"?'),
        (["run", "checkout", "staging", "s"], 2, 'Zof knows no project "checkout" here.'),
        (["run", "checkout", "staging", "s"], 2, 'There are: "proj_abc".'),
        ([*SUITE, "--idempotency-key", "a b"], 2, "--idempotency-key must be"),
        (["wait", "run 1"], 2, 'RUN "run 1" has a space in it.'),
        (["wait", "run_of_nobody"], 2, 'Zof knows no run "run_of_nobody" here.'),
    ],
)
def test_what_is_refused_says_why_in_the_words_that_were_typed(
    words: list[str], code: int, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == code
    said = capsys.readouterr().err
    assert says in said
    assert "test_suite_id" not in said


def test_a_key_that_was_used_for_another_request_is_2(
    fake_zof: FakeZof, capsys: pytest.CaptureFixture[str]
) -> None:
    key = ["--no-wait", "--idempotency-key", "release-7"]
    assert main([*SUITE, *key]) == 0
    assert main([*SUITE, *key]) == 0
    assert main(["run", "proj_abc", "production", "suite_1", *key]) == 2
    assert "was used for another request already, so nothing was started" in capsys.readouterr().err


@pytest.mark.parametrize(("status", "code"), [("passed", 0), ("failed", 1), ("error", 3), ("canceled", 4)])
def test_the_ends_code(fake_zof: FakeZof, status: str, code: int) -> None:
    fake_zof.runs_take(5, outcome=status, passed=1)
    assert main(SUITE) == code


def test_results_that_cannot_be_read_change_no_code(
    fake_zof: FakeZof, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    show: Callable[..., None] = command._show_failures

    def failing(zof: object, run: object) -> None:
        fake_zof.will_fail(403)
        show(zof, run)

    monkeypatch.setattr(command, "_show_failures", failing)
    fake_zof.runs_take(5, outcome="failed", failed=1)
    assert main(SUITE) == 1
    assert "could not be read" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (["proj_abc", "stagign", "suite_1"], "staging"),
        (["proj_abc", "staging", "suite_pr_smok"], "suite_pr_smoke"),
    ],
)
def test_names_of_the_catalogue_and_of_recent_runs_are_offered(
    words: list[str],
    meant: str,
    fake_zof: FakeZof,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main([*SUITE, "--no-wait"]) == 0
    config = tmp_path / "zofops.toml"
    config.write_text('[[catalogue.projects]]\nid = "proj_abc"\nsuites = [{ id = "suite_pr_smoke" }]\n')
    monkeypatch.setenv("ZOFOPS_CONFIG", str(config))
    fake_zof.will_fail(404)
    assert main(["run", *words]) == 2
    assert f'Did you mean "{meant}"?' in capsys.readouterr().err


def test_ctrl_c_before_an_answer_says_what_is_not_known(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "_create", interrupted)
    assert main(SUITE) == 130
    assert "whether a run was started" in capsys.readouterr().err
