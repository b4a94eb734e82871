"""The OpenAPI 3.1 document of exactly what is served: FastAPI's, with what the gateway adds to every answer. Pure.

Zof publishes no such document that could be read; this one describes the stand-in, and so does its place,
`/openapi.json` without a key.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any, Final

from zof_local.platform.assumptions import IDEMPOTENCY_KEY_MAX, IDEMPOTENCY_KEY_PATTERN

_ENVELOPE: Final = {"application/json": {"schema": {"$ref": "#/components/schemas/ErrorBody"}}}
_MEANINGS: Final = {
    "400": "Malformed, missing or impossible.",
    "401": "The API key is missing or not valid.",
    "403": "The key's role lacks the permission.",
    "404": "Unknown, or another organization's.",
    "409": "The state does not allow it, or the Idempotency-Key was used with another body.",
    "429": "Too many requests in this minute.",
    "500": "The platform failed.",
}
_FRAMEWORK_SCHEMAS: Final = ("HTTPValidationError", "ValidationError")


def _header(description: str, **schema: Any) -> dict[str, Any]:
    return {"description": description, "required": True, "schema": schema}


_HEADERS: Final = {
    "X-Request-Id": _header(
        "Names this request in the platform's log.", type="string", pattern="^req_[0-9a-z]{14}$"
    ),
    "X-RateLimit-Limit": _header("Requests a minute.", type="integer", minimum=1),
    "X-RateLimit-Remaining": _header("Requests left in this minute.", type="integer", minimum=0),
    "X-RateLimit-Reset": _header("When the minute ends, in Unix seconds.", type="integer", minimum=0),
}
_HEADERS_OF: Final = {
    "401": {"WWW-Authenticate": _header("The scheme to use.", type="string", const="Bearer")},
    "429": {"Retry-After": _header("Seconds to wait.", type="integer", minimum=0)},
}
_IDEMPOTENCY_KEY: Final = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "A request that is sent again with the same key and body gets the first one's answer.",
    "schema": {
        "type": "string",
        "minLength": 1,
        "maxLength": IDEMPOTENCY_KEY_MAX,
        "pattern": IDEMPOTENCY_KEY_PATTERN,
    },
}


def complete(generated: dict[str, Any]) -> dict[str, Any]:
    """What FastAPI generated from the routes, made exact.

    Args:
        generated: an OpenAPI document; it stays as it is.
    """
    document = copy.deepcopy(generated)
    components = document.setdefault("components", {})
    components["securitySchemes"] = {
        "bearer": {
            "type": "http",
            "scheme": "bearer",
            "description": "An API key (`docs/api/authentication`).",
        }
    }
    components["headers"] = {**_HEADERS, **_HEADERS_OF["401"], **_HEADERS_OF["429"]}
    for name in _FRAMEWORK_SCHEMAS:
        components["schemas"].pop(name, None)
    document["security"] = [{"bearer": []}]
    for path, method, operation in _operations(document):
        names_something = _names_something(path, operation, components["schemas"])
        statuses = [
            status
            for status in _MEANINGS
            if (status != "404" or names_something) and (status != "409" or method != "get")
        ]
        successes = {status: one for status, one in operation["responses"].items() if status.startswith("2")}
        refusals = {status: {"description": _MEANINGS[status], "content": _ENVELOPE} for status in statuses}
        operation["responses"] = {
            status: one | {"headers": _header_references(status)}
            for status, one in (successes | refusals).items()
        }
        if method != "get":
            operation.setdefault("parameters", []).append(_IDEMPOTENCY_KEY)
    return document


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def _names_something(path: str, operation: dict[str, Any], schemas: dict[str, Any]) -> bool:
    """Whether a request can name something that does not exist.

    Lists take filters that nothing matches; only `run_id` must be a run.
    """
    if "{" in path or any(one["name"] == "run_id" for one in operation.get("parameters", ())):
        return True
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    fields = schemas.get(body.get("$ref", "").rpartition("/")[2], {}).get("properties", {})
    return any(name.endswith(("_id", "_ids")) for name in fields)


def _header_references(status: str) -> dict[str, Any]:
    names = [*_HEADERS, *_HEADERS_OF.get(status, {})]
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}
