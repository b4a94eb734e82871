"""What the operations work with: the running platform, and who is asking."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Request

from zof_local.platform.catalogue import CaseCatalogue
from zof_local.platform.errors import ApiProblem
from zof_local.platform.execution.dispatcher import Dispatcher
from zof_local.platform.files import RunFiles
from zof_local.platform.hosts import base_url
from zof_local.platform.scheduler import Scheduler
from zof_local.platform.settings import PlatformSettings
from zof_local.platform.store.database import Database
from zof_local.platform.store.idempotency import Attempt
from zof_local.platform.store.keys import Caller
from zof_local.platform.suites import Suites
from zof_local.platform.webhooks import Deliverer


@dataclass(frozen=True, slots=True)
class Platform:
    """Everything that lives from the platform's start to its stop."""

    settings: PlatformSettings
    suites: Suites
    database: Database
    dispatcher: Dispatcher
    cases: CaseCatalogue
    deliverer: Deliverer
    scheduler: Scheduler
    files: RunFiles
    now: Callable[[], datetime]
    console_token: str

    def run_token(self, run_id: str) -> str:
        """Opens the console page of this one run: it goes into links that people share."""
        return hmac.new(self.console_token.encode(), run_id.encode(), hashlib.sha256).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Context:
    """One admitted API request."""

    platform: Platform
    caller: Caller
    attempt: Attempt | None
    base: str
    webhook_faults: frozenset[str] = frozenset()

    def run_url(self, run_id: str) -> str:
        """The console page of a run."""
        return f"{self.base}/runs/{run_id}?token={self.platform.run_token(run_id)}"


def allowed(permission: str) -> Any:
    """A dependency that gives the request's Context, or 403 if its key lacks the permission."""

    def context(request: Request) -> Context:
        caller: Caller = request.state.caller
        if not caller.may(permission):
            raise ApiProblem(
                403,
                f"This API key has the role {caller.role}, which lacks the permission {permission}. "
                "Use a key whose role has it.",
            )
        platform: Platform = request.app.state.platform
        base = base_url(request.headers["host"], platform.settings.public_url)
        return Context(platform, caller, request.state.attempt, base, request.state.webhook_faults)

    return Depends(context)


ReadsProjects = Annotated[Context, allowed("projects:read")]
ReadsRuns = Annotated[Context, allowed("runs:read")]
CreatesRuns = Annotated[Context, allowed("runs:create")]
CancelsRuns = Annotated[Context, allowed("runs:cancel")]
ManagesWebhooks = Annotated[Context, allowed("webhooks:manage")]
ReadsResults = Annotated[Context, allowed("results:read")]
ReadsReports = Annotated[Context, allowed("reports:read")]
ReadsSchedules = Annotated[Context, allowed("schedules:read")]
ManagesSchedules = Annotated[Context, allowed("schedules:manage")]
CreatesApplications = Annotated[Context, allowed("applications:create")]
UpdatesApplications = Annotated[Context, allowed("applications:update")]
ReadsTeams = Annotated[Context, allowed("teams:read")]
ManagesTeams = Annotated[Context, allowed("teams:manage")]
ReadsIntegrations = Annotated[Context, allowed("integrations:read")]
