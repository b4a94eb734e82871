"""The one family of errors this client raises.

Branch on the class (that is, on the HTTP status), then on `code`. All of them can be pickled and copied, none holds an
API key or a type of the HTTP library.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

MESSAGE_MAX = 500


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try at a request.

    Args:
        number: 1 for the first.
        status: the HTTP status, None if no answer came.
        request_id: `X-Request-Id` of the answer.
        fault: what went wrong without an answer, such as "connect", "read", "timeout".
        duration: seconds from sending to the end of the answer.
        wait: seconds waited before this attempt.
    """

    number: int
    status: int | None
    request_id: str | None
    fault: str | None
    duration: float
    wait: float


class ZofApiError(Exception):
    """Anything that kept a call to Zof from giving its answer.

    Args:
        message: one sentence; Zof's own where it sent one.
        code: Zof's code, such as `rate_limit_exceeded` (`docs/sdks/go/errors`).
        param: the field that is wrong.
        status: the HTTP status, None if no answer came.
        request_id: `X-Request-Id`, to be named to Zof's support.
        retry_after: seconds after which Zof asks to try again.
        attempts: what was tried.
        hint: what usually helps, from the documentation's common issues.
        operation: the operation, such as `runs.create`.
        permission: what the operation needs, such as `runs:create`.
        subject: what the call was about: field → id, as in `{"project_id": "proj_abc"}`.
        host: the host the call went to.
    """

    message: str

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        param: str | None = None,
        status: int | None = None,
        request_id: str | None = None,
        retry_after: float | None = None,
        attempts: tuple[Attempt, ...] = (),
        hint: str | None = None,
        operation: str | None = None,
        permission: str | None = None,
        subject: Mapping[str, str] | None = None,
        host: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.param = param
        self.status = status
        self.request_id = request_id
        self.retry_after = retry_after
        self.attempts = attempts
        self.hint = hint
        self.operation = operation
        self.permission = permission
        self.subject = dict(subject or {})
        self.host = host

    def __str__(self) -> str:
        facts = [
            f"{name} {value}"
            for name, value in (
                ("status", self.status),
                ("code", self.code),
                ("param", self.param),
                ("request", self.request_id),
            )
            if value is not None
        ]
        tries = len(self.attempts)
        if tries > 1:
            facts.append(f"{tries} attempts")
        details = f" ({', '.join(facts)})" if facts else ""
        hint = f" {self.hint}" if self.hint else ""
        return f"{self.message.rstrip('.')}{details}.{hint}"

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self}>"

    def __reduce__(self) -> tuple[Any, ...]:
        # Exception's own way calls the class with `args` alone and loses every keyword.
        return _rebuild, (
            type(self),
            self.message,
            {k: v for k, v in self.__dict__.items() if k != "message"},
        )


def _rebuild(kind: type[ZofApiError], message: str, facts: dict[str, Any]) -> ZofApiError:
    error = kind(message)
    error.__dict__.update(facts)
    return error


class ZofInvalidRequestError(ZofApiError):
    """400: malformed, a required field is missing, or a value is not valid. `param` names the field."""


class ZofValidationError(ZofInvalidRequestError):
    """Found wrong before sending, so nothing was sent. `param` names the field."""


class ZofAuthenticationError(ZofApiError):
    """401: no key, or one that is expired, revoked or wrong."""


class ZofPermissionError(ZofApiError):
    """403: the key is valid, but its role lacks the permission."""


class ZofNotFoundError(ZofApiError):
    """404: no such thing, or not visible to this organization."""


class ZofConflictError(ZofApiError):
    """409: the state forbids it, as when a run that is complete is to be cancelled. Never tried again."""


class ZofRateLimitError(ZofApiError):
    """429: too many requests; `retry_after` says when to come back."""


class ZofServerError(ZofApiError):
    """5xx: Zof's side failed."""


class ZofConnectionError(ZofApiError):
    """No answer came: Zof could not be reached, or the connection broke."""


class ZofTimeoutError(ZofApiError):
    """The deadline passed. Of a request that changes something it is not known whether Zof did it."""


class ZofDecodeError(ZofApiError):
    """An answer came that could not be read: empty, not JSON, or without what it must have."""


def error_class(status: int) -> type[ZofApiError]:
    """The class of an HTTP status that is no success."""
    if status >= 500:
        return ZofServerError
    return _BY_STATUS.get(status, ZofInvalidRequestError if 400 <= status < 500 else ZofDecodeError)


_BY_STATUS: Mapping[int, type[ZofApiError]] = {
    401: ZofAuthenticationError,
    403: ZofPermissionError,
    404: ZofNotFoundError,
    409: ZofConflictError,
    429: ZofRateLimitError,
}


def clean_text(text: object, limit: int = MESSAGE_MAX) -> str:
    """Somebody else's text on one line, without control characters, no longer than `limit`."""
    try:
        kept = str(text)[: limit * 4]
    except Exception:  # a number of more digits than Python writes, a `__str__` that fails
        kept = f"<{type(text).__name__}>"
    if not kept.isprintable():
        kept = "".join(char if char.isprintable() else " " for char in kept)
    line = " ".join(kept.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"
