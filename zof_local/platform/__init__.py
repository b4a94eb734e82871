"""A stand-in for Zof on this machine: the documented API over SQLite, executing real pytest suites."""

from zof_local.platform.app import create_app, create_key
from zof_local.platform.errors import PlatformError
from zof_local.platform.faults import FaultError, FaultSwitches
from zof_local.platform.serve import serve
from zof_local.platform.settings import ApiKey, PlatformSettings, new_secret

__all__ = [
    "ApiKey",
    "FaultError",
    "FaultSwitches",
    "PlatformError",
    "PlatformSettings",
    "create_app",
    "create_key",
    "new_secret",
    "serve",
]
