"""`zofops demo --once`: the main job unattended, as a real process over real sockets."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path

import psutil
import pytest

from zofops.cli import main
from zofops.examples import example


def demo(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Runs it and sees to it that no process of it is left."""
    mark = f"demo-{os.urandom(8).hex()}"
    done = subprocess.run(
        [sys.executable, "-m", "zofops", "demo", *words],
        capture_output=True,
        text=True,
        timeout=100,
        cwd=cwd,
        env=os.environ | {"ZOFOPS_TEST_MARK": mark},
        stdin=subprocess.DEVNULL,
        check=False,
    )
    assert left_over(mark) == []
    assert list(cwd.iterdir()) == [], "the demo must leave nothing where it was called"
    return done


def left_over(mark: str) -> list[list[str]]:
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("ZOFOPS_TEST_MARK") == mark:
                found.append(process.cmdline())
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return found


def test_the_main_job_passes_with_its_counts(tmp_path: Path) -> None:
    done = demo("--once", "/zof run proj_abc staging suite_pr_smoke", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    counts = junit_counts(tmp_path.parent, "suite_pr_smoke")
    assert counts == Counter(passed=counts["passed"])
    assert counts["passed"] >= 12
    assert f"{counts['passed']} passed" in done.stdout
    assert "Passed" in done.stdout
    assert "run_" in done.stdout
    assert "Dana Ruiz" in done.stdout


def test_regression_has_the_counts_of_plain_pytest_and_names_what_failed(tmp_path: Path) -> None:
    done = demo("--once", "/zof run proj_abc staging suite_regression", cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    counts = junit_counts(tmp_path.parent, "suite_regression")
    for outcome in ("passed", "failed", "error", "skipped"):
        assert counts[outcome] > 0
        assert f"{counts[outcome]} {outcome}" in done.stdout.replace("errors", "error"), done.stdout


def junit_counts(scratch: Path, suite: str) -> Counter[str]:
    """Outcomes of the suite's selection, as pytest itself reports them."""
    [project] = tomllib.loads(example("suites.toml").read_text())["projects"]
    [args] = [entry["args"] for entry in project["suites"] if entry["id"] == suite]
    report = scratch / f"{suite}.xml"
    subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", f"--junitxml={report}", *args],
        cwd=example(project["directory"]),
        env=os.environ | project["environments"]["staging"]["variables"],
        capture_output=True,
        check=False,
    )
    kinds = {"failure": "failed", "error": "error", "skipped": "skipped"}
    return Counter(
        next((kinds[child.tag] for child in case if child.tag in kinds), "passed")
        for case in ET.parse(report).iter("testcase")
    )


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--once", "hello"], "slash command"),
        (["--once", "/zof help", "--channel", "#nowhere"], "releases"),
        (["--once", "/zof help", "--user", "nobody"], "dana"),
        (["--once", "/zof help", "--suites", "nowhere.toml"], "nowhere.toml"),
    ],
)
def test_what_cannot_be_sent_is_2_before_anything_starts(
    words: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["demo", *words]) == 2
    assert told in capsys.readouterr().err


def test_a_suite_that_cannot_be_collected_is_3(tmp_path: Path) -> None:
    suites = tmp_path.parent / f"{tmp_path.name}-suites"
    (suites / "broken").mkdir(parents=True)
    (suites / "broken" / "test_broken.py").write_text("import nothing_of_this_name\n")
    (suites / "suites.toml").write_text(
        '[[projects]]\nid = "proj_abc"\nname = "Broken"\norganization = "org_local"\ndirectory = "broken"\n'
        '[projects.environments.staging]\n[[projects.suites]]\nid = "suite_pr_smoke"\nname = "Smoke"\nargs = []\n'
    )
    done = demo(
        "--once",
        "/zof run proj_abc staging suite_pr_smoke",
        "--suites",
        str(suites / "suites.toml"),
        cwd=tmp_path,
    )
    assert done.returncode == 3, done.stdout + done.stderr
    assert "Error" in done.stdout
