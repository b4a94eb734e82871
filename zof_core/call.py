"""The life of one call, without I/O: build, send, read, decide, wait.

`Plan.machine` is a generator. It yields commands, a driver carries each out and sends back what came of it. So the sync
and the async client share every decision, and a test needs no network to see all of them.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Protocol, TypeVar

from zof_core import failures
from zof_core.ambient import ambient_priority
from zof_core.assumptions import BODY_MAX_BYTES, DEADLINE_SECONDS, REQUEST_ID_HEADERS
from zof_core.budget import RetryBudget
from zof_core.clock import SYSTEM, Clock
from zof_core.commands import Command, Fault, HttpRequest, Read, RenewKey, Reply, Send, Sleep
from zof_core.config import ApiKey, BaseUrl
from zof_core.deadlines import ambient_deadline
from zof_core.errors import Attempt, ZofApiError, clean_text
from zof_core.governor import Governor, GovernorOf, Priority
from zof_core.observing import AttemptStarted, Observer
from zof_core.requests import Call
from zof_core.responses import RawResponse, ResponseInfo
from zof_core.retry import STANDARD, GiveUp, RetryPolicy, decide, retry_after_seconds, worth_retrying

T = TypeVar("T")
OnLimit = Literal["wait", "raise"]
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PASSING_FAULTS = frozenset({"resolve", "connect", "write", "read", "protocol", "timeout", "proxy"})


class Sink(Protocol):
    """Where the body of a success goes."""

    @property
    def repeatable(self) -> bool:
        """Whether it could still take the body from its start."""

    def begin(self) -> None:
        """Called before each try: what it has taken so far is void."""

    def write(self, data: bytes) -> object:
        """Takes a piece."""


class _Memory:
    """Keeps a body."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self.write: Callable[[bytes], object] = self._pieces.append

    repeatable = True

    def begin(self) -> None:
        self._pieces.clear()

    def whole(self) -> bytes:
        return b"".join(self._pieces)


@dataclass(slots=True)
class _Course:
    """A call on its way: what it is, and what has happened so far."""

    call: Call[Any]
    request: HttpRequest
    sink: Sink
    limit: int
    redirects: bool
    priority: Priority
    started: float
    ends_at: float
    attempts: list[Attempt] = field(default_factory=list)
    waited: float = 0.0
    key_renewed: bool = False
    key_version: int = 0
    tokens: int = 0

    def ends_well(self, status: int) -> bool:
        """Whether an answer of that status is what was wanted."""
        return 200 <= status < 300 or (self.redirects and status in _REDIRECTS)


@dataclass(slots=True)
class _Try:
    """One attempt, as far as it got."""

    sent_at: float
    head: Reply | None = None
    fault: Fault | None = None
    error_body: _Memory = field(default_factory=_Memory)


@dataclass(frozen=True, slots=True)
class Plan:
    """How a client makes its calls.

    Args:
        base_url: where Zof is.
        key: the API key.
        timeout: seconds for a whole call.
        policy: how often to try again.
        clock: time and chance.
        user_agent: how the client introduces itself.
        on_limit: at the end of a rate window: wait for the next, or raise at once.
        budget: limits the retries of all calls together.
        observer: log, middleware and counts.
        governor_of: finds the account of the rate window.
    """

    base_url: BaseUrl
    key: ApiKey
    timeout: float = DEADLINE_SECONDS
    policy: RetryPolicy = STANDARD
    clock: Clock = SYSTEM
    user_agent: str = "zof-chatops"
    on_limit: OnLimit = "wait"
    budget: RetryBudget = field(default_factory=RetryBudget)
    observer: Observer = field(default_factory=Observer)
    governor_of: GovernorOf = field(default_factory=GovernorOf)

    def governor(self) -> Governor:
        """The governor of this key and address."""
        return self.governor_of.find(self.base_url.text, self.key)

    def with_timeout(self, seconds: float) -> Plan:
        """The same plan with another timeout."""
        return replace(self, timeout=seconds)

    def key_machine(self, ends_at: float | None = None) -> Generator[Command, Any, None]:
        """Reads the key from its source, if that has not been done.

        Args:
            ends_at: a deadline beside the client's own and the ambient one, in monotonic seconds.
        """
        if not self.key.known:
            now = self.clock.monotonic()
            yield RenewKey(self.key, self._nearest(now + self.timeout, ends_at) - now)

    def machine(
        self, call: Call[T], ends_at: float | None = None, priority: Priority | None = None
    ) -> Generator[Command, Any, T]:
        """Makes a call and reads its answer.

        Args:
            call: which.
            ends_at: a deadline beside the client's own and the ambient one, in monotonic seconds.
            priority: whose call it is; the ambient one if not given.

        Raises:
            ZofApiError: of the class that fits.
        """
        raw = yield from self.raw_machine(call, ends_at, priority)
        from zof_core.answers import read_answer  # noqa: PLC0415  # pydantic comes with the first answer

        return read_answer(call, raw, self.base_url.host, self.key)

    def raw_machine(
        self, call: Call[Any], ends_at: float | None = None, priority: Priority | None = None
    ) -> Generator[Command, Any, RawResponse]:
        """Makes a call until its answer is a success, and gives it as it came."""
        memory = _Memory()
        # Made above the loop: all tries of one call carry one key, so that Zof does the work once.
        info = yield from self.exchange(call, self._request(call), memory, ends_at, priority=priority)
        return RawResponse(info, memory.whole())

    def exchange(
        self,
        call: Call[Any],
        request: HttpRequest,
        sink: Sink,
        ends_at: float | None = None,
        limit: int = BODY_MAX_BYTES,
        *,
        redirects: bool = False,
        priority: Priority | None = None,
    ) -> Generator[Command, Any, ResponseInfo]:
        """Sends a request until its answer is a success.

        Args:
            call: what it is for.
            request: what to send.
            sink: where the body of the success goes.
            ends_at: a deadline beside the client's own and the ambient one, in monotonic seconds.
            limit: bytes of a body at most.
            redirects: whether an answer that leads elsewhere is given back, its body unread, and not an error.
            priority: whose call it is; the ambient one if not given.
        """
        now = self.clock.monotonic()
        course = _Course(
            call,
            request,
            sink,
            limit,
            redirects,
            priority or ambient_priority(),
            started=now,
            ends_at=self._nearest(now + self.timeout, ends_at),
        )
        yield from self.key_machine(course.ends_at)
        while True:
            answer = yield from self._attempt(course)
            if isinstance(answer, ResponseInfo):
                self.budget.give_back(course.tokens)
                return answer
            yield from self._pause_or_raise(answer, course)

    def _attempt(self, course: _Course) -> Generator[Command, Any, ResponseInfo | _Failed]:
        # What goes elsewhere, without the key, is not counted by Zof.
        governor = (yield from self._place_in_window(course)) if course.request.key else None
        one = _Try(self.clock.monotonic())
        started = AttemptStarted(
            course.call.operation.name, course.request.method, len(course.attempts) + 1, self.base_url.host
        )
        added = self.observer.before(started)
        course.sink.begin()
        try:
            yield from self._send_and_read(course, one, _with_headers(course.request, added))
        finally:
            # Also when its driver was cancelled in the middle: the place in the window is given back.
            attempt = self._ended(course, one, started, governor)
        course.attempts.append(attempt)
        if one.head is None or one.fault is not None or not course.ends_well(one.head.status):
            body = self.key.hide(one.error_body.whole().decode("latin-1")).encode("latin-1")
            return _Failed(one.fault, one.head, body, can_repeat=course.sink.repeatable)
        name = course.call.operation.name
        return ResponseInfo(
            one.head.status, one.head.headers, attempt.request_id, tuple(course.attempts), name
        )

    def _send_and_read(
        self, course: _Course, one: _Try, request: HttpRequest
    ) -> Generator[Command, Any, None]:
        if one.sent_at >= course.ends_at:
            one.fault = Fault("timeout", "no time was left")
            return
        course.key_version = self.key.version
        reply = yield Send(request, course.ends_at)
        if isinstance(reply, Fault):
            one.fault = reply
            return
        one.head = reply
        success = 200 <= reply.status < 300
        into, most = (course.sink.write, course.limit) if success else (one.error_body.write, BODY_MAX_BYTES)
        fault = yield Read(reply, into, most, course.ends_at)
        # What the status says of a failure holds, whether or not its body can be read.
        one.fault = None if fault is not None and fault.kind == "unreadable" and not success else fault

    def _ended(
        self, course: _Course, one: _Try, started: AttemptStarted, governor: Governor | None
    ) -> Attempt:
        """The record of an attempt, told to all who keep one."""
        now = self.clock.monotonic()
        headers = one.head.headers if one.head else None
        attempt = Attempt(
            number=started.number,
            status=one.head.status if one.head else None,
            request_id=self._request_id(headers) if headers else None,
            fault=one.fault.kind if one.fault else None,
            duration=now - one.sent_at,
            wait=course.waited,
        )
        self.observer.after(started, attempt, headers)
        if governor is not None and governor.ended(headers, now, self.clock.wall()):
            window = governor.window(now)
            if window is not None:
                self.observer.rate_limit_low(window.limit, window.remaining)
        return attempt

    def _place_in_window(self, course: _Course) -> Generator[Command, Any, Governor]:
        """Waits for a place in Zof's rate window, or raises if that would take too long."""
        governor = self.governor()
        while True:
            now = self.clock.monotonic()
            wait = governor.wait(course.priority, now)
            if wait <= 0:
                return governor
            if self.on_limit == "raise" or wait >= course.ends_at - now:
                raise failures.error_of_pacing(self._facts(course, None), wait)
            course.waited += wait
            yield Sleep(wait)

    def _pause_or_raise(self, failed: _Failed, course: _Course) -> Generator[Command, Any, None]:
        now = self.clock.monotonic()
        if failed.status == 401 and not course.key_renewed and self.key.renewable:
            course.key_renewed = True
            # Of calls that were refused together, the first one's reading serves all.
            is_read = self.key.version != course.key_version
            if is_read or (yield RenewKey(self.key, course.ends_at - now)):
                course.waited = 0.0
                return
        head = failed.head
        retry_after = retry_after_seconds(head.status, head.headers, self.clock.wall()) if head else None
        verdict = decide(
            attempt=len(course.attempts),
            retriable=failed.may_pass,
            retry_after=retry_after,
            time_left=course.ends_at - now,
            chance=self.clock.random(),
            policy=self.policy,
        )
        timed_out = failed.fault is not None and failed.fault.kind == "timeout"
        tokens = None if isinstance(verdict, GiveUp) else self.budget.take(after_timeout=timed_out)
        if isinstance(verdict, GiveUp) or tokens is None:
            raise self._error(failed, retry_after, course, now)
        course.tokens = tokens
        course.waited = verdict.seconds
        yield Sleep(verdict.seconds)

    def _error(self, failed: _Failed, retry_after: float | None, course: _Course, now: float) -> ZofApiError:
        facts = self._facts(course, failed.head)
        out_of_time = course.ends_at - now <= 0
        if failed.fault is None and failed.head is not None:
            return failures.error_of_answer(
                facts, failed.head.status, failed.head.headers, failed.body, retry_after
            )
        fault = failed.fault or Fault("read", "no answer")
        if fault.kind == "timeout" or out_of_time:
            return failures.error_of_timeout(facts, now - course.started)
        status = failed.head.status if failed.head else None
        return failures.error_of_fault(facts, fault.kind, fault.message, status)

    def _request_id(self, headers: Mapping[str, str]) -> str | None:
        request_id = request_id_of(headers)
        return self.key.hide(request_id) if request_id else None

    def _facts(self, course: _Course, head: Reply | None) -> failures.Facts:
        request_id = self._request_id(head.headers) if head else None
        return failures.Facts(course.call, self.base_url.host, tuple(course.attempts), self.key, request_id)

    def _request(self, call: Call[Any]) -> HttpRequest:
        headers = [
            ("Accept", "application/json"),
            ("Accept-Encoding", "identity"),
            ("User-Agent", self.user_agent),
        ]
        if call.body is not None:
            headers.append(("Content-Type", "application/json"))
        if call.operation.needs_key:
            headers.append(("Idempotency-Key", call.idempotency_key or str(uuid.uuid4())))
        url = self.base_url.join(call.path)
        return HttpRequest(call.operation.method, url, tuple(headers), call.body, self.key)

    def _nearest(self, mine: float, given: float | None) -> float:
        return min(at for at in (mine, given, ambient_deadline(self.clock)) if at is not None)


@dataclass(frozen=True, slots=True)
class _Failed:
    """A try without success: a fault, or an answer that says no."""

    fault: Fault | None
    head: Reply | None
    body: bytes = field(repr=False)
    can_repeat: bool

    @property
    def status(self) -> int | None:
        return self.head.status if self.head and not self.fault else None

    @property
    def may_pass(self) -> bool:
        if not self.can_repeat:
            return False
        if self.fault is not None:
            return self.fault.kind in _PASSING_FAULTS
        return self.head is not None and worth_retrying(self.head.status)


def _with_headers(request: HttpRequest, added: list[tuple[str, str]]) -> HttpRequest:
    if not added:
        return request
    return HttpRequest(request.method, request.url, (*request.headers, *added), request.body, request.key)


def request_id_of(headers: Mapping[str, str]) -> str | None:
    """The id Zof gave the request."""
    return next(
        (clean_text(headers[name], 200) or None for name in REQUEST_ID_HEADERS if name in headers), None
    )
