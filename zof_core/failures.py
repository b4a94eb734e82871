"""From what kept a call from its answer to an error of our family. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from zof_core.assumptions import CODE_BY_STATUS, ERROR_ENVELOPE
from zof_core.config import ApiKey
from zof_core.errors import (
    Attempt,
    ZofApiError,
    ZofConnectionError,
    ZofDecodeError,
    ZofRateLimitError,
    ZofTimeoutError,
    clean_text,
    error_class,
)
from zof_core.requests import Call

_HINTS: Mapping[int, str] = {
    401: "The key may have been rotated or revoked: see Admin Center → Developer → API keys.",
    403: "The key's role lacks the permission; use a service account with a suitable role.",
    404: "Check the id, and that it belongs to the organization of the API key.",
}
"""From the documentation's common issues (`docs/api/errors`, `docs/api/runs/create`)."""

_REPEATABLE = "Zof may have done it all the same; sent again with the same idempotency key it is done once."


@dataclass(frozen=True, slots=True)
class Facts:
    """What every error of a call says.

    Args:
        call: which call.
        host: where it went.
        attempts: what was tried.
        key: which must not be read in what a server said.
        request_id: of the last answer.
    """

    call: Call[Any]
    host: str
    attempts: tuple[Attempt, ...]
    key: ApiKey
    request_id: str | None = None

    def error(self, kind: type[ZofApiError], message: str, **more: Any) -> ZofApiError:
        """An error of this call."""
        operation = self.call.operation
        hide = self.key.hide
        more = {name: hide(value) if isinstance(value, str) else value for name, value in more.items()}
        return kind(
            hide(message),
            request_id=self.request_id,
            attempts=self.attempts,
            operation=operation.name,
            permission=operation.permission,
            subject=self.call.subject,
            host=self.host,
            **more,
        )


def error_of_answer(
    facts: Facts, status: int, headers: Mapping[str, str], body: bytes, retry_after: float | None
) -> ZofApiError:
    """The error in an answer that is no success."""
    said = _envelope(body)
    code = _text_of(said.get("code"), 100, facts.key) or CODE_BY_STATUS.get(status)
    message = _text_of(said.get("message"), 500, facts.key) or _plain_message(status, headers)
    return facts.error(
        error_class(status),
        message,
        code=code,
        param=_text_of(said.get("param"), 100, facts.key),
        status=status,
        retry_after=retry_after,
        # An address that names nothing has no id to check.
        hint=_HINTS.get(status) if status != 404 or facts.call.subject else None,
    )


def _plain_message(status: int, headers: Mapping[str, str]) -> str:
    if 300 <= status < 400:
        return "The answer leads to another address, which is not followed: the API key goes to the base URL only."
    kind = clean_text(headers.get("content-type", ""), 60)
    of_kind = f" of type {kind}" if kind and "json" not in kind else ""
    return f"The answer has status {status} and an error{of_kind} that is not in Zof's form."


def _envelope(body: bytes) -> Mapping[str, Any]:
    """The object with code and message, in its envelope or bare."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(data, dict):
        return {}
    inner = data.get(ERROR_ENVELOPE)
    return inner if isinstance(inner, dict) else data


def _text_of(value: object, limit: int, key: ApiKey) -> str | None:
    # The key is hidden before the text is cut: half of it could be read.
    return (clean_text(key.hide(value), limit) or None) if isinstance(value, str) else None


def error_of_timeout(facts: Facts, seconds: float) -> ZofApiError:
    """The deadline has passed."""
    hint = _REPEATABLE if facts.call.operation.needs_key else None
    status = facts.attempts[-1].status if facts.attempts else None
    message = f"Zof did not answer within {seconds:.3g} s."
    return facts.error(ZofTimeoutError, message, hint=hint, status=status)


def error_of_pacing(facts: Facts, wait: float) -> ZofApiError:
    """Zof's rate window is used up, and the next one begins too late for this call."""
    return facts.error(
        ZofRateLimitError,
        "The rate limit's window is used up, so nothing was sent.",
        code=CODE_BY_STATUS[429],
        retry_after=wait,
    )


def error_of_fault(facts: Facts, kind: str, message: str, status: int | None) -> ZofApiError:
    """The connection failed.

    Args:
        kind: at which step, as in `zof_core.call.Fault`.
        message: what was said of it.
        status: the HTTP status, if the answer broke off after its head.
    """
    if kind == "unreadable":
        return facts.error(ZofDecodeError, message, status=status)
    what = _FAULTS.get(kind, "the connection failed")
    detail = clean_text(message, 200).rstrip(".")
    hint = _REPEATABLE if facts.call.operation.needs_key and kind in _MID_WAY else None
    sentence = f"{facts.host}: {what} ({detail})." if detail else f"{facts.host}: {what}."
    return facts.error(ZofConnectionError, sentence, status=status, hint=hint)


_MID_WAY = frozenset({"read", "write", "protocol"})


_FAULTS: Mapping[str, str] = {
    "resolve": "the name of the host could not be looked up",
    "connect": "no connection could be opened",
    "tls": "the server's certificate or encryption is not accepted",
    "write": "the connection broke while sending",
    "read": "the connection broke before the answer was complete",
    "protocol": "the answer is not HTTP, or breaks off",
    "proxy": "the proxy refused",
    "closed": "this client is closed",
}
