"""What a `zofops` command's exit code says; the same for every command that runs something.

Zof documents that a pipeline fails on `failed` or `error` (`docs/api/runs`); the numbers are ours.
"""

from enum import IntEnum

from zof_core import (
    ZofApiError,
    ZofAuthenticationError,
    ZofConflictError,
    ZofInvalidRequestError,
    ZofNotFoundError,
    ZofPermissionError,
)


class ExitCode(IntEnum):
    """One number for each way a command can end."""

    PASSED = 0
    FAILED = 1
    REFUSED = 2
    """Bad usage, an unknown name, a denial, or a bare command that would open a modal."""
    FAULT = 3
    """A run in `error`, or a fault of the platform or the network."""
    CANCELED = 4
    WAITED_TOO_LONG = 5
    INTERRUPTED = 130
    """Ctrl-C, as shells count it: 128 and the signal's number. It ends the looking; a run that was started goes on."""
    PIPE_CLOSED = 141
    """Whoever read the output left; 128 and SIGPIPE's number."""


_BY_STATUS = {
    "passed": ExitCode.PASSED,
    "failed": ExitCode.FAILED,
    "error": ExitCode.FAULT,
    "canceled": ExitCode.CANCELED,
    "cancelled": ExitCode.CANCELED,
}

_REFUSALS = (
    ZofInvalidRequestError,
    ZofNotFoundError,
    ZofPermissionError,
    ZofAuthenticationError,
    ZofConflictError,
)


def of_status(status: str) -> ExitCode:
    """The code of a run that ended as `status`; one that did not end, or ended as nobody knows, is a fault."""
    return _BY_STATUS.get(status, ExitCode.FAULT)


def of_error(error: ZofApiError) -> ExitCode:
    """The code of a call that Zof refused (the caller can mend it) or could not answer (a fault)."""
    return ExitCode.REFUSED if isinstance(error, _REFUSALS) else ExitCode.FAULT
