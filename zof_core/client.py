"""`ZofClient` and `AsyncZofClient`: one plan, one machine, two drivers."""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar

from zof_core import resources
from zof_core.assumptions import DEADLINE_SECONDS, MAX_RETRIES
from zof_core.call import OnLimit, Plan
from zof_core.clock import SYSTEM, Clock
from zof_core.commands import Command
from zof_core.config import KeyFrom, KeySource, resolve_base_url, resolve_key
from zof_core.deadlines import checked_seconds
from zof_core.drivers import AsyncDriver, AsyncTransport, Driver, Transport, renewed_apart
from zof_core.errors import ZofValidationError
from zof_core.observing import Middleware, Observer
from zof_core.requests import Call
from zof_core.responses import RawResponse
from zof_core.retry import RetryPolicy
from zof_core.telemetry import telemetry_if_loaded
from zof_core.untyped import untyped_call
from zof_core.validation import quoted
from zof_core.version import __version__

if TYPE_CHECKING:
    from zof_core.poller import Drive, Poller
    from zof_core.stats import Stats
    from zof_core.watching import Pace

T = TypeVar("T")


def _plan(
    *,
    api_key: KeyFrom | None,
    base_url: str | None,
    timeout: float,
    max_retries: int,
    on_limit: OnLimit,
    middleware: Sequence[Middleware],
    clock: Clock,
) -> Plan:
    if on_limit not in ("wait", "raise"):
        raise ZofValidationError(f"on_limit {quoted(on_limit)} is neither wait nor raise.", param="on_limit")
    if isinstance(max_retries, bool) or not isinstance(max_retries, int) or max_retries < 0:
        raise ZofValidationError(
            f"max_retries {quoted(max_retries)} is not a whole number of 0 or more.", param="max_retries"
        )
    if not isinstance(middleware, Sequence):
        raise ZofValidationError(
            f"middleware must be a list, not {type(middleware).__name__}.", param="middleware"
        )
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    return Plan(
        base_url=resolve_base_url(base_url),
        key=resolve_key(api_key),
        timeout=checked_seconds("timeout", timeout),
        policy=RetryPolicy(max_retries=max_retries),
        clock=clock,
        on_limit=on_limit,
        observer=Observer((*telemetry_if_loaded(), *middleware)),
        user_agent=f"zof-chatops/{__version__} python/{python}",
    )


class ZofClient:
    """Zof, from code that blocks. Safe to share between threads; close it, or use it in a `with`.

    Args:
        api_key: the key, or a function that gives it and is asked again when Zof refuses the key. Else `ZOF_API_KEY`,
            else the profile file (`zof_core.config`).
        base_url: else `ZOF_BASE_URL`, else https://api.zof.ai/v1. Plain http only for this machine.
        timeout: seconds for a whole call, with its retries, waits and the body.
        max_retries: tries after the first, for what may pass: 429, 5xx, connection faults.
        on_limit: at the end of Zof's rate window, "wait" for the next one or "raise" `ZofRateLimitError` at once.
        ca_file: certificates in PEM form instead of the usual ones.
        middleware: sees each try, and may add headers to it (`zof_core.observing.Middleware`).
        transport: another way to send, as tests have it.
        clock: time and chance, as tests have them.

    Raises:
        ZofAuthenticationError: there is no key.
        ZofValidationError: the base URL or a number cannot be used.
    """

    def __init__(
        self,
        api_key: KeySource | None = None,
        *,
        base_url: str | None = None,
        timeout: float = DEADLINE_SECONDS,
        max_retries: int = MAX_RETRIES,
        on_limit: OnLimit = "wait",
        ca_file: str | None = None,
        middleware: Sequence[Middleware] = (),
        transport: Transport | None = None,
        clock: Clock = SYSTEM,
    ) -> None:
        key = None if api_key is None else KeyFrom(api_key)
        del api_key  # from here on no traceback shows it
        self.plan = _plan(
            api_key=key,
            base_url=base_url,
            timeout=timeout,
            max_retries=max_retries,
            on_limit=on_limit,
            middleware=middleware,
            clock=clock,
        )
        self._ca_file = ca_file
        self._transport = transport
        self._given_transport = transport
        self._driver: Driver | None = Driver(transport, clock) if transport else None
        self._poller: Poller | None = None
        self.projects = resources.Projects(self)
        self.runs = resources.Runs(self)
        self.results = resources.Results(self)
        self.reports = resources.Reports(self)
        self.schedules = resources.Schedules(self)
        self.webhooks = resources.Webhooks(self)
        self.applications = resources.Applications(self)
        self.teams = resources.Teams(self)
        self.integrations = resources.Integrations(self)

    def run(self, call: Call[T]) -> T:
        """Makes a call that `zof_core.requests` built."""
        return self.drive(self.plan.machine(call))

    def drive(self, machine: Generator[Command, Any, T]) -> T:
        """Runs a machine of `zof_core.call`."""
        return (self._driver or self._open()).drive(machine)

    def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        json: Any = None,
        idempotency_key: str | None = None,
    ) -> RawResponse:
        """An operation that has no method here yet, with the same retries, deadline and errors.

        Args:
            method: GET, POST, PUT, PATCH or DELETE.
            path: below the base URL, such as `/agents`; ids in it are to be escaped (`zof_core.requests.escaped_id`).
            params: query parameters.
            json: the body.
            idempotency_key: for what is not a GET; made if not given.
        """
        call = untyped_call(method, path, params=params, json=json, idempotency_key=idempotency_key)
        return self.drive(self.plan.raw_machine(call))

    def poller(self) -> Poller:
        """Watches runs, for all clients of this process with the same address and key."""
        from zof_core.poller import shared_poller  # noqa: PLC0415  # who never watches does not load it

        # Held on to: under a key that was rotated meanwhile, its name would be another.
        self._poller = self._poller or shared_poller(self.plan, self._drive_in_thread)
        return self._poller

    @contextmanager
    def _drive_in_thread(self) -> Iterator[Drive]:
        """Carries out rounds in the poller's thread, with connections of its own, since it may outlive this client."""
        if self._given_transport is not None:
            yield Driver(self._given_transport, self.plan.clock).drive
            return
        from zof_core.transport.blocking import HttpTransport  # noqa: PLC0415  # who never watches does not load it

        with closing(HttpTransport(self._ca_file)) as transport:
            yield Driver(transport, self.plan.clock).drive

    def stats(self) -> Stats:
        """What this client has done, what is left of the rate window, and what watching runs costs."""
        from zof_core.stats import stats_of  # noqa: PLC0415  # who never asks does not load it

        return stats_of(self.plan, self._poller)

    def close(self) -> None:
        """Closes the connections. Calls made later fail."""
        self._open()
        assert self._transport is not None
        self._transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        plan: Plan | None = getattr(self, "plan", None)  # one that could not be made has none
        return f"<ZofClient {plan.base_url.text}>" if plan else "<ZofClient>"

    def _open(self) -> Driver:
        if self._driver is None:
            from zof_core.transport.blocking import HttpTransport  # noqa: PLC0415  # who never calls does not load it

            self._transport = HttpTransport(self._ca_file)
            self._driver = Driver(self._transport, self.plan.clock)
        return self._driver


class AsyncZofClient:
    """Zof, from `async` code. One client serves several event loops; close it, or use it in an `async with`.

    Args:
        api_key: the key, or a function (plain or `async`) that gives it and is asked again when Zof refuses the key.
            Else `ZOF_API_KEY`, else the profile file (`zof_core.config`).
        base_url: else `ZOF_BASE_URL`, else https://api.zof.ai/v1. Plain http only for this machine.
        timeout: seconds for a whole call, with its retries, waits and the body.
        max_retries: tries after the first, for what may pass: 429, 5xx, connection faults.
        on_limit: at the end of Zof's rate window, "wait" for the next one or "raise" `ZofRateLimitError` at once.
        ca_file: certificates in PEM form instead of the usual ones.
        middleware: sees each try, and may add headers to it (`zof_core.observing.Middleware`).
        transport: another way to send, as tests have it.
        clock: time and chance, as tests have them.

    Raises:
        ZofAuthenticationError: there is no key.
        ZofValidationError: the base URL or a number cannot be used.
    """

    def __init__(
        self,
        api_key: KeySource | None = None,
        *,
        base_url: str | None = None,
        timeout: float = DEADLINE_SECONDS,
        max_retries: int = MAX_RETRIES,
        on_limit: OnLimit = "wait",
        ca_file: str | None = None,
        middleware: Sequence[Middleware] = (),
        transport: AsyncTransport | None = None,
        clock: Clock = SYSTEM,
    ) -> None:
        key = None if api_key is None else KeyFrom(api_key)
        del api_key  # from here on no traceback shows it
        self.plan = _plan(
            api_key=key,
            base_url=base_url,
            timeout=timeout,
            max_retries=max_retries,
            on_limit=on_limit,
            middleware=middleware,
            clock=clock,
        )
        self._ca_file = ca_file
        self._transport = transport
        self._given_transport = transport
        self._driver: AsyncDriver | None = AsyncDriver(transport, clock) if transport else None
        self._poller: Poller | None = None
        self.projects = resources.AsyncProjects(self)
        self.runs = resources.AsyncRuns(self)
        self.results = resources.AsyncResults(self)
        self.reports = resources.AsyncReports(self)
        self.schedules = resources.AsyncSchedules(self)
        self.webhooks = resources.AsyncWebhooks(self)
        self.applications = resources.AsyncApplications(self)
        self.teams = resources.AsyncTeams(self)
        self.integrations = resources.AsyncIntegrations(self)

    async def run(self, call: Call[T]) -> T:
        """Makes a call that `zof_core.requests` built."""
        return await self.drive(self.plan.machine(call))

    async def drive(self, machine: Generator[Command, Any, T]) -> T:
        """Runs a machine of `zof_core.call`."""
        return await (self._driver or self._open()).drive(machine)

    async def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        json: Any = None,
        idempotency_key: str | None = None,
    ) -> RawResponse:
        """An operation that has no method here yet; see `ZofClient.request`."""
        call = untyped_call(method, path, params=params, json=json, idempotency_key=idempotency_key)
        return await self.drive(self.plan.raw_machine(call))

    def poller(self, pace: Pace | None = None) -> Poller:
        """Watches runs, for all clients of this process with the same address and key; who asks first sets the pace."""
        from zof_core.poller import shared_poller  # noqa: PLC0415  # who never watches does not load it

        # Held on to: under a key that was rotated meanwhile, its name would be another.
        self._poller = self._poller or shared_poller(self.plan, self._drive_in_thread, pace)
        return self._poller

    @contextmanager
    def _drive_in_thread(self) -> Iterator[Drive]:
        """Carries out rounds in the poller's thread, which has no event loop and may outlive this client."""
        if self._given_transport is not None:
            driver = AsyncDriver(self._given_transport, self.plan.clock)
            import asyncio  # noqa: PLC0415  # see `clock`

            yield lambda machine: asyncio.run(driver.drive(machine))
            return
        from zof_core.transport.blocking import HttpTransport  # noqa: PLC0415  # who never watches does not load it

        with closing(HttpTransport(self._ca_file)) as transport:
            yield Driver(transport, self.plan.clock, renewed_apart).drive

    def stats(self) -> Stats:
        """What this client has done, what is left of the rate window, and what watching runs costs."""
        from zof_core.stats import stats_of  # noqa: PLC0415  # who never asks does not load it

        return stats_of(self.plan, self._poller)

    async def aclose(self) -> None:
        """Closes the connections of the running event loop. Calls made later fail."""
        self._open()
        assert self._transport is not None
        await self._transport.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        plan: Plan | None = getattr(self, "plan", None)  # one that could not be made has none
        return f"<AsyncZofClient {plan.base_url.text}>" if plan else "<AsyncZofClient>"

    def _open(self) -> AsyncDriver:
        if self._driver is None:
            from zof_core.transport.looping import AsyncHttpTransport  # noqa: PLC0415  # who never calls does not load it

            self._transport = AsyncHttpTransport(self._ca_file)
            self._driver = AsyncDriver(self._transport, self.plan.clock)
        return self._driver
