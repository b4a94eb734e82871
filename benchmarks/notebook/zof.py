"""A Zof in a process of its own whose runs never stop giving news, never give any, or have a long log."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

NEWS_A_SECOND = 40
"""Cases that end in each second of a busy run."""

LOG_LINES = 20_000
CASES = 1_000_000
LAST_LINE = f"line {LOG_LINES - 1} of the log"
_BEGUN = time.monotonic()
_MADE = datetime.now(UTC).isoformat()


def _passed(run: str) -> int:
    return int((time.monotonic() - _BEGUN) * NEWS_A_SECOND) + 1 if run.startswith("run_busy") else 7


def _run(run: str) -> dict[str, Any]:
    ended = run.startswith("run_log")
    return {
        "id": run,
        "status": "passed" if ended else "running",
        "project_id": "proj_abc",
        "environment": "staging",
        "test_suite_id": "suite_pr_smoke",
        "summary": {"total": CASES, "passed": _passed(run), "failed": 0, "error": 0, "skipped": 0},
        "created_at": _MADE,
        "started_at": _MADE,
        "completed_at": _MADE if ended else None,
    }


def _results(run: str, limit: int) -> list[dict[str, Any]]:
    newest = _passed(run)
    return [
        {
            "id": f"res_{number}",
            "run_id": run,
            "test_case_id": f"tc_{number}",
            "name": f"test_total_of_cart_{number}",
            "module": "checkout",
            "status": "passed",
            "duration_ms": 40,
            "created_at": _MADE,
        }
        for number in range(newest - 1, max(-1, newest - 1 - limit), -1)
    ]


def _logs(start: int, limit: int) -> list[dict[str, Any]]:
    return [
        {"message": f"line {number} of the log", "level": "INFO", "timestamp": _MADE}
        for number in range(start, min(LOG_LINES, start + limit))
    ]


def _answer(path: str) -> dict[str, Any]:
    parts = urlsplit(path)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    limit, start = int(query.get("limit", "20")), int(query.get("starting_after", "0"))
    match parts.path.removeprefix("/v1/").split("/"):
        case ["runs", run]:
            return _run(run)
        case ["runs", _, "logs"]:
            more = start + limit < LOG_LINES
            cursor = str(start + limit) if more else None
            return {"data": _logs(start, limit), "has_more": more, "next_cursor": cursor}
        case ["results"]:
            return {"data": _results(query["run_id"], limit), "has_more": True, "next_cursor": "more"}
        case ["projects"]:
            data = [{"id": "proj_abc", "name": "Webshop"}]
        case _:
            data = []
    return {"data": data, "has_more": False, "next_cursor": None}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # one packet for head and body
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        body = json.dumps(_answer(self.path)).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None: ...


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A kernel that ends leaves its connections as they are."""


@contextlib.contextmanager
def busy_zof() -> Iterator[dict[str, str]]:
    """Gives the environment in which a client finds it."""
    command = [sys.executable, "-m", "benchmarks.notebook.zof"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            url = f"http://127.0.0.1:{int(server.stdout.readline())}/v1"
            yield {"ZOF_API_KEY": "zof_bench_key", "ZOF_BASE_URL": url}
        finally:
            server.terminate()


if __name__ == "__main__":
    with _Server(("127.0.0.1", 0), _Handler) as serving:
        print(serving.server_address[1], flush=True)
        serving.serve_forever()
