"""A handle to a run that goes on elsewhere: wait for it, cancel it, hand it to another process."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from zof_core.assumptions import WAIT_SECONDS
from zof_core.errors import ZofValidationError
from zof_core.models import Run
from zof_core.validation import checked_id, quoted, refuse
from zof_core.waiting import wait_for_runs

if TYPE_CHECKING:
    from zof_core.client import AsyncZofClient, ZofClient

OnUpdate = Callable[[Run], object]
H = TypeVar("H", bound="BaseHandle")


def named_run(run: Run | str) -> tuple[str, Run | None]:
    """The id of a run that was given itself or by its id, and the run if it is known."""
    return (run.id, run) if isinstance(run, Run) else (run, None)


def make_token(run_id: str, project_id: str | None) -> str:
    """A text that names a run, for another process. It holds no secret."""
    facts = json.dumps({"run": run_id, "project": project_id}, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(facts).decode()


def read_token(token: str) -> tuple[str, str | None]:
    """Run and project of a token.

    Raises:
        ZofValidationError: it is none.
    """
    try:
        facts = json.loads(base64.urlsafe_b64decode(token.encode()))
        run_id, project = facts["run"], facts["project"]
    except (ValueError, TypeError, KeyError, AttributeError, binascii.Error, RecursionError):
        run_id, project = None, None
    if not isinstance(run_id, str) or not isinstance(project, str | None):
        raise ZofValidationError(
            f"{quoted(token)} is no token of a run handle. Give what handle.token gave.", param="token"
        )
    return checked_id("run_id", run_id), project


class BaseHandle:
    """What both kinds of handle have in common.

    Args:
        client: whose run it is.
        run_id: the run.
        run: as it was last seen.
        project_id: where it is, if that is known of a run that was not seen.
    """

    def __init__(
        self,
        client: ZofClient | AsyncZofClient,
        run_id: str,
        run: Run | None = None,
        project_id: str | None = None,
    ) -> None:
        self.id = checked_id("run_id", run_id)
        self.plan = client.plan
        self.poller = client.poller
        self._run = run
        self._project_id = project_id

    @property
    def latest(self) -> Run | None:
        """The run as it was last seen; None before the first look."""
        return self._run

    @property
    def project_id(self) -> str | None:
        """The project it belongs to, if that is known."""
        return self._run.project_id if self._run else self._project_id

    @property
    def has_ended(self) -> bool:
        """Whether it had ended when it was last seen."""
        return self._run is not None and self._run.is_terminal

    @property
    def token(self) -> str:
        """Names this run to another process: `client.runs.resume(token)`."""
        return make_token(self.id, self.project_id)

    def notify(self, event: Any = None) -> None:
        """Something is said to have happened, as by a webhook: who waits looks at once, not at the next round.

        Args:
            event: with a `run_id`, such as `zof_core.webhooks.verify` gives; one of another run, or of none, is
                ignored. None counts for this run.

        Raises:
            ZofValidationError: it has no `run_id`.
        """
        if event is not None and not hasattr(event, "run_id"):
            kind = type(event).__name__
            refuse({"event": f"event must be what zof_core.webhooks.verify gives, not {kind}."})
        about = self.id if event is None else event.run_id
        if about == self.id and self.plan.key.known:
            self.poller().hint(self.id)

    def see(self, run: Run | None) -> bool:
        """Takes note of how the run is now. Gives whether that is new."""
        is_new = run is not None and run != self._run
        self._run = run or self._run
        return is_new

    def __repr__(self) -> str:
        if not hasattr(self, "_run"):  # refused while it was made, and shown by a traceback with locals
            return f"<{type(self).__name__}>"
        return f"<{type(self).__name__} {self.id} {self._run.status if self._run else 'not seen yet'}>"


class RunHandle(BaseHandle):
    """A run, from code that blocks. All handles of a process are served by one poller."""

    def __init__(
        self, client: ZofClient, run_id: str, run: Run | None = None, project_id: str | None = None
    ) -> None:
        super().__init__(client, run_id, run, project_id)
        self._client = client

    def refresh(self) -> Run:
        """Reads the run now."""
        self._run = self._client.runs.retrieve(self.id)
        return self._run

    def cancel(self) -> Run:
        """Cancels it; see `client.runs.cancel`."""
        self._run = self._client.runs.cancel(self.id)
        return self._run

    def wait(self, *, deadline: float = WAIT_SECONDS, on_update: OnUpdate | None = None) -> Run:
        """Waits until the run has ended.

        Args:
            deadline: seconds from now.
            on_update: called in this thread with the run whenever something about it has changed.

        Raises:
            ZofTimeoutError: it has not ended by then; it goes on.
        """
        return wait_all([self], deadline=deadline, on_update=on_update)[0]

    def _wait(
        self, handles: Sequence[RunHandle], deadline: float, on_update: OnUpdate | None, enough: int
    ) -> list[RunHandle]:
        return self._client.drive(wait_for_runs(handles, deadline, on_update, enough=enough))


def wait_any(
    handles: Iterable[RunHandle], *, deadline: float = WAIT_SECONDS, on_update: OnUpdate | None = None
) -> RunHandle:
    """Waits until one of several runs has ended, and gives its handle.

    Raises:
        ZofTimeoutError: none has by then.
    """
    listed = _listed(handles, RunHandle)
    return listed[0]._wait(listed, deadline, on_update, 1)[0]


def wait_all(
    handles: Iterable[RunHandle], *, deadline: float = WAIT_SECONDS, on_update: OnUpdate | None = None
) -> list[Run]:
    """Waits until all of several runs have ended, and gives them in the order of the handles.

    Raises:
        ZofTimeoutError: one has not by then.
    """
    listed = _listed(handles, RunHandle)
    listed[0]._wait(listed, deadline, on_update, len(listed))
    return [run for handle in listed if (run := handle.latest)]


class AsyncRunHandle(BaseHandle):
    """A run, from `async` code. All handles of a process are served by one poller."""

    def __init__(
        self, client: AsyncZofClient, run_id: str, run: Run | None = None, project_id: str | None = None
    ) -> None:
        super().__init__(client, run_id, run, project_id)
        self._client = client

    async def refresh(self) -> Run:
        """Reads the run now."""
        self._run = await self._client.runs.retrieve(self.id)
        return self._run

    async def cancel(self) -> Run:
        """Cancels it; see `client.runs.cancel`."""
        self._run = await self._client.runs.cancel(self.id)
        return self._run

    async def wait(self, *, deadline: float = WAIT_SECONDS, on_update: OnUpdate | None = None) -> Run:
        """Waits until the run has ended; see `RunHandle.wait`. `on_update` may be a coroutine function."""
        return (await async_wait_all([self], deadline=deadline, on_update=on_update))[0]

    async def _wait(
        self, handles: Sequence[AsyncRunHandle], deadline: float, on_update: OnUpdate | None, enough: int
    ) -> list[AsyncRunHandle]:
        return await self._client.drive(wait_for_runs(handles, deadline, on_update, enough=enough))


async def async_wait_any(
    handles: Iterable[AsyncRunHandle], *, deadline: float = WAIT_SECONDS, on_update: OnUpdate | None = None
) -> AsyncRunHandle:
    """Waits until one of several runs has ended, and gives its handle; see `wait_any`."""
    listed = _listed(handles, AsyncRunHandle)
    return (await listed[0]._wait(listed, deadline, on_update, 1))[0]


async def async_wait_all(
    handles: Iterable[AsyncRunHandle], *, deadline: float = WAIT_SECONDS, on_update: OnUpdate | None = None
) -> list[Run]:
    """Waits until all of several runs have ended, and gives them in the order of the handles; see `wait_all`."""
    listed = _listed(handles, AsyncRunHandle)
    await listed[0]._wait(listed, deadline, on_update, len(listed))
    return [run for handle in listed if (run := handle.latest)]


def _listed(handles: Iterable[H], kind: type[H]) -> list[H]:
    listed = list(handles) if isinstance(handles, Iterable) else [handles]
    if not listed:
        raise ZofValidationError("No run to wait for was given.", param="handles")
    for one in listed:
        if not isinstance(one, kind):
            raise ZofValidationError(
                f"handles holds a value of type {type(one).__name__}. {_MADE_BY[kind]}", param="handles"
            )
    return listed


_MADE_BY: dict[type[BaseHandle], str] = {
    RunHandle: "Give what ZofClient.runs.watch(...) gave; of an AsyncZofClient, use async_wait_any and async_wait_all.",
    AsyncRunHandle: "Give what AsyncZofClient.runs.watch(...) gave; of a ZofClient, use wait_any and wait_all.",
}
