"""A Slack and a Zof that do just enough, for the bot to be measured between them."""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from typing import Any
from urllib.parse import parse_qsl


class Remote:
    """A Slack and a Zof that do just enough, count what they are asked, and stall when they are told to."""

    def __init__(self) -> None:
        self.asked: dict[str, int] = {}
        self.runs: dict[str, str] = {}
        self.stall = asyncio.Event()
        self.stall.set()
        self._ts = itertools.count(1)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                method, target, _ = head.split(" ", 2)
                lines = head.lower().split("\r\n")
                length = next((int(x[15:]) for x in lines if x.startswith("content-length:")), 0)
                body = await reader.readexactly(length)
                answer = await self._answer(method, target, body)
                data = json.dumps(answer).encode()
                more = b"Content-Type: application/json\r\nX-RateLimit-Limit: 100\r\nX-RateLimit-Remaining: 90\r\n"
                writer.write(b"HTTP/1.1 200 OK\r\n%sContent-Length: %d\r\n\r\n" % (more, len(data)) + data)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            writer.close()

    async def _answer(self, method: str, target: str, body: bytes) -> dict[str, object]:
        path, _, query = target.partition("?")
        name = "Slack" if path.startswith("/api/") else f"Zof {method}"
        if path != "/api/auth.test":
            await self.stall.wait()
        self.asked[name] = self.asked.get(name, 0) + 1
        if path.startswith("/api/"):
            return self._slack(path.removeprefix("/api/"), _fields(body, query))
        if method == "POST":
            run_id = f"run_{len(self.runs)}"
            self.runs[run_id] = json.loads(body)["project_id"]
            return self._run(run_id)
        if path.endswith("/runs"):
            asked = dict(pair.split("=", 1) for pair in query.split("&") if "=" in pair)
            ids = [] if asked.get("status") == "queued" else list(self.runs)
            start = int(asked.get("starting_after", "0"))
            page = [self._run(run_id) for run_id in ids[start : start + 100]]
            more = start + 100 < len(ids)
            return {"data": page, "has_more": more} | ({"next_cursor": str(start + 100)} if more else {})
        return self._run(path.rsplit("/", 1)[1])

    def _slack(self, method: str, asked: dict[str, Any]) -> dict[str, object]:
        said: dict[str, object] = {"ok": True, "team_id": "T0ZOF", "messages": []}
        if method == "users.info":
            return said | {"user": {"id": asked["user"]}}
        if method == "conversations.info":
            return said | {"channel": {"id": asked["channel"]}}
        return said | {"ts": asked.get("ts") or f"{next(self._ts)}.0001", "channel": "C"}

    def _run(self, run_id: str) -> dict[str, object]:
        return {
            "id": run_id,
            "organization_id": "org_1",
            "project_id": "proj_abc",
            "environment": "staging",
            "status": "running",
            "test_suite_id": "suite_1",
            "created_at": "2026-05-20T12:00:00Z",
        }


class Moving(Remote):
    """A Zof whose runs pass one case after the other, and a Slack that notes what is shown when."""

    def __init__(self) -> None:
        super().__init__()
        self.passed = 0
        self.ended: set[str] = set()
        self.card_of: dict[str, str] = {}
        self.shown_at: dict[str, list[float]] = {}
        self.updates: list[float] = []
        self.end_shown: dict[str, float] = {}

    def go_on(self) -> None:
        """One more case has passed in each run."""
        self.passed += 1

    def worst_age(self, until: float) -> float:
        """Longest time that a card stood still while its run went on, in seconds."""
        return max(
            max(b - a for a, b in itertools.pairwise([*(at for at in shown if at < until), until]))
            for shown in self.shown_at.values()
        )

    def _run(self, run_id: str) -> dict[str, object]:
        over = run_id in self.ended
        summary = {"total": 10_000, "passed": self.passed, "failed": 0, "error": 0, "skipped": 0}
        more = {"completed_at": "2026-05-20T12:10:00Z"} if over else {}
        return super()._run(run_id) | {"status": "passed" if over else "running", "summary": summary} | more

    async def _answer(self, method: str, target: str, body: bytes) -> dict[str, object]:
        answer = await super()._answer(method, target, body)
        listed = answer.get("data")
        if "status=running" in target and isinstance(listed, list):
            answer["data"] = [run for run in listed if run["id"] not in self.ended]
        return answer

    def _slack(self, method: str, asked: dict[str, Any]) -> dict[str, object]:
        answer = super()._slack(method, asked)
        if method in ("chat.postMessage", "chat.update"):
            metadata = asked["metadata"]
            run_id = (metadata if isinstance(metadata, dict) else json.loads(metadata))["event_payload"][
                "run_id"
            ]
            self.card_of.setdefault(run_id, str(answer["ts"]))
            self.shown_at.setdefault(run_id, []).append(time.monotonic())
            if method == "chat.update":
                self.updates.append(time.monotonic())
            if asked["text"].startswith("Passed"):
                self.end_shown.setdefault(run_id, time.monotonic())
        return answer


def _fields(body: bytes, query: str) -> dict[str, Any]:
    """What the SDK sends, as JSON or as a form."""
    return dict(json.loads(body)) if body.startswith(b"{") else dict(parse_qsl(body.decode() or query))
