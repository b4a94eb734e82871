"""How a request to the app went, whichever way it travelled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from zof_local.workspace.models import JsonObject
from zof_local.workspace.reading import read_json

Outcome = Literal["acked", "timed_out", "failed", "no_app"]
RetryReason = Literal["http_timeout", "connection_failed", "http_error", "unknown_error"]

ERROR_WORDS: dict[Outcome, str] = {
    "timed_out": "operation_timeout",
    "failed": "dispatch_failed",
    "no_app": "app_not_connected",
}


@dataclass(frozen=True, slots=True)
class Delivery:
    """How a request to the app went.

    Args:
        ms: milliseconds until the answer, or until it was given up.
        status: HTTP status of the answer, or None without one.
        error: one sentence for developers, or None when all is well.
        text: the answer's body as text ("" without one).
        data: the answer's body when it is a JSON object.
        reason: why it failed, in the words of ``X-Slack-Retry-Reason``.
        no_retry: the app asked not to be sent this again.
    """

    outcome: Outcome
    ms: float
    status: int | None = None
    error: str | None = None
    text: str = ""
    data: JsonObject | None = None
    reason: RetryReason | None = None
    no_retry: bool = False

    @property
    def acked(self) -> bool:
        """Whether the app answered in time with a 2xx status."""
        return self.outcome == "acked"

    @property
    def code(self) -> str | None:
        """The error word people are shown, or None when all is well."""
        return ERROR_WORDS.get(self.outcome)

    def as_json(self) -> JsonObject:
        """For the page API."""
        return {
            "outcome": self.outcome,
            "ms": round(self.ms, 1),
            "status": self.status,
            "error": self.error,
            "code": self.code,
        }


def no_app() -> Delivery:
    """There is nobody to deliver to."""
    return Delivery("no_app", 0.0, error="No app is connected to this workspace yet; start the bot first.")


def timed_out(ms: float, limit: float) -> Delivery:
    """The app did not answer within ``limit`` seconds."""
    return Delivery(
        "timed_out", ms, error=f"The app did not answer within {limit:g} s.", reason="http_timeout"
    )


def json_object(text: str) -> JsonObject | None:
    """The JSON object a text holds, or None."""
    try:
        value: Any = read_json(text)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None
