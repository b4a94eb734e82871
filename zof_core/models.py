"""What Zof's API speaks of: runs, results, projects and their neighbours.

Only what the documentation shows is required. Fields that are not known are kept (`model_extra`), a field whose value
has another type than expected is None and its raw value stands in `unreadable`: nothing is lost, nothing crashes.
Statuses are open strings, since new ones may come without a new version (`docs/api/versioning`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Annotated, Any, Generic, TypeVar, overload

from pydantic import AwareDatetime, BaseModel, ConfigDict, FailFast, Field, GetPydanticSchema
from pydantic_core import core_schema

from zof_core.assumptions import RESULT_STATUS_SKIPPED, STATUS_SPELLINGS
from zof_core.responses import ResponseInfo

TERMINAL_STATUSES = frozenset({"passed", "failed", "error", "canceled"})
"""Documented in `docs/api/runs`. Any other status, known or not, means: not finished."""

T = TypeVar("T")
_RESPONSE = "_response"


def normal_status(status: str) -> str:
    """The API's spelling of a status: `cancelled` is `canceled`."""
    return STATUS_SPELLINGS.get(status, status)


def _status_schema(_: Any, text: Callable[[Any], core_schema.CoreSchema]) -> core_schema.CoreSchema:
    """Text in the API's spelling. The documented statuses pass in pydantic's core; only others cost a Python call."""
    return core_schema.union_schema(
        [
            core_schema.literal_schema([*TERMINAL_STATUSES, "queued", "running", RESULT_STATUS_SKIPPED]),
            core_schema.no_info_after_validator_function(normal_status, text(str)),
        ],
        mode="left_to_right",
        custom_error_type="string_type",  # else the location of an error would have a part for each of the two
    )


Status = Annotated[str, GetPydanticSchema(_status_schema)]


def _is_address(name: str | None) -> bool:
    return name is not None and (name in {"url", "urls"} or name.endswith("_url"))


class ZofModel(BaseModel):
    """Common to all: unknown fields are kept, values do not change. A `repr` shows what was said, without addresses."""

    model_config = ConfigDict(extra="allow", frozen=True, protected_namespaces=(), defer_build=True)

    unreadable: dict[str, Any] | None = Field(default=None, repr=False)
    """Field → raw value, for values of an unexpected type."""

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        # A notebook saves what a cell shows, and an address may let in whoever has it: a signed URL, a token in it.
        said = super().__repr_args__()
        return ((name, value) for name, value in said if value is not None and not _is_address(name))


class RunSummary(ZofModel):
    """How many results there are of each status."""

    total: int = 0
    passed: int = 0
    failed: int = 0
    error: int = 0
    skipped: int = 0


class Run(ZofModel):
    """One execution of a suite, or of single cases, in an environment (`docs/api/runs`)."""

    id: str
    status: Status
    organization_id: str | None = None
    project_id: str | None = None
    environment: str | None = None
    test_suite_id: str | None = None
    test_case_ids: list[str] | None = None
    summary: RunSummary | None = None
    url: str | None = None
    created_at: AwareDatetime | None = None
    started_at: AwareDatetime | None = None
    completed_at: AwareDatetime | None = None

    @property
    def is_terminal(self) -> bool:
        """Whether the run has ended. A status that is not known has not."""
        return self.status in TERMINAL_STATUSES


class Result(ZofModel):
    """The outcome of one case in one run (`docs/api/results`)."""

    id: str
    status: Status
    run_id: str | None = None
    test_case_id: str | None = None
    name: str | None = None
    module: str | None = None
    duration_ms: float | None = None
    failure_summary: str | None = None
    log_url: str | None = None
    created_at: AwareDatetime | None = None


class Project(ZofModel):
    """The main container: cases, suites and runs belong to one (`docs/api/authentication`)."""

    id: str
    name: str | None = None


class LogLine(ZofModel):
    """A line of a run's log."""

    message: str
    timestamp: AwareDatetime | None = None
    level: str | None = None


class Artifact(ZofModel):
    """A file that a run left: screenshot, trace, HAR export or report (`docs/security/data-handling`)."""

    id: str
    name: str | None = None
    type: str | None = None
    content_type: str | None = None
    size_bytes: int | None = None
    url: str | None = None


class Report(ZofModel):
    """A generated report (`docs/api/reports/list`)."""

    id: str
    scope: str | None = None
    url: str | None = None
    created_at: AwareDatetime | None = None


class Schedule(ZofModel):
    """A suite or cases that run by the clock: five-field cron, UTC (`docs/scheduling`)."""

    id: str
    cron: str | None = None
    project_id: str | None = None
    environment: str | None = None
    test_suite_id: str | None = None
    test_case_ids: list[str] | None = None
    status: str | None = None
    created_at: AwareDatetime | None = None


class Webhook(ZofModel):
    """An endpoint that Zof sends events to (`docs/api/webhooks`). `secret` comes once, in the answer to create."""

    id: str
    url: str | None = None
    events: list[str] | None = None
    secret: str | None = Field(default=None, repr=False)


class Application(ZofModel):
    """A system under test (`docs/api/applications/create`)."""

    id: str
    name: str | None = None
    type: str | None = None
    description: str | None = None
    team_id: str | None = None
    urls: dict[str, str] | None = None


class Team(ZofModel):
    """A team (`docs/api/teams`)."""

    id: str
    name: str | None = None


class Member(ZofModel):
    """A member of a team. No field is documented."""

    id: str | None = None
    name: str | None = None
    email: str | None = None
    role: str | None = None


class Integration(ZofModel):
    """A connected provider and the health of its connection (`docs/api/integrations`)."""

    id: str
    provider: str | None = None
    status: str | None = None


class Acknowledgement(ZofModel):
    """An answer of which no field is documented; all of them are in `model_extra`."""


class Page(ZofModel, Generic[T]):
    """One page of a list (`docs/api/pagination`): iterates over its own items only; see `list_auto` for all.

    Args:
        data: the items; may be fewer than the limit even when more pages follow.
        has_more: whether there is a next page.
        next_cursor: to be given as `starting_after` for it; opaque.
    """

    data: Annotated[list[T], FailFast()]  # of a million wrong items, one says enough
    has_more: bool = False
    next_cursor: str | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        # `Page[Run]` is made at run time, so pickle does not find it by its name.
        return _blank_page, self.__pydantic_generic_metadata__["args"], self.__getstate__()

    def __iter__(self) -> Iterator[T]:  # type: ignore[override]  # items, where pydantic would give field pairs
        return iter(self.data)

    def __len__(self) -> int:
        return len(self.data)

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> list[T]: ...
    def __getitem__(self, index: int | slice) -> T | list[T]:
        return self.data[index]


def _blank_page(*item: Any) -> Page[Any]:
    kind: Any = Page.__class_getitem__(item[0]) if item else Page
    return kind.__new__(kind)  # type: ignore[no-any-return]


_LONG_AGO = datetime.min.replace(tzinfo=UTC)


def creation(item: Run | Result) -> tuple[datetime, str]:
    """A key to sort runs or results by: when they came into being; those that do not say come first."""
    return item.created_at or _LONG_AGO, item.id


class RunRequest(BaseModel):
    """The body of `POST /runs` (`docs/api/runs/create`). Make one with `zof_core.validation.run_request`."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    project_id: str
    environment: str
    test_suite_id: str | None = None
    test_case_ids: list[str] | None = None


def response_of(model: ZofModel) -> ResponseInfo | None:
    """The HTTP answer a model came with: status, headers, request id, attempts. None if it came from elsewhere."""
    return model.__dict__.get(_RESPONSE)


def come_with(model: ZofModel, info: ResponseInfo) -> None:
    """Notes the HTTP answer a model came with. Not as a private attribute: those count when models are compared."""
    model.__dict__[_RESPONSE] = info
