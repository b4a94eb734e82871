"""A script of somebody else's is checked by mypy as strictly as can be: the client tells it every type."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

SCRIPT = """
from datetime import UTC, datetime, timedelta
from typing import assert_type

from zof_core import (
    AsyncZofClient, Page, Project, Result, Run, RunHandle, Schedule, Team, Webhook, ZofApiError, ZofClient,
    ZofRateLimitError, async_wait_all, deadline, response_of, wait_all, wait_any,
)
from zof_core.gates import Gate, Verdict, judge
from zof_core.testing import FakeZof
from zof_core.webhooks import Event, verify


def release(zof: ZofClient) -> bool:
    run = zof.runs.create(project_id="proj_abc", environment="staging", test_suite_id="suite_pr_smoke")
    assert_type(run, Run)
    assert_type(run.created_at, datetime | None)
    assert_type(zof.runs.list(limit=5), Page[Run])
    assert_type([one for one in zof.runs.list_auto(status="passed")], list[Run])
    assert_type(list(zof.results.list_auto(run_id=run.id)), list[Result])
    assert_type(zof.projects.list().data, list[Project])
    assert_type(zof.schedules.list()[0], Schedule)
    assert_type(zof.webhooks.create(url="https://x.test", events=["run.completed"]), Webhook)
    assert_type(zof.teams.retrieve("team_1"), Team)
    handle = zof.runs.watch(run)
    assert_type(handle, RunHandle)
    assert_type(wait_all([handle], deadline=5), list[Run])
    assert_type(wait_any([handle]), RunHandle)
    info = response_of(run)
    if info is not None:
        assert_type(info.request_id, str | None)
    gate = Gate(environment="staging", minimum_pass_rate=0.9, evidence_within=timedelta(hours=1))
    verdict = judge(gate, [run], [], [], datetime.now(UTC))
    assert_type(verdict, Verdict)
    try:
        with deadline(5):
            ended = zof.runs.wait_until_complete(run.id, deadline=600, on_update=lambda seen: print(seen.status))
    except ZofRateLimitError as error:
        assert_type(error.retry_after, float | None)
        return False
    except ZofApiError as error:
        print(error.attempts[0].duration, error.hint)
        return False
    assert_type(verify(b"", "", "secret"), Event)
    return ended.status == "passed" and verdict.passed


async def later(zof: AsyncZofClient) -> list[Run]:
    run = await zof.runs.retrieve("run_1")
    assert_type(run, Run)
    async for result in zof.results.list_auto(run_id="run_1"):
        assert_type(result, Result)
    return await async_wait_all([zof.runs.watch(run)])


assert_type(release(FakeZof().client()), bool)
"""

WRONG = """
from zof_core import ZofClient

ZofClient().runs.create(project="proj_abc", environment="staging")
ZofClient().runs.retrieve(5)
ZofClient().runs.retrieve("run_1").staus
"""


def _mypy(code: str, folder: Path) -> str:
    script = folder / "script.py"
    script.write_text(code)
    cache = Path(".mypy_cache/script")  # kept: without it, mypy reads pydantic anew each time
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file=", "--cache-dir", str(cache)]
    return subprocess.run(
        [*command, str(script)], capture_output=True, text=True, timeout=110, check=False
    ).stdout


def test_a_script_has_every_type_and_mistakes_are_found(tmp_path: Path) -> None:
    said = _mypy(SCRIPT + WRONG, tmp_path)
    first_wrong = SCRIPT.count("\n") + 1
    lines = [int(line.split(":")[1]) for line in said.splitlines() if ": error:" in line]
    assert lines, said
    assert min(lines) > first_wrong, said
    assert {line - first_wrong for line in lines} == {3, 4, 5}, said


def test_the_reference_page_has_every_type(tmp_path: Path) -> None:
    page = Path("docs/client.md").read_text("utf-8")
    examples = re.findall(r"^```python\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    assert "Success" in (said := _mypy("\n".join(examples), tmp_path)), said
