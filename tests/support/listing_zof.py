"""A Zof that only lists: many runs and results at once, from memory, and any trouble a test wants."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

KEY = "zof_listing_key"
MODULES = ("checkout", "login", "search", "payments")
HOSTILE = '<img src=x onerror="window.hostile=1"> \u202egnp\u202c \x1b[31m\x07'

Answer = tuple[int, bytes, Mapping[str, str]]
TROUBLES: Mapping[str, Answer] = {
    "401": (401, b'{"error": {"code": "unauthorized", "message": "no"}}', {}),
    "403": (403, b'{"error": {"code": "forbidden", "message": "no"}}', {}),
    "429": (429, b'{"error": {"code": "rate_limited", "message": "slow"}}', {"Retry-After": "7"}),
    "500": (500, b'{"error": {"code": "internal", "message": "oops"}}', {}),
    "garbage": (200, b"<html>hello</html>", {}),
    "nothing": (0, b"", {}),
}


def runs_of(number: int) -> list[dict[str, Any]]:
    """Runs, newest first: every third failed, every fifth in production, each of two suites."""
    newest = datetime(2026, 5, 20, 12, tzinfo=UTC)
    return [_run(place, newest - timedelta(hours=place)) for place in range(number)]


def results_of(run: Mapping[str, Any], number: int) -> list[dict[str, Any]]:
    """Results of a run: the first case flips from run to run, the second is hostile and fails where the run does."""
    place = int(str(run["id"]).removeprefix("run_"))
    return [_result(str(run["id"]), case, place) for case in range(number)]


def _run(place: int, made: datetime) -> dict[str, Any]:
    status = "running" if place == 0 else "failed" if place % 3 == 1 else "passed"
    failed = int(status == "failed")
    ended = None if status == "running" else (made + timedelta(seconds=30 + place % 50)).isoformat()
    return {
        "id": f"run_{place}",
        "status": status,
        "project_id": "proj_abc" if place % 2 else "proj_shop",
        "environment": "production" if place % 5 == 4 else "staging",
        "test_suite_id": "suite_regression" if place % 2 else "suite_pr_smoke",
        "summary": {"total": 40, "passed": 39 - failed, "failed": failed, "error": 0, "skipped": 1},
        "url": "javascript:window.hostile=1",
        "created_at": made.isoformat(),
        "started_at": made.isoformat(),
        "completed_at": ended,
    }


def _result(run: str, case: int, place: int) -> dict[str, Any]:
    flips = case == 0 and place % 2 == 1
    failed = flips or (case == 1 and place % 3 == 1)
    return {
        "id": f"res_{place}_{case}",
        "run_id": run,
        "test_case_id": f"tc_{case}",
        "name": HOSTILE + "W" * 10_000 if case == 1 else f"test_{MODULES[case % 4]}_{case:03}",
        "module": MODULES[case % 4],
        "status": "failed" if failed else "skipped" if case == 2 else "passed",
        "duration_ms": 200 + 10 * case + (3_000 if case == 3 and place % 4 == 0 else 0),
        "failure_summary": f"AssertionError: expected 1\n{HOSTILE}\n=1+1" if failed else None,
        "created_at": datetime(2026, 5, 20, tzinfo=UTC).isoformat(),
    }


class ListingZof:
    """`with ListingZof() as zof:` serves on loopback; `zof.trouble = "500"` and all lists fail until it is "" again.

    Args:
        runs: how many runs there are.
        results: how many results each has.
    """

    def __init__(self, runs: int = 250, results: int = 40) -> None:
        self.trouble = ""
        self.requests: list[str] = []
        self.runs = runs_of(runs)
        self._number = results
        zof = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                zof.requests.append(self.path)
                status, body, headers = zof._answer(self.path)
                if not status:
                    self.close_connection = True
                    return
                self.send_response(status)
                for name, value in {"Content-Type": "application/json", **headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None: ...

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/v1"
        self.env = {"ZOF_API_KEY": KEY, "ZOF_BASE_URL": self.url}

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _answer(self, path: str) -> Answer:
        if self.trouble:
            return TROUBLES[self.trouble]
        parts = urlsplit(path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        found = self._list(parts.path.rpartition("/")[2], query)
        start = int(query.get("starting_after", "0"))
        end = start + int(query.get("limit", "20"))
        more = end < len(found)
        page = {"data": found[start:end], "has_more": more, "next_cursor": str(end) if more else None}
        return 200, json.dumps(page).encode(), {}

    def _list(self, name: str, query: Mapping[str, str]) -> list[dict[str, Any]]:
        if name == "projects":
            return [{"id": "proj_abc", "name": "Webshop"}, {"id": "proj_shop", "name": "Mobile app"}]
        if name == "results":
            run = next((run for run in self.runs if run["id"] == query.get("run_id")), None)
            return results_of(run, self._number) if run else []
        keep: Callable[[dict[str, Any]], bool] = lambda run: (  # noqa: E731
            query.get("project_id") in {None, run["project_id"]}
            and query.get("status") in {None, run["status"]}
            and (not (after := query.get("created_after")) or _at(run["created_at"]) > _at(after))
            and (not (before := query.get("created_before")) or _at(run["created_at"]) < _at(before))
        )
        return [run for run in self.runs if keep(run)]


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)
