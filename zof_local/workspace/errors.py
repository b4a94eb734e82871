"""Slack's way of saying no."""

from __future__ import annotations

from collections.abc import Sequence


class SlackError(Exception):
    """A Web API call that answers ``{"ok": false, "error": code}``.

    Args:
        code: Slack's error code, such as ``channel_not_found``.
        messages: sentences for ``response_metadata.messages``.
        extra: further fields of the answer, such as ``needed`` and ``provided`` of ``missing_scope``.
    """

    def __init__(
        self, code: str, messages: Sequence[str] = (), extra: dict[str, object] | None = None
    ) -> None:
        super().__init__(code)
        self.code = code
        self.messages = tuple(messages)
        self.extra = dict(extra or {})

    def body(self) -> dict[str, object]:
        """The JSON body of the answer."""
        answer: dict[str, object] = {"ok": False, "error": self.code, **self.extra}
        if self.messages:
            answer["response_metadata"] = {"messages": list(self.messages)}
        return answer


class RateLimitedError(Exception):
    """A call over its limit: HTTP 429 with ``Retry-After`` (whole seconds)."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"rate limited for {retry_after} s")
        self.retry_after = retry_after


class PageError(Exception):
    """A page API call that cannot be done: one sentence for the reader, and an HTTP status."""

    def __init__(self, sentence: str, status: int = 400) -> None:
        super().__init__(sentence)
        self.status = status
