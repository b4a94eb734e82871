"""What stands before the two servers and breaks them on demand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from random import Random
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


class Trouble(Enum):
    """What can become of a request."""

    TOO_MANY = "429"
    AWAY = "503"
    LOST = "done, answered with 503"
    HANGS = "never answered"
    DONE_THEN_HANGS = "done, never answered"


@dataclass
class Storm:
    """Trouble for a share of the requests.

    Args:
        random: draws which, and what kind.
        share: of the requests, 0 to 1.
        paths: how the path of a request begins that may meet it.
        spared: paths that have one of these in them meet none.
    """

    random: Random
    share: float
    paths: tuple[str, ...]
    spared: tuple[str, ...] = ()
    met: Counter[Trouble] = field(default_factory=Counter)

    def trouble(self, path: str) -> Trouble | None:
        """Draws for one request."""
        if not path.startswith(self.paths) or any(one in path for one in self.spared):
            return None
        if self.random.random() >= self.share:
            return None
        trouble = self.random.choice(list(Trouble))
        self.met[trouble] += 1
        return trouble


class Weather:
    """Stands before an application and breaks it on demand."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self.down = False
        self.lose_answer_of: list[str] = []
        self.refuse: list[str] = []
        self.strikes: list[Strike] = []
        self.storm: Storm | None = None

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
        if self.storm is not None and (trouble := self.storm.trouble(scope["path"])):
            await self._in(trouble, scope, receive, send)
            return
        lost = next((path for path in self.lose_answer_of if scope["path"].endswith(path)), None)
        if lost is None:
            await self._app(scope, receive, send)
            return
        self.lose_answer_of.remove(lost)
        await self._app(scope, receive, _nowhere)
        await _answer_503(send)

    async def _in(self, trouble: Trouble, scope: Any, receive: Any, send: Any) -> None:
        if trouble in (Trouble.LOST, Trouble.DONE_THEN_HANGS):
            await self._app(scope, receive, _nowhere)
        if trouble in (Trouble.HANGS, Trouble.DONE_THEN_HANGS):
            # Until the caller has given up.
            while (await receive())["type"] != "http.disconnect":
                pass
        elif trouble is Trouble.TOO_MANY:
            await _answer(send, 429, b"slow down", (b"retry-after", b"1"))
        else:
            await _answer_503(send)


async def _nowhere(_message: Any) -> None:
    return None


async def _answer_503(send: Any) -> None:
    await _answer(send, 503, b"unavailable")


async def _answer(send: Any, status: int, body: bytes, *headers: tuple[bytes, bytes]) -> None:
    head = [(b"content-type", b"text/plain"), *headers]
    await send({"type": "http.response.start", "status": status, "headers": head})
    await send({"type": "http.response.body", "body": body})
