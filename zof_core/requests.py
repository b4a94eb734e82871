"""A request to Zof as plain data, and how one is put together: ids escaped, parameters checked, body encoded."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar
from urllib.parse import quote, urlencode

from zof_core.errors import ZofValidationError
from zof_core.operations import Operation
from zof_core.validation import (
    checked_id,
    checked_idempotency_key,
    checked_limit,
    date_problem,
    is_encodable,
    mapping_problem,
    moment_problem,
    quoted,
    refuse,
    text_problem,
)

T = TypeVar("T")
Query = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Call(Generic[T]):
    """One logical call, however often it is tried.

    Args:
        operation: which.
        path: below the base URL, ids escaped, query included.
        body: JSON bytes.
        idempotency_key: the caller's own; None means that one is made for the call.
        subject: field → id of what the call is about, for errors.
        query: the query parameters, so that a page's successor can be asked for.
    """

    operation: Operation[T]
    path: str
    body: bytes | None = field(default=None, repr=False)
    idempotency_key: str | None = None
    subject: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)


def build(
    operation: Operation[T],
    ids: Mapping[str, str] | None = None,
    *,
    query: Mapping[str, Any] | None = None,
    extra: Query | None = None,
    body: Mapping[str, Any] | None = None,
    idempotency_key: str | None = None,
    subject: Mapping[str, str | None] | None = None,
) -> Call[T]:
    """A call of an operation.

    Args:
        ids: the ids of its path.
        query: its query parameters; None values are left out.
        extra: raw query parameters of the caller, which win.
        body: its body; None values are left out.
        idempotency_key: the caller's own.
        subject: more ids that it is about.

    Raises:
        ZofValidationError: an id, a parameter or the key cannot be sent.
    """
    path = operation.path
    for name, value in (ids or {}).items():
        path = path.replace(f"{{{name}}}", escaped_id(name, value))
    sent = {name: _text(name, value) for name, value in (query or {}).items() if value is not None}
    sent.update(_checked_params(extra))
    about = {**(ids or {}), **{name: value for name, value in (subject or {}).items() if value}}
    return Call(
        operation,
        with_query(path, sent),
        None
        if body is None
        else json_body({name: value for name, value in body.items() if value is not None}),
        checked_idempotency_key(idempotency_key),
        about,
        sent,
    )


def escaped_id(name: str, value: str) -> str:
    """An id as one segment of a path, from which it cannot break out."""
    return quote(checked_id(name, value), safe="")


def with_query(path: str, query: Mapping[str, str]) -> str:
    """A path with its query."""
    return f"{path}?{urlencode(query)}" if query else path


def next_page(call: Call[T], cursor: str) -> Call[T]:
    """The same list, from a cursor on."""
    query = {**call.query, "starting_after": _text("starting_after", cursor)}
    path = call.path.partition("?")[0]
    return Call(call.operation, with_query(path, query), None, None, call.subject, query)


def optional_text(name: str, value: str | None) -> str | None:
    """A text that may be left out, checked."""
    if value is not None:
        refuse({name: text_problem(name, value)})
    return value


def dates(after: datetime | str | None, before: datetime | str | None) -> dict[str, Any]:
    """The query of a span of time, checked."""
    query = {"created_after": after, "created_before": before}
    refuse({name: date_problem(name, value) for name, value in query.items()})
    return query


def paging(limit: int | None, starting_after: str | None) -> dict[str, Any]:
    """The query of a page, checked."""
    optional_text("starting_after", starting_after)
    return {"limit": checked_limit(limit), "starting_after": starting_after}


def optional_id(name: str, value: str | None) -> str | None:
    """An id that may be left out, checked."""
    return None if value is None else checked_id(name, value)


def _checked_params(params: Query | None) -> dict[str, str]:
    """The caller's own query parameters, checked."""
    refuse({"params": mapping_problem("params", params)})
    for name in params or {}:
        if not isinstance(name, str) or not is_encodable(name):
            refuse(
                {"params": f"params has the name {quoted(name)}, which cannot be sent. Give names as text."}
            )
    return {name: _text(name, value) for name, value in (params or {}).items()}


def _text(name: str, value: object) -> str:
    """A query parameter's value as text that can be sent."""
    if isinstance(value, datetime):
        refuse({name: moment_problem(name, value)})
        try:
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        except OverflowError:  # in UTC it is before the year 1, or after 9999
            refuse(
                {
                    name: f"{name} {value.isoformat()} is no date in UTC. Give one that is further from the edge."
                }
            )
    if not isinstance(value, str | int) or isinstance(value, bool):
        refuse({name: f"{name} must be text, not {type(value).__name__}."})
    try:
        text = str(value)
    except ValueError:  # Python writes no whole number of more than 4,300 digits
        refuse({name: f"{name} is a number too long to be sent."})
    if not is_encodable(text):
        refuse({name: f"{name} {quoted(text)} has characters that cannot be sent."})
    return text


def json_body(body: Mapping[str, Any]) -> bytes:
    """A body as it is sent.

    Raises:
        ZofValidationError: it is no JSON.
    """
    try:
        return json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    except (TypeError, ValueError) as error:
        problem = f"The body cannot be sent as JSON: {error}."
    except RecursionError:
        problem = "The body cannot be sent as JSON: it is nested too deeply."
    raise ZofValidationError(problem, code="invalid_request", param="body")
