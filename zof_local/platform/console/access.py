"""Who may see the console: a token in the link, kept in a cookie from then on."""

from __future__ import annotations

import hmac

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from zof_local.platform.state import Platform

SAFE_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'self' 'unsafe-inline'; script-src 'self'; "
    "connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
"""What every page of the console is sent with, the way to it included: its URL holds the token."""


def _cookie(request: Request, run_id: str | None) -> str:
    # Cookies do not know ports, and several platforms may run on one machine.
    kind = "console" if run_id is None else "run"
    return f"zof_{kind}_{request.url.port or 80}"


def _same(given: str | None, expected: str) -> bool:
    return given is not None and hmac.compare_digest(given.encode(), expected.encode())


def may_see(request: Request, platform: Platform, run_id: str | None) -> bool:
    """Whether the request's cookies open this page: the whole console's, or this run's."""
    if _same(request.cookies.get(_cookie(request, None)), platform.console_token):
        return True
    return run_id is not None and _same(
        request.cookies.get(_cookie(request, run_id)), platform.run_token(run_id)
    )


def exchange(request: Request, platform: Platform, run_id: str | None) -> Response | None:
    """Turns a right `?token=` into a cookie and sends the browser on without it; None if there is none."""
    token = request.query_params.get("token")
    response = RedirectResponse(request.url.path, status_code=303, headers=SAFE_HEADERS)
    if _same(token, platform.console_token):
        response.set_cookie(_cookie(request, None), platform.console_token, httponly=True, samesite="lax")
        return response
    if run_id is not None and _same(token, platform.run_token(run_id)):
        response.set_cookie(
            _cookie(request, run_id),
            platform.run_token(run_id),
            path=f"/runs/{run_id}",
            httponly=True,
            samesite="lax",
        )
        return response
    return None
