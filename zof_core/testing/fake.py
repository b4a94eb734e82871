"""The Zof in memory: runs that live in virtual time with logs and reports, pages, idempotency, rate limit, faults."""

from __future__ import annotations

import itertools
import json
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from zof_core.client import AsyncZofClient, ZofClient
from zof_core.commands import Fault, HttpRequest, Reply
from zof_core.models import TERMINAL_STATUSES
from zof_core.testing.orders import FaultOnOrder, checked_faults
from zof_core.testing.virtual import VirtualTime


@dataclass(frozen=True)
class Course:
    """How a run goes.

    Args:
        queued: seconds until it starts.
        takes: seconds from then until it ends.
        outcome: its last status.
        counts: results of each status at the end.
    """

    queued: float
    takes: float
    outcome: str
    counts: dict[str, int]


@dataclass
class _Run:
    id: str
    body: dict[str, Any]
    created: float
    course: Course
    canceled: float | None = None


_fakes = itertools.count(1)


class FakeZof:
    """A Zof in memory.

    Args:
        key: the API key it accepts.
        time: its time; one of its own if not given.
        rate_limit: requests in each minute; no limit if not given.
        latency: seconds that each request takes.
    """

    def __init__(
        self,
        *,
        key: str = "zk_fake",
        time: VirtualTime | None = None,
        rate_limit: int | None = None,
        latency: float = 0.05,
    ) -> None:
        # An address of its own: what clients of one address and key share must not be shared by two fakes.
        self.base_url = f"https://fake-{next(_fakes)}.zof.test/v1"
        self.key = key
        self.time = time or VirtualTime()
        self.latency = latency
        self.requests: list[HttpRequest] = []
        self._limit = rate_limit
        self._spent: dict[int, int] = {}
        self._projects: dict[str, str | None] = {}
        self._runs: dict[str, _Run] = {}
        self._schedules: list[dict[str, Any]] = []
        self._webhooks: dict[str, dict[str, Any]] = {}
        self.tested_webhooks: list[str] = []
        """Ids of the webhooks that were asked to send a test event; nothing is sent."""
        self._answers: dict[str, tuple[bytes | None, int, Any]] = {}
        self._faults: deque[FaultOnOrder] = deque()
        self._course = Course(1.0, 10.0, "passed", {"passed": 3})
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()

    # --- Set up

    def add_project(self, project_id: str, name: str | None = None) -> None:
        """Makes a project known; a run of any other is answered 404."""
        self._projects[project_id] = name

    def runs_take(
        self, seconds: float, *, queued: float = 1.0, outcome: str = "passed", **counts: int
    ) -> None:
        """How runs go that are created from now on.

        Args:
            seconds: from start to end.
            queued: seconds before that.
            outcome: the status they end with.
            counts: results at the end, such as `passed=12, failed=1`.
        """
        self._course = Course(queued, seconds, outcome, counts or {"passed": 3})

    def add_schedule(self, project_id: str, environment: str, suite: str, *, cron: str = "0 2 * * *") -> str:
        """Makes a schedule known, which is listed and never fires; gives its id."""
        body = {"cron": cron, "project_id": project_id, "environment": environment, "test_suite_id": suite}
        schedule = {"id": f"sched_{len(self._schedules) + 1}", **body, "status": "active"}
        self._schedules.append(schedule)
        return str(schedule["id"])

    def will_fail(self, *faults: FaultOnOrder) -> None:
        """What the next requests get instead of an answer, one each.

        Args:
            faults: a status; a status with headers, as in `(429, {"retry-after": "7"})`; or a `Fault`, as in
                `Fault("read", "connection reset")`.

        Raises:
            ZofValidationError: one of them is none of these.
        """
        self._faults.extend(checked_faults(faults))

    def client(self, **options: Any) -> ZofClient:
        """A client of this Zof; `options` are those of `ZofClient`."""
        options = {"api_key": self.key, "base_url": self.base_url, "clock": self.time.clock(), **options}
        return ZofClient(transport=_Sync(self), **options)

    def async_client(self, **options: Any) -> AsyncZofClient:
        """The same for `async` code."""
        options = {"api_key": self.key, "base_url": self.base_url, "clock": self.time.clock(), **options}
        return AsyncZofClient(transport=_Async(self), **options)

    # --- Answering

    def answer(self, request: HttpRequest, timeout: float) -> Reply | Fault:
        """What a request gets."""
        with self._lock:
            self.requests.append(request)
            if self.latency > timeout:
                self.time.sleep(timeout)
                return Fault("timeout", "time ran out")
            self.time.sleep(self.latency)
            headers = {"x-request-id": f"req_{len(self.requests)}", **self._window()}
            if self._faults:
                fault = self._faults.popleft()
                if isinstance(fault, Fault):
                    return fault
                status, more = (fault, {}) if isinstance(fault, int) else fault
                return _reply(status, _error("fault", "A fault on order."), {**headers, **more})
            if headers.get("x-ratelimit-remaining") == "-1":
                headers["x-ratelimit-remaining"] = "0"
                headers["retry-after"] = str(int(60 - self.time.wall % 60) + 1)
                return _reply(429, _error("rate_limit_exceeded", "Too many requests."), headers)
            status, body = self._routed(request)
            return _reply(status, body, headers)

    def _window(self) -> dict[str, str]:
        if self._limit is None:
            return {}
        minute = int(self.time.wall // 60)
        self._spent[minute] = self._spent.get(minute, 0) + 1
        left = max(-1, self._limit - self._spent[minute])
        return {
            "x-ratelimit-limit": str(self._limit),
            "x-ratelimit-remaining": str(left),
            "x-ratelimit-reset": str((minute + 1) * 60),
        }

    def _routed(self, request: HttpRequest) -> tuple[int, Any]:
        if request.key is None or request.key.header() != f"Bearer {self.key}":
            return 401, _error("unauthorized", "The API key is not valid.")
        parts = urlsplit(request.url)
        steps = [unquote(step) for step in parts.path.removeprefix("/v1/").split("/")]
        query = dict(parse_qsl(parts.query))
        sent = json.loads(request.body) if request.body else None
        name = dict(request.headers).get("Idempotency-Key")
        if name is None:
            return self._do(request.method, steps, query, sent)
        scope = f"{request.method} {parts.path} {name}"
        if scope in self._answers:
            body, status, answer = self._answers[scope]
            if body != request.body:
                return 409, _error("conflict", "This Idempotency-Key was used with a different body.")
            return status, answer
        status, answer = self._do(request.method, steps, query, sent)
        self._answers[scope] = (request.body, status, answer)
        return status, answer

    def _do(self, method: str, steps: list[str], query: dict[str, str], sent: Any) -> tuple[int, Any]:
        match (method, *steps):
            case ("GET", "projects"):
                return self._page([{"id": one, "name": name} for one, name in self._projects.items()], query)
            case ("GET", "results"):
                return self._page([one for run in self._runs.values() for one in self._results(run)], query)
            case ("GET", "schedules"):
                return self._page(self._schedules, query)
            case ("GET", "files", run_id, "report.json") if run_id in self._runs:
                return 200, self._body(self._runs[run_id])
            case (_, "runs", *rest):
                return self._do_runs(method, rest, query, sent)
            case (_, "webhooks", *rest):
                return self._do_webhooks(method, rest, query, sent)
            case _:
                return _nothing(steps)

    def _do_runs(self, method: str, rest: list[str], query: dict[str, str], sent: Any) -> tuple[int, Any]:
        match (method, *rest):
            case ("GET",):
                return self._page([self._body(run) for run in reversed(self._runs.values())], query)
            case ("POST",):
                return self._create(sent)
            case ("GET", run_id) if run_id in self._runs:
                return 200, self._body(self._runs[run_id])
            case ("POST", run_id, "cancel") if run_id in self._runs:
                return self._cancel(self._runs[run_id])
            case ("GET", run_id, "logs") if run_id in self._runs:
                return self._page(self._log(self._runs[run_id]), query)
            case ("GET", run_id, "artifacts") if run_id in self._runs:
                return self._page(self._artifacts(self._runs[run_id]), query)
            case _:
                return _nothing(["runs", *rest])

    def _do_webhooks(self, method: str, rest: list[str], query: dict[str, str], sent: Any) -> tuple[int, Any]:
        match (method, *rest):
            case ("GET",):
                return self._page([{**one, "secret": None} for one in self._webhooks.values()], query)
            case ("POST",):
                made = {"secret": "whsec_fake", **sent, "id": f"wh_{len(self._webhooks) + 1}"}
                self._webhooks[made["id"]] = made
                return 201, made
            case ("POST", webhook_id, "test") if webhook_id in self._webhooks:
                self.tested_webhooks.append(webhook_id)
                return 200, {"id": webhook_id}
            case _:
                return _nothing(["webhooks", *rest])

    def _create(self, sent: Any) -> tuple[int, Any]:
        if sent.get("project_id") not in self._projects:
            return 404, _error("not_found", f"No such project: {sent.get('project_id')}.", "project_id")
        run = _Run(f"run_{next(self._numbers)}", sent, self.time.now, self._course)
        self._runs[run.id] = run
        return 201, self._body(run)

    def _cancel(self, run: _Run) -> tuple[int, Any]:
        if self._status(run) in TERMINAL_STATUSES:
            return 409, _error("conflict", "The run is already complete.")
        run.canceled = self.time.now
        return 200, self._body(run)

    def _status(self, run: _Run) -> str:
        if run.canceled is not None:
            return "canceled"
        age = self.time.now - run.created
        if age < run.course.queued:
            return "queued"
        return "running" if age < run.course.queued + run.course.takes else run.course.outcome

    def _body(self, run: _Run) -> dict[str, Any]:
        status = self._status(run)
        started = run.created + run.course.queued
        ended = run.canceled if run.canceled is not None else started + run.course.takes
        has_started = status != "queued" and started <= ended
        counts = run.course.counts if status in TERMINAL_STATUSES and run.canceled is None else {}
        return {
            "id": run.id,
            "status": status,
            "organization_id": "org_fake",
            **run.body,
            "summary": {"total": sum(run.course.counts.values()), **counts},
            "url": f"{self.base_url}/console/runs/{run.id}",
            "created_at": self._stamp(run.created),
            "started_at": self._stamp(started) if has_started else None,
            "completed_at": self._stamp(ended) if status in TERMINAL_STATUSES else None,
        }

    def _results(self, run: _Run) -> list[dict[str, Any]]:
        if self._status(run) not in TERMINAL_STATUSES or run.canceled is not None:
            return []
        outcomes = [status for status, count in run.course.counts.items() for _ in range(count)]
        stamp = self._stamp(run.created + run.course.queued + run.course.takes)
        same = {"run_id": run.id, "created_at": stamp}
        return [
            {"id": f"res_{run.id}_{n}", "test_case_id": f"tc_{n}", "status": status, **same}
            for n, status in enumerate(outcomes, 1)
        ]

    def _log(self, run: _Run) -> list[dict[str, Any]]:
        body = self._body(run)
        moments = [("queued", "created_at"), ("running", "started_at"), (body["status"], "completed_at")]
        return [
            {"id": f"log_{run.id}_{n}", "timestamp": body[when], "message": f"{run.id} is {status}"}
            for n, (status, when) in enumerate(moments, 1)
            if body[when] is not None
        ]

    def _artifacts(self, run: _Run) -> list[dict[str, Any]]:
        if self._status(run) not in TERMINAL_STATUSES:
            return []
        url = f"{self.base_url}/files/{run.id}/report.json"
        return [{"id": f"art_{run.id}", "name": "report.json", "type": "report", "url": url}]

    def _stamp(self, now: float) -> str:
        moment = datetime.fromtimestamp(self.time.wall - self.time.now + now, UTC)
        return moment.isoformat().replace("+00:00", "Z")

    def _page(self, items: list[dict[str, Any]], query: dict[str, str]) -> tuple[int, Any]:
        filters = {name: query[name] for name in ("project_id", "status", "run_id") if name in query}
        fitting = [item for item in items if all(item.get(name) == value for name, value in filters.items())]
        for name, keep in (("created_after", 1), ("created_before", -1)):
            if name in query:
                bound = datetime.fromisoformat(query[name])
                fitting = [one for one in fitting if _sign(_made(one), bound) == keep]
        after = query.get("starting_after")
        if after is not None:
            places = [n for n, item in enumerate(fitting) if item["id"] == after]
            # A run may have left the list since its cursor was given: then the list goes on behind its number.
            fitting = (
                fitting[places[0] + 1 :] if places else [one for one in fitting if _behind(one["id"], after)]
            )
        limit = int(query.get("limit", 20))
        page = fitting[:limit]
        more = len(fitting) > limit
        return 200, {"data": page, "has_more": more, "next_cursor": page[-1]["id"] if more else None}


def _made(item: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(item.get("created_at") or "1970-01-01T00:00:00Z")


def _sign(one: datetime, other: datetime) -> int:
    return (one > other) - (one < other)


def _behind(item: str, cursor: str) -> bool:
    return (len(item), item) < (len(cursor), cursor)


def _error(code: str, message: str, param: str | None = None) -> dict[str, Any]:
    return {"error": {"code": code, "message": message, **({"param": param} if param else {})}}


def _nothing(steps: list[str]) -> tuple[int, Any]:
    return 404, _error("not_found", f"There is no {'/'.join(steps)} here.")


def _reply(status: int, body: Any, headers: dict[str, str]) -> Reply:
    return Reply(status, headers, json.dumps(body).encode())


def _read(reply: Reply, write: Callable[[bytes], object], limit: int, timeout: float) -> Fault | None:
    if timeout <= 0:
        return Fault("timeout", "time ran out")
    if len(reply.stream) > limit:
        return Fault("unreadable", f"The answer is longer than {limit} bytes.")
    write(reply.stream)
    return None


class _Sync:
    def __init__(self, fake: FakeZof) -> None:
        self._fake = fake

    def send(self, request: HttpRequest, timeout: float) -> Reply | Fault:
        return self._fake.answer(request, timeout)

    def read(
        self, reply: Reply, write: Callable[[bytes], object], limit: int, timeout: float
    ) -> Fault | None:
        return _read(reply, write, limit, timeout)

    def discard(self, reply: Reply) -> None:
        pass

    def close(self) -> None:
        pass


class _Async:
    def __init__(self, fake: FakeZof) -> None:
        self._fake = fake

    async def send(self, request: HttpRequest, timeout: float) -> Reply | Fault:
        return self._fake.answer(request, timeout)

    async def read(
        self, reply: Reply, write: Callable[[bytes], object], limit: int, timeout: float
    ) -> Fault | None:
        return _read(reply, write, limit, timeout)

    async def discard(self, reply: Reply) -> None:
        pass

    async def aclose(self) -> None:
        pass
