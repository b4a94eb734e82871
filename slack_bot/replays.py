"""A signed request is taken once: Slack signs anew whatever it sends again, so the same signature is somebody else's.

Bolt checks signature and age, and would take the same request as often as it comes within five minutes. What is
remembered is small and bounded; should it ever overflow, or after a restart, the dedupe key of the inbox still holds.
"""

from __future__ import annotations

import logging
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Final

from slack_bolt.async_app import AsyncBoltRequest
from slack_bolt.response import BoltResponse

log: Final = logging.getLogger(__name__)

REMEMBER_SECONDS: Final = 660.0
"""A timestamp may be five minutes old or five minutes ahead, so a request is good for ten at most."""
MOST: Final = 150_000
"""Signatures kept: 200 requests a second for more than ten minutes, in some 30 MB."""


class Replays:
    """Which signatures were seen.

    Args:
        clock: seconds; any clock that does not go back.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic, most: int = MOST) -> None:
        self._clock = clock
        self._most = most
        self._seen: OrderedDict[str, float] = OrderedDict()

    def __len__(self) -> int:
        return len(self._seen)

    def is_new(self, signature: str) -> bool:
        """Notes a signature. False if it was seen before."""
        now = self._clock()
        while self._seen and (
            len(self._seen) >= self._most or next(iter(self._seen.values())) <= now - REMEMBER_SECONDS
        ):
            self._seen.popitem(last=False)
        if signature in self._seen:
            return False
        self._seen[signature] = now
        return True

    async def guard(
        self, request: AsyncBoltRequest, next_: Callable[[], Awaitable[BoltResponse]]
    ) -> BoltResponse:
        """Bolt's middleware; it stands behind the one that verifies, so strangers cannot fill the memory."""
        [signature] = request.headers.get("x-slack-signature") or [""]
        if self.is_new(signature):
            return await next_()
        log.warning("A signed request came a second time and was refused.")
        return BoltResponse(status=401, body={"error": "this request was taken already"})
