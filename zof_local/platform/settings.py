"""How a local platform is set up."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from zof_local.platform.assumptions import RATE_LIMIT, RETENTION_DAYS, ROLES, WEBHOOK_RETRY_SECONDS
from zof_local.platform.errors import PlatformError
from zof_local.platform.faults import FaultSwitches

_ORGANIZATION_ID = re.compile(r"org_[A-Za-z0-9_]{1,60}")
_MIN_SECRET_LENGTH = 16


def new_secret() -> str:
    """A fresh API key, as hard to guess as one from the real Admin Center should be."""
    return f"zof_local_{secrets.token_urlsafe(24)}"


@dataclass(frozen=True, slots=True)
class ApiKey:
    """An API key that the platform shall accept from its start on.

    Args:
        secret: what callers send as `Authorization: Bearer …`; stored only as a hash, absent from `repr`.
        role: one of the documented roles; it decides the permissions.
        organization_id: whose data the key sees.
        name: tells keys apart in lists and logs.
    """

    secret: str = field(repr=False)
    role: str = "QA Lead"
    organization_id: str = "org_local"
    name: str = "local"

    def __post_init__(self) -> None:
        if self.role not in ROLES:
            raise PlatformError(f"There is no role '{self.role}'. Choose one of: {', '.join(ROLES)}.")
        if not _ORGANIZATION_ID.fullmatch(self.organization_id):
            raise PlatformError(f"'{self.organization_id}' is no organization id. Use one such as org_local.")
        if (
            len(self.secret) < _MIN_SECRET_LENGTH
            or not self.secret.isascii()
            or not self.secret.isprintable()
        ):
            raise PlatformError(f"An API key needs at least {_MIN_SECRET_LENGTH} printable ASCII characters.")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformSettings:
    """Everything a platform needs to know at its start.

    Args:
        data_dir: where the database and the runs' files live; made if missing. One platform at a time uses
            it.
        suites: the suites.toml that names projects, environments and suites.
        keys: API keys to accept, besides those made with `create_key` before.
        max_concurrent_runs: how many runs execute at once; more are queued, never refused.
        rate_limit: requests a minute for each organization.
        public_url: where people reach the console, for the `url` of a run; without it, from the request's
            Host.
        console_token: opens the console page; without it a fresh one is made at every start.
        cancel_grace_seconds: how long pytest may clean up after an interrupt before it is killed.
        webhook_retry_seconds: the pauses before the second and each further attempt to deliver an event.
        retention_days: how long results, logs and artifacts of ended runs are kept.
        faults: what goes wrong on purpose; a test may keep the object and turn its switches at any time.
    """

    data_dir: Path
    suites: Path
    keys: tuple[ApiKey, ...] = ()
    max_concurrent_runs: int = 2
    rate_limit: int = RATE_LIMIT
    public_url: str | None = None
    console_token: str | None = field(default=None, repr=False)
    cancel_grace_seconds: float = 3.0
    webhook_retry_seconds: tuple[float, ...] = WEBHOOK_RETRY_SECONDS
    retention_days: float = RETENTION_DAYS
    faults: FaultSwitches = field(default_factory=FaultSwitches)

    def __post_init__(self) -> None:
        if self.max_concurrent_runs < 1:
            raise PlatformError(f"max_concurrent_runs is {self.max_concurrent_runs}; it must be at least 1.")
        if self.rate_limit < 1:
            raise PlatformError(f"rate_limit is {self.rate_limit}; it must be at least 1 request a minute.")
        if not 0 < self.retention_days <= 36_500:
            raise PlatformError(f"retention_days is {self.retention_days:g}; it must be above 0.")
