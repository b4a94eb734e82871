"""`client.runs`, `client.results` and their neighbours, for both clients, bound to their builders.

No signature stands here twice: `_now` makes a method that answers, `_later` one that is awaited, `_pages` and
`_later_pages` one that walks through all pages.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from zof_core import admin_builders, builders
from zof_core.assumptions import DOWNLOAD_SECONDS, WAIT_SECONDS
from zof_core.paging import AsyncPager, Pager

if TYPE_CHECKING:
    from zof_core.client import AsyncZofClient, ZofClient
    from zof_core.downloads import BinaryWriter
    from zof_core.handles import AsyncRunHandle, RunHandle
    from zof_core.models import Artifact, Page, Run
    from zof_core.requests import Call

P = ParamSpec("P")
T = TypeVar("T")


class Resource:
    """A group of operations of a `ZofClient`."""

    def __init__(self, client: ZofClient) -> None:
        self._client = client


class AsyncResource:
    """A group of operations of an `AsyncZofClient`."""

    def __init__(self, client: AsyncZofClient) -> None:
        self._client = client


def _as_method(build: Callable[..., Any], method: Callable[..., Any]) -> Any:
    """Gives a method the name, the documentation and the signature of its builder."""
    functools.update_wrapper(method, build)
    own = inspect.Parameter("self", inspect.Parameter.POSITIONAL_ONLY)
    signature = inspect.signature(build)
    method.__signature__ = signature.replace(  # type: ignore[attr-defined]  # functions carry attributes
        parameters=[own, *signature.parameters.values()], return_annotation=inspect.Signature.empty
    )
    return method


def _now(build: Callable[P, Call[T]]) -> Callable[Concatenate[Resource, P], T]:
    def method(self: Resource, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return self._client.run(build(*args, **kwargs))

    return _as_method(build, method)  # type: ignore[no-any-return]  # the same method, described


def _later(build: Callable[P, Call[T]]) -> Callable[Concatenate[AsyncResource, P], Coroutine[Any, Any, T]]:
    async def method(self: AsyncResource, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._client.run(build(*args, **kwargs))

    return _as_method(build, method)  # type: ignore[no-any-return]  # the same method, described


def _pages(build: Callable[P, Call[Page[T]]]) -> Callable[Concatenate[Resource, P], Pager[T]]:
    def method(self: Resource, /, *args: P.args, **kwargs: P.kwargs) -> Pager[T]:
        return Pager(self._client.run, build(*args, **kwargs))

    return _as_method(build, method)  # type: ignore[no-any-return]  # the same method, described


def _later_pages(build: Callable[P, Call[Page[T]]]) -> Callable[Concatenate[AsyncResource, P], AsyncPager[T]]:
    def method(self: AsyncResource, /, *args: P.args, **kwargs: P.kwargs) -> AsyncPager[T]:
        return AsyncPager(self._client.run, build(*args, **kwargs))

    return _as_method(build, method)  # type: ignore[no-any-return]  # the same method, described


class Projects(Resource):
    """`client.projects`."""

    list = _now(builders.list_projects)
    list_auto = _pages(builders.list_projects)


class AsyncProjects(AsyncResource):
    """`client.projects`."""

    list = _later(builders.list_projects)
    list_auto = _later_pages(builders.list_projects)


class Artifacts(Resource):
    """`client.runs.artifacts`."""

    list = _now(builders.list_run_artifacts)
    list_auto = _pages(builders.list_run_artifacts)

    def download(
        self, artifact: Artifact | str, to: str | Path | BinaryWriter, *, timeout: float = DOWNLOAD_SECONDS
    ) -> int:
        """Fetches an artifact's file; the API key goes along to Zof's own address only.

        Args:
            artifact: of `list`, or the address of its file.
            to: a path, which then holds either the whole file or what it held before; or something to write to.
            timeout: seconds for all of it.

        Returns:
            Bytes written.

        Raises:
            ZofValidationError: the artifact has no address, or one that is not followed.
        """
        from zof_core.downloads import download  # noqa: PLC0415  # who never downloads does not load it

        return self._client.drive(download(self._client.plan, artifact, to, timeout))


class AsyncArtifacts(AsyncResource):
    """`client.runs.artifacts`."""

    list = _later(builders.list_run_artifacts)
    list_auto = _later_pages(builders.list_run_artifacts)

    async def download(
        self, artifact: Artifact | str, to: str | Path | BinaryWriter, *, timeout: float = DOWNLOAD_SECONDS
    ) -> int:
        """Fetches an artifact's file; see `ZofClient.runs.artifacts.download`."""
        from zof_core.downloads import download  # noqa: PLC0415  # who never downloads does not load it

        return await self._client.drive(download(self._client.plan, artifact, to, timeout))


class Runs(Resource):
    """`client.runs`."""

    def watch(self, run: Run | str) -> RunHandle:
        """A handle to a run, to wait for it together with others (`zof_core.wait_any`, `wait_all`).

        All handles of a process are served by one poller, whose requests do not grow with the number of runs.

        Args:
            run: the run, or its id.
        """
        from zof_core.handles import RunHandle, named_run  # noqa: PLC0415  # who never watches does not load it

        return RunHandle(self._client, *named_run(run))

    def resume(self, token: str) -> RunHandle:
        """The handle that another process named by its `token`."""
        from zof_core.handles import RunHandle, read_token  # noqa: PLC0415  # who never watches does not load it

        run_id, project_id = read_token(token)
        return RunHandle(self._client, run_id, project_id=project_id)

    def __init__(self, client: ZofClient) -> None:
        super().__init__(client)
        self.artifacts = Artifacts(client)

    create = _now(builders.create_run)
    retrieve = _now(builders.retrieve_run)
    list = _now(builders.list_runs)
    list_auto = _pages(builders.list_runs)
    cancel = _now(builders.cancel_run)
    logs = _now(builders.list_run_logs)
    logs_auto = _pages(builders.list_run_logs)

    def wait_until_complete(
        self,
        run_id: str,
        *,
        deadline: float = WAIT_SECONDS,
        on_update: Callable[[Run], object] | None = None,
    ) -> Run:
        """Waits until a run has ended. All waits of the process share one poller (`docs/limits/api-rate-limits`).

        Args:
            run_id: the run.
            deadline: seconds from now, sized to the suite.
            on_update: called with the run when it is first read and whenever something about it has changed.

        Returns:
            The run as it ended, whatever its status: `passed`, `failed`, `error` or `canceled`.

        Raises:
            ZofTimeoutError: it has not ended by then. The run goes on.
        """
        from zof_core.handles import RunHandle  # noqa: PLC0415  # who never waits does not load it

        return RunHandle(self._client, run_id).wait(deadline=deadline, on_update=on_update)


class AsyncRuns(AsyncResource):
    """`client.runs`."""

    def watch(self, run: Run | str) -> AsyncRunHandle:
        """A handle to a run; see `ZofClient.runs.watch`."""
        from zof_core.handles import AsyncRunHandle, named_run  # noqa: PLC0415  # who never watches does not load it

        return AsyncRunHandle(self._client, *named_run(run))

    def resume(self, token: str) -> AsyncRunHandle:
        """The handle that another process named by its `token`."""
        from zof_core.handles import AsyncRunHandle, read_token  # noqa: PLC0415  # who never watches does not load it

        run_id, project_id = read_token(token)
        return AsyncRunHandle(self._client, run_id, project_id=project_id)

    def __init__(self, client: AsyncZofClient) -> None:
        super().__init__(client)
        self.artifacts = AsyncArtifacts(client)

    create = _later(builders.create_run)
    retrieve = _later(builders.retrieve_run)
    list = _later(builders.list_runs)
    list_auto = _later_pages(builders.list_runs)
    cancel = _later(builders.cancel_run)
    logs = _later(builders.list_run_logs)
    logs_auto = _later_pages(builders.list_run_logs)

    async def wait_until_complete(
        self,
        run_id: str,
        *,
        deadline: float = WAIT_SECONDS,
        on_update: Callable[[Run], object] | None = None,
    ) -> Run:
        """Waits until a run has ended. All waits of the process share one poller (`docs/limits/api-rate-limits`).

        Args:
            run_id: the run.
            deadline: seconds from now, sized to the suite.
            on_update: called with the run when it is first read and whenever something about it has changed. It may
                be a coroutine function, which is awaited.

        Returns:
            The run as it ended, whatever its status: `passed`, `failed`, `error` or `canceled`.

        Raises:
            ZofTimeoutError: it has not ended by then. The run goes on.
        """
        from zof_core.handles import AsyncRunHandle  # noqa: PLC0415  # who never waits does not load it

        return await AsyncRunHandle(self._client, run_id).wait(deadline=deadline, on_update=on_update)


class Results(Resource):
    """`client.results`."""

    list = _now(builders.list_results)
    list_auto = _pages(builders.list_results)
    retrieve = _now(builders.retrieve_result)


class AsyncResults(AsyncResource):
    """`client.results`."""

    list = _later(builders.list_results)
    list_auto = _later_pages(builders.list_results)
    retrieve = _later(builders.retrieve_result)


class Reports(Resource):
    """`client.reports`."""

    list = _now(builders.list_reports)
    list_auto = _pages(builders.list_reports)


class AsyncReports(AsyncResource):
    """`client.reports`."""

    list = _later(builders.list_reports)
    list_auto = _later_pages(builders.list_reports)


class Schedules(Resource):
    """`client.schedules`."""

    list = _now(builders.list_schedules)
    list_auto = _pages(builders.list_schedules)
    create = _now(builders.create_schedule)


class AsyncSchedules(AsyncResource):
    """`client.schedules`."""

    list = _later(builders.list_schedules)
    list_auto = _later_pages(builders.list_schedules)
    create = _later(builders.create_schedule)


class Webhooks(Resource):
    """`client.webhooks`."""

    list = _now(admin_builders.list_webhooks)
    list_auto = _pages(admin_builders.list_webhooks)
    create = _now(admin_builders.create_webhook)
    test = _now(admin_builders.send_test_event)


class AsyncWebhooks(AsyncResource):
    """`client.webhooks`."""

    list = _later(admin_builders.list_webhooks)
    list_auto = _later_pages(admin_builders.list_webhooks)
    create = _later(admin_builders.create_webhook)
    test = _later(admin_builders.send_test_event)


class Applications(Resource):
    """`client.applications`."""

    create = _now(admin_builders.create_application)
    update = _now(admin_builders.update_application)


class AsyncApplications(AsyncResource):
    """`client.applications`."""

    create = _later(admin_builders.create_application)
    update = _later(admin_builders.update_application)


class Teams(Resource):
    """`client.teams`."""

    list = _now(admin_builders.list_teams)
    list_auto = _pages(admin_builders.list_teams)
    create = _now(admin_builders.create_team)
    retrieve = _now(admin_builders.retrieve_team)
    update = _now(admin_builders.update_team)
    members = _now(admin_builders.list_team_members)
    members_auto = _pages(admin_builders.list_team_members)
    invite = _now(admin_builders.invite_to_team)


class AsyncTeams(AsyncResource):
    """`client.teams`."""

    list = _later(admin_builders.list_teams)
    list_auto = _later_pages(admin_builders.list_teams)
    create = _later(admin_builders.create_team)
    retrieve = _later(admin_builders.retrieve_team)
    update = _later(admin_builders.update_team)
    members = _later(admin_builders.list_team_members)
    members_auto = _later_pages(admin_builders.list_team_members)
    invite = _later(admin_builders.invite_to_team)


class Integrations(Resource):
    """`client.integrations`."""

    list = _now(admin_builders.list_integrations)
    list_auto = _pages(admin_builders.list_integrations)


class AsyncIntegrations(AsyncResource):
    """`client.integrations`."""

    list = _later(admin_builders.list_integrations)
    list_auto = _later_pages(admin_builders.list_integrations)
