"""The API's bodies, for checking what comes in and for the OpenAPI document; field names as on the wire.

Documented fields are named in `docs/api/runs/create` and `docs/api/errors`; the fields of answers are our
choice (see `assumptions`), built from what the documentation describes in words.
"""

from __future__ import annotations

from typing import Annotated, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from zof_local.platform.assumptions import MAX_CASES_PER_RUN

T = TypeVar("T")
Text = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=200)]


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
    """Why a run is in `error`, in a sentence; null otherwise."""
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
