"""What stands before the two servers and breaks them on demand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass
class Strike:
    """Something that happens once, when a certain request comes.

    Args:
        path: what its path has in it.
        after: only after the application has done what was asked; else before it hears of it.
        act: what happens; the request then gets no answer that helps.
    """

    path: str
    after: bool
    act: Callable[[], object]


class Weather:
    """Stands before an application and breaks it on demand."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self.down = False
        self.lose_answer_of: list[str] = []
        self.refuse: list[str] = []
        self.strikes: list[Strike] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if self.down or any(scope["path"].endswith(path) for path in self.refuse):
            await _answer_503(send)
            return
        strike = next((strike for strike in self.strikes if strike.path in scope["path"]), None)
        if strike is not None:
            self.strikes.remove(strike)
            if strike.after:
                await self._app(scope, receive, _nowhere)
            strike.act()
            await _answer_503(send)
            return
        lost = next((path for path in self.lose_answer_of if scope["path"].endswith(path)), None)
        if lost is None:
            await self._app(scope, receive, send)
            return
        self.lose_answer_of.remove(lost)
        await self._app(scope, receive, _nowhere)
        await _answer_503(send)


async def _nowhere(_message: Any) -> None:
    return None


async def _answer_503(send: Any) -> None:
    await send({"type": "http.response.start", "status": 503, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": b"unavailable"})
