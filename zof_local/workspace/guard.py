"""Who may talk to the workspace: loopback names only, own pages only, holders of the page token only."""

from __future__ import annotations

import hashlib
import hmac
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from zof_local.workspace.people.desk import Desk

LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})


def host_is_loopback(host: str) -> bool:
    """Whether a Host header names this machine (against DNS rebinding)."""
    try:
        name = urlsplit(f"//{host}").hostname
    except ValueError:
        return False
    return name in LOOPBACK_NAMES


def origin_is_own(origin: str | None, host: str, scheme: str) -> bool:
    """Whether a request comes from the workspace's own page, or from no page at all."""
    return origin is None or origin == f"{scheme}://{host}"


class LoopbackGuard:
    """Middleware that refuses other hosts and origins, and learns the server's own URL for response URLs."""

    def __init__(self, app: ASGIApp, desk: Desk) -> None:
        self._app = app
        self._desk = desk

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse or pass on."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        host, scheme = headers.get("host", ""), str(scope["scheme"])
        sentence = None
        if not host_is_loopback(host):
            sentence = "This workspace answers on loopback names only; use 127.0.0.1 or localhost."
        elif not origin_is_own(headers.get("origin"), host, scheme):
            sentence = "This workspace takes no requests from other pages."
        if sentence is not None and scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008, "reason": sentence})
            return
        if sentence is not None:
            await JSONResponse({"ok": False, "error": sentence}, status_code=403)(scope, receive, send)
            return
        if scope["type"] == "http":
            self._desk.base_url = f"{scheme}://{host}"
        await self._app(scope, receive, send)


class PageKey:
    """The page token, and the cookie that stands for it in a browser."""

    def __init__(self, token: str) -> None:
        self._token = token.encode()
        digest = hashlib.sha256(self._token).hexdigest()
        # Cookies do not know ports: the name keeps two workspaces on one machine apart.
        self.cookie_name = f"workspace_{digest[:10]}"
        self.cookie_value = hmac.new(self._token, b"page cookie", hashlib.sha256).hexdigest()

    def opens(self, token: str) -> bool:
        """Whether a token is the right one."""
        return hmac.compare_digest(token.encode(), self._token)

    def admits(self, request: Request) -> bool:
        """Whether a request carries the cookie or ``Authorization: Bearer <token>``."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return self.opens(token.strip())
        cookie = request.cookies.get(self.cookie_name, "")
        same_site = request.headers.get("sec-fetch-site", "none") in ("same-origin", "none")
        return same_site and hmac.compare_digest(cookie.encode(), self.cookie_value.encode())
