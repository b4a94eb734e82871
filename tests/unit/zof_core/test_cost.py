"""What a call costs, in numbers that are the same on every machine."""

from __future__ import annotations

import json
import subprocess
import sys

import httpx

from zof_core import ZofClient
from zof_core.transport.blocking import HttpTransport

MOST_CALLS = 700


def test_a_get_costs_few_function_calls() -> None:
    body = json.dumps({"id": "run_1", "status": "passed", "summary": {"total": 3, "passed": 3}}).encode()
    mock = httpx.MockTransport(lambda _: httpx.Response(200, content=body, headers={"x-request-id": "req_1"}))
    zof = ZofClient("k", base_url="https://api.zof.ai/v1", transport=HttpTransport(http=mock))
    for _ in range(3):
        zof.runs.retrieve("run_1")
    count = 0

    def note(frame: object, event: str, argument: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        zof.runs.retrieve("run_1")
    finally:
        sys.setprofile(before)
    assert count <= MOST_CALLS


def test_making_a_client_loads_no_http_library_and_no_server() -> None:
    code = (
        "import sys, zof_core; zof_core.ZofClient('k');"
        "print([name for name in ('httpx', 'asyncio', 'sqlite3', 'slack_bolt', 'ipywidgets', 'fastapi', 'pytest')"
        " if name in sys.modules])"
    )
    said = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, timeout=60
    )
    assert said.stdout.strip() == "[]"
