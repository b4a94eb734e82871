"""The Zof client: runs, results and their neighbours, from Python.

from zof_core import ZofClient

with ZofClient() as zof:
    run = zof.runs.create(project_id="proj_abc", environment="staging", test_suite_id="suite_pr_smoke")
    ended = zof.runs.wait_until_complete(run.id, deadline=600)
"""

import importlib
from typing import TYPE_CHECKING

from zof_core.ambient import background
from zof_core.client import AsyncZofClient, ZofClient
from zof_core.deadlines import deadline
from zof_core.errors import (
    Attempt,
    ZofApiError,
    ZofAuthenticationError,
    ZofConflictError,
    ZofConnectionError,
    ZofDecodeError,
    ZofInvalidRequestError,
    ZofNotFoundError,
    ZofPermissionError,
    ZofRateLimitError,
    ZofServerError,
    ZofTimeoutError,
    ZofValidationError,
)
from zof_core.responses import RawResponse, ResponseInfo
from zof_core.version import __version__

if TYPE_CHECKING:
    from zof_core.handles import (
        AsyncRunHandle,
        RunHandle,
        async_wait_all,
        async_wait_any,
        wait_all,
        wait_any,
    )
    from zof_core.models import (
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
        RunRequest,
        RunSummary,
        Schedule,
        Team,
        Webhook,
        response_of,
    )

__all__ = [
    "Application",
    "Artifact",
    "AsyncRunHandle",
    "AsyncZofClient",
    "Attempt",
    "Integration",
    "LogLine",
    "Member",
    "Page",
    "Project",
    "RawResponse",
    "Report",
    "ResponseInfo",
    "Result",
    "Run",
    "RunHandle",
    "RunRequest",
    "RunSummary",
    "Schedule",
    "Team",
    "Webhook",
    "ZofApiError",
    "ZofAuthenticationError",
    "ZofClient",
    "ZofConflictError",
    "ZofConnectionError",
    "ZofDecodeError",
    "ZofInvalidRequestError",
    "ZofNotFoundError",
    "ZofPermissionError",
    "ZofRateLimitError",
    "ZofServerError",
    "ZofTimeoutError",
    "ZofValidationError",
    "__version__",
    "async_wait_all",
    "async_wait_any",
    "background",
    "deadline",
    "response_of",
    "wait_all",
    "wait_any",
]

_LATER = dict.fromkeys(
    ("AsyncRunHandle", "RunHandle", "async_wait_all", "async_wait_any", "wait_all", "wait_any"),
    "zof_core.handles",
) | dict.fromkeys(
    (
        "Application",
        "Artifact",
        "Integration",
        "LogLine",
        "Member",
        "Page",
        "Project",
        "Report",
        "Result",
        "Run",
        "RunRequest",
        "RunSummary",
        "Schedule",
        "Team",
        "Webhook",
        "response_of",
    ),
    "zof_core.models",
)
"""Name → module, for what a client needs only from its first answer on; pydantic, which is slow to load, among it."""


def __getattr__(name: str) -> object:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_LATER[name]), name)
