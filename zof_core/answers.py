"""From an answer's bytes to a model or to an error. Pure; whatever a server sends ends in one of the two."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from pydantic import ValidationError

from zof_core.assumptions import CODE_BY_STATUS, ERROR_ENVELOPE
from zof_core.errors import (
    Attempt,
    ZofApiError,
    ZofConnectionError,
    ZofDecodeError,
    ZofRateLimitError,
    ZofTimeoutError,
    clean_text,
    error_class,
)
from zof_core.models import Run, ZofModel, come_with
from zof_core.requests import Call
from zof_core.responses import RawResponse

T = TypeVar("T")

_HINTS: Mapping[int, str] = {
    401: "The key may have been rotated or revoked: see Admin Center → Developer → API keys.",
    403: "The key's role lacks the permission; use a service account with a suitable role.",
    404: "Check the id, and that it belongs to the organization of the API key.",
}
"""From the documentation's common issues (`docs/api/errors`, `docs/api/runs/create`)."""

_REPEATABLE = "Zof may have done it all the same; sent again with the same idempotency key it is done once."
_MENDING_ROUNDS = 20
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Facts:
    """What every error of a call says.

    Args:
        call: which call.
        host: where it went.
        attempts: what was tried.
        request_id: of the last answer.
    """

    call: Call[Any]
    host: str
    attempts: tuple[Attempt, ...]
    request_id: str | None = None

    def error(self, kind: type[ZofApiError], message: str, **more: Any) -> ZofApiError:
        """An error of this call."""
        operation = self.call.operation
        return kind(
            message,
            request_id=self.request_id,
            attempts=self.attempts,
            operation=operation.name,
            permission=operation.permission,
            subject=self.call.subject,
            host=self.host,
            **more,
        )


def read_answer(call: Call[T], raw: RawResponse, host: str) -> T:
    """The model in a successful answer.

    Raises:
        ZofDecodeError: it is empty, not JSON, or lacks what it must have.
    """
    kind = call.operation.answer.kind
    problem = ""
    model: ZofModel | None = None
    try:
        model = kind.model_validate_json(raw.body)
    except ValidationError:
        model, problem = _mended(kind, raw.body)
    if model is None:
        facts = Facts(call, host, raw.info.attempts, raw.info.request_id)
        raise facts.error(ZofDecodeError, problem, status=raw.status)
    asked = call.subject.get("run_id") if isinstance(model, Run) else None
    if asked is not None and cast("Run", model).id != asked:
        facts = Facts(call, host, raw.info.attempts, raw.info.request_id)
        other = clean_text(cast("Run", model).id, 60)
        raise facts.error(ZofDecodeError, f"The answer is about another run, {other!r}.", status=raw.status)
    come_with(model, raw.info)
    return cast("T", model)


def _mended(kind: type[ZofModel], body: bytes) -> tuple[ZofModel | None, str]:
    """The model with values of unexpected types set aside, or what keeps it from being one."""
    if not body.strip():
        return None, "The answer is empty."
    try:
        data = _without_surrogates(json.loads(body))
    except (ValueError, RecursionError):
        return None, f"The answer is not JSON: {_beginning(body)}"
    if not isinstance(data, dict):
        return None, f"The answer is not a JSON object: {_beginning(body)}"
    problem = ""
    for _ in range(_MENDING_ROUNDS):
        try:
            return kind.model_validate(data), ""
        except ValidationError as error:
            first = error.errors(include_url=False, include_context=False, include_input=False)
            problem = problem or _described(first[0])
            moved = [_set_aside(data, one["loc"], one["type"]) for one in first]
            if not all(moved):
                break
        except RecursionError:
            return None, "The answer is nested too deeply."
    return None, f"The answer lacks what it must have: {problem}."


def _without_surrogates(data: Any) -> Any:
    """Half characters (a lone `\\ud800`) cannot be stored or sent on; each becomes U+FFFD."""
    text = json.dumps(data, ensure_ascii=False)
    return json.loads(_SURROGATE.sub("\ufffd", text)) if _SURROGATE.search(text) else data


def _set_aside(data: Any, location: tuple[int | str, ...], kind: str) -> bool:
    """Moves the field at a location into `unreadable` beside it. Gives whether that could be done."""
    if kind == "missing":
        return False
    owner: dict[str, Any] | None = None
    name = ""
    here = data
    for step in location:
        if isinstance(here, dict) and isinstance(step, str) and step in here:
            owner, name, here = here, step, here[step]
        elif isinstance(here, list) and isinstance(step, int) and step < len(here):
            here = here[step]
        else:
            break
    if owner is None:
        return False
    raw = owner.pop(name)
    if kind == "timezone_aware" and isinstance(raw, str):
        owner[name] = f"{raw}Z"  # Zof's timestamps are UTC, as in the event envelope
        return True
    aside = owner.get("unreadable")
    owner["unreadable"] = {**(aside if isinstance(aside, dict) else {}), name: raw}
    return True


def _described(error: Any) -> str:
    where = ".".join(clean_text(part, 40) for part in error["loc"]) or "the whole"
    return f"{where}: {clean_text(error['msg'], 120)}"


def _beginning(body: bytes) -> str:
    text = clean_text(body[:200].decode("utf-8", "replace"), 60)
    return f"it begins with {text!r}."


def error_of_answer(
    facts: Facts, status: int, headers: Mapping[str, str], body: bytes, retry_after: float | None
) -> ZofApiError:
    """The error in an answer that is no success."""
    said = _envelope(body)
    code = _text_of(said.get("code"), 100) or CODE_BY_STATUS.get(status)
    message = _text_of(said.get("message"), 500) or _plain_message(status, headers)
    return facts.error(
        error_class(status),
        message,
        code=code,
        param=_text_of(said.get("param"), 100),
        status=status,
        retry_after=retry_after,
        # An address that names nothing has no id to check.
        hint=_HINTS.get(status) if status != 404 or facts.call.subject else None,
    )


def _plain_message(status: int, headers: Mapping[str, str]) -> str:
    if 300 <= status < 400:
        return "The answer leads to another address, which is not followed: the API key goes to the base URL only."
    kind = clean_text(headers.get("content-type", ""), 60)
    of_kind = f" of type {kind}" if kind and "json" not in kind else ""
    return f"The answer has status {status} and an error{of_kind} that is not in Zof's form."


def _envelope(body: bytes) -> Mapping[str, Any]:
    """The object with code and message, in its envelope or bare."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(data, dict):
        return {}
    inner = data.get(ERROR_ENVELOPE)
    return inner if isinstance(inner, dict) else data


def _text_of(value: object, limit: int) -> str | None:
    return (clean_text(value, limit) or None) if isinstance(value, str) else None


def error_of_timeout(facts: Facts, seconds: float) -> ZofApiError:
    """The deadline has passed."""
    hint = _REPEATABLE if facts.call.operation.needs_key else None
    status = facts.attempts[-1].status if facts.attempts else None
    message = f"Zof did not answer within {seconds:.3g} s."
    return facts.error(ZofTimeoutError, message, hint=hint, status=status)


def error_of_pacing(facts: Facts, wait: float) -> ZofApiError:
    """Zof's rate window is used up, and the next one begins too late for this call."""
    return facts.error(
        ZofRateLimitError,
        "The rate limit's window is used up, so nothing was sent.",
        code=CODE_BY_STATUS[429],
        retry_after=wait,
    )


def error_of_fault(facts: Facts, kind: str, message: str, status: int | None) -> ZofApiError:
    """The connection failed.

    Args:
        kind: at which step, as in `zof_core.call.Fault`.
        message: what was said of it.
        status: the HTTP status, if the answer broke off after its head.
    """
    if kind == "unreadable":
        return facts.error(ZofDecodeError, message, status=status)
    what = _FAULTS.get(kind, "the connection failed")
    detail = clean_text(message, 200).rstrip(".")
    hint = _REPEATABLE if facts.call.operation.needs_key and kind in _MID_WAY else None
    sentence = f"{facts.host}: {what} ({detail})." if detail else f"{facts.host}: {what}."
    return facts.error(ZofConnectionError, sentence, status=status, hint=hint)


_MID_WAY = frozenset({"read", "write", "protocol"})


_FAULTS: Mapping[str, str] = {
    "resolve": "the name of the host could not be looked up",
    "connect": "no connection could be opened",
    "tls": "the server's certificate or encryption is not accepted",
    "write": "the connection broke while sending",
    "read": "the connection broke before the answer was complete",
    "protocol": "the answer is not HTTP, or breaks off",
    "proxy": "the proxy refused",
    "closed": "this client is closed",
}
