"""The API's bodies, for checking what comes in and for the OpenAPI document; field names as on the wire.

Documented fields are named in `docs/api/runs/create` and `docs/api/errors`; the fields of answers are our
choice (see `assumptions`), built from what the documentation describes in words.
"""

from __future__ import annotations

from typing import Annotated, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from zof_local.platform.assumptions import DEFAULT_MEMBER_ROLE, MAX_CASES_PER_RUN

T = TypeVar("T")
Text = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=200)]
LongText = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=2000)]
Email = Annotated[
    str, StringConstraints(strict=True, max_length=254, pattern=r"^[^@\s]+@[^@\s.]+(\.[^@\s.]+)*$")
]
Urls = Annotated[dict[Text, LongText], Field(max_length=50)]
ApplicationType = Literal["web", "api", "desktop"]
Role = Literal["Organization Admin", "QA Lead", "Engineer", "Viewer"]


class _Body(BaseModel):
    model_config = ConfigDict(use_attribute_docstrings=True)


class RunCreate(_Body):
    """What to run, and where; exactly one of `test_suite_id` and `test_case_ids`."""

    project_id: Text
    """The project that holds the cases."""
    environment: Text
    """An environment of the project, by its name."""
    test_suite_id: Text | None = None
    """A suite of the project."""
    test_case_ids: Annotated[list[Text], Field(min_length=1, max_length=MAX_CASES_PER_RUN)] | None = None
    """Cases of the project."""


class Summary(_Body):
    """How many cases there are, and how many ended in which way so far."""

    total: int
    passed: int
    failed: int
    error: int
    skipped: int


class RunBody(_Body):
    """A run."""

    id: str
    organization_id: str
    project_id: str
    environment: str
    status: Literal["queued", "running", "passed", "failed", "error", "canceled"]
    status_reason: str | None
    """Why a run is in `error`, or what its failure policy made of failed cases; null otherwise."""
    source: Literal["manual", "schedule"]
    """Where the run comes from."""
    schedule_id: str | None = None
    """The schedule that started it."""
    test_suite_id: str | None = None
    test_case_ids: list[str] | None = None
    summary: Summary | None
    """Null until the cases are collected."""
    url: str
    """The run's console page."""
    created_at: str
    started_at: str | None
    completed_at: str | None


class ResultBody(_Body):
    """One case's outcome in one run."""

    id: str
    run_id: str
    test_case_id: str
    name: str
    module: str
    status: Literal["passed", "failed", "error", "skipped", "canceled"]
    duration_ms: int
    failure_summary: str | None
    log_url: str
    created_at: str


class ProjectBody(_Body):
    """A project."""

    id: str
    name: str


class LogLineBody(_Body):
    """One line of a run's log."""

    timestamp: str
    level: str
    message: str


class ArtifactBody(_Body):
    """A file that a run left."""

    id: str
    name: str
    type: Literal["screenshot", "trace", "har", "report", "log"]
    content_type: str
    size_bytes: int
    url: str
    """Where its bytes are, for the same API key."""
    created_at: str


class ReportBody(_Body):
    """A generated report."""

    id: str
    scope: str
    """The project that it is about."""
    url: str
    """The page of the run that it reports on."""
    created_at: str


class ScheduleCreate(RunCreate):
    """What to run by the clock; as for a run."""

    cron: Text
    """Five fields, in UTC: `0 2 * * *` is 02:00 every day."""


class ScheduleBody(_Body):
    """A schedule."""

    id: str
    cron: str
    project_id: str
    environment: str
    test_suite_id: str | None = None
    test_case_ids: list[str] | None = None
    status: Literal["active", "paused"]
    next_run_at: str | None
    """When it is next due; null while it is paused."""
    created_at: str


class ApplicationCreate(_Body):
    """A system under test."""

    name: Text
    type: ApplicationType
    team_id: Text | None = None
    """The owning team."""
    urls: Urls = {}
    """The base URL of each environment: `https://…`, or `http://…` on this machine."""
    description: LongText | None = None


class ApplicationUpdate(_Body):
    """What changes; a field that is left out stays as it is."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    name: Text = Field(default_factory=str)
    description: LongText | None = None
    team_id: Text | None = None
    urls: Urls = {}
    """All of them: they replace those before."""


class ApplicationBody(_Body):
    """A system under test."""

    id: str
    name: str
    type: ApplicationType
    team_id: str | None
    urls: dict[str, str]
    description: str | None
    created_at: str


class TeamCreate(_Body):
    """A team."""

    name: Text
    description: LongText | None = None
    owner: Text | None = None
    """Who answers for it."""


class TeamUpdate(_Body):
    """What changes; a field that is left out stays as it is."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    name: Text = Field(default_factory=str)
    description: LongText | None = None
    owner: Text | None = None


class TeamBody(_Body):
    """A team."""

    id: str
    name: str
    description: str | None
    owner: str | None
    created_at: str


class MemberBody(_Body):
    """A member of a team."""

    id: str
    name: str
    email: str
    role: Role


class Invite(_Body):
    """Whom to invite to a team."""

    email: Email
    role: Role = DEFAULT_MEMBER_ROLE


class InvitationBody(_Body):
    """An invitation; here it is accepted at once."""

    id: str
    team_id: str
    email: str
    role: Role


class IntegrationBody(_Body):
    """A connected provider."""

    id: str
    provider: str
    status: Literal["healthy", "failing"]


class WebhookCreate(_Body):
    """An endpoint that wants to hear of events."""

    url: Annotated[str, StringConstraints(strict=True, min_length=1, max_length=2000)]
    """Where events are sent: `https://…`, or `http://…` on this machine."""
    events: Annotated[list[Text], Field(min_length=1, max_length=50)]
    """Which events; see the documented catalog."""
    secret: Annotated[str, StringConstraints(strict=True, min_length=16, max_length=200)] | None = None
    """Signs the events; made up if left out."""


class WebhookBody(_Body):
    """A webhook endpoint."""

    id: str
    url: str
    events: list[str]
    created_at: str


class WebhookCreated(WebhookBody):
    """A new webhook endpoint, with its secret."""

    secret: str


class EventObject(_Body):
    """What an event is about."""

    id: str
    organization_id: str
    run_id: str


class EventData(_Body):
    """The envelope's inside."""

    object: EventObject


class EventBody(_Body):
    """An event as endpoints get it (`docs/webhooks/events/run-completed`)."""

    id: str
    type: str
    created: str
    data: EventData


class Page(_Body, Generic[T]):
    """A page of a collection (`docs/api/pagination`)."""

    data: list[T]
    has_more: bool
    next_cursor: str | None
    """The `starting_after` of the next page; null on the last one."""


class ErrorDetail(_Body):
    """What was wrong."""

    code: str
    message: str
    param: str | None = None
    """The field or parameter at fault."""


class ErrorBody(_Body):
    """The body of every answer that is not 2xx."""

    error: ErrorDetail
