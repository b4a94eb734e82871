"""Every choice that Zof's public documentation leaves open, in one place.

Nothing in this module is a fact about Zof: each constant or mapping is OUR choice, consistent with what is documented,
and is to be changed here, and only here, once a real answer shows something else.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

# --- Names on the wire -------------------------------------------------------------------------------------------

ERROR_ENVELOPE: Final = "error"
"""Ours: the pages speak of `error.code`, but show no body. A bare `{"code", "message"}` is read too."""

CODE_BY_STATUS: Final = MappingProxyType(
    {
        400: "invalid_request",
        401: "unauthorized",
        403: "forbidden",
        404: "not_found",
        409: "conflict",
        429: "rate_limit_exceeded",
        500: "internal_error",
    }
)
"""Ours, but for `invalid_request` and `rate_limit_exceeded`: used when an answer carries no code of its own."""

FILTER_PROJECT: Final = "project_id"
FILTER_STATUS: Final = "status"
FILTER_RUN: Final = "run_id"
FILTER_SCOPE: Final = "scope"
FILTER_CREATED_AFTER: Final = "created_after"
FILTER_CREATED_BEFORE: Final = "created_before"
"""Ours: the filters (project, status, date, scope) are documented as words, not as query parameters."""

REQUEST_ID_HEADERS: Final = ("x-request-id",)
"""Documented. A tuple, so that a proxy's spelling can be added."""

# --- Statuses ----------------------------------------------------------------------------------------------------

STATUS_QUEUED: Final = "queued"
STATUS_RUNNING: Final = "running"
"""Ours: the console's words Queued and Running, in lower case. The four terminal ones are documented."""

STATUS_SPELLINGS: Final = MappingProxyType({"cancelled": "canceled"})
"""The API spells `canceled`, the console "Cancelled": read as one, the API's spelling kept."""

RESULT_STATUS_SKIPPED: Final = "skipped"
"""Ours: statuses of a result are not documented; a run's, and this."""

# --- Limits of what we send and read -----------------------------------------------------------------------------

ID_MAX: Final = 255
"""Ours: the longest id we send. Ids are opaque."""

ENVIRONMENT_MAX: Final = 255
"""Ours: the longest environment label we send."""

CASES_MAX: Final = 1000
"""Ours: the most case ids in one run. No limit is documented; a longer list is nearly always a suite."""

TEXT_MAX: Final = 2000
"""Ours: the longest name, description, address or filter we send."""

NAMES_MAX: Final = 100
"""Ours: the most events of a webhook and environments of an application in one request."""

MENDED_ITEMS_MAX: Final = 1000
"""Ours: a list with values of unexpected types is read item by item; of longer ones nothing is believed."""

IDEMPOTENCY_KEY_MAX: Final = 255
"""Ours: length and characters (visible ASCII) of an Idempotency-Key are not documented."""

PAGE_LIMIT_MAX: Final = 100
"""Documented (`docs/api/pagination`); that we refuse more before sending is ours."""

BODY_MAX_BYTES: Final = 32 * 1024 * 1024
"""Ours: a JSON answer longer than this is not read to its end."""

DOWNLOAD_BYTES: Final = 4 * 1024**3
DOWNLOAD_REDIRECTS: Final = 3
"""Ours: the longest artifact that is fetched, and how often its address may lead on."""

# --- Time --------------------------------------------------------------------------------------------------------

DEADLINE_SECONDS: Final = 60.0
"""Ours: the whole of one call, with its retries, waits and the body."""

CONNECT_SECONDS: Final = 10.0
"""Ours: to open one connection."""

MAX_RETRIES: Final = 3
"""Ours: so up to four attempts."""

BACKOFF_BASE_SECONDS: Final = 0.5
BACKOFF_CAP_SECONDS: Final = 8.0
"""Ours: "exponential backoff with jitter" is documented, its figures are not."""

# Ours: the unit of `Retry-After` is not documented; a bare number is seconds, as in RFC 9110, and a date is read too
# (`zof_core/retry.py`).

POLL_FIRST_SECONDS: Final = 2.0
POLL_CAP_SECONDS: Final = 30.0
POLL_FACTOR: Final = 1.5
"""Ours: "every few seconds is discouraged" is documented. A first look soon, for short suites, then ever less often."""

DOWNLOAD_SECONDS: Final = 600.0
"""Ours: the whole of one download, if its caller does not say."""

WAIT_SECONDS: Final = 3600.0
"""Ours: how long a wait lasts at most if its caller does not say."""

RETRY_BUDGET: Final = 100
RETRY_COST: Final = 5
RETRY_TIMEOUT_COST: Final = 10
RETRY_REFUND_AFTER_SUCCESS: Final = 1
"""Ours: tokens of a client's retries. After twenty retries without a success, calls fail at their first try."""

RATE_RESERVE: Final = 0.1
"""Ours: the part of a rate window that background work leaves to people."""

RATE_WARNING_BELOW: Final = 0.1
"""Documented (`docs/api/rate-limits`): watch for less than 10 % remaining."""

RATE_WINDOW_SECONDS: Final = 60.0
"""Documented as typical, requests a minute: how long a new window is taken to last until an answer says."""

RATE_WINDOW_MAX_SECONDS: Final = 300.0
"""Ours: a reset further away is not believed. The documented figure is requests a minute."""

RATE_LIMIT_USUAL: Final = 100
"""Documented as typical (`docs/limits/api-rate-limits`): requests a minute, used while no answer has said otherwise."""

POLL_SHARE: Final = 0.3
"""Ours: the most of `X-RateLimit-Limit` that watching runs may use."""

WAIT_FAILURES_MAX: Final = 3
"""Ours: how many reads in a row, each with its own retries, may fail before a wait gives up."""

# --- Permissions -------------------------------------------------------------------------------------------------

RUNS_READ: Final = "runs:read"
RUNS_CANCEL: Final = "runs:cancel"
RESULTS_READ: Final = "results:read"
REPORTS_READ: Final = "reports:read"
TEAMS_READ: Final = "teams:read"
TEAMS_MANAGE: Final = "teams:manage"
SCHEDULES_READ: Final = "schedules:read"
SCHEDULES_MANAGE: Final = "schedules:manage"
APPLICATIONS_UPDATE: Final = "applications:update"
INTEGRATIONS_READ: Final = "integrations:read"
"""Ours, in the documented `resource:action` form: they only word a hint, and never decide anything."""

# --- Paths of the lowest confidence --------------------------------------------------------------------------------

PATH_RUN_LOGS: Final = "/runs/{run_id}/logs"
PATH_RUN_ARTIFACTS: Final = "/runs/{run_id}/artifacts"
"""Ours: fetching logs and artifacts is documented as a capability; no path was seen."""

PATH_TEAM_MEMBERS: Final = "/teams/{team_id}/members"
PATH_TEAM_INVITE: Final = "/teams/{team_id}/invite"
"""The paths are documented; that the first is read with GET and the second sent with POST is ours."""

# --- Webhooks ----------------------------------------------------------------------------------------------------

SIGNATURE_HEADER: Final = "X-Zof-Signature"
"""Documented on an older page only."""

WEBHOOK_BODY_MAX: Final = 1024 * 1024
"""Ours: a longer delivery is not read."""

WEBHOOK_REMEMBER_SECONDS: Final = 7 * 86_400.0
"""Ours: how long an event's id is remembered. For how long Zof delivers again is not documented."""
