"""Every operation of Zof's API, declared once: how it is sent, what it answers, what it needs.

The sync and the async client, the testing fake and the words of errors all read these. `label` says how sure we are of
method and path: DOC is stated in Zof's documentation, INFER follows from it, ASSUMED is a documented capability whose
path was not read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Generic, Literal, TypeVar

from zof_core import assumptions

if TYPE_CHECKING:
    from zof_core.models import (
        Acknowledgement,
        Application,
        Artifact,
        Integration,
        LogLine,
        Member,
        Page,
        Project,
        Report,
        Result,
        Run,
        Schedule,
        Team,
        Webhook,
        ZofModel,
    )

T = TypeVar("T")
Method = Literal["GET", "POST", "PATCH"]
Label = Literal["DOC", "INFER", "ASSUMED"]


class Answer(Generic[T]):
    """The type of an answer, by the name of its model: the models are loaded, with pydantic, when the first one comes.

    Args:
        name: of a model of `zof_core.models`.
        paged: whether the answer is a page of such.
    """

    __slots__ = ("_kind", "_name", "_paged")

    def __init__(self, name: str, *, paged: bool = False) -> None:
        self._name = name
        self._paged = paged
        self._kind: type[ZofModel] | None = None

    @property
    def kind(self) -> type[ZofModel]:
        """The model to validate with."""
        if self._kind is None:
            from zof_core import models  # noqa: PLC0415  # see above

            item = getattr(models, self._name)
            self._kind = models.Page[item] if self._paged else item  # type: ignore[valid-type]  # made at run time
        return self._kind

    @property
    def item(self) -> type[ZofModel] | None:
        """The model of a page's items, None if the answer is no page."""
        from zof_core import models  # noqa: PLC0415  # see above

        return getattr(models, self._name) if self._paged else None


def _page(name: str) -> Answer[Any]:
    return Answer(name, paged=True)


@dataclass(frozen=True, slots=True)
class Operation(Generic[T]):
    """One operation.

    Args:
        name: resource and verb, such as `runs.create`.
        method: the HTTP method.
        path: below the base URL; `{run_id}` stands for an escaped id.
        answer: what comes back.
        does: what it does, to follow "may not", such as "start runs".
        source: the page it was read on.
        label: how sure method and path are.
        permission: what the key's role needs.
        params: names of the query parameters it documents or that we chose.
    """

    name: str
    method: Method
    path: str
    answer: Answer[T]
    does: str
    source: str
    label: Label = "DOC"
    permission: str | None = None
    params: tuple[str, ...] = ()

    @property
    def needs_key(self) -> bool:
        """Whether repeating it could do something twice, so that it is sent with an Idempotency-Key."""
        return self.method != "GET"


_PAGING: Final = ("limit", "starting_after")
_DATES: Final = (assumptions.FILTER_CREATED_AFTER, assumptions.FILTER_CREATED_BEFORE)

LIST_PROJECTS: Final[Operation[Page[Project]]] = Operation(
    "projects.list", "GET", "/projects", _page("Project"), "list projects",
    "docs/api/authentication", permission="projects:read", params=_PAGING,
)  # fmt: skip
CREATE_RUN: Final[Operation[Run]] = Operation(
    "runs.create", "POST", "/runs", Answer("Run"), "start runs",
    "docs/api/runs/create", permission="runs:create",
)  # fmt: skip
LIST_RUNS: Final[Operation[Page[Run]]] = Operation(
    "runs.list", "GET", "/runs", _page("Run"), "list runs",
    "docs/api/runs", permission=assumptions.RUNS_READ,
    params=(assumptions.FILTER_PROJECT, assumptions.FILTER_STATUS, *_DATES, *_PAGING),
)  # fmt: skip
RETRIEVE_RUN: Final[Operation[Run]] = Operation(
    "runs.retrieve", "GET", "/runs/{run_id}", Answer("Run"), "read runs",
    "docs/api/runs", permission=assumptions.RUNS_READ,
)  # fmt: skip
CANCEL_RUN: Final[Operation[Run]] = Operation(
    "runs.cancel", "POST", "/runs/{run_id}/cancel", Answer("Run"), "cancel runs",
    "docs/api/runs", permission=assumptions.RUNS_CANCEL,
)  # fmt: skip
LIST_RUN_LOGS: Final[Operation[Page[LogLine]]] = Operation(
    "runs.logs", "GET", assumptions.PATH_RUN_LOGS, _page("LogLine"), "read the logs of runs",
    "docs/api/runs", label="ASSUMED", permission=assumptions.RUNS_READ, params=_PAGING,
)  # fmt: skip
LIST_RUN_ARTIFACTS: Final[Operation[Page[Artifact]]] = Operation(
    "runs.artifacts.list", "GET", assumptions.PATH_RUN_ARTIFACTS, _page("Artifact"), "list the artifacts of runs",
    "docs/api/runs", label="ASSUMED", permission=assumptions.RUNS_READ, params=_PAGING,
)  # fmt: skip
LIST_RESULTS: Final[Operation[Page[Result]]] = Operation(
    "results.list", "GET", "/results", _page("Result"), "list results",
    "docs/api/results/list", permission=assumptions.RESULTS_READ,
    params=(assumptions.FILTER_RUN, assumptions.FILTER_STATUS, *_DATES, *_PAGING),
)  # fmt: skip
RETRIEVE_RESULT: Final[Operation[Result]] = Operation(
    "results.retrieve", "GET", "/results/{result_id}", Answer("Result"), "read results",
    "docs/api/results/retrieve", permission=assumptions.RESULTS_READ,
)  # fmt: skip
LIST_REPORTS: Final[Operation[Page[Report]]] = Operation(
    "reports.list", "GET", "/reports", _page("Report"), "list reports",
    "docs/api/reports/list", permission=assumptions.REPORTS_READ,
    params=(assumptions.FILTER_SCOPE, *_DATES, *_PAGING),
)  # fmt: skip
LIST_SCHEDULES: Final[Operation[Page[Schedule]]] = Operation(
    "schedules.list", "GET", "/schedules", _page("Schedule"), "list schedules",
    "docs/api/schedules", permission=assumptions.SCHEDULES_READ, params=_PAGING,
)  # fmt: skip
CREATE_SCHEDULE: Final[Operation[Schedule]] = Operation(
    "schedules.create", "POST", "/schedules", Answer("Schedule"), "create schedules",
    "docs/api/schedules", permission=assumptions.SCHEDULES_MANAGE,
)  # fmt: skip
LIST_WEBHOOKS: Final[Operation[Page[Webhook]]] = Operation(
    "webhooks.list", "GET", "/webhooks", _page("Webhook"), "list webhooks",
    "docs/api/webhooks", permission="webhooks:manage", params=_PAGING,
)  # fmt: skip
CREATE_WEBHOOK: Final[Operation[Webhook]] = Operation(
    "webhooks.create", "POST", "/webhooks", Answer("Webhook"), "create webhooks",
    "docs/api/webhooks", permission="webhooks:manage",
)  # fmt: skip
TEST_WEBHOOK: Final[Operation[Acknowledgement]] = Operation(
    "webhooks.test", "POST", "/webhooks/{webhook_id}/test", Answer("Acknowledgement"), "test webhooks",
    "docs/api/webhooks", permission="webhooks:manage",
)  # fmt: skip
CREATE_APPLICATION: Final[Operation[Application]] = Operation(
    "applications.create", "POST", "/applications", Answer("Application"), "register applications",
    "docs/api/applications/create", permission="applications:create",
)  # fmt: skip
UPDATE_APPLICATION: Final[Operation[Application]] = Operation(
    "applications.update", "PATCH", "/applications/{application_id}", Answer("Application"), "change applications",
    "docs/api/applications/update", permission=assumptions.APPLICATIONS_UPDATE,
)  # fmt: skip
LIST_TEAMS: Final[Operation[Page[Team]]] = Operation(
    "teams.list", "GET", "/teams", _page("Team"), "list teams",
    "docs/api/teams", permission=assumptions.TEAMS_READ, params=_PAGING,
)  # fmt: skip
CREATE_TEAM: Final[Operation[Team]] = Operation(
    "teams.create", "POST", "/teams", Answer("Team"), "create teams",
    "docs/api/teams", permission=assumptions.TEAMS_MANAGE,
)  # fmt: skip
RETRIEVE_TEAM: Final[Operation[Team]] = Operation(
    "teams.retrieve", "GET", "/teams/{team_id}", Answer("Team"), "read teams",
    "docs/api/teams", permission=assumptions.TEAMS_READ,
)  # fmt: skip
UPDATE_TEAM: Final[Operation[Team]] = Operation(
    "teams.update", "PATCH", "/teams/{team_id}", Answer("Team"), "change teams",
    "docs/api/teams", label="INFER", permission=assumptions.TEAMS_MANAGE,
)  # fmt: skip
LIST_TEAM_MEMBERS: Final[Operation[Page[Member]]] = Operation(
    "teams.members", "GET", assumptions.PATH_TEAM_MEMBERS, _page("Member"), "list the members of teams",
    "docs/api/teams", label="INFER", permission=assumptions.TEAMS_READ, params=_PAGING,
)  # fmt: skip
INVITE_TO_TEAM: Final[Operation[Acknowledgement]] = Operation(
    "teams.invite", "POST", assumptions.PATH_TEAM_INVITE, Answer("Acknowledgement"), "invite people to teams",
    "docs/api/teams", label="INFER", permission=assumptions.TEAMS_MANAGE,
)  # fmt: skip
LIST_INTEGRATIONS: Final[Operation[Page[Integration]]] = Operation(
    "integrations.list", "GET", "/integrations", _page("Integration"), "list integrations",
    "docs/api/integrations", permission=assumptions.INTEGRATIONS_READ, params=_PAGING,
)  # fmt: skip

OPERATIONS: Final[tuple[Operation[Any], ...]] = (
    LIST_PROJECTS, CREATE_RUN, LIST_RUNS, RETRIEVE_RUN, CANCEL_RUN, LIST_RUN_LOGS, LIST_RUN_ARTIFACTS,
    LIST_RESULTS, RETRIEVE_RESULT, LIST_REPORTS, LIST_SCHEDULES, CREATE_SCHEDULE, LIST_WEBHOOKS, CREATE_WEBHOOK,
    TEST_WEBHOOK, CREATE_APPLICATION, UPDATE_APPLICATION, LIST_TEAMS, CREATE_TEAM, RETRIEVE_TEAM, UPDATE_TEAM,
    LIST_TEAM_MEMBERS, INVITE_TO_TEAM, LIST_INTEGRATIONS,
)  # fmt: skip

DOES: Final = {operation.name: operation.does for operation in OPERATIONS}
"""Operation → what it does, for sentences."""
