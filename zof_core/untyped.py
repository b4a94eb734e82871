"""Calls of operations that are not declared yet."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

from zof_core.operations import Answer, Method, Operation
from zof_core.requests import Call, build, json_body
from zof_core.validation import quoted, refuse

_WORD = re.compile("[a-z]+(-[a-z]+)*")
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def untyped_call(
    method: str,
    path: str,
    *,
    params: Mapping[str, str] | None = None,
    json: Any = None,
    idempotency_key: str | None = None,
) -> Call[Any]:
    """A call of any path below the base URL.

    Raises:
        ZofValidationError: method, path or body cannot be sent.
    """
    verb = method.upper() if isinstance(method, str) else ""
    if verb not in _METHODS:
        refuse({"method": f"method {quoted(method)} is none of {', '.join(_METHODS)}."})
    if problem := _path_problem(path):
        refuse({"path": problem})
    if json is not None and not isinstance(json, Mapping):
        refuse({"json": f"json must be an object (a mapping), not {type(json).__name__}."})
    operation: Operation[Any] = Operation(
        f"{verb} {_without_ids(path)}",
        cast("Method", verb),
        path,
        Answer("Acknowledgement"),
        f"{verb.lower()} {path}",
        "untyped",
    )
    call = build(operation, extra=params, idempotency_key=idempotency_key)
    # As it was given: what is None is null, which empties a field.
    return call if json is None else replace(call, body=json_body({**json}))


def _without_ids(path: str) -> str:
    """What all calls of an operation have in common: it names a metric, and a warning that is given once."""
    return "/".join(step if not step or _WORD.fullmatch(step) else "{id}" for step in path.split("/"))


def _path_problem(path: object) -> str | None:
    if not isinstance(path, str) or not path.startswith("/") or path.startswith("//"):
        return (
            f"path {quoted(path)} does not begin with one slash. Give it below the base URL, such as /agents."
        )
    if not all("!" <= char <= "~" for char in path) or any(char in path for char in "?#\\"):
        return f"path {quoted(path)} has characters to be escaped. Give the query as params, and ids escaped."
    if any(step in {".", ".."} for step in path.replace("%2e", ".").replace("%2E", ".").split("/")):
        return f"path {quoted(path)} leads out of its place."
    return None
