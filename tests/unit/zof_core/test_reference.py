"""The client's reference page: its examples run, and no operation is missing from it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import zof_core
from zof_core import ZofClient
from zof_core.operations import OPERATIONS
from zof_core.testing import FakeZof

pytest_plugins = ["zof_core.testing.plugin"]

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "client.md").read_text("utf-8")
EXAMPLES = re.findall(r"^```python\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)


def test_the_examples_run(
    fake_zof: FakeZof, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    clients: list[ZofClient] = []

    def client_of_the_fake() -> ZofClient:
        clients.append(fake_zof.client())
        return clients[-1]

    monkeypatch.setattr(zof_core, "ZofClient", client_of_the_fake)
    namespace: dict[str, object] = {"__name__": "reference"}
    for number, example in enumerate(EXAMPLES, 1):
        exec(compile(example, f"docs/client.md, example {number}", "exec"), namespace)  # our own page
    clients[0].close()
    said = capsys.readouterr().out
    assert (tmp_path / "report.json").stat().st_size > 0
    for part in ("project_id", "has a space in it", "queued", "passed", "409", "404", "run.completed"):
        assert part in said
    assert len(EXAMPLES) > 10


@pytest.mark.parametrize("operation", [operation.name for operation in OPERATIONS])
def test_no_operation_is_missing(operation: str) -> None:
    assert f"`{operation}`" in PAGE
