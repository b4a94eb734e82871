"""What can be wrong with a request, as the API says it: a status and `{"error": {code, message, param?}}`."""

from __future__ import annotations

from typing import Any

from zof_local.platform.assumptions import CODE_OF_STATUS, ERROR_KEY


class PlatformError(Exception):
    """The platform cannot be started; the sentence says why and what to do."""


class ApiProblem(Exception):  # noqa: N818 - an answer to a client, not a fault of the program
    """An answer other than 2xx.

    Args:
        status: one of the documented HTTP statuses.
        message: one or two sentences for people: what was wrong, with which value, what to do next.
        param: the field or parameter at fault.
        headers: further response headers.
    """

    def __init__(
        self, status: int, message: str, *, param: str | None = None, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.param = param
        self.headers = headers or {}

    def body(self) -> dict[str, Any]:
        """The error envelope."""
        usual = CODE_OF_STATUS[500] if self.status >= 500 else "error"
        error: dict[str, Any] = {"code": CODE_OF_STATUS.get(self.status, usual), "message": self.message}
        if self.param is not None:
            error["param"] = self.param
        return {ERROR_KEY: error}


def invalid(message: str, param: str | None = None) -> ApiProblem:
    """400: malformed, missing or impossible."""
    return ApiProblem(400, message, param=param)


def not_found(message: str, param: str | None = None) -> ApiProblem:
    """404: unknown, or another organization's (`docs/api/errors`: not visible)."""
    return ApiProblem(404, message, param=param)


def conflict(message: str, param: str | None = None) -> ApiProblem:
    """409: the state does not allow it."""
    return ApiProblem(409, message, param=param)
