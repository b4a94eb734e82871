"""What the web framework refuses by itself, said in the API's envelope and in sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.routing import Match, Route

from zof_local.platform.errors import ApiProblem, invalid

_COMPLAINTS = {
    "string_type": "must be a text",
    "string_too_short": "must have at least {min_length} characters",
    "string_too_long": "is longer than {max_length} characters",
    "string_unicode": "is not valid Unicode text",
    "list_type": "must be a list",
    "too_long": "holds more than {max_length} entries",
    "dict_type": "must be an object",
    "literal_error": "must be one of {expected}",
}


async def http_problem(request: Request, error: Exception) -> JSONResponse:
    """No such path, wrong method, unreadable body."""
    assert isinstance(error, HTTPException)
    where = f"{request.method} {request.url.path[:120]}"
    match error.status_code:
        case 404:
            message = f"There is nothing at {where}. Check the path; the API's own paths begin with /v1/."
            return _answer(ApiProblem(404, message))
        case 405:
            methods = ", ".join(_methods_at(request))
            message = f"{where} is not possible. This path takes {methods}."
            return _answer(ApiProblem(405, message, headers={"Allow": methods}))
        case 400:
            return _answer(invalid("The request body cannot be read. Send JSON in UTF-8."))
    return _answer(ApiProblem(error.status_code, str(error.detail), headers=dict(error.headers or {})))


async def validation_problem(_request: Request, error: Exception) -> JSONResponse:
    """The first thing that is wrong with a body, naming the field."""
    assert isinstance(error, RequestValidationError)
    return _answer(field_problem(error.errors()[0]))


def field_problem(first: Mapping[str, Any]) -> ApiProblem:
    """One of pydantic's complaints as 400: a sentence and the field's name."""
    place = [str(part) for part in first["loc"][1:]]
    if first["type"] == "json_invalid":
        return invalid("The request body is not valid JSON.")
    if not place:
        return invalid("The request body must be a JSON object, sent with Content-Type: application/json.")
    field = place[0]
    if first["type"] == "missing":
        return invalid(f"{field} is missing.", field)
    where = f"{field}[{place[1]}]" if len(place) > 1 and place[1].isdigit() else ".".join(place)
    if first.get("ctx", {}).get("min_length") == 1:
        return invalid(f"{where} must not be empty.", field)
    complaint = _COMPLAINTS.get(first["type"])
    if complaint is None:
        return invalid(f"{where} is not right: {first['msg'][:1].lower()}{first['msg'][1:]}.", field)
    return invalid(f"{where} {complaint.format_map(first.get('ctx', {}))}.", field)


def _methods_at(request: Request) -> list[str]:
    methods: set[str] = set()
    for route in request.app.state.routes:
        if isinstance(route, Route) and route.matches(request.scope)[0] is not Match.NONE:
            methods |= route.methods or set()
    return sorted(methods)


def _answer(problem: ApiProblem) -> JSONResponse:
    return JSONResponse(problem.body(), status_code=problem.status, headers=problem.headers)
