"""What is known of an HTTP answer, without any type of the HTTP library."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from zof_core.errors import Attempt, ZofDecodeError


@dataclass(frozen=True, slots=True)
class ResponseInfo:
    """Status, headers and history of an answer.

    Args:
        status: the HTTP status.
        headers: by lower-case name.
        request_id: `X-Request-Id`.
        attempts: what was tried, the last of them successful.
        operation: such as `runs.create`.
    """

    status: int
    headers: Mapping[str, str] = field(repr=False)
    request_id: str | None
    attempts: tuple[Attempt, ...]
    operation: str


@dataclass(frozen=True, slots=True)
class RawResponse:
    """An answer as it came, of `client.request(...)`.

    Args:
        info: status, headers, request id, attempts.
        body: the bytes.
    """

    info: ResponseInfo
    body: bytes = field(repr=False)

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.info.status

    @property
    def headers(self) -> Mapping[str, str]:
        """By lower-case name."""
        return self.info.headers

    @property
    def request_id(self) -> str | None:
        """`X-Request-Id`."""
        return self.info.request_id

    def json(self) -> Any:
        """The body as JSON.

        Raises:
            ZofDecodeError: if it is none.
        """
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            pass
        raise ZofDecodeError(
            "The answer is not JSON.",
            status=self.status,
            request_id=self.request_id,
            attempts=self.info.attempts,
            operation=self.info.operation,
        )
