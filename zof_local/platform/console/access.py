"""Who may see the console: a token in the link, kept in a cookie from then on."""

from __future__ import annotations

import hashlib
import hmac
from urllib.parse import parse_qsl, urlsplit

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from zof_local.platform.state import Platform

_MAX_FORM = 4_096
SAFE_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'self' 'unsafe-inline'; script-src 'self'; "
    "connect-src 'self'; img-src data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "Referrer-Policy": "same-origin",  # with no-referrer, a browser sends forms with the Origin "null"
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


def form_token(platform: Platform) -> str:
    """What the console's own forms send along. It opens nothing by itself."""
    return hmac.new(platform.console_token.encode(), b"form", hashlib.sha256).hexdigest()[:32]


async def form_of_ours(request: Request, platform: Platform) -> dict[str, str] | None:
    """The fields of a form that a page of this console sent for who has its token; None for any other request.

    A page from elsewhere, another port of this machine included, has another Origin and does not know the
    form's token, though the browser may send the cookie along.
    """
    public = platform.settings.public_url
    ours = {_origin(f"http://{request.headers['host']}"), _origin(public or "")} - {""}
    if request.headers.get("origin") not in ours or not may_see(request, platform, None):
        return None
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > _MAX_FORM:
            return None
    form = dict(parse_qsl(body.decode("utf-8", "replace")))
    return form if _same(form.get("form_token"), form_token(platform)) else None


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


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
