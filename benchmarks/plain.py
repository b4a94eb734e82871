"""What one would write without this client: plain pydantic models of the same fields; and less than them."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict
from typing_extensions import TypedDict


class Summary(BaseModel):
    total: int
    passed: int
    failed: int
    error: int
    skipped: int


class RunNames(BaseModel):
    """What of a run is text."""

    id: str
    status: str
    organization_id: str | None = None
    project_id: str | None = None
    environment: str | None = None
    test_suite_id: str | None = None
    test_case_ids: list[str] | None = None
    url: str | None = None


class Run(RunNames):
    summary: Summary | None = None
    created_at: datetime | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None


class RunPage(BaseModel):
    data: list[Run]
    has_more: bool = False
    next_cursor: str | None = None


class SmallRun(BaseModel):
    """Five of the twelve fields of a run, and nothing of what else there is."""

    id: str
    status: str
    project_id: str | None = None
    environment: str | None = None
    created_at: datetime | None = None


class SmallRunPage(BaseModel):
    data: list[SmallRun]
    has_more: bool = False


class LeanRun(TypedDict):
    """The least that is still checked: dictionaries, dates as text, unknown fields dropped."""

    id: str
    status: str
    organization_id: str | None
    project_id: str | None
    environment: str | None
    test_suite_id: str | None
    test_case_ids: list[str] | None
    summary: dict[str, int] | None
    url: str | None
    created_at: str | None
    started_at: str | None
    completed_at: str | None


class LeanPage(TypedDict):
    data: list[LeanRun]
    has_more: bool


class BareRun(RunNames):
    """The least a model can be that keeps what it does not know: dates as text, the summary a dictionary."""

    model_config = ConfigDict(extra="allow")

    summary: dict[str, int] | None = None
    created_at: str | None = None
    started_at: str | None = None
    completed_at: str | None = None


class BareRunPage(BaseModel):
    data: list[BareRun]
    has_more: bool = False
