"""What Zof's public documentation leaves open, and what this stand-in does about it.

Everything in this module is OUR choice, not a fact about Zof. It is gathered here so that it can be changed
in one place when a real answer is seen. What the documentation does state is said where it is implemented.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Final

# Errors ---------------------------------------------------------------------------------------------------
# Documented: the statuses, `invalid_request`, `rate_limit_exceeded`, the fields code, message and param.
# Ours: that they stand under a top-level `error`, and the other codes.
ERROR_KEY: Final = "error"
CODE_OF_STATUS: Final = MappingProxyType(
    {
        400: "invalid_request",
        401: "unauthorized",
        403: "forbidden",
        404: "not_found",
        405: "method_not_allowed",
        409: "conflict",
        429: "rate_limit_exceeded",
        500: "internal_error",
    }
)
CREATED_STATUS: Final = 201
"""Answer to a POST that creates; the documentation says "200/201"."""

# Runs -----------------------------------------------------------------------------------------------------
# Documented: the four terminal statuses. Ours: the API's spelling of the two before them.
QUEUED: Final = "queued"
RUNNING: Final = "running"
TERMINAL_STATUSES: Final = ("passed", "failed", "error", "canceled")
RUN_STATUSES: Final = (QUEUED, RUNNING, *TERMINAL_STATUSES)
RESULT_STATUSES: Final = ("passed", "failed", "error", "skipped", "canceled")
MAX_CASES_PER_RUN: Final = 500
MANUAL: Final = "manual"
SCHEDULE: Final = "schedule"
"""Where a run comes from, as its `source`. Documented: that a schedule's runs are labelled so. Ours: the field."""

# Artifacts and reports ------------------------------------------------------------------------------------
# Documented: that a run's logs and artifacts can be fetched, what kinds of artifacts there are, and that
# artifacts are kept for 90 days by default. Ours: the paths, the type `log`, and that each run leaves its
# log and pytest's JUnit XML. Documented: a list of generated reports by scope and time. Ours: that one is
# generated for every run that ends, that its scope is the run's project, and that its page is the run's.
RETENTION_DAYS: Final = 90.0

# Schedules ------------------------------------------------------------------------------------------------
# Documented: five-field cron in UTC, active and paused. Ours: the fields' names, and that of the slots that
# were missed while the platform was down all together are made up for by one late run.
ACTIVE: Final = "active"
PAUSED: Final = "paused"

# Applications, teams, integrations -------------------------------------------------------------------------
# Documented: web, api or desktop; a map of environment to HTTPS base URL; team name and "ownership
# metadata". Ours: `owner` and `description` of a team; that PATCH replaces each field that it names, `urls`
# as a whole; that who is invited is a member at once, as nobody has to accept here.
DEFAULT_MEMBER_ROLE: Final = "Viewer"

# Ids ------------------------------------------------------------------------------------------------------
# Documented by example: run_, proj_, tc_, suite_, org_, evt_. Ours: the rest.
RESULT_PREFIX: Final = "res_"
REQUEST_PREFIX: Final = "req_"
ARTIFACT_PREFIX: Final = "art_"
REPORT_PREFIX: Final = "rpt_"
SCHEDULE_PREFIX: Final = "sched_"
APPLICATION_PREFIX: Final = "app_"
TEAM_PREFIX: Final = "team_"
MEMBER_PREFIX: Final = "usr_"
INVITATION_PREFIX: Final = "inv_"

# Pages ----------------------------------------------------------------------------------------------------
# Documented: limit (20, at most 100), starting_after, has_more, next_cursor. Ours: newest first;
# `next_cursor` is null on the last page; a wrong limit or cursor is refused rather than clamped.
DEFAULT_LIMIT: Final = 20
MAX_LIMIT: Final = 100

# Idempotency ----------------------------------------------------------------------------------------------
# Documented: the header, and that repeating a key returns the original result. Ours: the key's scope (API
# key, method, path), its length and characters, how long it is kept, and that another body with the same key
# is a conflict.
IDEMPOTENCY_KEPT: Final = timedelta(hours=24)
IDEMPOTENCY_KEY_MAX: Final = 255
IDEMPOTENCY_KEY_PATTERN: Final = r"^[!-~]([ -~]*[!-~])?$"
"""Printable ASCII; spaces around it are no part of a header's value."""

# Rate limit -----------------------------------------------------------------------------------------------
# Documented: 100 a minute for an organization, the three headers, Retry-After. Ours: a fixed window, and
# Retry-After in whole seconds.
RATE_LIMIT: Final = 100
RATE_WINDOW_SECONDS: Final = 60

# Requests -------------------------------------------------------------------------------------------------
MAX_BODY_BYTES: Final = 1_000_000

BODY_SECONDS: Final = 30.0
"""How long a client may take to send a request's body."""

# Faults on purpose ----------------------------------------------------------------------------------------
# All of it is ours: Zof documents no such switch.
FAULT_HEADER: Final = "X-Zof-Local-Fault"
SHUFFLE_SECONDS: Final = 5.0
"""How long the fault `shuffle` holds a run's start back at the most, if its end does not come before."""

# Webhooks -----------------------------------------------------------------------------------------------
# Documented: the catalog of eight events, the envelope, the hex HMAC-SHA256 over the raw body, 10 seconds to
# answer, retries with one event id. Ours: which events a run emits, the delays, and when to give up.
EVENT_TYPES: Final = (
    "run.started",
    "run.completed",
    "run.failed",
    "remediation.plan_pending",
    "remediation.approved",
    "agent.offline",
    "release.gate_blocked",
    "integration.error",
)
SIGNATURE_HEADER: Final = "X-Zof-Signature"
WEBHOOK_TIMEOUT_SECONDS: Final = 10.0
WEBHOOK_RETRY_SECONDS: Final = (2.0, 10.0, 60.0, 300.0)
"""How long after each failed attempt the next one comes, before jitter; after the last the event is given up."""
WEBHOOK_JITTER: Final = 0.25
TEST_RUN: Final = "run_test"
EXAMPLE_OBJECTS: Final = MappingProxyType(
    {
        "remediation.plan_pending": "plan_test",
        "remediation.approved": "plan_test",
        "agent.offline": "agent_test",
        "release.gate_blocked": "gate_test",
        "integration.error": "int_test",
    }
)
"""What an event that is sent by hand is about: nothing on this machine causes it, and nothing of it exists."""

# Permissions ----------------------------------------------------------------------------------------------
# Documented: the roles' names, and runs:create, projects:read, applications:create, webhooks:manage,
# integrations:manage. Ours: the other names in the same form, and which role holds which.
_VIEWER: Final = frozenset(
    {
        "projects:read",
        "runs:read",
        "results:read",
        "reports:read",
        "teams:read",
        "schedules:read",
        "integrations:read",
    }
)
_ENGINEER: Final = _VIEWER | {"runs:create", "runs:cancel"}
_QA_LEAD: Final = _ENGINEER | {
    "applications:create",
    "applications:update",
    "schedules:manage",
    "webhooks:manage",
}
_ADMIN: Final = _QA_LEAD | {"teams:manage", "integrations:manage"}
ROLES: Final = MappingProxyType(
    {"Organization Admin": _ADMIN, "QA Lead": _QA_LEAD, "Engineer": _ENGINEER, "Viewer": _VIEWER}
)


def timestamp(moment: datetime) -> str:
    """A moment as the API writes it: ISO-8601 in UTC with a Z, as the documented event envelope shows."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
