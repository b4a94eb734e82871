"""From an answer's bytes to a model. Pure; whatever a server sends ends in a model or in `ZofDecodeError`."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, TypeVar, cast

from pydantic import ValidationError

from zof_core.assumptions import MENDED_ITEMS_MAX
from zof_core.config import ApiKey
from zof_core.errors import ZofDecodeError, clean_text
from zof_core.failures import Facts
from zof_core.models import Acknowledgement, Run, ZofModel, come_with
from zof_core.requests import Call
from zof_core.responses import RawResponse

T = TypeVar("T")
M = TypeVar("M", bound=ZofModel)

_MENDING_ROUNDS = 20
_SURROGATE = re.compile("[\ud800-\udfff]")


def read_answer(call: Call[T], raw: RawResponse, host: str, key: ApiKey) -> T:
    """The model in a successful answer.

    Raises:
        ZofDecodeError: it is empty, not JSON, or lacks what it must have.
    """
    kind = call.operation.answer.kind
    problem = ""
    model: ZofModel | None = None
    try:
        # Of a mere acknowledgement nothing is documented, so it may be empty.
        model = kind.model_validate_json(raw.body or (b"{}" if kind is Acknowledgement else b""))
    except ValidationError:
        model, problem = _mended(kind, call.operation.answer.item, raw.body, key)
    if model is None:
        facts = Facts(call, host, raw.info.attempts, key, raw.info.request_id)
        raise facts.error(ZofDecodeError, problem, status=raw.status)
    asked = call.subject.get("run_id") if isinstance(model, Run) else None
    if asked is not None and cast("Run", model).id != asked:
        facts = Facts(call, host, raw.info.attempts, key, raw.info.request_id)
        other = clean_text(key.hide(cast("Run", model).id), 60)
        raise facts.error(ZofDecodeError, f"The answer is about another run, {other!r}.", status=raw.status)
    come_with(model, raw.info)
    return cast("T", model)


def _mended(
    kind: type[ZofModel], item: type[ZofModel] | None, body: bytes, key: ApiKey
) -> tuple[ZofModel | None, str]:
    """The model with values of unexpected types set aside, or what keeps it from being one.

    Args:
        kind: the model.
        item: of a page, the model of its items: each is mended by itself, so that it costs the same in any page.
        body: what came.
        key: hidden before a text is cut, since half of it could be read.
    """
    if not body.strip():
        return None, "The answer is empty."
    try:
        data = without_surrogates(json.loads(body))
    except (ValueError, RecursionError):
        return None, f"The answer is not JSON: {_beginning(body, key)}"
    if not isinstance(data, dict):
        return None, f"The answer is not a JSON object: {_beginning(body, key)}"
    items = data.get("data") if item is not None else None
    if item is not None and isinstance(items, list):
        if len(items) > MENDED_ITEMS_MAX:
            return None, f"The answer lists {len(items)} items, and not all of them can be read."
        for place, one in enumerate(items):
            _, problem = set_right(item, one, key.hide)
            if problem:
                return None, f"The answer lacks what it must have: data.{place}.{problem}."
    model, problem = set_right(kind, data, key.hide)
    return model, problem and f"The answer lacks what it must have: {problem}."


def set_right(kind: type[M], data: Any, hide: Callable[[str], str] = str) -> tuple[M | None, str]:
    """The model of an object, in which values of unexpected types are set aside, or what it lacks.

    Args:
        kind: the model.
        data: from JSON; it is changed.
        hide: takes the key out of what is said.
    """
    problem = ""
    for _ in range(_MENDING_ROUNDS):
        try:
            return kind.model_validate(data), ""
        except ValidationError as error:
            first = error.errors(include_url=False, include_context=False, include_input=False)
            problem = problem or _described(first[0], hide)
            moved = [_set_aside(data, one["loc"], one["type"]) for one in first]
            if not all(moved):
                break
        except RecursionError:
            return None, "nested too deeply"
    return None, problem


def without_surrogates(data: Any) -> Any:
    """Half characters (a lone `\\ud800`) cannot be stored or sent on; each becomes U+FFFD."""
    text = json.dumps(data, ensure_ascii=False)
    return json.loads(_SURROGATE.sub("\ufffd", text)) if _SURROGATE.search(text) else data


def _set_aside(data: Any, location: tuple[int | str, ...], kind: str) -> bool:
    """Moves the field at a location into `unreadable` beside it. Gives whether that could be done."""
    if kind == "missing":
        return False
    owners: list[tuple[dict[str, Any], str]] = []
    here = data
    for step in location:
        if isinstance(here, dict) and isinstance(step, str) and step in here:
            owners.append((here, step))
            here = here[step]
        elif isinstance(here, dict) and step in _aside(here):
            return True  # with another error in it
        elif isinstance(here, list) and isinstance(step, int) and step < len(here):
            here = here[step]
        else:
            break
    if not owners:
        return False
    owner, name = owners.pop()
    if name == "unreadable" and owners and isinstance(owner[name], dict):
        # It is no model but a mapping, whose values are all of one type: it is set aside as it came.
        owner.update(owner.pop(name))
        owner, name = owners.pop()
    raw = owner.pop(name)
    if kind == "timezone_aware" and isinstance(raw, str):
        midnight = "" if len(raw) > len("2026-05-20") else "T00:00:00"
        owner[name] = f"{raw}{midnight}Z"  # Zof's timestamps are UTC, as in the event envelope
        return True
    owner["unreadable"] = {**_aside(owner), name: raw}
    return True


def _aside(owner: dict[str, Any]) -> dict[str, Any]:
    aside = owner.get("unreadable")
    return aside if isinstance(aside, dict) else {}


def _described(error: Any, hide: Callable[[str], str]) -> str:
    where = ".".join(clean_text(hide(str(part)), 40) for part in error["loc"]) or "the whole"
    return f"{where}: {clean_text(error['msg'], 120)}"


def _beginning(body: bytes, key: ApiKey) -> str:
    text = clean_text(key.hide(body[:4096].decode("utf-8", "replace"))[:200], 60)
    return f"it begins with {text!r}."
