"""What all parts measure with, and the run they all read."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable

RUN = {
    "id": "run_xyz",
    "organization_id": "org_abc",
    "project_id": "proj_abc123",
    "environment": "staging",
    "status": "passed",
    "test_suite_id": "suite_pr_smoke",
    "test_case_ids": None,
    "summary": {"total": 14, "passed": 14, "failed": 0, "error": 0, "skipped": 0},
    "url": "https://console.zof.ai/runs/run_xyz",
    "created_at": "2026-05-20T12:00:00Z",
    "started_at": "2026-05-20T12:00:01Z",
    "completed_at": "2026-05-20T12:00:46Z",
}
BODY = json.dumps(RUN).encode()


def least_cpu(works: dict[str, Callable[[], object]], times: int, rounds: int = 9) -> dict[str, float]:
    """The least CPU seconds of one repetition of each, over several rounds in which they take turns."""
    best = dict.fromkeys(works, float("inf"))
    for _ in range(rounds):
        for name, work in works.items():
            began = time.process_time()
            for _ in range(times):
                work()
            best[name] = min(best[name], (time.process_time() - began) / times)
    return best


def function_calls(work: Callable[[], object]) -> int:
    """Python and C function calls; the same on every machine."""
    count = 0

    def note(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count
