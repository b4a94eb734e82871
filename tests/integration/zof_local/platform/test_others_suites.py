"""Suites that others wrote, fresh from PyPI: the platform counts what plain pytest counts.

The sources are fetched at test time (their versions stand below) and never kept. All three have flit as their build
backend, which is installed for the tests, so that pip need not fetch more than them.
"""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
import tarfile
from collections import Counter
from pathlib import Path

import pytest

SOURCES = {"itsdangerous": "2.2.0", "pathspec": "0.12.1", "typing_extensions": "4.15.0"}
WHERE = {"itsdangerous": "tests", "pathspec": "tests", "typing_extensions": "src"}
NEEDED = "freezegun==1.5.5"
SUMMARY = re.compile(
    r"(\d+) (passed|failed|errors?|skipped|xfailed|xpassed|deselected|warnings?|subtests passed)\b"
)
STATUS = {"xfailed": "skipped", "xpassed": "passed", "errors": "error"}

pytestmark = pytest.mark.timeout(300)


def pip(*arguments: str) -> None:
    command = [
        sys.executable,
        "-m",
        "pip",
        *arguments,
        "--quiet",
        "--disable-pip-version-check",
        "--retries",
        "2",
    ]
    outcome = subprocess.run(command, capture_output=True, text=True, check=False, timeout=180)
    if outcome.returncode != 0:
        pytest.fail(
            f"PyPI could not be reached, or has not what this test needs:\n{outcome.stderr}", pytrace=False
        )


def fetch(folder: Path) -> dict[str, Path]:
    """Each suite's directory, unpacked."""
    wanted = [f"{name}=={version}" for name, version in SOURCES.items()]
    pip(
        "download",
        "--no-binary",
        ":all:",
        "--no-build-isolation",
        "--no-deps",
        "--dest",
        str(folder),
        *wanted,
    )
    pip("install", "--no-deps", "--target", str(folder / "needed"), NEEDED, "python-dateutil", "six")
    for archive in folder.glob("*.tar.gz"):
        with tarfile.open(archive) as opened:
            opened.extractall(folder, filter="data")
    return {name: folder / f"{name}-{version}" for name, version in SOURCES.items()}


def variables(directory: Path) -> dict[str, str]:
    paths = (directory / "src", directory, directory.parent / "needed")
    return {"PYTHONPATH": os.pathsep.join(map(str, paths)), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}


def plain_counts(name: str, directory: Path, home: Path) -> Counter[str]:
    """What plain pytest says at its end, in the API's words."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), **variables(directory)}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", WHERE[name]]
    ended = subprocess.run(
        command, cwd=directory, env=environment, capture_output=True, text=True, check=False, timeout=120
    )
    last = ended.stdout.strip().splitlines()[-1]
    counts: Counter[str] = Counter()
    for number, word in SUMMARY.findall(last):
        if word in {"passed", "failed", "error", "errors", "skipped", "xfailed", "xpassed"}:
            counts[STATUS.get(word, word)] += int(number)
    assert counts, ended.stdout + ended.stderr
    return counts


def suites_toml(directories: dict[str, Path]) -> str:
    tables = []
    for name, directory in directories.items():
        pairs = ", ".join(f'{key} = "{value}"' for key, value in variables(directory).items())
        tables.append(
            f'[[projects]]\nid = "proj_{name}"\ndirectory = "{directory}"\n'
            f"environments = {{ staging = {{ variables = {{ {pairs} }} }} }}\n"
            f'suites = [{{ id = "suite_all", args = ["{WHERE[name]}"] }}]\n'
        )
    return "\n".join(tables)


async def test_three_suites_of_others_count_as_in_plain_pytest(world, start_platform, tmp_path) -> None:
    folder = tmp_path / "from-pypi"
    folder.mkdir()
    directories = await asyncio.to_thread(fetch, folder)
    world.suites.write_text(suites_toml(directories))
    async with start_platform() as api:
        for name, directory in directories.items():
            run = await api.start("suite_all", project_id=f"proj_{name}")
            plain = await asyncio.to_thread(plain_counts, name, directory, tmp_path)
            summary = (await api.ended(run["id"]))["summary"]
            counted = Counter({status: n for status, n in summary.items() if status != "total" and n})
            assert counted == plain, name
            assert summary["total"] == plain.total() > 20, name
