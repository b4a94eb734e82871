"""From an HTTP request under ``/api/`` to a method and back."""

from __future__ import annotations

import hmac

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from zof_local.workspace.errors import RateLimitedError, SlackError
from zof_local.workspace.models import JsonObject
from zof_local.workspace.ratelimit import Limiter
from zof_local.workspace.settings import WorkspaceSettings
from zof_local.workspace.sockets import SocketHub
from zof_local.workspace.store import Store
from zof_local.workspace.webapi import apps, chat, conversations, usergroups, users, views
from zof_local.workspace.webapi.args import Args, parse_args
from zof_local.workspace.webapi.call import Call, Method
from zof_local.workspace.webapi.scopes import check_scopes

METHODS: dict[str, Method] = (
    apps.METHODS | chat.METHODS | conversations.METHODS | usergroups.METHODS | users.METHODS | views.METHODS
)


class WebApi:
    """The Web API of one workspace."""

    def __init__(self, store: Store, settings: WorkspaceSettings, sockets: SocketHub) -> None:
        self._sockets = sockets
        self._store = store
        self._settings = settings
        self._limiter = Limiter(settings.limits)
        self._scopes = ",".join(sorted(settings.scopes))

    async def answer(self, request: Request) -> Response:
        """Answer one request: always 200 with ``ok``, but 429 over a rate limit."""
        headers = request.headers
        base_url = str(request.base_url).rstrip("/")
        try:
            args = parse_args(headers.get("content-type", ""), request.url.query, await request.body())
            name = request.path_params["method"]
            answer = self.call(name, args, authorization=headers.get("authorization", ""), base_url=base_url)
        except RateLimitedError as error:
            return JSONResponse(
                {"ok": False, "error": "ratelimited"},
                status_code=429,
                headers={"Retry-After": str(error.retry_after)},
            )
        except SlackError as error:
            return JSONResponse(error.body())
        return JSONResponse({"ok": True} | answer, headers={"X-OAuth-Scopes": self._scopes})

    def call(self, name: str, args: Args, *, authorization: str, base_url: str) -> JsonObject:
        """Call a method by name.

        Raises:
            SlackError: the call is refused.
            RateLimitedError: it comes too soon.
        """
        method = METHODS.get(name)
        if method is None:
            raise SlackError("unknown_method", extra={"req_method": name})
        if method.caller != "anyone":
            self._check_token(authorization, args, method)
        retry_after = self._limiter.method(name, method.tier, self._store.clock())
        if retry_after is not None:
            raise RateLimitedError(retry_after)
        return method.handler(Call(args, self._store, self._limiter, self._settings, base_url, self._sockets))

    def _check_token(self, authorization: str, args: Args, method: Method) -> None:
        right, other = self._settings.bot_token, self._settings.app_token
        if method.caller == "app":
            right, other = other, right
        scheme, _, token = authorization.partition(" ")
        token = token.strip() if scheme.lower() == "bearer" else args.text("token")
        if not token:
            raise SlackError("not_authed")
        if hmac.compare_digest(token.encode(), other.encode()):
            raise SlackError("not_allowed_token_type")
        if not hmac.compare_digest(token.encode(), right.encode()):
            raise SlackError("invalid_auth")
        check_scopes(method.scopes, self._settings.scopes)
